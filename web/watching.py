"""`/metrics`: how the service does, for Prometheus, in words that a site manager understands.

What stands open is read from the database when somebody asks, in a fixed number of statements, and
kept for a few seconds, so that nobody can wear the database out by asking.
"""

from __future__ import annotations

import hmac
import os
import resource
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.responses import Response

from catalogue.errors import NotFound, Unauthenticated
from catalogue.rulebook import rulebook
from store.engine import Database
from store.gate import Busy
from web.meters import FOLDER, counted
from web.queries import Standing, free_bytes, late_shipments, standing

FRESH_S: Final = 5.0
SLOW_S: Final = 300.0
"""How long late shipments are kept: they change by the day, and are many to look through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at the database found. answered_s: how long it took to answer anything; None
    when it did not, and then nothing else is known."""

    at: datetime
    answered_s: float | None
    standing: Standing | None
    late: Mapping[str, int]
    free: int | None


class Watch:
    """Looks at the database for whoever asks, and remembers what it saw."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._look: tuple[float, Look] | None = None
        self._late: tuple[float, dict[str, int]] | None = None

    def look(self, database: Database, now: datetime) -> Look:
        """At most some seconds old."""
        with self._lock:
            begin = self._clock()
            if self._look is None or begin - self._look[0] >= FRESH_S:
                self._look = begin, self._new_look(database, now, begin)
            return self._look[1]

    def _new_look(self, database: Database, now: datetime, begin: float) -> Look:
        try:
            with database.read() as session:
                book = rulebook(session)
                answered_s = self._clock() - begin
                found = standing(session, book, database.dialect, now)
                if self._late is None or begin - self._late[0] >= SLOW_S:
                    self._late = begin, late_shipments(session, book, now)
        except (DBAPIError, NoConnection, Busy):
            return Look(at=now, answered_s=None, standing=None, late={}, free=None)
        return Look(
            at=now,
            answered_s=answered_s,
            standing=found,
            late=self._late[1],
            free=free_bytes(database),
        )


class Gauges(Collector):
    """What a look found, as Prometheus reads it."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def collect(self) -> Iterator[Metric]:
        look = self._look
        yield _one("stofstroom_database_up", "Whether the database answers: 1, or 0 when it does "
                   "not.", look.answered_s is not None)  # fmt: skip
        yield from processes()
        yield _version()
        if look.standing is None or look.answered_s is None:
            return
        yield _one("stofstroom_database_answer_seconds", "How long the database took to answer the "
                   "smallest question.", look.answered_s)  # fmt: skip
        yield _one("stofstroom_database_bytes", "How large the database is.", look.standing.size)
        if look.free is not None:
            yield _one("stofstroom_disk_free_bytes", "How much room is left on the disk that the "
                       "database lies on.", look.free)  # fmt: skip
        yield from _of_sites(look, look.standing)
        yield from _of_queues(look, look.standing)
        yield from _of_chains(look, look.standing)
        yield _one("stofstroom_wrong_sign_ins", "Tries to get in that failed within the last hour: "
                   "wrong passwords and codes.", look.standing.wrong)  # fmt: skip


def _of_sites(look: Look, now: Standing) -> Iterator[Metric]:
    yield _each("stofstroom_scans_waiting", "Scans that wait for a team leader to decide on them, "
                "by site.", {code: row.count for code, row in now.kept.items()})  # fmt: skip
    yield _each("stofstroom_scans_waiting_oldest_seconds", "How long the oldest of those waits.",
                {code: _age(look, row.since) for code, row in now.kept.items()})  # fmt: skip
    yield _each("stofstroom_tablets_silent", "Tablets that were not heard for more than an hour, "
                "by site.", {code: row.tablets for code, row in now.silent.items()})  # fmt: skip
    yield _each("stofstroom_tablets_silent_scans", "Scans that waited in those tablets when they "
                "were last heard.",
                {code: row.scans for code, row in now.silent.items()})  # fmt: skip
    yield _each("stofstroom_shipments_late", "Shipments that their outlets should have confirmed "
                "by now, by site.", look.late)  # fmt: skip


