"""Define reference data: every version is an entry of its operator's chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Table, select
from sqlmodel import Session, SQLModel

from catalogue import rules
from catalogue.codes import is_chosen
from catalogue.errors import Malformed, NotFound, ScanReused
from catalogue.eural import read_eural
from chain import actions as chain
from chain.queries import EntryRow, chain_number, entry_by_scan
from chain.rows import SEQ_BITS, THIS_ENTRY, Ref, RowChange, Value, said
from proof.canonical import canonical

VERSIONED: Final = frozenset({"destination"})
"""Nouns that keep a row per version, because places point to the version they were made for."""

OWN: Final = frozenset({"id", "version", "code"})
"""Columns that a definition gets by itself, so that nobody can choose them."""

NOUNS: Final[Mapping[str, Mapping[str, str]]] = {
    "organisation": {"parent": "organisation"},
    "partner": {"organisation": "organisation"},
    "site": {},
    "station": {"site": "site"},
    "container": {"site": "site"},
    "scale": {"site": "site"},
    "printer": {"site": "site"},
    "article_group": {},
    "gate": {},
    "destination": {},
    "loss_kind": {},
    "find_kind": {},
    "reason": {},
    "owner_rule": {"supplier": "organisation", "article_group": "article_group"},
    "sorting_guide": {},
    "factor": {},
    "target": {"supplier": "organisation"},
    "declaration": {"supplier": "organisation", "article_group": "article_group"},
}
"""Each noun of reference data, with the nouns it points to."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A version that was written. entry: its entry as people call it; repeated: by an earlier call
    with the same scan number."""

    noun: str
    code: str
    version: int
    id: int
    entry: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a definition will write. before: the row that it follows."""

    row: RowChange
    version: int
    before: Mapping[str, Any] | None


def register_operator(
    session: Session, code: str, data: Mapping[str, Any], *, now: datetime
) -> Defined:
    """An operator with its chain. Its first reference data is itself."""
    _require_code(code)
    chain.open_chain(session, f"operator:{code}", now=now)
    return define(session, code, "organisation", code, {**data, "is_operator": True}, now=now)


def define(
    session: Session,
    operator: str,
    noun: str,
    code: str,
    data: Mapping[str, Any],
    *,
    now: datetime,
    scan_id: str | None = None,
) -> Defined:
    """Write a version of a piece of reference data; a new site gets its chain.

    data: by column; references by code, lists and mappings as such. scan_id: of a form that may be
    sent twice and is one version. Raises NotFound, Malformed, EuralMalformed, ScanReused.
    """
    if scan_id is not None and (earlier := entry_by_scan(session, scan_id)):
        return _repeated(earlier, operator, noun, code, data)
    planned = _planned(session, operator, noun, code, data)
    before, version = planned.before, planned.version
    draft = chain.Draft(
        kind="reference",
        scan_id=scan_id or str(uuid4()),
        at=now,
        day=now.astimezone(UTC).date(),
        content=_content(noun, code, data),
        subject=f"{noun}:{code}",
        body={"noun": noun, "code": code, "version": version},
        answer={"code": code, "version": version},
        rows=[planned.row],
    )
    entry = chain.append(session, f"operator:{operator}", draft, now=now)
    if noun == "site" and before is None:
        chain.open_chain(session, f"site:{code}", now=now)
    known = before is not None and noun not in VERSIONED
    row_id = before["id"] if before and known else entry.id
    return Defined(noun, code, version, row_id, f"operator:{operator}#{entry.seq}")


def judge(
    session: Session, operator: str, noun: str, code: str, data: Mapping[str, Any]
) -> tuple[int, dict[str, str | int | bool | None]]:
    """What `define` would write, without writing it: the number of the version, and each column
    that it would set, as its entry would say it. Raises what `define` raises.
    """
    planned = _planned(session, operator, noun, code, data)
    return planned.version, said([planned.row])[0]["set"]


def _content(noun: str, code: str, data: Mapping[str, Any]) -> str:
    return chain.content_of("reference", f"{noun}:{code}", _plain(data))


def _repeated(
    earlier: EntryRow, operator: str, noun: str, code: str, data: Mapping[str, Any]
) -> Defined:
    """The answer of before. Raises ScanReused for what somebody else, or something else, said."""
    same = earlier.chain == f"operator:{operator}" and earlier.kind == "reference"
    if not same or earlier.content != _content(noun, code, data):
        raise ScanReused(scan_id=earlier.scan_id)
    version = int(earlier.answer["version"])
    return Defined(noun, code, version, earlier.id, earlier.code, repeated=True)


def _planned(
    session: Session, operator: str, noun: str, code: str, data: Mapping[str, Any]
) -> _Plan:
    if noun not in NOUNS:
        raise Malformed(field="noun", problem="unknown", read=noun[:20])
    _require_code(code)
    if "is_operator" in data and not (code == operator and data["is_operator"] is True):
        raise Malformed(field="is_operator", problem="cannot change")
    table = SQLModel.metadata.tables[noun]
    operator_id = _operator_id(session, operator, noun, code)
    values = _values(session, noun, table, operator_id, operator, data)
    if "code" in table.c:
        values["code"] = code
    before = _current(session, table, operator_id, values)
    if before and before["id"] >> SEQ_BITS != chain_number(session, f"operator:{operator}"):
        # Who registered a party or a place says what it is; others only say what it is to them.
        raise NotFound
    version = before["version"] + 1 if before else 1
    values["version"] = version
    _require_columns(table, values)
    rules.require_together(noun, {**(before or {}), **values})
    return _Plan(_row(noun, table, code, values, before), version, before)


