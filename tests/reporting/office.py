"""A manager who issues reports, and what they say afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from catalogue.rulebook import rulebook
from proof.signing import KeyRing, SigningKey
from reporting.differing import Difference
from reporting.issued import WholeIssued, difference_since, whole_issued
from reporting.issuing import IssueReport, issue_report
from reporting.report import Report
from tests.builders import Depot

VERIFY_AT = "https://stofstroom.example/verify"
RING = KeyRing((SigningKey(valid_from=datetime(2026, 1, 1, tzinfo=UTC), seed=b"desk" * 8),))
MARCH: dict[str, Any] = {"first": date(2026, 3, 1), "end": date(2026, 4, 1)}


def issue(depot: Depot, supplier: str | None = None, **more: Any) -> dict[str, Any]:
    """Issue a report of March, by the manager unless somebody else acts; its answer."""
    command = IssueReport(**depot.carried(), supplier=supplier, **(MARCH | more))
    return send(depot, command)


def send(depot: Depot, command: IssueReport, by: str = "manager") -> dict[str, Any]:
    def act(session: Any, *, viewer: Any, now: datetime) -> Any:
        return issue_report(
            session, command, viewer=viewer, now=now, ring=RING, verify_at=VERIFY_AT
        )

    with depot.as_(by):
        return depot.do(act)


def look(depot: Depot, number: str, by: str = "manager") -> WholeIssued:
    with depot.database.read() as session:
        return whole_issued(session, rulebook(session), number, depot.people[by])


def compared(depot: Depot, number: str) -> tuple[Report, Difference]:
    """What stands now, and what changed since a report was issued."""
    with depot.database.read() as session:
        book = rulebook(session)
        whole = whole_issued(session, book, number, depot.people["manager"])
        return difference_since(session, book, whole.row, whole.frozen)
