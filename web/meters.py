"""What the service counts of itself while it answers, for who watches over it.

By site and kind of act, and by group of calls. Never by person, badge, tablet, station or supplier:
nobody's pace is counted. Several processes count in files of one folder, which whoever started them
names; a lone process counts in memory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import event
from sqlmodel import Session
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.acts import Command

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
OFFICE: Final = "office"
"""Where an act is counted that belongs to no site, such as a certificate."""
OTHER: Final = "other"
KINDS: Final[Mapping[str, str]] = {
    "LogBatch": "intake",
    "log": "intake",
    "Sort": "sorting",
    "sort": "sorting",
    "PassGate": "gate",
    "gate": "gate",
    "WeighBatch": "weighing",
    "weigh": "weighing",
    "Correct": "correction",
    "correct": "correction",
    "Reverse": "undo",
    "reverse": "undo",
    "Close": "closing",
    "close": "closing",
    "reopen": "closing",
    "SetAside": "set_aside",
    "hold": "set_aside",
    "release": "set_aside",
    "refuse": "set_aside",
    "Relabel": "label",
    "relabel": "label",
    "OpenBin": "bin",
    "CloseBin": "bin",
    "bin": "bin",
    "bin_close": "bin",
    "Ship": "shipment",
    "shipment": "shipment",
    "AddLeg": "shipment",
    "leg": "shipment",
    "TakeBack": "return",
    "return": "return",
    "Confirm": "confirmation",
    "confirm": "confirmation",
    "LogFind": "find",
    "find": "find",
    "HandOver": "find",
    "handover": "find",
    "NoteItem": "item",
    "serial": "item",
    "DestroyItem": "item",
    "destroyed": "item",
    "AnnounceDelivery": "delivery",
    "WithdrawDelivery": "delivery",
    "Issue": "certificate",
    "Withdraw": "certificate",
    "IssueReport": "report",
}
"""What commands, and kinds of kept scans, are called here; whatever else there is, `other`."""
_COUNTED: Final = "counted"

REGISTRY: Final = CollectorRegistry()
ANSWERS: Final = Histogram(
    "stofstroom_answer_seconds",
    "How long callers waited for their answer, by group of calls.",
    ["calls"],
    buckets=BUCKETS_S,
    registry=REGISTRY,
)
FAILURES: Final = Counter(
    "stofstroom_failures",
    "Calls that ended in an error of ours: busy, the database away, or a mistake in the program.",
    ["calls"],
    registry=REGISTRY,
)
TOO_MANY: Final = Counter(
    "stofstroom_too_many_calls",
    "Calls that were told to wait, because their caller asked too much at once.",
    registry=REGISTRY,
)
BOOKED: Final = Counter(
    "stofstroom_scans_booked",
    "Scans and other acts that were booked, by site and kind.",
    ["site", "kind"],
    registry=REGISTRY,
)
PARKED: Final = Counter(
    "stofstroom_scans_parked",
    "Scans that were kept for a team leader to decide on, by site and kind.",
    ["site", "kind"],
    registry=REGISTRY,
)
REFUSED: Final = Counter(
    "stofstroom_scans_refused",
    "Scans that a rule refused, by site and kind.",
    ["site", "kind"],
    registry=REGISTRY,
)
GROUPS: Final = ("scan", "tablet", "lookup", "page", "file", "sign_in")
_answers: Final = {group: ANSWERS.labels(group) for group in GROUPS}
_failures: Final = {group: FAILURES.labels(group) for group in GROUPS}
_SKIPPED: Final = ("/static/", "/healthz", "/readyz", "/metrics", "/floor")
_FILES: Final = (".pdf", ".xlsx", ".zip", ".csv", ".parquet")
_SIGNING: Final = ("/login", "/reset/", "/invitation/", "/forgotten")


def group_of(method: str, path: str) -> str | None:
    """The group that a call is counted in; None for what is the same for everybody."""
    if path.startswith("/api/v1/"):
        if path == "/api/v1/sync":
            return "tablet"
        if path.startswith("/api/v1/exports/") or path.endswith(_FILES):
            return "file"
        return "scan" if method == "POST" else "lookup"
    if path.startswith(_SKIPPED):
        return None
    if path.endswith(_FILES):
        return "file"
    return "sign_in" if path.startswith(_SIGNING) else "page"


class Measured:
    """Notes how long each answer took, and whether it failed. Outermost, so that all is in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        group = group_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if group is None:
            await self._app(scope, receive, send)
            return
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begin = perf_counter()
        try:
            await self._app(scope, receive, noted)
        finally:
            _answers[group].observe(perf_counter() - begin)
            if status >= 500:
                _failures[group].inc()
            elif status == 429:
                TOO_MANY.inc()


def note_booked(session: Session, command: Command, entry: str) -> None:
    """Count an act once it is committed; never, when it is not. entry: `chain#seq`."""
    chain = entry.partition("#")[0]
    kind = KINDS.get(type(command).__name__, OTHER)
    site = chain.removeprefix("site:") if chain.startswith("site:") else OFFICE
    _note(session, BOOKED, site, kind)


def note_kept(session: Session, status: str, kind: str, site: str) -> None:
    """The same for a scan that was not booked, but kept: parked, or refused."""
    counter = PARKED if status == "parked" else REFUSED
    _note(session, counter, site, KINDS.get(kind, OTHER))


def counted() -> Collector:
    """All that was counted: by this process, or by all of those that serve beside it."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return REGISTRY
    together: Collector = MultiProcessCollector(None, folder)  # type: ignore[no-untyped-call]
    return together


def _note(session: Session, counter: Counter, site: str, kind: str) -> None:
    session.info.setdefault(_COUNTED, []).append((counter, site, kind))


@event.listens_for(Session, "after_commit")
def _count(session: Session) -> None:
    for counter, site, kind in session.info.pop(_COUNTED, ()):
        counter.labels(site, kind).inc()
