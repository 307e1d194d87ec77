"""What a drafted step says beyond Alembic's own words, so that nobody has to tidy it by hand."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations.ops import CreateTableOp, MigrateOperation
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Table
from sqlmodel.sql.sqltypes import AutoString

from migrations.metadata import every_table
from store.append_only import MARK, Erasure
from store.columns import Key, UtcDateTime

rewriter = Rewriter()


class AppendOnlyOp(MigrateOperation):
    """Rendered as a call of `migrations.triggers.make_append_only`."""

    def __init__(self, table_name: str, erasure: Erasure | None) -> None:
        self.table_name = table_name
        self.erasure = erasure


@renderers.dispatch_for(AppendOnlyOp)
def _call(_context: AutogenContext, operation: AppendOnlyOp) -> str:
    more = f", {operation.erasure!r}" if operation.erasure else ""
    return f"make_append_only({operation.table_name!r}{more})"


@rewriter.rewrites(CreateTableOp)
def _complete(
    _context: MigrationContext, _revision: object, operation: CreateTableOp
) -> list[MigrateOperation]:
    """Add what Alembic does not see: the CHECKs of single columns and the append-only triggers."""
    table = every_table().tables[operation.table_name]
    operation.columns = [*operation.columns, *_checks_of_columns(table)]
    operation.info = {}
    mark = table.info.get(MARK)
    if not mark:
        return [operation]
    return [operation, AppendOnlyOp(table.name, mark if isinstance(mark, Erasure) else None)]


def _checks_of_columns(table: Table) -> list[CheckConstraint]:
    return [
        CheckConstraint(str(constraint.sqltext), name=constraint.name)
        for column in table.columns
        for constraint in column.constraints
        if isinstance(constraint, CheckConstraint)
    ]


def short_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own types under their own names; False leaves the rest to Alembic."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if item is Key:
        return "Key"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False
