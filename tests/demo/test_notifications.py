"""The notifications of the demo year, against the same figures in plain pandas over its exports."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from demo.counter import manager
from nl import queries, views
from nl.months import latest_months, whole_month
from nl.rules import Counted, month_after
from reporting.datasets import Dataset
from reporting.exports import export
from reporting.formats import Format
from reporting.questions import question
from tests.demo.conftest import NOW
from tests.nl import recompute
from web.api.nl_shapes import stream_number

MONTHS = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(5, 17)]
"""The year that the demo plays, from June 2025 on."""


@pytest.fixture(scope="module")
def exports(played: Any) -> dict[str, Any]:
    """What somebody outside can have: two files, and what the API says of numbers and loads."""
    with played.database.read() as session:
        book = rulebook(session)
        operator = manager(book).organisation_id
        auditor = Viewer(role=Role.AUDITOR, organisation_id=operator, operator_id=operator)
        asked = question(today=NOW.date(), first="2025-01-01", end="2027-01-01")
        files = {}
        for dataset in (Dataset.MOVEMENTS, Dataset.BATCHES):
            made = export(session, auditor, asked, dataset=dataset, format=Format.CSV)
            files[dataset.value] = b"".join(made.pieces).decode()
        rows = queries.stream_numbers(session, book, manager(book))
        return {
            **files,
            "numbers": [stream_number(row) for row in rows],
            "deliveries": _pairs(
                session,
                "SELECT batch.code, delivery.code FROM receipt"
                " JOIN batch ON batch.id = receipt.batch_id"
                " JOIN delivery ON delivery.id = receipt.delivery_id",
            ),
            "outlets": _pairs(
                session,
                "SELECT shipment.code, organisation.code FROM shipment"
                " JOIN organisation ON organisation.id = shipment.outlet_id",
            ),
        }


def _pairs(session: Session, statement: str) -> dict[str, str]:
    return {str(one): str(other) for one, other in session.execute(text(statement))}


@pytest.mark.parametrize("site", ["HAL1", "HAL2"])
@pytest.mark.parametrize("month", MONTHS, ids=lambda month: f"{month:%Y-%m}")
def test_a_notification_is_the_same_to_the_gram_in_plain_pandas(
    reading: Session, exports: dict[str, Any], site: str, month: date
) -> None:
    book = rulebook(reading)
    viewer = manager(book)
    found = queries.notifying_site(reading, book, site, viewer)
    figures = views.figures_of_month(reading, book, viewer, site=found, month=month)
    said = f"{month:%Y-%m}"
    again = recompute.received(
        exports["movements"], exports["batches"], exports["deliveries"], exports["numbers"],
        site=site, month=said,
    )  # fmt: skip
    assert _grams(figures.received) == again
    out = recompute.delivered(exports["movements"], exports["outlets"], site=site, month=said)
    assert _grams(figures.delivered) == out
    assert all(one.kg == round(one.mass_g / 1000 + 1e-9) for one in figures.received.values())


def test_the_year_has_something_to_notify(reading: Session) -> None:
    book = rulebook(reading)
    viewer = manager(book)
    for code in ("HAL1", "HAL2"):
        site = queries.notifying_site(reading, book, code, viewer)
        months = latest_months(
            reading, book, viewer, site=site, today=NOW.date(), months=len(MONTHS)
        )
        assert sum(line.received_g for line in months) > 1_000_000
        assert sum(line.delivered_g for line in months) > 1_000_000


def test_all_months_but_the_last_were_sent_and_what_is_missing_is_a_difference(
    reading: Session,
) -> None:
    book = rulebook(reading)
    viewer = manager(book)
    site = queries.notifying_site(reading, book, "HAL2", viewer)
    today = NOW.date()
    months = latest_months(reading, book, viewer, site=site, today=today, months=len(MONTHS))
    states = {line.month: line.state(today) for line in months}
    assert states.pop(date(2026, 6, 1)) == "open"
    assert states.pop(date(2026, 5, 1)) == "due"
    assert states
    for month in MONTHS[:-1]:
        assert states.get(month, "open") in ("sent", "correction", "open"), month
        whole = whole_month(reading, book, viewer, site=site, month=month)
        sums: dict[str, list[int]] = {}
        for told in [*whole.sent, *([whole.due] if whole.due else [])]:
            for stream, one in told.figures.received.items():
                before = sums.setdefault(stream, [0, 0, 0])
                sums[stream] = [was + more for was, more in zip(before, one, strict=True)]
        stands = views.figures_of_month(reading, book, viewer, site=site, month=month)
        assert {key: Counted(*one) for key, one in sums.items() if any(one)} == stands.received


def test_an_earlier_month_of_the_demo_begins_with_all_data(reading: Session) -> None:
    """Each number is told in full once, the first time."""
    book = rulebook(reading)
    viewer = manager(book)
    site = queries.notifying_site(reading, book, "HAL2", viewer)
    firsts = [
        receipt.number.number
        for month in MONTHS
        for told in whole_month(reading, book, viewer, site=site, month=month).sent
        for receipt in told.receipts
        if receipt.first
    ]
    assert firsts
    assert len(firsts) == len(set(firsts))
    assert month_after(MONTHS[0]) == MONTHS[1]


def _grams(counted: Any) -> dict[str, tuple[int, int]]:
    return {stream: (one.loads, one.mass_g) for stream, one in counted.items()}
