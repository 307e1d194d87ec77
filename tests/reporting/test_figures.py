"""Charts: the same masses as the report, readable in grey, in the language of the reader."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlmodel import Session

from catalogue.kinds import Stream
from reporting import frames
from reporting.figures import (
    COLOURS,
    MARKS,
    PATTERNS,
    flow,
    month_bars,
    plotly_script,
    plotly_version,
    to_json,
)
from reporting.queries import circularity_report
from reporting.report import Report
from reporting.words import Words
from tests.reporting.asking import ask
from tests.reporting.world import World

DUTCH = {
    "Reuse": "Hergebruik",
    "Handed in": "Ingeleverd",
    "Proof pending": "Bewijs volgt",
    "Other suppliers": "Overige",
}


@pytest.fixture
def words() -> Words:
    return Words(
        gettext=lambda msgid: DUTCH.get(msgid, msgid),
        own=lambda names, code: names.get("nl") or names.get("en") or code,
        month=lambda day: f"maand {day.month}",
        signs=",.",
    )


def by(session: Session, world: World, rows: str | None, **more: str) -> Report:
    return circularity_report(session, world.staff("OPA"), ask(by=rows, **more))


def test_the_flow_carries_the_masses_of_the_report(
    reading: Session, world: World, words: Words
) -> None:
    found = by(reading, world, "supplier")
    picture = flow(found, words)
    assert picture is not None
    (sankey,) = picture["data"]
    labels, link = sankey["node"]["label"], sankey["link"]
    ends = list(zip(link["source"], link["target"], link["value"], strict=True))
    into = dict.fromkeys(labels, 0)
    for _, target, kilograms in ends:
        into[labels[target]] += round(kilograms * 1000)
    assert into["● Hergebruik"] == found.terms.streams[Stream.REUSE].mass_g
    assert into["Bewijs volgt"] == found.terms.sorted_g - found.terms.confirmed_g
    for number, label in enumerate(labels):
        out_g = sum(round(kg * 1000) for source, _, kg in ends if source == number)
        assert out_g in (0, into[label]) or label.startswith("=")
    assert "=NOORD & Co" in labels
    assert len(link["color"]) == len(ends)


def test_small_suppliers_flow_together(
    reading: Session, world: World, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "SUPPLIERS_SHOWN", 1)
    found = by(reading, world, "supplier")
    picture = flow(found, words)
    assert picture is not None
    labels = picture["data"][0]["node"]["label"]
    assert "Overige" in labels
    assert sum(label.startswith("=") for label in labels) == 1


def test_a_flow_without_suppliers_begins_with_what_was_handed_in(
    reading: Session, world: World, words: Words
) -> None:
    picture = flow(by(reading, world, None), words)
    assert picture is not None
    assert picture["data"][0]["node"]["label"][0] == "Ingeleverd"


def test_months_are_bars_with_the_masses_of_the_report(
    reading: Session, world: World, words: Words
) -> None:
    found = by(reading, world, "month", first="2026-01-01", end="2027-01-01")
    picture = month_bars(found, words)
    assert picture is not None
    reuse = next(bar for bar in picture["data"] if bar["name"] == "● Hergebruik")
    assert [round(kg * 1000) for kg in reuse["y"]] == [
        row.terms.streams[Stream.REUSE].mass_g for row in found.rows
    ]
    assert picture["layout"]["separators"] == ",."
    assert picture["layout"]["xaxis"]["ticktext"][0] == "maand 1"
    over_years = month_bars(by(reading, world, "month"), words)
    assert over_years is not None
    assert over_years["layout"]["xaxis"]["ticktext"][0] == "maand 11<br>2025"


def test_nothing_gives_no_picture(reading: Session, world: World, words: Words) -> None:
    empty = {"first": "2020-01-01", "end": "2021-01-01"}
    assert flow(by(reading, world, None, **empty), words) is None
    assert month_bars(by(reading, world, "month", **empty), words) is None


def test_streams_differ_by_more_than_colour() -> None:
    assert (
        len(set(COLOURS.values())) == len(set(PATTERNS.values())) == len(set(MARKS.values())) == 6
    )


def test_a_picture_is_small_json_that_may_stand_in_a_page(
    reading: Session, world: World, words: Words
) -> None:
    picture = flow(by(reading, world, "supplier"), words)
    assert picture is not None
    picture["layout"]["title"] = {"text": "</script><script>alert(1)</script>"}
    said = to_json(picture)
    assert "<" not in said
    assert json.loads(said) == picture
    assert len(said) < 12_000


def test_the_script_comes_out_of_the_package() -> None:
    script = plotly_script()
    assert script.stat().st_size > 1_000_000
    assert f"plotly.js v{plotly_version()}" in script.read_text(encoding="utf-8")[:400]


def test_frames_keep_whole_grams(reading: Session, world: World) -> None:
    months = frames.months(by(reading, world, "month"))
    assert {str(kind) for kind in months.dtypes} == {"int64"}
    assert list(months.columns) == ["input", *frames.OUTCOMES]
    assert (months["input"] == months[list(frames.OUTCOMES)].sum(axis=1)).all()
    destinations = frames.destinations(by(reading, world, None))
    masses = ["mass_g", "confirmed_g", "in_transit_g", "estimated_g"]
    assert {str(kind) for kind in destinations[masses].dtypes} == {"int64"}
    assert int(destinations["permille"].sum()) == 1000
    suppliers = frames.suppliers(by(reading, world, "supplier"))
    assert list(suppliers.index) == ["LAND", "NOORD", "ZUID"]


def test_frames_of_nothing_have_their_columns(reading: Session, world: World) -> None:
    empty = by(reading, world, "month", first="2020-01-01", end="2021-01-01")
    assert list(frames.months(empty).columns) == ["input", *frames.OUTCOMES]
    assert frames.destinations(empty).empty
    assert frames.flows(empty).empty


def test_months_of_a_report_are_days_one(reading: Session, world: World) -> None:
    months = frames.months(by(reading, world, "month"))
    assert all(date.fromisoformat(f"{month}-01") for month in months.index)
