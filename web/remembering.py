"""Who is behind a token, remembered for a moment: a tablet that scans asks it with every scan.

A token that is withdrawn by this process is forgotten at once; by another one, within a second.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Final

from accounts.queries import Signed

SECONDS_MAX: Final = 1.0
TOKENS_MAX: Final = 2_000


class Remembered:
    """Signed callers by the hash of their token, each for a second."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: dict[bytes, tuple[Signed, float]] = {}

    def find(self, token: str) -> Signed | None:
        """Who showed this token within the last second, or None."""
        found = self._known.get(_key(token))
        return found[0] if found and found[1] > self._clock() else None

    def keep(self, token: str, signed: Signed) -> None:
        """Remember who is behind a token that was just looked up."""
        with self._lock:
            if len(self._known) >= TOKENS_MAX:
                self._known.clear()
            self._known[_key(token)] = (signed, self._clock() + SECONDS_MAX)

    def forget(self) -> None:
        """Forget everybody: somebody signed out, or a token was withdrawn."""
        with self._lock:
            self._known.clear()


def _key(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
