"""What stands behind the keys of a column, looked up for the whole column at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session

from reporting.cursors import by_column

_KEYS_AT_ONCE = 900
_GAPS_MAX = 4
"""Up to so many rows for each one that is wanted are read over, rather than asked for by key."""


class Lookup:
    """The codes of keys. There are few of them, so that joining them would only cost."""

    def __init__(self, known: Mapping[int, str] | Mapping[int, int], kind: Any = None) -> None:
        import pyarrow as pa

        self._keys = pa.array(list(known), type=pa.int64())
        self._codes = pa.array(list(known.values()), type=kind or pa.string())

    def of(self, keys: Any) -> Any:
        """The code of each key, and nothing for no key."""
        import pyarrow.compute as pc

        places = pc.index_in(keys, value_set=self._keys)
        assert places.null_count == keys.null_count, "A row has a key that nothing has."
        return self._codes.take(places)


class Rows:
    """Rows of a table under the keys of a column; `of` gives one of their columns, row for row."""

    def __init__(self, keys: Any, columns: Mapping[str, Sequence[Any]]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.names = frozenset(columns)
        self._columns = columns
        self._places = pc.index_in(keys, value_set=pa.array(columns["id"], type=pa.int64()))
        assert not self._places.null_count, "A movement has a key that nothing has."

    def raw(self, name: str) -> Sequence[Any]:
        """A column as the database has it, each row once."""
        return self._columns[name]

    def of(self, cells: Any) -> Any:
        """Cells of these rows, each once, for every key of the column."""
        return cells.take(self._places)


def rows_by_key(session: Session, statement: Select[Any], keys: Any) -> Rows:
    """The rows of a statement, whose first column is `id`, for the keys of a column."""
    import pyarrow.compute as pc

    names = list(statement.selected_columns.keys())
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for narrowed in _narrowed(statement, sorted(pc.unique(keys).to_pylist())):
        for found in by_column(session, narrowed):
            for name, values in zip(names, found, strict=True):
                columns[name] += values
    return Rows(keys, columns)


def _narrowed(statement: Select[Any], keys: Sequence[int]) -> Iterator[Select[Any]]:
    key = next(iter(statement.selected_columns))
    if keys[-1] - keys[0] < _GAPS_MAX * len(keys):
        yield statement.where(key.between(keys[0], keys[-1]))
        return
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        yield statement.where(key.in_(keys[start : start + _KEYS_AT_ONCE]))
