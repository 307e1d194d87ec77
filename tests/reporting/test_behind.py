"""The batches behind a number: their grams add up to it, on both bases, for whoever asks."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Malformed, NotFound
from reporting.behind import BatchBehind, Behind, Order, behind
from reporting.parts import part, part_of_input
from reporting.queries import circularity_report
from reporting.questions import Question
from store.engine import Database
from tests.reporting import world as worlds
from tests.reporting.asking import ask, report
from tests.reporting.test_queries import statements
from tests.reporting.world import World

PERIODS = [
    {"first": "2025-01-01", "end": "2027-01-01"},
    {"first": "2025-12-09", "end": "2026-03-12"},
    {"first": "2026-01-05", "end": "2026-01-29"},
]
STREAMS = ("reuse", "recycle", "incineration")
ENDS = {
    "": "mass_g",
    "/confirmed": "confirmed_g",
    "/transit": "in_transit_g",
    "/estimated": "estimated_g",
}


def numbers(found: dict[str, Any]) -> dict[str, int]:
    """Every number of a report that batches stand behind, by its part."""
    streams = found["streams"]
    said = {
        "received": found["input_g"],
        "received/estimated": found["estimated_g"],
        "returned": found["returned_g"],
        "held": found["held_g"],
        "finds": found["finds_g"],
        "loss": found["loss_g"],
        "sorted/transit": found["in_transit_g"],
        "sorted": sum(one["mass_g"] for one in streams.values()),
        "sorted/pending": sum(one["mass_g"] - one["confirmed_g"] for one in streams.values()),
    }
    for kind, mass_g in found["losses"].items():
        said[f"loss/{kind}"] = mass_g
    for stream, (end, term) in product(STREAMS, ENDS.items()):
        said[f"stream/{stream}{end}"] = streams[stream][term]
    for one in found["destinations"]:
        for end, term in ENDS.items():
            name = f"destination/{one['stream']}/{one['destination']}{end}"
            said[name] = said.get(name, 0) + one[term]
    for cell in ("306-4", "306-5"):
        by_id = {figure["id"]: figure["value"] for figure in found["figures"]}
        said[f"cell/gri/{cell}"] = by_id.get(f"gri.{cell}") or 0
    if "opening_g" in found:
        said |= {"opening": found["opening_g"], "closing": found["closing_g"]}
    return said


def all_behind(session: Session, viewer: Viewer, asked: Question, text: str) -> Behind:
    return behind(session, viewer, asked, part(text), limit=1000)


def assert_behind(session: Session, viewer: Viewer, asked: Question) -> None:
    found = report(session, viewer, asked)
    for text, mass_g in numbers(found).items():
        under = all_behind(session, viewer, asked, text)
        assert under.mass_g == mass_g, text
        assert sum(batch.mass_g for batch in under.batches) == mass_g, text
        assert under.count == len(under.batches), text
    assert all_behind(session, viewer, asked, "open").count == found["open_batches"]


@pytest.mark.parametrize(("basis", "period"), list(product(["received", "booked"], PERIODS)))
def test_the_batches_behind_every_number_add_up_to_it_to_the_gram(
    reading: Session, world: World, basis: str, period: dict[str, str]
) -> None:
    for viewer, more in (
        (world.staff("OPA"), {}),
        (world.staff("OPA"), {"suppliers": ["KLEDING"]}),
        (world.supplier("NOORD"), {}),
        (world.staff("OPA", site="S2"), {}),
    ):
        assert_behind(reading, viewer, ask(basis=basis, **period, **more))


@pytest.mark.parametrize("basis", ["received", "booked"])
def test_what_went_into_a_figure_is_what_its_batches_add_up_to(
    reading: Session, world: World, basis: str
) -> None:
    staff, asked = world.staff("OPA"), ask(basis=basis, **PERIODS[1])
    opened = set()
    for figure in circularity_report(reading, staff, asked).measures:
        for term, value in figure.inputs.items():
            text = part_of_input(figure.id, figure.cell, term)
            if text is not None and text not in opened:
                opened.add(text)
                found = all_behind(reading, staff, asked, text)
                assert value == (found.count if text == "open" else found.mass_g), figure.id
    assert len(opened) > 20


def test_something_stands_behind_every_kind_of_number(reading: Session, world: World) -> None:
    found = numbers(report(reading, world.staff("OPA"), ask()))
    assert all(
        mass_g > 0
        for text, mass_g in found.items()
        if not text.startswith(("destination", "stream", "loss/"))
    )


def test_an_article_group_takes_its_part_of_a_stream(reading: Session, world: World) -> None:
    staff = world.staff("OPA")
    by_group = report(reading, staff, ask(by="article_group"))
    for row in by_group["rows"]:
        under = behind(
            reading, staff, ask(), part("stream/reuse"), group=row["article_group"], limit=1000
        )
        assert under.mass_g == row["streams"]["reuse"]["mass_g"]
    with pytest.raises(NotFound):
        behind(reading, staff, ask(), part("sorted"), group="no-such")


@pytest.mark.parametrize("order", list(Order))
def test_pages_together_are_the_whole_list_in_its_order(
    reading: Session, world: World, order: Order
) -> None:
    staff, wanted = world.staff("OPA"), part("sorted")
    whole = behind(reading, staff, ask(), wanted, order=order, limit=1000)
    pages, after = list[BatchBehind](), ""
    while True:
        page = behind(reading, staff, ask(), wanted, order=order, after=after, limit=4)
        assert (page.count, page.mass_g) == (whole.count, whole.mass_g)
        pages += page.batches
        if page.next is None:
            break
        after = page.next
    assert pages == list(whole.batches)
    keys = {
        Order.HEAVIEST: [-batch.mass_g for batch in pages],
        Order.OLDEST: [batch.received_day.toordinal() for batch in pages],
        Order.NEWEST: [-batch.received_day.toordinal() for batch in pages],
    }
    assert keys[order] == sorted(keys[order])


@pytest.mark.parametrize("after", ["heavy~BX", f"{10**30}~BX"])
def test_a_place_in_the_list_that_is_none_is_refused(
    reading: Session, world: World, after: str
) -> None:
    with pytest.raises(Malformed) as refused:
        behind(reading, world.staff("OPA"), ask(), part("held"), after=after)
    assert refused.value.figures["field"] == "after"


def test_nobody_sees_batches_of_others_behind_a_number(reading: Session, world: World) -> None:
    own = all_behind(reading, world.supplier("NOORD"), ask(), "received")
    assert {batch.supplier for batch in own.batches} == {"NOORD"}
    for viewer, more in (
        (world.supplier("NOORD"), {"suppliers": ["ZUID"]}),
        (world.staff("OPA"), {"sites": ["T1"]}),
    ):
        with pytest.raises(NotFound):
            all_behind(reading, viewer, ask(**more), "received")
    with pytest.raises(NotFound):
        all_behind(reading, world.staff("OPA"), ask(), "loss/no-such")


def test_looking_behind_a_number_takes_three_statements(reading: Session, world: World) -> None:
    staff = world.staff("OPA")
    for basis, text in product(("received", "booked"), ("sorted", "opening", "open")):
        all_behind(reading, staff, ask(basis=basis), text)
        with statements(reading) as sent:
            all_behind(reading, staff, ask(basis=basis), text)
        assert len(sent) == 3, sent


def test_postgresql_finds_the_same_batches_behind_a_number(
    postgresql_database: Database,
) -> None:
    with postgresql_database.write() as session:
        worlds.build(session, seed=5, batches=12)
    with postgresql_database.read() as session:
        staff = World(session, seed=0).staff("OPA")
        for basis in ("received", "booked"):
            assert_behind(session, staff, ask(basis=basis, **PERIODS[1]))
