"""How soon the server is ready, on an empty register and on one with a long history.

From the start of the process until `/healthz` answers; then the first pages at once, while the
server still loads behind them, and again when it has come to rest. The history is written by the
database itself: STOFSTROOM_BENCH_HISTORY says how many movements (500,000).
"""

from __future__ import annotations

import os
import time
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from typing import Final

from benchmarks.history import write_history
from benchmarks.nation_world import Country, country, cpu_s, memory_mb, served
from benchmarks.scans import free_port
from tests.builders import Depot

STARTS: Final = 5
READY_S: Final = 2.0
REST_S: Final = 8.0
LATER: Final = 10
PATIENCE_S: Final = 60.0


def run() -> None:
    """Print when it was ready, and how long the first pages took."""
    movements = int(os.environ.get("STOFSTROOM_BENCH_HISTORY") or 500_000)
    with country("sqlite", 2) as whole:
        # The first start compiles what an installation finds compiled.
        _start(whole, rest_s=0)
        _measure(whole, "an empty register")
        before, began = whole.size_bytes(), perf_counter()
        write_history(Depot(whole.database), movements)
        whole.database.dispose()
        took_s = perf_counter() - began
        each = (whole.size_bytes() - before) / movements
        print(
            f"start   {movements} movements were written by the database in {took_s:.0f} s:"
            f" {each:.0f} bytes each, {whole.size_bytes() / 1e9:.2f} GB"
        )
        _measure(whole, f"{movements} movements")


def _measure(whole: Country, what: str) -> None:
    runs = [_start(whole, rest_s=0) for _ in range(STARTS - 1)] + [_start(whole, rest_s=REST_S)]
    ready, spent, memory, pages = zip(*runs, strict=True)
    print(
        f"start   {what}: ready after {median(ready):.2f} s (at most {READY_S:.0f}), slowest"
        f" {max(ready):.2f}, {median(spent):.2f} s of the processor, {max(memory)} MB resident then"
    )
    for path in ("/desk", "/portal"):
        first = median(one[path][0] for one in pages)
        print(
            f"start   {what}: {path} in {first:.0f} ms at once, in {pages[-1][path][1]:.0f} ms when"
            " the server has come to rest"
        )


def _start(whole: Country, *, rest_s: float) -> tuple[float, float, int, dict[str, list[float]]]:
    """Until it was ready: seconds, processor, memory; and of each page the first time and later."""
    port, began = free_port(), perf_counter()
    with served(whole, port, 1) as server:
        while not _is_ready(port):
            assert server.poll() is None, "the server did not start"
            assert perf_counter() - began < PATIENCE_S, "the server did not come up"
            time.sleep(0.005)
        ready, spent, memory = perf_counter() - began, cpu_s(server.pid), memory_mb(server.pid)
        site = whole.sites[0]
        pages = {"/desk": site.desk, "/portal": site.portal}
        times = {path: [_asked_ms(port, path, cookie)] for path, cookie in pages.items()}
        if rest_s:
            time.sleep(rest_s)
            for path, cookie in pages.items():
                times[path].append(median(_asked_ms(port, path, cookie) for _ in range(LATER)))
    return ready, spent, memory, times


def _is_ready(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        line.close()


def _asked_ms(port: int, path: str, cookie: str) -> float:
    line = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    began = perf_counter()
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    answer.read()
    line.close()
    assert answer.status == 200, (path, answer.status, answer.getheader("location"))
    return (perf_counter() - began) * 1000
