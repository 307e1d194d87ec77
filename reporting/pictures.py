"""The same charts drawn here, as SVG: for paper, and where no script runs. Links are real links.

Drawn with attributes only: no style may stand in a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from reporting import flows
from reporting.circularity import Row
from reporting.figures import (
    Address,
    a_year_on,
    address_of_end,
    address_of_flow,
    label_of_end,
)
from reporting.flows import Flow
from reporting.looks import COLOURS, GRID, INK, SOFT, named, tint_of_end
from reporting.report import Report
from reporting.words import KILOGRAMS, YEAR_EARLIER, Words

WIDTH: Final = 1000
COLUMNS: Final = (0, 200, 490, 986)
NODE: Final = 14
GAP: Final = 22
LABEL_MAX: Final = 24


@dataclass(slots=True)
class _Node:
    """An end with its place; `out` and `into`: how far its flows have been drawn down its sides."""

    end: str
    mass_g: int
    x: float = 0
    y: float = 0
    height: float = 0
    out: float = 0
    into: float = 0


def flow_svg(report: Report, words: Words, title: str, address: Address | None = None) -> str:
    """The flow as a picture, `title` for who cannot see it. Empty when nothing flows."""
    found = flows.flows(report)
    if not found:
        return ""
    nodes = _nodes(found)
    height = _place(nodes)
    parts = [_ribbon(one, nodes, _scale(nodes, height), address) for one in found]
    for node in nodes.values():
        label = label_of_end(node.end, report, words)
        parts.append(_node(node, label, words.weight(node.mass_g), address))
    return _svg("flow", height, title, parts)


def _nodes(found: Sequence[Flow]) -> dict[str, _Node]:
    into: dict[str, int] = {}
    out: dict[str, int] = {}
    for one in found:
        out[one.source] = out.get(one.source, 0) + one.mass_g
        into[one.target] = into.get(one.target, 0) + one.mass_g
    order = {f"outcome:{name}": place for place, name in enumerate(flows.OUTCOMES)}
    ends = sorted(flows.ends_of(found), key=lambda end: order.get(end, -1))
    return {end: _Node(end, max(into.get(end, 0), out.get(end, 0))) for end in ends}


def _columns(nodes: Mapping[str, _Node]) -> list[list[_Node]]:
    columns: list[list[_Node]] = [[], [], [], []]
    for node in nodes.values():
        columns[flows.column_of(node.end)].append(node)
    return columns


def _scale(nodes: Mapping[str, _Node], height: float) -> float:
    """Height of a gram, so that the fullest column fits."""
    fits = [
        (height - GAP * (len(column) + 1)) / sum(node.mass_g for node in column)
        for column in _columns(nodes)
        if column
    ]
    return min(fits)


def _place(nodes: Mapping[str, _Node]) -> float:
    height = 90 + 40 * flows.tallest(list(nodes))
    scale = _scale(nodes, height)
    for x, column in zip(COLUMNS, _columns(nodes), strict=True):
        y: float = GAP
        for node in column:
            node.x, node.y, node.height = x, y, node.mass_g * scale
            y += node.height + GAP
    return height


def _ribbon(one: Flow, nodes: Mapping[str, _Node], scale: float, address: Address | None) -> str:
    source, target = nodes[one.source], nodes[one.target]
    thick = one.mass_g * scale
    left, right = source.x + NODE, target.x
    above, below = source.y + source.out, target.y + target.into
    source.out += thick
    target.into += thick
    middle = (left + right) / 2
    path = (
        f"M{left:.1f} {above:.1f}C{middle:.1f} {above:.1f} {middle:.1f} {below:.1f} "
        f"{right:.1f} {below:.1f}V{below + thick:.1f}C{middle:.1f} {below + thick:.1f} "
        f"{middle:.1f} {above + thick:.1f} {left:.1f} {above + thick:.1f}Z"
    )
    colour = tint_of_end(one.target if one.is_first else one.source)
    drawn = f'<path d="{path}" fill="{colour}" fill-opacity="0.35"/>'
    # Whoever goes by keyboard has the ends and the table: a link per ribbon would be too many.
    return _linked(drawn, address_of_flow(one, address) if address else "", reached=False)


def _node(node: _Node, label: str, weight: str, address: Address | None) -> str:
    last = node.x == COLUMNS[-1]
    x, anchor = (node.x - 8, "end") if last else (node.x + NODE + 8, "start")
    # The last labels stand towards those before them, and the first have little room before the
    # next column: in two lines they are out of the way.
    narrow = last or node.x == COLUMNS[0]
    y = node.y + node.height / 2 + (-3 if narrow else 5)
    beside = f'x="{x}" dy="17"' if narrow else 'dx="6"'
    most = LABEL_MAX + 6 if node.x == COLUMNS[2] else LABEL_MAX
    said = label if last or len(label) <= most else f"{label[: most - 1]}…"
    halo = 'stroke="white" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    drawn = (
        f'<rect x="{node.x}" y="{node.y:.1f}" width="{NODE}" height="{max(node.height, 1.5):.1f}"'
        f' fill="{tint_of_end(node.end)}"/>'
        f'<text x="{x}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}" {halo}>'
        f'<tspan font-weight="600">{escape(said)}</tspan>'
        f'<tspan {beside} fill="{SOFT}" font-size="12">{escape(weight)}'
        "</tspan></text>"
    )
    return _linked(drawn, address_of_end(node.end, address) if address else "")


def bars_svg(
    report: Report,
    words: Words,
    title: str,
    address: Callable[[str, str], str] | None = None,
    earlier: Sequence[Row] = (),
) -> str:
    """Months as stacked bars, with what came in a year before as a dotted line. Empty without."""
    months = {row.key: flows.outcomes(row.terms) for row in report.rows}
    if not months:
        return ""
    before = {a_year_on(row.key): row.terms.input_g for row in earlier}
    line = {key: before[key] for key in months if key in before}
    tops = [sum(max(m, 0) for m in found.values()) for found in months.values()]
    step = _step(max([*tops, *line.values(), 1]))
    steps = -(-max([*tops, *line.values(), 1]) // step)
    across = _Across(left=96, right=WIDTH - 4, top=14, bottom=300, high_g=step * steps)
    parts = [_gridline(across, step * number, words) for number in range(steps + 1)]
    wide = (across.right - across.left) / len(months)
    labels = words.months(list(months))
    for place, (key, found) in enumerate(months.items()):
        x = across.left + place * wide
        parts += _stack(found, x + wide * 0.14, wide * 0.72, across, key, address)
        if len(months) <= 14 or place % -(-len(months) // 14) == 0:
            parts += _month_text(labels[place], x + wide / 2, across.bottom)
    if line:
        parts += _faint(line, list(months), across, wide)
    said = [name for name in flows.OUTCOMES if any(found[name] for found in months.values())]
    parts += _legend(said, words, bool(line))
    return _svg("bars", 384, title, parts)


@dataclass(frozen=True, slots=True)
class _Across:
    """The plane that bars stand in. high_g: what its full height means."""

    left: float
    right: float
    top: float
    bottom: float
    high_g: int

    def y(self, mass_g: float) -> float:
        return self.bottom - (self.bottom - self.top) * mass_g / self.high_g


def _step(high_g: int) -> int:
    """A round distance between lines, so that there are three to six of them."""
    step = 1000
    while True:
        for factor in (1, 2, 5):
            if high_g <= 5 * step * factor:
                return step * factor
        step *= 10


def _gridline(across: _Across, mass_g: int, words: Words) -> str:
    y = across.y(mass_g)
    text = f"{words.weight(mass_g).partition(words.signs[0])[0]} {words.gettext(KILOGRAMS)}"
    colour = GRID if mass_g else INK
    return (
        f'<path d="M{across.left} {y:.1f}H{across.right}" stroke="{colour}" fill="none"/>'
        f'<text x="{across.left - 8}" y="{y + 4:.1f}" text-anchor="end" font-size="12.5"'
        f' fill="{SOFT}">{escape(text)}</text>'
    )


def _stack(
    found: Mapping[str, int],
    x: float,
    wide: float,
    across: _Across,
    key: str,
    address: Callable[[str, str], str] | None,
) -> list[str]:
    parts, below = [], 0
    for outcome in flows.OUTCOMES:
        if found[outcome] > 0:
            top = across.y(below + found[outcome])
            high = across.y(below) - top
            drawn = (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}"'
                f' fill="{COLOURS[outcome]}" stroke="white" stroke-width="1"/>'
            )
            part = flows.part_of_outcome(outcome)
            parts.append(_linked(drawn, address(part, key) if address else "", reached=False))
            below += found[outcome]
    return parts


def _month_text(label: str, x: float, bottom: float) -> list[str]:
    return [
        f'<text x="{x:.1f}" y="{bottom + 20 + 16 * row}" text-anchor="middle" font-size="12.5"'
        f' fill="{SOFT}">{escape(text)}</text>'
        for row, text in enumerate(label.split("<br>"))
    ]


def _faint(line: Mapping[str, int], keys: list[str], across: _Across, wide: float) -> list[str]:
    points = [
        (across.left + (keys.index(key) + 0.5) * wide, across.y(mass_g))
        for key, mass_g in line.items()
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    return [
        f'<path d="{path}" fill="none" stroke="{INK}" stroke-dasharray="2 4" opacity="0.6"/>',
        f'<g fill="white" stroke="{INK}" opacity="0.6">{dots}</g>',
    ]


def _legend(outcomes: Sequence[str], words: Words, line: bool) -> list[str]:
    parts, x = [], 96.0
    named_ = [(named(one, words), COLOURS[one]) for one in outcomes]
    named_ += [(f"┄ {words.gettext(YEAR_EARLIER)}", INK)] if line else []
    for text, colour in named_:
        mark, _, word = text.partition(" ")
        parts.append(
            f'<text x="{x:.0f}" y="372" font-size="13" fill="{INK}">'
            f'<tspan fill="{colour}">{mark}</tspan> {escape(word)}</text>'
        )
        x += 34 + 7.2 * len(word)
    return parts


def _linked(drawn: str, href: str, *, reached: bool = True) -> str:
    if not href:
        return drawn
    aside = "" if reached else ' tabindex="-1" aria-hidden="true"'
    return f'<a href="{escape(href)}"{aside}>{drawn}</a>'


def _svg(name: str, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing {name}"'
        f' viewBox="0 0 {WIDTH} {height:.0f}" role="group" aria-label="{escape(title)}"'
        f' font-size="13">{"".join(parts)}</svg>'
    )
