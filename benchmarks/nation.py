"""A country scans: how many scans a second one machine carries, and what each of them costs.

The model is 100 sites with 120 workers who each scan once in five seconds: 2,400 scans a second. A
part of it is played, with as many workers as it takes to find the highest rate at which the 99th
percentile stays under a limit. Arrivals are by the clock, from a process of its own
(`benchmarks.nation_load`): sortings with weights most of all, intakes, gates, queues of tablets
that were out of reach, and what the floor, the desk and the portal read meanwhile.

STOFSTROOM_BENCH_NATION says what is played, as DATABASE:PROCESSES with commas between (all three).
STOFSTROOM_BENCH_SITES is at how many sites (8), STOFSTROOM_BENCH_SECONDS how long a step takes (8),
STOFSTROOM_BENCH_RATE the first rate (60), STOFSTROOM_BENCH_P99_MS the limit (250).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import event, func, select
from starlette.testclient import TestClient

from benchmarks.nation_load import Plan, Told
from benchmarks.nation_world import Country, country, cpu_s, memory_mb, served
from benchmarks.scans import free_port, wait
from chain.tables import Entry
from store.columns import table_of
from streams.verify import audit

NATION: Final = 100 * 120 / 5
"""Scans a second of the whole country."""
YEAR: Final = NATION * 3600 * 8 * 250
"""Scans of the country in a year of 250 days of eight hours."""
PLAYED: Final = "sqlite:1,postgresql:1,postgresql:2"
GROWS: Final = 1.4
STEPS_MAX: Final = 10
CLOSER: Final = 2
"""So often the highest rate is looked for between the last that held and the first that did not."""
MEMORY_MB: Final = 300


@dataclass(frozen=True, slots=True)
class Step:
    """What was asked of a machine for a while, and what it said."""

    rate: float
    carried: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    read_p99_ms: float
    late: bool
    scans: int
    line_bytes: int

    def holds(self, limit_ms: float) -> bool:
        return not self.late and self.p99_ms <= limit_ms


def run() -> None:
    """Print what each way of running it carries, and what a scan costs there."""
    for played in (os.environ.get("STOFSTROOM_BENCH_NATION") or PLAYED).split(","):
        dialect, _, processes = played.partition(":")
        _play(dialect, int(processes or 1))


def _play(dialect: str, processes: int) -> None:
    sites = int(os.environ.get("STOFSTROOM_BENCH_SITES") or 8)
    name = f"nation  {dialect}, {processes} {'process' if processes == 1 else 'processes'}"
    with country(dialect, sites) as whole:
        statements = _statements_of_a_scan(whole)
        before, booked = whole.size_bytes(), _booked(whole)
        whole.database.dispose()
        port = free_port()
        with served(whole, port, processes) as server:
            wait(port)
            # The first pages are made and the large libraries loaded beside the first scans.
            warmed = _step(whole, port, 0, 20.0)
            spent, inside = cpu_s(server.pid), whole.database_cpu_s()
            steps = _steps(whole, port)
            spent, inside = cpu_s(server.pid) - spent, whole.database_cpu_s() - inside
            memory = memory_mb(server.pid)
        came, kept = _booked(whole) - booked, whole.size_bytes() - before
        with whole.database.read() as session:
            breach = next(audit(session), None)
    limit = _limit_ms()
    best = max((one for one in steps if one.holds(limit)), key=_rate_of, default=None)
    for one in steps:
        print(f"{name}: {_told(one)}")
    if best is not None:
        print(
            f"{name}: carries {best.carried:.0f} scans a second with a 99th percentile under"
            f" {limit:.0f} ms: {best.carried / NATION:.1%} of the {NATION:.0f} of the country,"
            f" {best.carried * 5:.0f} workers"
        )
    scans, line_bytes = sum(one.scans for one in steps), sum(one.line_bytes for one in steps)
    said = "whole" if breach is None else f"BROKEN: {breach}"
    print(
        f"{name}: a scan costs {statements} statements, {1000 * spent / scans:.1f} ms of the"
        f" server's processors, {1000 * inside / scans:.1f} ms of the database's,"
        f" {kept / max(came, 1):.0f} bytes of disk, {line_bytes / scans:.0f} on the line;"
        f" {warmed.scans + scans} acknowledged, {came} in the register, which is {said};"
        f" {memory} MB resident in the largest process (at most {MEMORY_MB})"
    )
    disk_bytes = YEAR * kept / max(came, 1)
    print(
        f"{name}: the country, computed from that: {NATION * spent / scans:.1f} processors of"
        f" servers and {NATION * inside / scans:.1f} of databases busy, {disk_bytes / 1e12:.0f} TB"
        f" of disk in a year ({disk_bytes / 1e11:.0f} GB for a site),"
        f" {NATION * line_bytes / scans * 8 / 1e6:.0f} Mbit/s to the tablets"
    )


def _steps(whole: Country, port: int) -> list[Step]:
    """The steps up to the highest rate that holds."""
    limit = _limit_ms()
    rate = float(os.environ.get("STOFSTROOM_BENCH_RATE") or 60)
    steps = list[Step]()
    good, bad = 0.0, 0.0
    for number in range(1, STEPS_MAX + CLOSER + 1):
        step = _step(whole, port, number, rate)
        steps.append(step)
        if step.holds(limit):
            good = max(good, rate)
        else:
            bad = rate
        if bad and len(steps) >= CLOSER and not _goes_on(steps, good, bad):
            break
        rate = (good + bad) / 2 if bad else rate * GROWS
    return steps


def _goes_on(steps: list[Step], good: float, bad: float) -> bool:
    """Whether a rate between both is worth another look."""
    first_bad = next(n for n, one in enumerate(steps) if not one.holds(_limit_ms()))
    return len(steps) - first_bad <= CLOSER and bad / max(good, 1.0) > 1.05


def _step(whole: Country, port: int, number: int, rate: float) -> Step:
    seconds = float(os.environ.get("STOFSTROOM_BENCH_SECONDS") or 8)
    plan = Plan(port, number, rate, seconds, whole.sites)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.nation_load"],
        input=json.dumps(asdict(plan)), capture_output=True, text=True, check=True,
        cwd=Path(__file__).parent.parent, timeout=seconds + 60,
    )  # fmt: skip
    told = Told(**json.loads(done.stdout))
    assert not told.refused, told.refused[:3]
    cuts = quantiles(told.waited_ms, n=100) if len(told.waited_ms) > 1 else [float("inf")] * 99
    reads = quantiles(told.read_ms, n=100)[98] if len(told.read_ms) > 1 else 0.0
    return Step(
        rate=rate,
        carried=told.carried,
        p50_ms=cuts[49],
        p95_ms=cuts[94],
        p99_ms=cuts[98],
        read_p99_ms=reads,
        late=told.late,
        scans=told.scans,
        line_bytes=told.line_bytes,
    )


def _statements_of_a_scan(whole: Country) -> int:
    """How many statements one sorting sends to the database, its BEGIN and COMMIT not counted."""
    from web.app import create_app
    from web.settings import from_environment

    site = whole.sites[0]
    app = create_app(from_environment(whole.environment()), database=whole.database)
    client = TestClient(app, headers={"Authorization": f"Bearer {site.token}"})
    sent = list[str]()

    def note(*said: Any) -> None:
        if said[2] not in ("BEGIN", "BEGIN IMMEDIATE"):
            sent.append(said[2])

    # The first of them opens a bin and reads the reference data.
    for _ in range(3):
        sent.clear()
        if not event.contains(whole.database.engine, "before_cursor_execute", note):
            event.listen(whole.database.engine, "before_cursor_execute", note)
        body = {
            "scan_id": str(uuid4()),
            "station": f"{site.code}-A",
            "scanned_at": datetime.now(UTC).isoformat(),
            "parts": [{"destination": "reuse", "mass_g": 100}],
        }
        answer = client.post(f"/api/v1/batches/{site.batches[0]}/sortings", json=body)
        assert answer.status_code == 201, answer.text
    event.remove(whole.database.engine, "before_cursor_execute", note)
    return len(sent)


def _booked(whole: Country) -> int:
    """How many scans are in the register. A bin that one of them opened has an entry of its own."""
    entry = table_of(Entry)
    counted = select(func.count()).where(entry.c.kind.in_(("sort", "intake", "gate")))
    with whole.database.read() as session:
        found: int = session.execute(counted).scalar_one()
    return found


def _limit_ms() -> float:
    return float(os.environ.get("STOFSTROOM_BENCH_P99_MS") or 250)


def _rate_of(step: Step) -> float:
    return step.carried


def _told(step: Step) -> str:
    if step.late:
        return f"{step.rate:.0f} asked a second: too much"
    return (
        f"{step.rate:.0f} asked a second, {step.carried:.0f} carried; answered in {step.p50_ms:.0f}"
        f" ms (95th percentile {step.p95_ms:.0f}, 99th {step.p99_ms:.0f}), reading pages and the"
        f" floor {step.read_p99_ms:.0f} (99th)"
    )
