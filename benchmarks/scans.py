"""Full scans over HTTP beside a bare endpoint of the same server, in alternating slices.

The bare endpoint validates a body, inserts one row and commits with the same durability. A scan
checks a token, rules and balances, and writes its entry, lines, balances, totals and tree.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks.depot import fresh_depot, large_batches, worker_token

SLICES = 4
SECONDS = 5
CLIENTS = 32
BATCHES = 64
LIMIT = 1.0
SLOWEST_LIMIT = 2.0
HERE = Path(__file__).parent


def run() -> None:
    """Print both rates, their ratio and the 99th percentiles."""
    if shutil.which("wrk") is None:
        print("scans   needs wrk (Debian: apt-get install wrk)")
        return
    with fresh_depot() as (depot, folder):
        batches = large_batches(depot, BATCHES)
        token = worker_token(depot)
        depot.database.dispose()
        port = free_port()
        server = serve(folder, port)
        try:
            wait(port)
            _measure(port, token, batches)
        finally:
            stop(server)


def _measure(port: int, token: str, batches: list[str]) -> None:
    rates: dict[str, list[float]] = {"bare": [], "scan": []}
    slowest: dict[str, list[float]] = {"bare": [], "scan": []}
    for number in range(1 + SLICES):
        for kind, measured in rates.items():
            rate, p99_ms = _slice(port, kind, token, batches)
            # Meanwhile the server loads what it needs for its pages, as after every start.
            if number > 0:
                measured.append(rate)
                slowest[kind].append(p99_ms)
    bare, scan = median(rates["bare"]), median(rates["scan"])
    bare_ms, scan_ms = median(slowest["bare"]), median(slowest["scan"])
    print(
        f"scans   {scan:7.1f} full scans a second, {bare:7.1f} bare inserts: "
        f"ratio {scan / bare:.2f} (at least {LIMIT}); 99th percentile "
        f"{scan_ms:.0f} ms beside {bare_ms:.0f} ms: ratio {scan_ms / bare_ms:.2f} "
        f"(at most {SLOWEST_LIMIT}); {CLIENTS} clients, {SLICES} slices of {SECONDS} s each"
    )


def _slice(port: int, kind: str, token: str, batches: list[str]) -> tuple[float, float]:
    environment = {**os.environ, "TOKEN": token, "BATCHES": ",".join(batches), "KIND": kind}
    said = subprocess.run(
        [
            "wrk",
            "-t2",
            f"-c{CLIENTS}",
            f"-d{SECONDS}s",
            "--latency",
            "-s",
            str(HERE / "scan.lua"),
            f"http://127.0.0.1:{port}",
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS + 30,
    ).stdout
    assert "Non-2xx" not in said, said
    lines = {line.split()[0]: line.split()[-1] for line in said.splitlines() if line.split()}
    return float(lines["Requests/sec:"]), _milliseconds(lines["99%"])


def _milliseconds(text: str) -> float:
    for unit, factor in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the application with its bare endpoint (`server`) on the depot in a folder."""
    environment = {
        **os.environ,
        "STOFSTROOM_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "STOFSTROOM_KEYS": f"{folder}/keys",
        # One caller asks for all of a hall here.
        "STOFSTROOM_CALLS_A_MINUTE": "1000000000",
        "STOFSTROOM_STRANGERS_A_MINUTE": "1000000000",
    }
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            "benchmarks.server:create_app",
            "--factory",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ],
        env=environment,
    )


def stop(server: subprocess.Popen[bytes]) -> None:
    """Have a server end what it does, and go."""
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=20)


def wait(port: int) -> None:
    """Until the server there is ready."""
    for _ in range(600):
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not come up")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
