"""Charts of a report, as plain values that the plotly script draws; the words are handed in.

Nothing here imports plotly: that would cost the first page seconds. A test draws each with it.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from reporting import flows
from reporting.circularity import Row
from reporting.looks import (
    COLOURS,
    INK,
    MARKS,
    filled,
    layout,
    mass_axis,
    months_axis,
    named,
    pale,
    tint_of_end,
)
from reporting.questions import By
from reporting.report import Report
from reporting.words import (
    HANDED_IN,
    KILOGRAMS,
    OTHER_SUPPLIERS,
    PROOF_WORDS,
    YEAR_EARLIER,
    Words,
)

Address = Callable[[str, str], str]
"""Where the batches of a part (`parts.part`) of the report are shown; second, a supplier or ""."""

Picture = dict[str, Any]

NARROW: Final = 20
"""Letters in a line of a label inside a box; in one long line it would shrink to be unreadable."""


def flow(report: Report, words: Words, address: Address | None = None) -> Picture | None:
    """A Sankey picture: supplier, what became of it, destination, confirmed or pending.

    Ask the report by supplier to see them apart. None when nothing flows.
    """
    found = flows.flows(report)
    if not found:
        return None
    ends = flows.ends_of(found)
    number = {end: place for place, end in enumerate(ends)}
    unit = words.gettext(KILOGRAMS)
    sankey: Picture = {
        "type": "sankey",
        "arrangement": "snap",
        "node": {
            "label": [label_of_end(end, report, words) for end in ends],
            "color": [tint_of_end(end) for end in ends],
            "line": {"color": INK, "width": 0.5},
            # What waits or is lost ends beside the streams, not behind them.
            "align": "left",
            "pad": 18,
            "thickness": 18,
            "hovertemplate": f"%{{label}}<br>%{{value:,.3f}} {unit}<extra></extra>",
        },
        "link": {
            "source": [number[one.source] for one in found],
            "target": [number[one.target] for one in found],
            "value": [one.mass_g / 1000 for one in found],
            # Links take the colour of the stream that they carry, however far it has come.
            "color": [pale(tint_of_end(one.target if one.is_first else one.source))
                      for one in found],
            "hovertemplate": "%{source.label} → %{target.label}<br>"
            f"%{{value:,.3f}} {unit}<extra></extra>",
        },
    }  # fmt: skip
    if address is not None:
        sankey["node"]["customdata"] = [address_of_end(end, address) for end in ends]
        sankey["link"]["customdata"] = [address_of_flow(one, address) for one in found]
    height = 80 + 42 * flows.tallest(ends)
    return {"data": [sankey], "layout": layout(words, height=height)}


def month_bars(
    report: Report,
    words: Words,
    address: Callable[[str, str], str] | None = None,
    earlier: Sequence[Row] = (),
) -> Picture | None:
    """Stacked bars: per month what became of what came in (or, booked, what changed).

    The report was asked by month. earlier: the months of a year before, whose input becomes a
    faint line. address: of an outcome in a month. None without months.
    """
    assert report.asked.by is By.MONTH
    months = {row.key: flows.outcomes(row.terms) for row in report.rows}
    if not months:
        return None
    keys, unit = list(months), words.gettext(KILOGRAMS)
    data: list[Picture] = []
    for outcome in flows.OUTCOMES:
        masses = [found[outcome] for found in months.values()]
        if any(masses):
            bar: Picture = {
                "type": "bar",
                "name": named(outcome, words),
                "x": keys,
                "y": [mass_g / 1000 for mass_g in masses],
                "marker": filled(outcome),
                "hovertemplate": f"%{{y:,.3f}} {unit}",
            }
            if address is not None:
                part = flows.part_of_outcome(outcome)
                bar["customdata"] = [address(part, key) for key in keys]
            data.append(bar)
    before = {a_year_on(row.key): row.terms.input_g for row in earlier}
    if any(before.get(key) for key in keys):
        data.append(faint_line(words.gettext(YEAR_EARLIER), keys, before, unit))
    drawn = _bars_layout(words, keys)
    if all(mass_g >= 0 for found in months.values() for mass_g in found.values()):
        # A point at nothing would else pull the axis below it.
        drawn["yaxis"]["rangemode"] = "nonnegative"
    return {"data": data, "layout": drawn}


def a_year_on(key: str) -> str:
    """The same month a year later."""
    return f"{int(key[:4]) + 1}{key[4:]}"


def faint_line(name: str, keys: Sequence[str], masses: Mapping[str, int], unit: str) -> Picture:
    """A line behind bars, to compare with; a key without a mass leaves a gap."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(keys),
        "y": [masses[key] / 1000 if key in masses else None for key in keys],
        "line": {"color": INK, "width": 1.5, "dash": "dot"},
        "marker": {"color": "white", "size": 6, "line": {"color": INK, "width": 1.5}},
        "opacity": 0.6,
        "cliponaxis": False,
        "hovertemplate": f"%{{y:,.3f}} {unit}",
    }


