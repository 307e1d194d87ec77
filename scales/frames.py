"""What a scale says, read into whole grams: MT-SICS and KERN KCP in one parser, pure.

    S S     12.345 kg     the answer to S and SI: S stable, D moving, I not now, + over, - under
    ST,GS,+ 12.345 kg     a line of a scale that talks by itself: ST stable, US moving, OL over
                          and UL under; GS gross, NT net

Whoever weighs may book only what is stable. What the parser does not know for certain is garbled:
a comma, a foreign unit, a tare. Grams are worked out in whole numbers; where a scale is finer than
a gram, half a gram goes to the even gram, so that many weighings do not drift.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FRAME_MAX: Final = 60
"""Characters of a frame: what is longer was said by no scale."""

FACTORS: Final = {"g": 1, "kg": 1_000, "t": 1_000_000}

_ANSWER: Final = re.compile(r"S +(?P<state>[SDI+-])(?: +(?P<rest>\S.*))?")
_LINE: Final = re.compile(r"(?P<state>ST|US|OL|UL)(?:[ ,]+(?P<rest>\S.*))?")
_WEIGHT: Final = re.compile(
    r"(?:(?P<before>[A-Z]{1,3})[ ,]+)?(?P<sign>[+-]?) *(?P<whole>[0-9]{0,8})"
    r"(?:\.(?P<decimals>[0-9]{1,6}))? *(?P<unit>g|kg|t)(?: +(?P<after>[A-Z]{1,3}))?"
)


class State(StrEnum):
    """What can be said of a scale. disconnected: it does not answer, so it said nothing."""

    STABLE = "stable"
    MOVING = "moving"
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    NOT_READY = "not_ready"
    GARBLED = "garbled"
    DISCONNECTED = "disconnected"


_STATES: Final = {
    "S": State.STABLE,
    "ST": State.STABLE,
    "D": State.MOVING,
    "US": State.MOVING,
    "+": State.OVERLOAD,
    "OL": State.OVERLOAD,
    "-": State.UNDERLOAD,
    "UL": State.UNDERLOAD,
    "I": State.NOT_READY,
}
_GROSS: Final = frozenset({None, "G", "GS", "B"})
_NET: Final = frozenset({"N", "NT", "NET"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One frame. mass_g: None unless stable or moving. raw: the frame in printable ASCII.

    net: the scale itself took a tare off, so this is no gross weight.
    """

    state: State
    mass_g: int | None
    raw: str
    net: bool = False


SILENCE: Final = Reading(State.DISCONNECTED, None, "")


def read_frame(line: bytes | str) -> Reading:
    """What one line of a scale says, without its line end."""
    text = line.decode("latin-1") if isinstance(line, bytes) else line
    text = text.strip("\r\n")
    raw = "".join(sign if " " <= sign <= "~" else "?" for sign in text)[:FRAME_MAX]
    found = None
    if len(text) <= FRAME_MAX:
        said = text.strip(" ")
        found = _ANSWER.fullmatch(said) or _LINE.fullmatch(said)
    if found is None:
        return Reading(State.GARBLED, None, raw)
    state = _STATES[found["state"]]
    if state in (State.STABLE, State.MOVING):
        return _weighed(state, found["rest"] or "", raw)
    bare = found["state"] in ("OL", "UL") or not found["rest"]
    return Reading(state if bare else State.GARBLED, None, raw)


def _weighed(state: State, rest: str, raw: str) -> Reading:
    found = _WEIGHT.fullmatch(rest)
    kinds = {found["before"], found["after"]} - {None} if found else set()
    if (
        found is None
        or not (found["whole"] or found["decimals"])
        or len(kinds) > 1
        or not kinds <= _GROSS | _NET
    ):
        return Reading(State.GARBLED, None, raw)
    mass_g = _grams(found["whole"] + (found["decimals"] or ""), found)
    return Reading(state, mass_g, raw, net=bool(kinds & _NET))


def _grams(figures: str, found: re.Match[str]) -> int:
    """Half to even, in whole numbers."""
    parts: int = 10 ** len(found["decimals"] or "")
    grams, rest = divmod(int(figures) * FACTORS[found["unit"]], parts)
    if rest * 2 > parts or (rest * 2 == parts and grams % 2):
        grams += 1
    return -grams if found["sign"] == "-" else grams
