"""Charts: the same masses as the report, readable in grey, in the language of the reader."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date

import plotly.graph_objects as go
import pytest
from sqlmodel import Session

from catalogue.kinds import Stream
from reporting import flows, frames
from reporting.figures import (
    flow,
    month_bars,
    plotly_script,
    plotly_version,
    to_json,
    tree,
)
from reporting.looks import COLOURS, MARKS, PATTERNS
from reporting.pictures import bars_svg, flow_svg
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
    monkeypatch.setattr(flows, "SUPPLIERS_SHOWN", 1)
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
    nothing, no_months = by(reading, world, None, **empty), by(reading, world, "month", **empty)
    assert flow(nothing, words) is None
    assert tree(nothing, words) is None
    assert month_bars(no_months, words) is None
    assert flow_svg(nothing, words, "Flow") == bars_svg(no_months, words, "Months") == ""


def address(part: str, supplier: str) -> str:
    return f"/behind?part={part}&supplier={supplier}"


def test_plotly_itself_takes_every_figure_that_is_built_without_it(
    reading: Session, world: World, words: Words
) -> None:
    monthly, earlier = by(reading, world, "month"), by(reading, world, "month").rows
    for picture in (
        flow(by(reading, world, "supplier"), words, address),
        tree(by(reading, world, None), words, address),
        month_bars(monthly, words, address, earlier),
    ):
        assert picture is not None
        drawn = json.loads(go.Figure(picture).to_json())
        assert [trace["type"] for trace in drawn["data"]] == [
            trace["type"] for trace in picture["data"]
        ]


def test_drawing_charts_takes_neither_plotly_nor_pandas() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys, reporting.figures, reporting.pictures, reporting.behind;"
                "reporting.figures.plotly_version();"
                "print({'plotly', 'pandas', 'numpy', 'pyarrow'} & set(sys.modules))"
            ),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert said.stdout.strip() == "set()"


def test_a_treemap_has_the_masses_of_the_streams_and_their_destinations(
    reading: Session, world: World, words: Words
) -> None:
    found = by(reading, world, None)
    picture = tree(found, words)
    assert picture is not None
    (drawn,) = picture["data"]
    sizes = dict(zip(drawn["ids"], drawn["values"], strict=True))
    for stream in Stream:
        inside = [
            sizes[end]
            for end, parent in zip(drawn["ids"], drawn["parents"], strict=True)
            if parent == f"stream:{stream}"
        ]
        assert round(sizes[f"stream:{stream}"] * 1000) == found.terms.streams[stream].mass_g
        assert sum(round(kilograms * 1000) for kilograms in inside) == (
            found.terms.streams[stream].mass_g
        )


def test_every_end_and_every_flow_leads_to_its_batches(
    reading: Session, world: World, words: Words
) -> None:
    picture = flow(by(reading, world, "supplier"), words, address)
    assert picture is not None
    (sankey,) = picture["data"]
    assert "/behind?part=received&supplier=NOORD" in sankey["node"]["customdata"]
    assert "/behind?part=sorted/pending&supplier=" in sankey["node"]["customdata"]
    assert "/behind?part=stream/reuse&supplier=NOORD" in sankey["link"]["customdata"]
    assert (
        "/behind?part=destination/recycle/panels/confirmed&supplier="
        in (sankey["link"]["customdata"])
    )


def test_what_is_drawn_for_paper_has_the_same_ends_and_is_sound(
    reading: Session, world: World, words: Words
) -> None:
    found = by(reading, world, "supplier")
    picture = flow(found, words)
    assert picture is not None
    svg = ET.fromstring(flow_svg(found, words, 'Flow "<all>"', address))
    space = "{http://www.w3.org/2000/svg}"
    said = ["".join(text.itertext()) for text in svg.iter(f"{space}text")]
    for label in picture["data"][0]["node"]["label"]:
        assert any(text.startswith(label) for text in said), label
    reuse_g = found.terms.streams[Stream.REUSE].mass_g
    assert f"● Hergebruik{words.weight(reuse_g)}" in said
    assert len(list(svg.iter(f"{space}path"))) == len(picture["data"][0]["link"]["value"])
    bottom = float(svg.attrib["viewBox"].split()[3])
    rects = list(svg.iter(f"{space}rect"))
    assert all(float(r.attrib["y"]) + float(r.attrib["height"]) <= bottom for r in rects)


def test_months_drawn_for_paper_stand_on_their_line(
    reading: Session, world: World, words: Words
) -> None:
    monthly = by(reading, world, "month")
    drawn = bars_svg(monthly, words, "Months", address, monthly.rows)
    svg = ET.fromstring(drawn)
    rects = list(svg.iter("{http://www.w3.org/2000/svg}rect"))
    shown = sum(mass_g > 0 for row in monthly.rows for mass_g in flows.outcomes(row.terms).values())
    assert len(rects) == shown
    assert all(float(rect.attrib["height"]) >= 0 for rect in rects)
    assert not re.search(r"style=", drawn)


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
    assert list(months.columns) == ["input", *flows.OUTCOMES]
    assert (months["input"] == months[list(flows.OUTCOMES)].sum(axis=1)).all()


def test_frames_of_nothing_have_their_columns(reading: Session, world: World) -> None:
    empty = by(reading, world, "month", first="2020-01-01", end="2021-01-01")
    assert list(frames.months(empty).columns) == ["input", *flows.OUTCOMES]
    assert flows.flows(empty) == []


def test_months_of_a_report_are_days_one(reading: Session, world: World) -> None:
    months = frames.months(by(reading, world, "month"))
    assert all(date.fromisoformat(f"{month}-01") for month in months.index)
