"""Wrong codes, counted per address: who tries many has to wait, and nobody else has."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from threading import Lock
from time import monotonic
from typing import Final

from catalogue.errors import TooManyTries

WRONG_MAX: Final = 30
"""So many wrong codes an address may try in a while: a hall full of tablets behind one address
mistypes less, and a guess is right once in some seven thousand million."""
WHILE_S: Final = 600.0
ADDRESSES_MAX: Final = 5_000
HOUSE_BITS: Final = 64
"""An IPv6 connection has as many addresses as it likes; this much of them is one house."""


class WrongTries:
    """When each address tried a wrong code, for a while. The oldest address is forgotten first."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def require_few(self, address: str) -> None:
        """Raise TooManyTries when this address has tried too many wrong codes lately."""
        with self._lock:
            tried = self._wrong.get(house_of(address))
            if tried is None:
                return
            now = self._clock()
            while tried and tried[0] <= now - WHILE_S:
                tried.popleft()
            if len(tried) >= WRONG_MAX:
                raise TooManyTries(wait_minutes=max(1, round((tried[0] + WHILE_S - now) / 60)))

    def was_wrong(self, address: str) -> None:
        """Count a wrong code."""
        with self._lock:
            house = house_of(address)
            if house not in self._wrong and len(self._wrong) >= ADDRESSES_MAX:
                self._wrong.popitem(last=False)
            self._wrong.setdefault(house, deque(maxlen=WRONG_MAX)).append(self._clock())
            self._wrong.move_to_end(house)


def house_of(address: str) -> str:
    """What stands for an address: itself, or the house that an IPv6 address is of."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 6:
        return str(ip_network((known, HOUSE_BITS), strict=False))
    return str(known)
