"""Charts of a report, as plain values that the plotly script draws; the words are handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from catalogue.kinds import Stream
from reporting import frames
from reporting.questions import By
from reporting.report import Report
from reporting.words import (
    HANDED_IN,
    KILOGRAMS,
    OTHER_SUPPLIERS,
    OUTCOME_WORDS,
    PROOF_WORDS,
    Words,
)

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
PALE = "#7a828c"
GRID = "#d9dde2"


def flow(report: Report, words: Words) -> dict[str, Any] | None:
    """A Sankey picture: supplier, what became of it, destination, confirmed or pending.

    Ask the report by supplier to see them apart. None when nothing flows.
    """
    import plotly.graph_objects as go

    flows = frames.flows(report)
    if flows.empty:
        return None
    ends = list(dict.fromkeys([*flows["source"], *flows["target"]]))
    number = {end: place for place, end in enumerate(ends)}
    tints = {end: _tint(end) for end in ends}
    # Links take the colour of the stream that they carry, however far it has come.
    links = [
        tints[target] if source.startswith("supplier:") else tints[source]
        for source, target in zip(flows["source"], flows["target"], strict=True)
    ]
    sankey = go.Sankey(
        arrangement="snap",
        node={
            "label": [_label(end, report, words) for end in ends],
            "color": [tints[end] for end in ends],
            "line": {"color": INK, "width": 0.5},
            # What waits or is lost ends beside the streams, not behind them.
            "align": "left",
            "pad": 18,
            "thickness": 18,
            "hovertemplate": f"%{{label}}<br>%{{value:,.3f}} {words.gettext(KILOGRAMS)}"
            "<extra></extra>",
        },
        link={
            "source": [number[end] for end in flows["source"]],
            "target": [number[end] for end in flows["target"]],
            "value": [mass_g / 1000 for mass_g in flows["mass_g"].tolist()],
            "color": [_pale(colour) for colour in links],
            "hovertemplate": "%{source.label} → %{target.label}<br>"
            f"%{{value:,.3f}} {words.gettext(KILOGRAMS)}<extra></extra>",
        },
    )
    return _plain(go.Figure(sankey, layout=_layout(words, height=80 + 42 * _longest(ends))))


def month_bars(report: Report, words: Words) -> dict[str, Any] | None:
    """Stacked bars: per month what became of what came in (or, booked, what changed).

    The report was asked by month. None without months.
    """
    import plotly.graph_objects as go

    months = frames.months(report)
    if months.empty:
        return None
    starts = [date.fromisoformat(f"{month}-01") for month in months.index]
    years = {start.year for start in starts}
    names = [
        words.month(start) if len(years) == 1 else f"{words.month(start)}<br>{start.year}"
        for start in starts
    ]
    bars = [
        go.Bar(
            name=f"{MARKS[outcome]} {words.gettext(OUTCOME_WORDS[outcome])}",
            x=list(months.index),
            y=[mass_g / 1000 for mass_g in months[outcome].tolist()],
            marker={
                "color": COLOURS[outcome],
                "line": {"color": "white", "width": 1},
                "pattern": {
                    "shape": PATTERNS[outcome],
                    "fillmode": "overlay",
                    "fgcolor": INK if outcome == "loss" else "white",
                    "size": 7,
                    "solidity": 0.35,
                },
            },
            hovertemplate=f"%{{y:,.3f}} {words.gettext(KILOGRAMS)}",
        )
        for outcome in frames.OUTCOMES
        if (months[outcome] != 0).any()
    ]
    layout = _layout(words, height=420) | {
        "barmode": "relative",
        "bargap": 0.25,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": -0.18, "traceorder": "normal"},
        "xaxis": {
            "type": "category",
            "tickmode": "array",
            "tickvals": list(months.index),
            "ticktext": names,
            "linecolor": INK,
        },
        "yaxis": {
            "title": {"text": words.gettext(KILOGRAMS), "standoff": 12},
            "tickformat": ",.0f",
            "gridcolor": GRID,
            "zerolinecolor": INK,
            "automargin": True,
        },
    }
    return _plain(go.Figure(bars, layout=layout))


def to_json(figure: Mapping[str, Any]) -> str:
    """A figure as JSON that may stand inside a script element."""
    return json.dumps(figure, ensure_ascii=False).replace("<", "\\u003c")


def plotly_script() -> Path:
    """The script that draws the figures, out of the plotly package, to be served as a file."""
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def plotly_version() -> str:
    """Version of that script, for its address: a new one is fetched anew."""
    from plotly.offline import get_plotlyjs_version

    return str(get_plotlyjs_version())


def _label(end: str, report: Report, words: Words) -> str:
    kind, _sign, code = end.partition(":")
    if kind == "supplier":
        if code == frames.OTHERS:
            return words.gettext(OTHER_SUPPLIERS)
        names = (
            {row.key: row.names for row in report.rows} if report.asked.by is By.SUPPLIER else {}
        )
        return words.own(names[code], code) if code else words.gettext(HANDED_IN)
    if kind == "destination":
        stream, _sign, own_code = code.partition("/")
        routes = [one.route for one in report.destinations if one.route.code == own_code]
        latest = max(routes, key=lambda route: route.version)
        return f"{MARKS[stream]} {words.own(latest.names, own_code)}"
    if kind == "proof":
        return words.gettext(PROOF_WORDS[code])
    return f"{MARKS[code]} {words.gettext(OUTCOME_WORDS[code])}"


def _tint(end: str) -> str:
    kind, _sign, code = end.partition(":")
    if kind in ("stream", "outcome"):
        return COLOURS[code]
    if kind == "destination":
        return COLOURS[code.partition("/")[0]]
    return INK if end == "proof:confirmed" else PALE


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.4)"


def _longest(ends: Sequence[str]) -> int:
    """How many ends stand above each other in the fullest column, three at least."""
    columns = {"supplier": 0, "stream": 0, "destination": 0, "proof": 0}
    for end in ends:
        kind = end.partition(":")[0]
        columns["stream" if kind == "outcome" else kind] += 1
    return max(3, *columns.values())


def _layout(words: Words, *, height: int) -> dict[str, Any]:
    return {
        # The package's own template is a grey ground and seven kilobytes.
        "template": "none",
        "font": {"size": 14, "color": INK},
        "separators": words.signs,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 8, "r": 8, "t": 16, "b": 16},
        "height": height,
    }


def _plain(figure: Any) -> dict[str, Any]:
    """Only what JSON knows: the package keeps arrays of its own."""
    plain: dict[str, Any] = json.loads(figure.to_json())
    return plain


assert set(OUTCOME_WORDS) == set(COLOURS) == set(PATTERNS) == set(MARKS) == set(frames.OUTCOMES)
assert {stream.value for stream in Stream} <= set(COLOURS)
