"""What a counter writes into the register: stream numbers, who drives, and what was notified."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.actions import define
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from nl.actions import (
    MakeStreamNumber,
    MarkSent,
    SayCarriage,
    make_stream_number,
    mark_sent,
    say_carriage,
)
from tests.streams.teller import NAMESPACE, START

NOW = START + timedelta(days=70)


def paperwork(session: Session) -> None:
    """Two of everything that the Dutch counter keeps of S1."""
    early = START - timedelta(days=20)
    for code, address in (("OP", "Kade 1, 1011 AB Dorp"), ("NH", "Havenweg 2a, 2022 CD Stad")):
        data = {"name": f"Party {code}", "address": address, "registration": f"1234567{len(code)}"}
        define(session, "OP", "organisation", code, data, now=early)
    site = {
        "name": "Site S1", "timezone": "Europe/Amsterdam", "address": "Kade 3, 1011 AC Dorp",
        "processor_number": "08P04", "must_notify": True,
    }  # fmt: skip
    define(session, "OP", "site", "S1", site, now=early)
    operator = rulebook(session).organisation("OP").id
    manager = Viewer(role=Role.MANAGER, organisation_id=operator, operator_id=operator)
    by = {"viewer": manager, "now": NOW}
    ours = MakeStreamNumber(
        scan_id=_scan(1), scanned_at=NOW, site="S1", direction="receipt", partner="NH",
        number="08P04ABC1234", eural="200110", usual_name="Kleding", processing="C.03",
        from_day=date(2026, 1, 1), route_collection=True, carrier="ROAD",
    )  # fmt: skip
    theirs = MakeStreamNumber(
        scan_id=_scan(2), scanned_at=NOW, site="S1", direction="delivery", partner="FIBRE",
        number="11Z99DEF5678", eural="191208", usual_name="Vezels", processing="C.02",
        from_day=date(2026, 2, 1), collector_scheme=True,
    )  # fmt: skip
    for made in (ours, theirs):
        make_stream_number(session, made, **by)  # type: ignore[arg-type]
    drives = SayCarriage(
        scan_id=_scan(3), scanned_at=NOW, from_day=date(2026, 3, 1), carrier="NH", ordered_by="OP"
    )
    say_carriage(session, "08P04ABC1234", drives, **by)  # type: ignore[arg-type]
    for number, month in ((4, 3), (5, 4)):
        sent = MarkSent(
            scan_id=_scan(number), scanned_at=NOW, site="S1", month=date(2026, month, 1)
        )
        mark_sent(session, sent, **by)  # type: ignore[arg-type]


def _scan(number: int) -> str:
    return str(uuid5(UUID(int=NAMESPACE.int), f"paperwork{number}"))
