"""Pictures of a report on paper: shapes as SVG, the words beside them as the sheet sets them.

Coordinates are points. Every part is named where it stands, so that no colour has to be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from catalogue.kinds import Stream
from reporting.circularity import Terms
from reporting.flows import OUTCOMES, outcomes
from reporting.looks import COLOURS, GRID, INK
from reporting.report import Report
from reporting.words import HANDED_IN, OUTCOME_WORDS, PROOF_WORDS
from web import units
from web.i18n import Language

WIDTH: Final = 481.9
"""What stands between the margins of a page of A4."""

NODE: Final = 9
COLUMNS: Final = (0.0, 150.0, 352.0)
HIGH: Final = 170.0
SLOT, GAP = 27.0, 5.0
TOP: Final = 30.0
PROVEN: Final = {"confirmed": INK, "pending": "#9aa1a9"}


@dataclass(slots=True)
class _Node:
    """An end of the flow. out: how far its ribbons have been drawn down its right side."""

    mass_g: int
    colour: str
    x: float
    y: float = 0
    height: float = 0
    out: float = 0
    into: float = 0


def flow(found: Report, language: Language) -> dict[str, Any] | None:
    """What was handed in, what became of it, and what of that is proven. None where nothing is."""
    say, terms = language.gettext, found.terms
    became = {name: mass_g for name, mass_g in outcomes(terms).items() if mass_g > 0}
    whole_g = sum(became.values())
    if whole_g <= 0:
        return None
    scale = HIGH / whole_g
    middle = {name: _Node(mass_g, COLOURS[name], COLUMNS[1]) for name, mass_g in became.items()}
    proven = {"confirmed": terms.confirmed_g, "pending": terms.sorted_g - terms.confirmed_g}
    right = {
        name: _Node(mass_g, PROVEN[name], COLUMNS[2])
        for name, mass_g in proven.items()
        if mass_g > 0
    }
    high = max(_stacked(middle, scale), _stacked(right, scale), HIGH)
    left = _Node(whole_g, INK, COLUMNS[0], TOP, HIGH)
    parts = [_ribbon(left, node, node.mass_g * scale, node.colour) for node in middle.values()]
    parts += _to_proof(terms, middle, right, scale)
    nodes = [left, *middle.values(), *right.values()]
    parts += [_bar(node) for node in nodes]
    labels = [_label(0, 0, 140, say(HANDED_IN), units.weight(whole_g, language))]
    for name, node in middle.items():
        share = (
            f"{units.weight(node.mass_g, language)} · {_percent(node.mass_g, whole_g, language)}"
        )
        labels.append(_beside(node, 180, say(OUTCOME_WORDS[name]), share, shape=name))
    for name, node in right.items():
        weight = units.weight(node.mass_g, language)
        labels.append(_beside(node, 118, say(PROOF_WORDS[name]), weight))
    alt = "; ".join(f"{one['strong']}: {one['soft']}" for one in labels)
    return _picture(TOP + high + 4, parts, labels, alt)


def _percent(part_g: int, whole_g: int, language: Language) -> str:
    return units.share((2000 * part_g + whole_g) // (2 * whole_g), language)


def _stacked(nodes: Mapping[str, _Node], scale: float) -> float:
    """Put nodes above each other, each with room for its words; how high they stand together."""
    y = TOP
    for node in nodes.values():
        node.height = max(node.mass_g * scale, 0.8)
        slot = max(node.height, SLOT)
        node.y = y + (slot - node.height) / 2
        y += slot + GAP
    return y - TOP


def _to_proof(
    terms: Terms, middle: Mapping[str, _Node], right: Mapping[str, _Node], scale: float
) -> list[str]:
    parts = []
    for stream in Stream:
        one = terms.streams[stream]
        for name, mass_g in (
            ("confirmed", one.confirmed_g),
            ("pending", one.mass_g - one.confirmed_g),
        ):
            if mass_g > 0 and stream.value in middle and name in right:
                node = middle[stream.value]
                parts.append(_ribbon(node, right[name], mass_g * scale, node.colour))
    return parts


def _ribbon(source: _Node, target: _Node, thick: float, colour: str) -> str:
    left, right = source.x + NODE, target.x
    above, below = source.y + source.out, target.y + target.into
    source.out += thick
    target.into += thick
    turn = (left + right) / 2
    path = (
        f"M{left:.2f} {above:.2f}C{turn:.2f} {above:.2f} {turn:.2f} {below:.2f} {right:.2f}"
        f" {below:.2f}V{below + thick:.2f}C{turn:.2f} {below + thick:.2f} {turn:.2f}"
        f" {above + thick:.2f} {left:.2f} {above + thick:.2f}Z"
    )
    return f'<path d="{path}" fill="{colour}" fill-opacity="0.28"/>'


def _bar(node: _Node) -> str:
    return (
        f'<rect x="{node.x:.2f}" y="{node.y:.2f}" width="{NODE}" height="{node.height:.2f}"'
        f' fill="{node.colour}"/>'
    )


def _beside(
    node: _Node, wide: float, strong: str, soft: str, shape: str | None = None
) -> dict[str, Any]:
    y = node.y + node.height / 2 - 11
    return _label(node.x + NODE + 6, y, wide, strong, soft, shape=shape)


def _label(
    x: float, y: float, wide: float, strong: str, soft: str, **more: str | None
) -> dict[str, Any]:
    said = {"shape": None, "align": "left", "strong": strong, "soft": soft}
    return {"x": x, "y": y, "w": wide, **said, **more}


def _picture(
    high: float, parts: Sequence[str], labels: Sequence[Mapping[str, Any]], alt: str
) -> dict[str, Any]:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high:.2f}">'
        f"{''.join(parts)}</svg>"
    )
    return {"svg": svg, "height": high, "labels": list(labels), "alt": alt}


LEFT, FOOT, PLANE = 62.0, 30.0, 150.0


def months(monthly: Report, language: Language) -> dict[str, Any] | None:
    """Stacked bars, one a month. None for less than two months: then the table says it all."""
    found = {row.key: outcomes(row.terms) for row in monthly.rows}
    if len(found) < 2:
        return None
    most = max(sum(max(mass_g, 0) for mass_g in one.values()) for one in found.values())
    step = _step(most)
    steps = max(-(-most // step), 1)
    parts, labels = [], []
    for number in range(steps + 1):
        y = 6 + PLANE * (1 - number / steps)
        colour = GRID if number else INK
        parts.append(f'<path d="M{LEFT} {y:.2f}H{WIDTH}" stroke="{colour}" stroke-width="0.6"/>')
        text = f"{units.count(number * step // 1000, language)} kg"
        labels.append(_label(0, y - 4.5, LEFT - 6, "", text, align="right"))
    wide = (WIDTH - LEFT) / len(found)
    every = -(-len(found) // 14)
    for place, (key, one) in enumerate(found.items()):
        x = LEFT + place * wide
        parts += _bars(one, x + wide * 0.14, wide * 0.72, step * steps)
        if place % every == 0:
            labels.append(_label(x, PLANE + 10, wide * every, "", _month(key, language),
                                 align="center" if every == 1 else "left"))  # fmt: skip
    legend = [name for name in OUTCOMES if any(one[name] > 0 for one in found.values())]
    x = LEFT
    for name in legend:
        word = language.gettext(OUTCOME_WORDS[name])
        wide = 22 + 4.4 * len(word)
        labels.append(_label(x, PLANE + 28, wide, "", word, shape=name))
        x += wide
    alt = language.gettext("Weight per month and stream; the same numbers stand in the table")
    return _picture(PLANE + FOOT + 14, parts, labels, alt)


def _month(key: str, language: Language) -> str:
    first = date.fromisoformat(f"{key}-01")
    short = units.short_month(first, language)
    return f"{short} {first.year % 100:02}" if first.month == 1 else short


def _step(most_g: int) -> int:
    """A round distance between lines, so that there are at most five of them."""
    step = 1000
    while True:
        for factor in (1, 2, 5):
            if most_g <= 5 * step * factor:
                return step * factor
        step *= 10


def _bars(found: Mapping[str, int], x: float, wide: float, high_g: int) -> list[str]:
    parts, below = [], 0
    for name in OUTCOMES:
        if found[name] > 0:
            high = PLANE * found[name] / high_g
            y = 6 + PLANE * (1 - below / high_g) - high
            parts.append(
                f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{high:.2f}"'
                f' fill="{COLOURS[name]}" stroke="white" stroke-width="0.7"/>'
            )
            below += found[name]
    return parts
