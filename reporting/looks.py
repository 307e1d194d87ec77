"""How charts look: the colour, pattern and mark of each outcome, and what every chart shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogue.kinds import Stream
from reporting.flows import OUTCOMES
from reporting.words import OUTCOME_WORDS, Words

COLOURS = {
    "reuse": "#1b7f4d",
    "recycle": "#174f9e",
    "incineration": "#c77f00",
    "held": "#b3261e",
    "finds": "#6f5a8c",
    "loss": "#c3c8ce",
}
# Patterns and marks tell the streams apart where colours cannot: in grey, on paper, to some eyes.
PATTERNS = {
    "reuse": "",
    "recycle": "/",
    "incineration": "x",
    "held": ".",
    "finds": "+",
    "loss": "-",
}
MARKS = {"reuse": "●", "recycle": "▲", "incineration": "■", "held": "⬣", "finds": "◆", "loss": "○"}
INK = "#16181d"
SOFT = "#545b63"
PALE = "#7a828c"
GRID = "#d9dde2"


def pale(colour: str) -> str:
    """The same colour, thin enough to write over."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.4)"


def named(outcome: str, words: Words) -> str:
    """An outcome as charts call it: its mark and its word."""
    return f"{MARKS[outcome]} {words.gettext(OUTCOME_WORDS[outcome])}"


def filled(outcome: str) -> dict[str, Any]:
    """The marker of bars of an outcome: colour, pattern, and white between the parts."""
    return {
        "color": COLOURS[outcome],
        "line": {"color": "white", "width": 1},
        "pattern": {
            "shape": PATTERNS[outcome],
            "fillmode": "overlay",
            "fgcolor": INK if outcome == "loss" else "white",
            "size": 7,
            "solidity": 0.35,
        },
    }


def layout(words: Words, *, height: int, **more: Any) -> dict[str, Any]:
    """What every plotly figure of ours begins with."""
    return {
        # The package's own template is a grey ground and seven kilobytes.
        "template": "none",
        "font": {"size": 14, "color": INK},
        "separators": words.signs,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 8, "r": 8, "t": 16, "b": 16},
        "height": height,
        **more,
    }


def months_axis(keys: list[str], words: Words) -> dict[str, Any]:
    """An axis of months (`2026-03`), with their years where there is more than one."""
    return {
        "type": "category",
        "tickmode": "array",
        "tickvals": keys,
        "ticktext": words.months(keys),
        "linecolor": INK,
    }


def mass_axis(title: str) -> dict[str, Any]:
    """An axis of kilograms."""
    return {
        "title": {"text": title, "standoff": 12},
        "tickformat": ",.0f",
        "gridcolor": GRID,
        "zerolinecolor": INK,
        "automargin": True,
    }


def tint_of_end(end: str) -> str:
    """The colour of an end of a flow."""
    kind, _sign, code = end.partition(":")
    if kind in ("stream", "outcome"):
        return COLOURS[code]
    if kind == "destination":
        return COLOURS[code.partition("/")[0]]
    return INK if end == "proof:confirmed" else PALE


def _complete(*tables: Mapping[str, object]) -> bool:
    return all(set(table) == set(OUTCOMES) for table in tables)


assert _complete(OUTCOME_WORDS, COLOURS, PATTERNS, MARKS)
assert {stream.value for stream in Stream} <= set(COLOURS)
