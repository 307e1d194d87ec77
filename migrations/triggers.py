"""What a step can do beyond Alembic's own operations."""

from alembic import op

from store.append_only import Erasure, append_only_sql


def make_append_only(table_name: str, erasure: Erasure | None = None) -> None:
    """Let the database refuse to change or delete the rows of a table that exists.

    erasure: what may be done to them all the same.
    """
    for statement in append_only_sql(table_name, op.get_bind().dialect.name, erasure):
        op.execute(statement)
