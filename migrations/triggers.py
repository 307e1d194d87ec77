"""What a step can do beyond Alembic's own operations."""

from alembic import op

from store.append_only import append_only_sql


def make_append_only(table_name: str) -> None:
    """Let the database refuse to change or delete the rows of a table that exists."""
    for statement in append_only_sql(table_name, op.get_bind().dialect.name):
        op.execute(statement)
