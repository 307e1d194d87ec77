"""Reserve label codes in advance, for use without a network; also again, after a restore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.codes import CodeKind, MisreadCode, mint, parse
from catalogue.errors import Malformed, NotFound
from catalogue.labels import reserved_by
from catalogue.rows import SiteRow, StationRow
from catalogue.rulebook import Rulebook, rulebook
from chain.rows import RowChange
from streams.acts import Act, Command
from streams.ledger import Booked, book
from streams.relabellings import carried
from streams.scans import answered

CODES_AT_ONCE_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveCodes(Command):
    """Label codes for a station to use later, also offline. codes: those that it had before."""

    station: str
    kind: str
    count: int
    codes: tuple[str, ...] = ()


def reserve_codes(
    session: Session, command: ReserveCodes, *, viewer: Viewer, now: datetime
) -> Booked:
    """Mint codes in advance, or take over those that the station says it had.

    Of the latter those count that are right labels of this kind and stand for nothing yet.
    Raises NotFound, Malformed, ScanReused.
    """
    if before := answered(session, "codes", None, command):
        return before
    reference = rulebook(session)
    site = _site_of_station(reference, command.station, viewer)
    if command.kind not in (CodeKind.BATCH, CodeKind.BIN):
        raise Malformed(field="kind", problem="batch or bin", read=command.kind[:20])
    if not 1 <= command.count <= CODES_AT_ONCE_MAX:
        raise Malformed(field="count", problem="1 to 500", given=command.count)
    kind, station = CodeKind(command.kind), reference.station(command.station, site)
    if command.codes:
        codes, fresh = _had_before(session, kind, command.codes, station)
    else:
        codes = fresh = [mint(kind) for _ in range(command.count)]
    rows = [
        RowChange(
            table="reserved_code",
            key=code,
            values={"code": code, "station": station.ref, "kind": command.kind},
        )
        for code in fresh
    ]
    act = Act(kind="codes", site=site, command=command, rows=rows, answer={"codes": codes})
    return book(session, act, now=now)


def _had_before(
    session: Session, kind: CodeKind, codes: Sequence[str], station: StationRow
) -> tuple[list[str], list[str]]:
    """Codes that are the station's now, and those of them that the register did not know."""
    right = [code for code in dict.fromkeys(codes) if _is_label(code, kind)]
    used, owners, id_ = carried(session, right), reserved_by(session, right), station.id
    own = [code for code in right if code not in used and owners.get(code, id_) == id_]
    return own, [code for code in own if code not in owners]


def _is_label(text: str, kind: CodeKind) -> bool:
    try:
        code = parse(text)
    except MisreadCode:
        return False
    return code.kind is kind and code.text == text


def _site_of_station(reference: Rulebook, code: str, viewer: Viewer) -> SiteRow:
    station = reference.stations.get(code)
    if station is None:
        raise NotFound
    return reference.site(reference.sites_by_id[station.site_id].code, viewer)