def _of_queues(look: Look, now: Standing) -> Iterator[Metric]:
    labels = GaugeMetricFamily(
        "stofstroom_labels",
        "Labels that did not come out of a printer: waiting, unsure (somebody must look) or failed,"
        " by site.",
        labels=["site", "state"],
    )
    for (site, state), count in now.labels.items():
        labels.add_metric([site, state], count)
    yield labels
    yield _each("stofstroom_mails", "Mails that were not sent: waiting, or failed for good.",
                now.mails, label="state")  # fmt: skip
    yield _each("stofstroom_jobs", "Work that the service does by itself and that is due: waiting, "
                "or failed for good.", now.jobs, label="state")  # fmt: skip
    yield _one("stofstroom_jobs_oldest_seconds", "For how long the oldest of the waiting work has "
               "been due.", _age(look, now.late_jobs_since))  # fmt: skip


def _of_chains(look: Look, now: Standing) -> Iterator[Metric]:
    chains = now.chains
    yield _each("stofstroom_chain_entries", "Entries in each logbook: all that was ever booked.",
                {code: row.size for code, row in chains.items()}, label="chain")  # fmt: skip
    yield _each("stofstroom_chain_unsigned_entries", "Entries that came after the last signature "
                "under the logbook.",
                {code: row.size - row.signed for code, row in chains.items()},
                label="chain")  # fmt: skip
    yield _each("stofstroom_chain_signed_seconds", "How long ago each logbook was last signed.",
                {code: _age(look, row.signed_at) for code, row in chains.items() if row.signed_at},
                label="chain")  # fmt: skip


def processes() -> Iterator[Metric]:
    """How much memory and time our processes use. A process that has gone takes its time along."""
    page, ticks = resource.getpagesize(), os.sysconf("SC_CLK_TCK")
    memory, busy_s = [], 0.0
    for process in _pids():
        try:
            fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] == "Z":
            continue
        memory.append(int(fields[21]) * page)
        busy_s += (int(fields[11]) + int(fields[12])) / ticks
    yield _one("stofstroom_processes", "Processes that answer.", len(memory))
    yield _one("stofstroom_memory_bytes", "Memory that all processes together hold.", sum(memory))
    yield _one("stofstroom_memory_largest_bytes", "Memory that the largest of them holds.",
               max(memory, default=0))  # fmt: skip
    used = CounterMetricFamily(
        "stofstroom_processor_seconds", "Time of a processor that they used since they began."
    )
    used.add_metric([], busy_s)
    yield used


def _pids() -> set[int]:
    """Those that count in the same folder; each has files that its number ends."""
    folder = os.environ.get(FOLDER)
    counting = Path(folder).glob("*_*.db") if folder else ()
    return {int(file.stem.rpartition("_")[2]) for file in counting} | {os.getpid()}


def install(app: FastAPI) -> None:
    app.add_api_route("/metrics", metrics, methods=["GET"], include_in_schema=False)


def metrics(request: Request) -> Response:
    """Raises NotFound where nobody watches, Unauthenticated for who does not show the token."""
    state = request.app.state
    token: str = state.settings.metrics_token
    if not token:
        raise NotFound
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.encode(), token.encode()):
        raise Unauthenticated
    registry = CollectorRegistry()
    registry.register(counted())
    registry.register(Gauges(state.watch.look(state.database, state.clock())))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _version() -> Metric:
    found = GaugeMetricFamily(
        "stofstroom_version", "Which version runs, as its label; always 1.", labels=["version"]
    )
    found.add_metric([version("stofstroom")], 1)
    return found


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _each(name: str, text: str, values: Mapping[str, float], *, label: str = "site") -> Metric:
    found = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        found.add_metric([value], number)
    return found


def _age(look: Look, since: datetime | None) -> float:
    return max(0.0, (look.at - since).total_seconds()) if since else 0.0
