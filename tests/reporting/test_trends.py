"""Lines over time: steps without gaps, and charts that plotly and every eye can read."""

from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree as ET

import plotly.graph_objects as go
import pytest

from reporting.looks import COLOURS as STREAM_COLOURS
from reporting.series import Step, step_of, steps_between
from reporting.trends import (
    COLOURS,
    DASHES,
    LINES_MAX,
    MARKS,
    STROKES,
    SYMBOLS,
    Line,
    lines,
    lines_svg,
)
from reporting.words import Words

WORDS = Words(
    gettext=lambda text: text,
    own=lambda names, code: names.get("en", code),
    month=lambda first: f"{first:%b}",
    signs=",.",
)
LABELS = ["2025 Q4", "2026 Q1", "2026 Q2"]


@pytest.mark.parametrize(
    ("day", "step", "expected"),
    [
        (date(2026, 3, 31), Step.MONTH, "2026-03"),
        (date(2026, 3, 31), Step.QUARTER, "2026-Q1"),
        (date(2026, 4, 1), Step.QUARTER, "2026-Q2"),
        (date(2026, 12, 31), Step.QUARTER, "2026-Q4"),
        (date(2026, 12, 31), Step.YEAR, "2026"),
    ],
)
def test_a_day_lies_in_one_step(day: date, step: Step, expected: str) -> None:
    assert step_of(day, step) == expected


def test_steps_follow_each_other_over_the_turn_of_the_year() -> None:
    first, last = date(2025, 11, 30), date(2026, 4, 1)
    assert list(steps_between(first, last, Step.QUARTER)) == ["2025-Q4", "2026-Q1", "2026-Q2"]
    assert list(steps_between(first, last, Step.YEAR)) == ["2025", "2026"]
    assert len(steps_between(first, last, Step.MONTH)) == 6


@pytest.mark.parametrize("share", [True, False])
def test_plotly_draws_what_the_chart_says(share: bool) -> None:
    found = lines(LABELS, [Line("A", [281, None, 305]), Line("B", [0, 10, 20])], WORDS, share=share)
    assert found is not None
    drawn = go.Figure(json.loads(json.dumps(found)))
    expected = (28.1, None, 30.5) if share else (0.281, None, 0.305)
    assert tuple(drawn.data[0].y) == expected
    assert [one.name for one in drawn.data] == ["A", "B"]
    assert drawn.layout.yaxis.title.text == ("%" if share else "kg")


def test_lines_are_told_apart_without_their_colours() -> None:
    looks = list(zip(DASHES, SYMBOLS, strict=True))
    assert len(looks) == len(set(looks)) == LINES_MAX
    assert len(set(MARKS)) == len(STROKES) == len(set(COLOURS)) == LINES_MAX
    assert STREAM_COLOURS["reuse"] in COLOURS


def test_more_lines_than_eyes_can_follow_stay_in_the_table() -> None:
    many = [Line(f"L{number}", [number]) for number in range(LINES_MAX + 3)]
    found = lines(["2026"], many, WORDS, share=False)
    assert found is not None
    assert len(found["data"]) == LINES_MAX


def test_the_drawing_holds_every_line_and_breaks_where_a_value_is_missing() -> None:
    shown = [Line("A & B", [281, None, 305]), Line("C", [100, 200, 300])]
    drawing = ET.fromstring(lines_svg(LABELS, shown, WORDS, "Shares", share=True))
    texts = ["".join(one.itertext()) for one in drawing.iter() if one.tag.endswith("text")]
    assert "● A & B" in texts
    assert texts.count("●") == 2
    assert texts.count("■") == 3
    strokes = [one.get("stroke") for one in drawing.iter() if one.tag.endswith("line")]
    assert strokes.count(COLOURS[0]) == 0
    assert strokes.count(COLOURS[1]) == 2
    assert set(LABELS) <= set(texts)


def test_without_lines_there_is_no_chart() -> None:
    assert lines(LABELS, [], WORDS, share=True) is None
    assert lines_svg([], [Line("A", [])], WORDS, "Nothing", share=True) == ""