def tree(report: Report, words: Words, address: Address | None = None) -> Picture | None:
    """A treemap: the streams, and in each its destinations. None when nothing was sorted."""
    found = {key: mass_g for key, (mass_g, _) in flows.destined(report) if mass_g > 0}
    if not found:
        return None
    streams = list(dict.fromkeys(stream for stream, _ in found))
    ends = [f"stream:{stream}" for stream in streams]
    ends += [f"destination:{stream}/{code}" for stream, code in found]
    of_stream = [sum(m for (own, _), m in found.items() if own == stream) for stream in streams]
    unit = words.gettext(KILOGRAMS)
    drawn: Picture = {
        "type": "treemap",
        "ids": ends,
        "labels": ["<br>".join(wrap(label_of_end(end, report, words), NARROW)) for end in ends],
        "parents": [""] * len(streams) + [f"stream:{stream}" for stream, _ in found],
        "values": [mass_g / 1000 for mass_g in [*of_stream, *found.values()]],
        "branchvalues": "total",
        "sort": False,
        "marker": {"colors": [tint_of_end(end) for end in ends],
                   "line": {"color": "white", "width": 2}},
        "textfont": {"color": [INK if ":incineration" in end else "white" for end in ends]},
        "texttemplate": f"%{{label}}<br>%{{value:,.0f}} {unit}",
        "hovertemplate": f"%{{label}}<br>%{{value:,.3f}} {unit}<extra></extra>",
        "pathbar": {"visible": False},
    }  # fmt: skip
    if address is not None:
        drawn["customdata"] = [address_of_end(end, address) for end in ends]
    return {"data": [drawn], "layout": layout(words, height=480)}


def to_json(figure: Mapping[str, Any]) -> str:
    """A figure as JSON that may stand inside a script element."""
    return json.dumps(figure, ensure_ascii=False).replace("<", "\\u003c")


def plotly_script() -> Path:
    """The script that draws the figures, out of the plotly package, to be served as a file."""
    found = importlib.util.find_spec("plotly")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


def plotly_version() -> str:
    """Version of that script, for its address: a new one is fetched anew."""
    with plotly_script().open(encoding="utf-8") as script:
        found = re.search(r"plotly\.js v([\d.]+)", script.read(400))
    assert found is not None
    return found.group(1)


def label_of_end(end: str, report: Report, words: Words) -> str:
    """What an end of a flow is called."""
    kind, _sign, code = end.partition(":")
    if kind == "supplier":
        if code == flows.OTHERS:
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
    return named(code, words)


def address_of_end(end: str, address: Address) -> str:
    """Where the batches are that stand at an end."""
    return address(flows.part_of_end(end), flows.supplier_of_end(end))


def address_of_flow(one: flows.Flow, address: Address) -> str:
    """Where the batches are that flow from one end to another."""
    part = flows.part_of_end(one.target, before=one.source)
    return address(part, flows.supplier_of_end(one.source))


def _bars_layout(words: Words, keys: list[str]) -> Picture:
    return layout(
        words,
        height=420,
        barmode="relative",
        bargap=0.25,
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.18, "traceorder": "normal"},
        xaxis=months_axis(keys, words),
        yaxis=mass_axis(words.gettext(KILOGRAMS)),
    )


assert set(COLOURS) == set(flows.OUTCOMES)
