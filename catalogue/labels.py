"""Label codes as they come from a scanner or a person, against what they may be used for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

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


def code_for(
    session: Session, book: Rulebook, kind: CodeKind, given: str | None, site: SiteRow
) -> str:
    """A fresh code, or the given one when it was reserved for a station of this site.

    One statement when given. Raises Malformed, PracticeLabel, CodeTaken.
    """
    if given is None:
        return mint(kind)
    code = read_code(given, kind)
    row = session.execute(
        select(_reserved.c.station_id, _reserved.c.kind)
        .where(_reserved.c.code == code)
        .with_for_update(key_share=True)
    ).one_or_none()
    stations = {s.id for s in book.stations.values() if s.site_id == site.id}
    if row is None or row.kind != kind.value or row.station_id not in stations:
        raise CodeTaken(read=code)
    return code


def reserved_for(station_id: int) -> Select[Any]:
    """The codes and kinds that were minted in advance for a station, used or not, as a question."""
    return select(_reserved.c.code, _reserved.c.kind).where(_reserved.c.station_id == station_id)
