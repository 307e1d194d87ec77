"""Tables of a report as pandas frames, in whole grams, for documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting.flows import OUTCOMES, outcomes
from reporting.questions import By
from reporting.report import Report

if TYPE_CHECKING:
    import pandas as pd


def months(report: Report) -> pd.DataFrame:
    """Grams per month: `input` and a column per outcome. The report was asked by month."""
    assert report.asked.by is By.MONTH
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
