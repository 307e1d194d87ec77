"""Pieces of reference data as they stand, and the versions that they went through.

Everything is said as an entry says it: codes for references, ISO days, lists by comma, names and
trees as JSON. So a row and its history can be laid beside each other, field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Row, Table, func, literal, or_, select, union_all
from sqlmodel import Session, SQLModel

from catalogue.access import Viewer
from catalogue.actions import NOUNS, VERSIONED
from catalogue.errors import NotFound
from catalogue.rulebook import OperatorBook, Rulebook
from chain.queries import EntryRow, entries_about, entries_of_subject
from chain.rows import SEQ_BITS

Said: TypeAlias = str | int | bool | None

KEPT: Final = frozenset({"id", "version", "code", "operator"})
"""Columns that are no fields: a definition gives them by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of reference data. own: whether this operator registered it, so that it may change
    it; values: by field."""

    noun: str
    code: str
    id: int
    version: int
    own: bool
    values: Mapping[str, Said]

    def text(self, name: str) -> str:
        """A field as text, empty when nothing is said."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def words(self, name: str) -> tuple[str, ...]:
        """A field that holds a list."""
        return tuple(word for word in self.text(name).split(",") if word)

    def number(self, name: str) -> int | None:
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def day(self, name: str) -> date | None:
        text = self.text(name)
        return date.fromisoformat(text) if text else None

    def is_old(self, today: date) -> bool:
        """Whether it is no longer in use: switched off, or its last day is over."""
        until = self.day("valid_to")
        return self.values.get("active") is False or (until is not None and until < today)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that got another value. was: None in the first version."""

    field: str
    was: Said
    now: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version as the register says it. entry: the code of its entry; changes: what is other
    than in the version before; values: every field from this version on."""

    number: int
    at: datetime
    entry: str
    hash: str
    changes: Sequence[Change]
    values: Mapping[str, Said]


def pieces(session: Session, book: Rulebook, viewer: Viewer, noun: str) -> list[Piece]:
    """All that the viewer's operator knows of a noun, the latest version of each, by code. One
    statement. Raises NotFound for a noun that does not exist, and for who is no staff.
    """
    operator = operator_of(book, viewer)
    if noun not in NOUNS:
        raise NotFound
    return _current(_read(session, book, operator, viewer, noun))


def how_many(session: Session, book: Rulebook, viewer: Viewer) -> dict[str, int]:
    """How many pieces there are of each noun. One statement."""
    operator = operator_of(book, viewer)
    parts = []
    for noun in NOUNS:
        table = SQLModel.metadata.tables[noun]
        what = func.count(table.c.code.distinct()) if noun in VERSIONED else func.count()
        mine = _of_operator(table, book, operator, viewer)
        parts.append(
            select(literal(noun).label("noun"), what.label("count")).select_from(table).where(mine)
        )
    return {noun: int(many) for noun, many in session.execute(union_all(*parts))}


def piece(session: Session, book: Rulebook, viewer: Viewer, noun: str, code: str) -> Piece:
    """One piece. Raises NotFound."""
    for one in pieces(session, book, viewer, noun):
        if one.code == code:
            return one
    raise NotFound


def versions_of(session: Session, book: Rulebook, viewer: Viewer, one: Piece) -> list[Version]:
    """What became of a piece, oldest first. One statement.

    Empty for a party that another operator registered: its history is theirs.
    """
    chain = f"operator:{operator_of(book, viewer).organisation.code}"
    if one.noun in REFERRED:
        found = entries_about(session, chain, f"{one.noun}:")
    else:
        found = entries_of_subject(session, f"{one.noun}:{one.code}")
    own = [entry for entry in found if entry.chain == chain and entry.kind == "reference"]
    return versions(entry for entry in own if _is_about(entry, one))


def versions(entries: Iterable[EntryRow]) -> list[Version]:
    """Versions from the entries of one piece, oldest first."""
    found: list[Version] = []
    values: dict[str, Said] = {}
    for entry in entries:
        said = {
            name: value for name, value in entry.body["rows"][0]["set"].items() if name not in KEPT
        }
        changes = [
            Change(name, values.get(name), value)
            for name, value in said.items()
            if not values or values.get(name) != value
        ]
        values = {**values, **said}
        found.append(
            Version(
                number=int(entry.body["version"]),
                at=entry.recorded_at,
                entry=entry.code,
                hash=entry.hash,
                changes=changes,
                values=values,
            )
        )
    return found


def operator_of(book: Rulebook, viewer: Viewer) -> OperatorBook:
    """The operator whose staff the viewer is. Raises NotFound."""
    if viewer.operator_id is None:
        raise NotFound
    return book.operators[viewer.operator_id]


