"""Workers who scan by the clock, in a process of its own: `python -m benchmarks.nation_load`.

Each has a tablet with a line of its own and scans every five seconds, whether the server is fast or
not. A scan that waits for the one before it has waited since the moment that it was due: nobody is
left out of the figures because the server was slow.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from random import Random
from time import perf_counter
from typing import Any, Final
from uuid import UUID

EVERY_S: Final = 5.0
WARM_S: Final = 2.0
"""What was due in the first moments of a step is not counted."""
PATIENCE_S: Final = 3.0
"""Who waits longer has shown that this is too much: the step ends."""
QUEUE: Final = 20
"""Scans of a tablet that was out of reach."""
REST_S: Final = 10.0
KINDS: Final = {
    "sort": 900, "sort of 3": 40, "intake": 40, "gate": 20, "queue": 2,
    "read batch": 40, "read floor": 10, "desk": 2, "portal": 2,
}  # fmt: skip
"""How often each comes; a queue is so many scans, and what is read is none."""
SCANS: Final = {"sort": 1, "sort of 3": 1, "intake": 1, "gate": 1, "queue": QUEUE}
TARGETS: Final = ("reuse",) * 6 + ("recycle",) * 3 + ("burn",)


@dataclass(frozen=True, slots=True)
class Site:
    """Where somebody works. token: of its tablets; desk, portal: cookies of who looks at pages."""

    code: str
    token: str
    batches: Sequence[str]
    desk: str
    portal: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One step: so many scans a second, for so long. number: makes scans of each step its own."""

    port: int
    number: int
    rate: float
    seconds: float
    sites: Sequence[Site]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Plan:
        return cls(**{**said, "sites": [Site(**site) for site in said["sites"]]})


