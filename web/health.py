"""Whether the service is alive, and whether it is ready to be sent calls; for proxies, and for who
runs it. Neither tells anything about anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

from fastapi import FastAPI, Request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.responses import JSONResponse

from proof.signing import KeyRingUnusable, load_ring
from store.engine import Database
from store.gate import Busy

LOOK_EVERY_S: Final = 1.0
STOPPING: Final = "stopping"
REASONS: Final = {
    STOPPING: "The service was told to stop.",
    "database": "The database does not answer.",
    "shape": "The database is of another version: run `stofstroom init`.",
    "keys": "The file with the signing keys cannot be read.",
}


class Readiness:
    """Why the service is not ready, looked at once a second at most, however often it is asked."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._seen: tuple[float, str | None] | None = None

    def reason(self, database: Database, keys: Path) -> str | None:
        """One of REASONS; None when it is ready."""
        with self._lock:
            now = self._clock()
            if self._seen is None or now - self._seen[0] >= LOOK_EVERY_S:
                self._seen = now, _reason(database, keys)
            return self._seen[1]


def _reason(database: Database, keys: Path) -> str | None:
    from migrations.steps import is_current

    try:
        if not is_current(database):
            return "shape"
    except (DBAPIError, NoConnection, Busy):
        return "database"
    try:
        load_ring(keys)
    except KeyRingUnusable:
        return "keys"
    return None


def install(app: FastAPI) -> None:
    """Serve both."""
    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    app.add_api_route("/readyz", readyz, methods=["GET"], include_in_schema=False)


async def healthz() -> JSONResponse:
    """That it is alive: it answers, whatever its database does."""
    return JSONResponse({"status": "ok"})


def readyz(request: Request) -> JSONResponse:
    """Whether calls can be sent here: 503 with the reason when they should go elsewhere."""
    state = request.app.state
    if getattr(request.state, STOPPING, False):
        reason: str | None = STOPPING
    else:
        reason = state.readiness.reason(state.database, state.settings.keys)
    if reason is None:
        return JSONResponse({"status": "ready"})
    said = {"status": "not_ready", "reason": reason, "detail": REASONS[reason]}
    return JSONResponse(said, status_code=503, headers={"Retry-After": "1"})
