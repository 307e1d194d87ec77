"""Lines over time as charts: one per supplier, group or destination; the words are handed in.

Nothing here imports plotly; a test draws each figure with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Final

from reporting.looks import GRID, INK, SOFT, layout
from reporting.shares import PERMILLE
from reporting.words import KILOGRAMS, Words

COLOURS: Final = (
    *("#174f9e", "#1b7f4d", "#c77f00", "#b3261e"),
    *("#6f5a8c", "#00707a", "#8a5a2b", "#545b63"),
)
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
SYMBOLS: Final = (
    *("circle", "square", "diamond", "triangle-up", "x", "cross", "triangle-down", "star"),
)
MARKS: Final = ("●", "■", "◆", "▲", "✕", "✚", "▼", "★")
STROKES: Final = ("", "9 4", "2 3", "9 3 2 3", "14 4", "14 3 2 3", "", "9 4")
LINES_MAX: Final = len(COLOURS)
"""More lines than this nobody tells apart; the table has them all."""

WIDTH: Final = 1000
LEFT, RIGHT, TOP, BOTTOM = 84.0, 990.0, 14.0, 300.0
LABELS_MAX: Final = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line. values: per step, permille or grams; None leaves a gap."""

    name: str
    values: Sequence[int | None]


def lines(
    labels: Sequence[str], drawn: Sequence[Line], words: Words, *, share: bool
) -> dict[str, Any] | None:
    """A plotly figure of the first lines; None without any. share: values are permille."""
    if not drawn or not labels:
        return None
    unit = "%" if share else f" {words.gettext(KILOGRAMS)}"
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": one.name,
            "x": list(labels),
            "y": [_said(value, share) for value in one.values],
            "line": {"color": COLOURS[place], "width": 2.5, "dash": DASHES[place]},
            "marker": {"symbol": SYMBOLS[place], "size": 9, "color": COLOURS[place]},
            "hovertemplate": f"%{{y:,.{1 if share else 3}f}}{unit}",
        }
        for place, one in enumerate(drawn[:LINES_MAX])
    ]
    return {
        "data": data,
        "layout": layout(
            words,
            height=440,
            hovermode="x unified",
            legend={"orientation": "h", "y": -0.18},
            xaxis={"type": "category", "linecolor": INK, "automargin": True},
            yaxis={
                "title": {"text": unit.strip(), "standoff": 12},
                "rangemode": "tozero",
                "tickformat": ",.0f",
                "gridcolor": GRID,
                "zerolinecolor": INK,
                "automargin": True,
            },
        ),
    }


def _said(value: int | None, share: bool) -> float | None:
    if value is None:
        return None
    return value * 100 / PERMILLE if share else value / 1000


def lines_svg(
    labels: Sequence[str], drawn: Sequence[Line], words: Words, title: str, *, share: bool
) -> str:
    """The same as a drawing, for paper and without a script. Empty without lines."""
    shown = list(drawn[:LINES_MAX])
    if not shown or not labels:
        return ""
    high = max([value for one in shown for value in one.values if value is not None] or [1])
    step = _step(max(high, 1))
    steps = max(1, -(-high // step))
    parts = [
        _gridline(number * step, number / steps, words, share=share) for number in range(steps + 1)
    ]
    wide = (RIGHT - LEFT) / len(labels)
    every = -(-len(labels) // LABELS_MAX)
    parts += [
        f'<text x="{LEFT + wide * (place + 0.5):.1f}" y="{BOTTOM + 20:.0f}" font-size="13" '
        f'text-anchor="middle" fill="{INK}">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if place % every == 0
    ]
    for place, one in enumerate(shown):
        parts += _line(place, one, wide, step * steps)
    height = BOTTOM + 56 + 22 * len(_legend_rows(shown))
    parts += _legend(shown)
    return (
        f'<svg class="drawing lines" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(title, quote=True)}" xmlns="http://www.w3.org/2000/svg">'
        f"{''.join(parts)}</svg>"
    )


def _step(high: int) -> int:
    """A round distance between four to eight lines of the grid."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if high <= step * times * 8:
                return step * times
        step *= 10


def _gridline(value: int, part: float, words: Words, *, share: bool) -> str:
    y = BOTTOM - (BOTTOM - TOP) * part
    whole = words.weight(value).partition(words.signs[0])[0]
    text = f"{value // 10}%" if share else f"{whole} {words.gettext(KILOGRAMS)}"
    return (
        f'<line x1="{LEFT:.0f}" x2="{RIGHT:.0f}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="{GRID if value else INK}"/>'
        f'<text x="{LEFT - 8:.0f}" y="{y + 4:.1f}" font-size="13" text-anchor="end" '
        f'fill="{SOFT}">{escape(text)}</text>'
    )


def _line(place: int, one: Line, wide: float, top: int) -> list[str]:
    """The pieces between gaps as strokes, and a mark at each point."""
    points = [
        None if value is None else (LEFT + wide * (at + 0.5), BOTTOM - (BOTTOM - TOP) * value / top)
        for at, value in enumerate(one.values)
    ]
    drawn = []
    for before, after in pairwise(points):
        if before is not None and after is not None:
            drawn.append(
                f'<line x1="{before[0]:.1f}" y1="{before[1]:.1f}" x2="{after[0]:.1f}" '
                f'y2="{after[1]:.1f}" stroke="{COLOURS[place]}" stroke-width="2.5" '
                f'stroke-dasharray="{STROKES[place]}"/>'
            )
    drawn += [
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" font-size="12" text-anchor="middle" '
        f'fill="{COLOURS[place]}">{MARKS[place]}</text>'
        for x, y in (point for point in points if point is not None)
    ]
    return drawn


def _legend_rows(shown: Sequence[Line]) -> list[Sequence[tuple[int, Line]]]:
    numbered = list(enumerate(shown))
    return [numbered[start : start + 3] for start in range(0, len(numbered), 3)]


def _legend(shown: Sequence[Line]) -> list[str]:
    return [
        f'<text x="{LEFT + column * 300:.0f}" y="{BOTTOM + 56 + row * 22:.0f}" font-size="14" '
        f'fill="{INK}"><tspan fill="{COLOURS[place]}">{MARKS[place]}</tspan> '
        f"{escape(one.name)}</text>"
        for row, each in enumerate(_legend_rows(shown))
        for column, (place, one) in enumerate(each)
    ]