@dataclass(slots=True)
class Told:
    """What came of a step. late: it was cut short, for somebody waited too long.

    scans: acknowledged, of the whole step; line_bytes: sent and read for all of it; waited_ms: of
    what was due after the first moments.
    """

    scans: int = 0
    carried: float = 0.0
    late: bool = False
    refused: list[str] = field(default_factory=list)
    waited_ms: list[float] = field(default_factory=list)
    read_ms: list[float] = field(default_factory=list)
    line_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of a worker. due: by the clock of `perf_counter`."""

    kind: str
    due: float
    request: bytes


class Worker(asyncio.Protocol):
    """Somebody at a tablet: one request after the other on one line."""

    def __init__(self, site: Site, number: int, plan: Plan, told: Told) -> None:
        self._site, self._plan, self._told = site, plan, told
        self._random = Random(f"{plan.number}-{number}")
        self._station = f"{site.code}-A"
        self._waiting: deque[Ask] = deque()
        self._line: asyncio.Transport | None = None
        self._asked: Ask | None = None
        self._read = bytearray()
        self.begun = 0.0
        self.idle = asyncio.Event()
        self.idle.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport

    def leave(self) -> None:
        """Switch the tablet off."""
        if self._line is not None:
            self._line.close()

    def oldest(self) -> float | None:
        """When what waits longest was due."""
        return self._asked.due if self._asked else None

    def scan(self, due: float) -> None:
        """Do what is due now."""
        kind = self._random.choices(list(KINDS), list(KINDS.values()))[0]
        ask = Ask(kind, due, self._request(kind))
        if self._asked is None:
            self._send(ask)
        else:
            self._waiting.append(ask)

    def _send(self, ask: Ask) -> None:
        assert self._line is not None
        self._asked = ask
        self.idle.clear()
        self._line.write(ask.request)
        self._told.line_bytes += len(ask.request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        self._told.line_bytes += len(data)
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        lines = bytes(head).lower().split(b"\r\n")
        length = next(int(one[15:]) for one in lines if one.startswith(b"content-length:"))
        if len(body) < length:
            return
        self._read.clear()
        self._answered(int(lines[0].split()[1]), bytes(body))

    def _answered(self, status: int, body: bytes) -> None:
        ask, self._asked = self._asked, None
        assert ask is not None
        now, told = perf_counter(), self._told
        if status >= 300 or (ask.kind == "queue" and body.count(b'"accepted"') != QUEUE):
            told.refused.append(f"{ask.kind} {status} {body[:200].decode(errors='replace')}")
        else:
            told.scans += SCANS.get(ask.kind, 0)
            if ask.due >= self.begun + WARM_S:
                (told.waited_ms if ask.kind in SCANS else told.read_ms).append(
                    (now - ask.due) * 1000
                )
                told.carried += SCANS.get(ask.kind, 0)
        if self._waiting:
            self._send(self._waiting.popleft())
        else:
            self.idle.set()

    def _request(self, kind: str) -> bytes:
        site, batch = self._site, self._random.choice(self._site.batches)
        if kind == "read batch":
            return _get(f"/api/v1/batches/{batch}", f"Authorization: Bearer {site.token}")
        if kind == "read floor":
            path = f"/api/v1/floor/world?station={self._station}"
            return _get(path, f"Authorization: Bearer {site.token}")
        if kind in ("desk", "portal"):
            return _get(f"/{kind}", f"Cookie: {site.desk if kind == 'desk' else site.portal}")
        if kind == "queue":
            return self._queue(batch)
        path, body = self._scan(kind, batch)
        return _post(path, site.token, body)

    def _scan(self, kind: str, batch: str) -> tuple[str, Mapping[str, Any]]:
        common = {"scan_id": self._uuid(), "station": self._station, "scanned_at": _now()}
        if kind == "intake":
            gross_g = self._random.randint(200_000, 400_000)
            said = {"site": self._site.code, "supplier": "DUINRAND", "article_group": "uniform"}
            station = {"station": f"{self._site.code}-IN"}
            masses = {"gross_g": gross_g, "tare_g": 20_000}
            return "/api/v1/batches", common | said | station | masses
        if kind == "gate":
            gate = {"gate": "logo", "mass_g": self._random.randint(100, 900)}
            return f"/api/v1/batches/{batch}/gates", common | gate
        number = 3 if kind == "sort of 3" else 1
        parts = [
            {"destination": self._random.choice(TARGETS), "mass_g": self._random.randint(100, 900)}
            for _ in range(number)
        ]
        return f"/api/v1/batches/{batch}/sortings", common | {"parts": parts}

    def _queue(self, batch: str) -> bytes:
        commands = []
        for _ in range(QUEUE):
            _path, body = self._scan("sort", batch)
            said = dict(body)
            command = {"scan_id": said.pop("scan_id"), "kind": "sort", "target": batch}
            commands.append(command | {"body": said})
        whole = {"device": "bench", "app_version": "1", "sent_at": _now(), "commands": commands}
        return _post("/api/v1/sync", self._site.token, whole)

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _get(path: str, header: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode()


def _post(path: str, token: str, body: Mapping[str, Any]) -> bytes:
    said = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
    )
    return head.encode() + said


def _due(workers: int, seconds: float, per_scan: float) -> Iterator[tuple[float, int]]:
    """When each worker does something, in order. Each begins at a moment of their own."""
    every = EVERY_S * per_scan
    rounds = int(seconds / every) + 1
    for number in range(rounds * workers):
        at = number * every / workers
        if at < seconds:
            yield at, number % workers


async def play(plan: Plan) -> Told:
    """Have as many workers scan as it takes, until the time is up and all is answered."""
    told = Told()
    loop = asyncio.get_running_loop()
    per_scan = sum(KINDS[kind] * count for kind, count in SCANS.items()) / sum(KINDS.values())
    count = max(1, round(plan.rate * EVERY_S))
    workers = [
        Worker(plan.sites[number % len(plan.sites)], number, plan, told) for number in range(count)
    ]
    for worker in workers:
        await loop.create_connection(lambda worker=worker: worker, "127.0.0.1", plan.port)  # type: ignore[misc]
    begun = perf_counter()
    for worker in workers:
        worker.begun = begun
    looked = begun
    for at, number in _due(count, plan.seconds, per_scan):
        if (left := begun + at - perf_counter()) > 0:
            await asyncio.sleep(left)
        workers[number].scan(begun + at)
        now = perf_counter()
        if now - looked > 0.25:
            looked = now
            await asyncio.sleep(0)
            if _waits_since(workers, now) > PATIENCE_S:
                told.late = True
                break
    told.late |= not await _rest(workers)
    told.carried /= plan.seconds - WARM_S
    for worker in workers:
        worker.leave()
    return told


async def _rest(workers: Sequence[Worker]) -> bool:
    """Whether everybody had their answers in time."""
    try:
        async with asyncio.timeout(REST_S):
            for worker in workers:
                await worker.idle.wait()
    except TimeoutError:
        return False
    return True


def _waits_since(workers: Sequence[Worker], now: float) -> float:
    return max((now - due for worker in workers if (due := worker.oldest())), default=0.0)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(play(Plan.of(json.load(sys.stdin)))))))
