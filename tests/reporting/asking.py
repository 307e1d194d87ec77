"""Reports and exports as a caller gets them, and the balance that each must keep."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from catalogue.access import Viewer
from reporting.datasets import Dataset
from reporting.exports import export
from reporting.formats import Format
from reporting.queries import circularity_report
from reporting.questions import Question, question
from reporting.report import as_json
from tests.reporting.recompute import recompute
from tests.reporting.world import TODAY

EVER = {"first": "2025-01-01", "end": "2027-01-01"}
TERMS = ("input_g", "returned_g", "estimated_g", "losses", "loss_g", "held_g", "finds_g")
ENDS = ("opening_g", "closing_g")


def ask(**words: Any) -> Question:
    return question(today=TODAY, **(EVER | words))


def report(session: Session, viewer: Viewer, asked: Question) -> dict[str, Any]:
    return as_json(circularity_report(session, viewer, asked))


def export_bytes(
    session: Session,
    viewer: Viewer,
    asked: Question,
    *,
    dataset: Dataset = Dataset.MOVEMENTS,
    format: Format = Format.CSV,
) -> bytes:
    made = export(session, viewer, asked, dataset=dataset, format=format)
    return b"".join(made.pieces)


def assert_balanced(found: dict[str, Any]) -> None:
    """The identities of the contract, to the gram."""
    streams_g = sum(one["mass_g"] for one in found["streams"].values())
    out_g = streams_g + found["loss_g"] + found["finds_g"]
    assert found["input_g"] == out_g + found["held_g"]
    if "opening_g" in found:
        assert found["opening_g"] + found["input_g"] == out_g + found["closing_g"]


def assert_recomputed(session: Session, viewer: Viewer, asked: Question) -> None:
    """The report equals what plain pandas makes of the exported movements."""
    found = report(session, viewer, asked)
    everything = ask(suppliers=asked.suppliers, sites=asked.sites)
    again = recompute(
        export_bytes(session, viewer, everything).decode(),
        first=asked.period.first,
        end=asked.period.end,
        basis=asked.basis,
        by=asked.by,
    )
    for term in (*TERMS, "in_transit_g", *(ENDS if asked.basis == "booked" else ())):
        assert found[term] == again[term], term
    assert _streams(found) == again["streams"]
    assert _destinations(found) == {
        key: one for key, one in again["destinations"].items() if any(one.values())
    }
    assert_balanced(found)
    if asked.by in ("month", "supplier"):
        assert found["rows"]
        for row in found["rows"]:
            again_row = again["rows"].get(row[asked.by])
            for term in TERMS:
                expected = again_row[term] if again_row else type(row[term])()
                assert row[term] == expected, (row[asked.by], term)
            assert_balanced(row)
    if asked.by == "article_group":
        assert {row["article_group"]: _streams(row) for row in found["rows"]} == {
            key: row["streams"] for key, row in again["rows"].items()
        }
    if asked.by == "destination":
        assert {row["destination"]: row["mass_g"] for row in found["rows"]} == {
            key: sum(one["mass_g"] for one in row["streams"].values())
            for key, row in again["rows"].items()
        }


def _streams(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        stream: {term: one[term] for term in one if term != "permille"}
        for stream, one in found["streams"].items()
    }


def _destinations(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    terms = ("mass_g", "confirmed_g", "in_transit_g", "estimated_g")
    summed: dict[str, dict[str, int]] = {}
    for one in found["destinations"]:
        # Two operators may call a destination the same; the export names no operator.
        sums = summed.setdefault(f"{one['destination']}@{one['version']}", dict.fromkeys(terms, 0))
        for term in terms:
            sums[term] += one[term]
    return summed