def code_of(noun: str, values: Mapping[str, Any]) -> str:
    """What a piece without a code of its own is called: by what it refers to."""
    return ":".join(str(values[name]) for name in NOUNS[noun] if values.get(name))


def empty_value(noun: str, name: str) -> Said:
    """What the register keeps of a field of which nothing is said."""
    column = SQLModel.metadata.tables[noun].c.get(name)
    if column is None or column.nullable or column.default is None:
        return None
    default: Said = column.default.arg  # type: ignore[attr-defined]
    return default


def written_code(code: str) -> str:
    """The same as a code that a definition takes: the parts as names."""
    return code.replace("-", "_") if ":" in code else code


REFERRED: Final = frozenset({"partner", "owner_rule"})
"""Nouns whose rows have no code of their own."""


def _is_about(entry: EntryRow, one: Piece) -> bool:
    key = str(entry.body["rows"][0]["key"])
    if one.noun in REFERRED:
        return key.replace("/", ":") == one.code
    return key == one.code or key.startswith(f"{one.code}@")


def _read(
    session: Session, book: Rulebook, operator: OperatorBook, viewer: Viewer, noun: str
) -> list[Piece]:
    table = SQLModel.metadata.tables[noun]
    codes = {name: _codes(book, operator, target) for name, target in NOUNS[noun].items()}
    rows = session.execute(
        select(table).where(_of_operator(table, book, operator, viewer)).order_by(table.c.id)
    )
    own_chain = operator.organisation.id >> SEQ_BITS
    return [_piece(noun, table, row, codes, own_chain) for row in rows]


def _of_operator(table: Table, book: Rulebook, operator: OperatorBook, viewer: Viewer) -> Any:
    own = operator.organisation.id
    if table.name == "organisation":
        known = [own, *operator.partners]
        registered = table.c.id.between(
            own >> SEQ_BITS << SEQ_BITS, ((own >> SEQ_BITS) + 1 << SEQ_BITS) - 1
        )
        return or_(table.c.id.in_(known), registered)
    sites = [
        site.id for site in book.sites.values() if viewer.sees_site(
            operator_id=site.operator_id, site_id=site.id
        )
    ]  # fmt: skip
    if table.name == "site":
        return table.c.id.in_(sites)
    if "site_id" in table.c:
        return table.c.site_id.in_(sites)
    return table.c.operator_id == own


def _codes(book: Rulebook, operator: OperatorBook, noun: str) -> Mapping[int, str]:
    rows: Iterable[Any] = {
        "organisation": book.organisations.values(),
        "site": book.sites.values(),
        "article_group": operator.groups.values(),
    }[noun]
    return {row.id: row.code for row in rows}


def _piece(
    noun: str,
    table: Table,
    row: Row[Any],
    codes: Mapping[str, Mapping[int, str]],
    own_chain: int,
) -> Piece:
    values: dict[str, Said] = {}
    for column in table.columns:
        name = column.name.removesuffix("_id") if column.foreign_keys else column.name
        if name in KEPT:
            continue
        value = row._mapping[column.name]
        if name in codes:
            values[name] = None if value is None else codes[name][value]
        else:
            values[name] = value.isoformat() if isinstance(value, date) else value
    code = row.code if "code" in table.c else code_of(noun, values)
    return Piece(
        noun=noun,
        code=code,
        id=row.id,
        version=row.version,
        own=row.id >> SEQ_BITS == own_chain,
        values=values,
    )


def _current(found: Iterable[Piece]) -> list[Piece]:
    """The last version of each, by code."""
    latest: dict[str, Piece] = {}
    for one in found:
        if one.noun not in VERSIONED or one.version >= latest.get(one.code, one).version:
            latest[one.code] = one
    return [latest[code] for code in sorted(latest)]


def require_own_site(
    book: Rulebook, viewer: Viewer, noun: str, code: str, data: Mapping[str, Any]
) -> None:
    """Raise NotFound unless somebody who is tied to a site speaks of that one only. What belongs to
    the whole operator may be said from every site. No statement.
    """
    if viewer.site_id is None:
        return
    rows: Mapping[str, Mapping[str, Any]] = {
        "station": book.stations,
        "container": book.containers,
        "scale": book.scales,
        "printer": book.printers,
    }
    kept = rows[noun].get(code) if noun in rows else None
    own = book.sites_by_id[viewer.site_id]
    if (
        (noun == "site" and code != own.code)
        or data.get("site") not in (None, own.code)
        or (kept is not None and kept.site_id != own.id)
    ):
        raise NotFound
