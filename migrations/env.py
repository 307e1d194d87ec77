"""What Alembic runs for every command; the connection is always handed in by `migrations.steps`."""

from alembic import context

from migrations.drafting import rewriter, short_types
from migrations.metadata import every_table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=every_table(),
    process_revision_directives=rewriter,
    render_item=short_types,
    # SQLite can alter a table only by copying it, so a step after the first is written that way.
    render_as_batch=context.script.get_current_head() is not None,
)
with context.begin_transaction():
    context.run_migrations()
