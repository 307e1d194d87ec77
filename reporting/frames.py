"""Tables of a report as pandas frames, in whole grams: what charts and documents are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from catalogue.kinds import Stream
from reporting.circularity import Terms
from reporting.questions import By
from reporting.report import Report

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = (*(stream.value for stream in Stream), "held", "finds", "loss")
"""What can become of a gram, in the order of every table and chart."""

SUPPLIERS_SHOWN = 8
OTHERS = "others"


def months(report: Report) -> pd.DataFrame:
    """Grams per month: `input` and a column per outcome. The report was asked by month."""
    assert report.asked.by is By.MONTH
    return _per_row(report)


def suppliers(report: Report) -> pd.DataFrame:
    """Grams per supplier: `input` and a column per outcome. The report was asked by supplier."""
    assert report.asked.by is By.SUPPLIER
    return _per_row(report)


def destinations(report: Report) -> pd.DataFrame:
    """A line per destination version, in the order of the report; shares in permille."""
    lines = [
        {
            "destination": one.route.code,
            "version": one.route.version,
            "stream": one.route.stream.value,
            "mass_g": one.outcome.mass_g,
            "confirmed_g": one.outcome.confirmed_g,
            "in_transit_g": one.outcome.in_transit_g,
            "estimated_g": one.outcome.estimated_g,
            "permille": one.permille,
        }
        for one in report.destinations
    ]
    import pandas as pd

    columns = ["destination", "version", "stream", "mass_g", "confirmed_g", "in_transit_g"]
    frame = pd.DataFrame(lines, columns=[*columns, "estimated_g", "permille"])
    # A share can be absent, and a plain integer column would turn into floats for that.
    return frame.astype({"permille": "Int64"})


def flows(report: Report) -> pd.DataFrame:
    """The flow from suppliers over streams and destinations to proof: `source`, `target`, `mass_g`.

    Ends are named kind:code (`supplier:`, `stream:`, `outcome:`, `proof:`; `destination:` with its
    stream before the code). Beyond
    a number of suppliers the small ones flow together as `supplier:others`; a report that was not
    asked by supplier flows from `supplier:`. Only mass above zero flows.
    """
    import pandas as pd

    found = pd.DataFrame(_flows(report), columns=["source", "target", "mass_g"])
    summed = found.groupby(["source", "target"], sort=False, as_index=False)["mass_g"].sum()
    flowing: pd.DataFrame = summed[summed["mass_g"] > 0].reset_index(drop=True)
    return flowing


def outcomes(terms: Terms) -> Mapping[str, int]:
    """Grams per outcome, in the order of `OUTCOMES`."""
    found = {stream.value: terms.streams[stream].mass_g for stream in Stream}
    return found | {"held": terms.held_g, "finds": terms.finds_g, "loss": terms.loss_g}


def _per_row(report: Report) -> pd.DataFrame:
    import pandas as pd

    columns = ["input", *OUTCOMES]
    cells = [
        (row.key, outcome, grams)
        for row in report.rows
        for outcome, grams in ({"input": row.terms.input_g} | dict(outcomes(row.terms))).items()
    ]
    long = pd.DataFrame(cells, columns=["key", "outcome", "mass_g"]).astype({"mass_g": "int64"})
    wide = long.pivot_table(
        index="key", columns="outcome", values="mass_g", aggfunc="sum", fill_value=0
    )
    every: pd.DataFrame = wide.reindex(columns=columns, fill_value=0)
    return every


def _flows(report: Report) -> Iterator[tuple[str, str, int]]:
    for supplier, terms in _sources(report):
        for outcome, grams in outcomes(terms).items():
            kind = "stream" if outcome in list(Stream) else "outcome"
            yield f"supplier:{supplier}", f"{kind}:{outcome}", grams
    for one in report.destinations:
        # Versions of a destination are one to the eye, unless they changed to another stream.
        destination = f"destination:{one.route.stream}/{one.route.code}"
        pending_g = one.outcome.mass_g - one.outcome.confirmed_g
        yield f"stream:{one.route.stream}", destination, one.outcome.mass_g
        yield destination, "proof:confirmed", one.outcome.confirmed_g
        yield destination, "proof:pending", pending_g


def _sources(report: Report) -> Iterator[tuple[str, Terms]]:
    if report.asked.by is not By.SUPPLIER:
        yield "", report.terms
        return
    largest = sorted(report.rows, key=lambda row: (-row.terms.input_g, row.key))
    shown = {row.key for row in largest[:SUPPLIERS_SHOWN]}
    for row in report.rows:
        yield row.key if row.key in shown else OTHERS, row.terms