def _require_code(code: str) -> None:
    is_name = code.isascii() and all(part.isidentifier() for part in code.split(":"))
    if not is_chosen(code) and not is_name:
        raise Malformed(field="code", problem="not a code", read=code[:40])


def _operator_id(session: Session, operator: str, noun: str, code: str) -> int:
    if noun == "organisation" and code == operator:
        return THIS_ENTRY
    table = SQLModel.metadata.tables["organisation"]
    found = session.execute(
        select(table.c.id).where(table.c.code == operator, table.c.is_operator)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return int(found)


def _values(
    session: Session,
    noun: str,
    table: Table,
    operator_id: int,
    operator: str,
    data: Mapping[str, Any],
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, given in data.items():
        if name in NOUNS[noun]:
            target = NOUNS[noun][name]
            if given is None and not table.c[f"{name}_id"].nullable:
                raise Malformed(field=name, problem="missing")
            values[name] = None if given is None else _ref(session, target, given, operator_id)
        elif name not in table.c or name in OWN or table.c[name].foreign_keys:
            raise Malformed(field=name, problem="unknown")
        else:
            values[name] = _stored(name, given)
    if "operator_id" in table.c:
        values["operator"] = Ref(operator_id, operator)
    return values


def _stored(name: str, given: Any) -> Value:
    """Lists by comma, mappings and trees as canonical JSON, all else as it is."""
    if name == "names":
        rules.require_names(given)
    if name == "eural" and isinstance(given, str) and given:
        return read_eural(given)
    if isinstance(given, Mapping) or name == "tree":
        try:
            return canonical(given).decode()
        except (TypeError, ValueError) as error:
            raise Malformed(field=name, problem="not canonical JSON") from error
    if isinstance(given, list | tuple):
        return ",".join(rules.checked_words(name, given))
    return given  # type: ignore[no-any-return]


def _ref(session: Session, noun: str, code: object, operator_id: int) -> Ref:
    if not isinstance(code, str):
        raise Malformed(field=noun, problem="not a code")
    table = SQLModel.metadata.tables[noun]
    statement = select(table.c.id).where(table.c.code == code)
    if "operator_id" in table.c:
        statement = statement.where(table.c.operator_id == operator_id)
    key = session.execute(statement).scalar_one_or_none()
    if key is None:
        raise NotFound
    return Ref(int(key), code)


def _current(
    session: Session, table: Table, operator_id: int, values: Mapping[str, Value]
) -> dict[str, Any] | None:
    """The row that a new version follows: the same code, or the same pair of references."""
    where = []
    if "code" in table.c:
        where.append(table.c.code == values["code"])
        if "operator_id" in table.c and table.name != "site":
            where.append(table.c.operator_id == operator_id)
    else:
        where.append(table.c.operator_id == operator_id)
        where += [table.c[f"{name}_id"] == _id(values.get(name)) for name in NOUNS[table.name]]
    row = session.execute(
        select(table).where(*where).order_by(table.c.version.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    if "operator_id" in table.c and row.operator_id != operator_id:
        raise NotFound
    return dict(row._mapping)


def _row(
    noun: str,
    table: Table,
    code: str,
    values: dict[str, Value],
    before: Mapping[str, Any] | None,
) -> RowChange:
    key = code if "code" in table.c else _key_of_references(noun, values)
    if before is None or noun in VERSIONED:
        own = f"{code}@{values['version']}" if noun in VERSIONED else key
        return RowChange(table=noun, key=own, values=_complete(table, values))
    changed = {
        name: value
        for name, value in values.items()
        if name != "operator" and name not in NOUNS[noun] and before[name] != value
    }
    was = {name: before[name] for name in changed}
    for name in NOUNS[noun]:
        if name in values and before[f"{name}_id"] != _id(values[name]):
            raise Malformed(field=name, problem="cannot change")
    return RowChange(table=noun, key=key, row_id=before["id"], was=was, values=changed)


def _id(reference: Value) -> int | None:
    return reference.id if isinstance(reference, Ref) else None


def _key_of_references(noun: str, values: Mapping[str, Value]) -> str:
    """What entries call a row that has no code of its own, whatever its author called it."""
    references = [values[name] for name in NOUNS[noun]]
    return "/".join(each.code for each in references if isinstance(each, Ref))


def _complete(table: Table, values: dict[str, Value]) -> dict[str, Value]:
    """Every column said, so that an entry can be read without knowing today's defaults."""
    complete = dict(values)
    for column in table.columns:
        name = column.name.removesuffix("_id") if column.foreign_keys else column.name
        if name not in complete and column.name != "id":
            default = column.default.arg if column.default is not None else None  # type: ignore[attr-defined]
            complete[name] = default
    return complete


def _require_columns(table: Table, values: Mapping[str, Value]) -> None:
    """Every column is there when it must be, and holds what it can hold."""
    for column in table.columns:
        name = column.name.removesuffix("_id") if column.foreign_keys else column.name
        optional = column.nullable or column.default is not None or column.name == "id"
        if name in values and not column.foreign_keys:
            rules.require_shape(
                table.name,
                name,
                values[name],
                # SQLModel's text column does not say that it holds texts.
                kind=str if column.type.python_type is object else column.type.python_type,
                length=getattr(column.type, "length", None),
                optional=bool(column.nullable),
            )
        elif name not in values and not optional:
            raise Malformed(field=name, problem="missing")


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return json.loads(  # type: ignore[no-any-return]
        json.dumps(
            data, default=lambda value: value.isoformat() if isinstance(value, date) else value
        )
    )
