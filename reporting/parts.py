"""The numbers of a report that have batches behind them, as addresses and formulas call them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalogue.errors import Malformed
from catalogue.kinds import Stream
from reporting.measures import SCHEMES

PLAIN: Final = frozenset(
    {"received", "returned", "sorted", "held", "opening", "closing", "loss", "finds", "open"}
)
"""Parts that need no code."""
CODES: Final[Mapping[str, int]] = {
    "stream": 1,
    "loss": 1,
    "destination": 2,
    "version": 1,
    "cell": 2,
}
"""How many codes follow the name of a part."""
ROUTED: Final = frozenset({"sorted", "stream", "destination", "version", "cell"})
STATES: Final = frozenset({"confirmed", "pending", "transit", "estimated"})
"""What may be asked of mass that has a stream; of what was received only the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A number of a report. name: a term of it; codes: which stream, destination, loss or cell.

    state: only what is confirmed, pending (not confirmed), in transit or estimated of it.
    """

    name: str
    codes: tuple[str, ...] = ()
    state: str | None = None

    def __str__(self) -> str:
        return "/".join((self.name, *self.codes, *filter(None, (self.state,))))


def part(text: str) -> Part:
    """A part as it stands in an address: `held`, `stream/reuse/confirmed`, `cell/gri/306-4`.

    Raises Malformed for what is none.
    """
    name, *rest = text.split("/")
    state = rest.pop() if rest and rest[-1] in STATES else None
    wanted = CODES.get(name, 0)
    fits = name in PLAIN | set(CODES) and all(rest)
    fits = fits and (len(rest) == wanted or (not rest and name in PLAIN))
    if state is not None:
        fits = fits and (name in ROUTED or (name, state) == ("received", "estimated"))
    if name in ("stream", "destination") and rest:
        fits = fits and rest[0] in set(Stream)
    if name == "cell" and rest:
        fits = fits and rest[0] in SCHEMES
    if not fits:
        raise Malformed(field="part", problem="is no number of a report", read=text[:40])
    return Part(name=name, codes=tuple(rest), state=state)


_TERM_PARTS: Final[Mapping[str, str]] = {
    "input_g": "received",
    "returned_g": "returned",
    "estimated_g": "received/estimated",
    "sorted_g": "sorted",
    "reuse_confirmed_g": "stream/reuse/confirmed",
    "recycle_confirmed_g": "stream/recycle/confirmed",
    "in_transit_g": "sorted/transit",
    "held_g": "held",
    "opening_g": "opening",
    "closing_g": "closing",
    "loss_g": "loss",
    "finds_g": "finds",
    "open_batches": "open",
}
_ENDS: Final[Mapping[str, str]] = {
    "mass_g": "",
    "confirmed_g": "/confirmed",
    "pending_g": "/pending",
    "in_transit_g": "/transit",
    "estimated_g": "/estimated",
}
_STREAM_TERM: Final = re.compile(r"streams\.(\w+)\.(\w+)")
_CELL_TERM: Final = re.compile(r"destinations\[(\w+) = ([^\]]+)\]\.(\w+)")
_LOSS_TERM: Final = re.compile(r"losses\.(\w+)")


def part_of(term: str) -> str | None:
    """The part behind a field of the report, as formulas name it; None where none is behind it."""
    if term in _TERM_PARTS:
        return _TERM_PARTS[term]
    if found := _STREAM_TERM.fullmatch(term):
        stream, end = found.groups()
        return f"stream/{stream}{_ENDS[end]}" if stream in set(Stream) and end in _ENDS else None
    if found := _CELL_TERM.fullmatch(term):
        scheme, cell, end = found.groups()
        return f"cell/{scheme}/{cell}{_ENDS[end]}" if scheme in SCHEMES and end in _ENDS else None
    if found := _LOSS_TERM.fullmatch(term):
        return f"loss/{found.group(1)}"
    return None


def part_of_input(figure: str, cell: str, term: str) -> str | None:
    """The part behind what went into a figure. cell: of the figure, which `mass_g` is short for."""
    if term not in ("mass_g", "confirmed_g"):
        return part_of(term)
    scheme = figure.partition(".")[0]
    if not cell or not figure.startswith(f"{scheme}.{cell}"):
        return None
    if scheme == "destination":
        return f"version/{cell}{_ENDS[term]}"
    return f"cell/{scheme}/{cell}{_ENDS[term]}" if scheme in SCHEMES else None
