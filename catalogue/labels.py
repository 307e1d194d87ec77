"""Label codes as they come from a scanner or a person, against what they may be used for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import CodeKind, MisreadCode, mint, parse
from catalogue.errors import CodeTaken, Malformed, PracticeLabel
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from catalogue.tables import ReservedCode
from store.columns import table_of

_reserved = table_of(ReservedCode)


def read_code(text: str, kind: CodeKind) -> str:
    """The code on a label of this kind, forgiving case and spaces.

    Raises PracticeLabel, and Malformed when it was misread or belongs to another kind.
    """
    try:
        code = parse(text)
    except MisreadCode as error:
        raise Malformed(field="code", problem="misread", read=text[:40]) from error
    if code.kind is CodeKind.PRACTICE:
        raise PracticeLabel(read=text[:40])
    if code.kind is not kind:
        raise Malformed(field="code", problem=f"not the label of a {kind.value}", read=text[:40])
    return code.text


@dataclass(frozen=True, slots=True)
class FreshLabel:
    """A code for something new. unreserved: no station had reserved it."""

    code: str
    unreserved: bool = False


def label_for(
    session: Session,
    book: Rulebook,
    kind: CodeKind,
    given: str | None,
    site: SiteRow,
    viewer: Viewer,
) -> FreshLabel:
    """A fresh code, or the given one when it was reserved for a station of this site.

    A tablet has the label in its hands. When nobody knows of its reservation any more, as after a
    restored backup, it is taken nevertheless.
    One statement when given. Raises Malformed, PracticeLabel, CodeTaken.
    """
    if given is None:
        return FreshLabel(mint(kind))
    code = read_code(given, kind)
    row = session.execute(
        select(_reserved.c.station_id, _reserved.c.kind)
        .where(_reserved.c.code == code)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None and viewer.is_tablet:
        return FreshLabel(code, unreserved=True)
    stations = {s.id for s in book.stations.values() if s.site_id == site.id}
    if row is None or row.kind != kind.value or row.station_id not in stations:
        raise CodeTaken(read=code)
    return FreshLabel(code)


def station_of_reserved(session: Session, code: str) -> int | None:
    """Key of the station that a code was reserved for, used or not. One statement."""
    return reserved_by(session, [code]).get(code)


def reserved_by(session: Session, codes: Collection[str]) -> dict[str, int]:
    """The station that each code was reserved for, of those that were. One statement."""
    rows = session.execute(
        select(_reserved.c.code, _reserved.c.station_id).where(_reserved.c.code.in_(codes))
    )
    return {row.code: row.station_id for row in rows}


def reserved_for(station_id: int) -> Select[Any]:
    """The codes and kinds that were minted in advance for a station, used or not, as a question."""
    return select(_reserved.c.code, _reserved.c.kind).where(_reserved.c.station_id == station_id)
