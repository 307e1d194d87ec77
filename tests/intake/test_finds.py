"""Finds: what lies in quarantine, how each one leaves it, and how the names of it go."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue.actions import define
from catalogue.errors import NotFound, Refusal
from catalogue.rulebook import rulebook
from intake.find_views import KeptFind, WholeFind, kept_finds, whole_find
from intake.finds import erase_names
from tests.audit import breaches
from tests.builders import Depot


def kept(depot: Depot, by: str = "leader") -> list[KeptFind]:
    with depot.database.read() as session:
        return kept_finds(session, rulebook(session), depot.people[by], depot.now)


def whole(depot: Depot, code: str, by: str = "leader") -> WholeFind:
    with depot.database.read() as session:
        return whole_find(session, rulebook(session), code, depot.people[by])


def keep_for(depot: Depot, kind: str, days: int, *, stops: bool = False) -> None:
    """Let finds of a kind lie for so many days."""
    with depot.database.write() as session:
        said = {"names": {"nl": kind, "en": kind}, "stops_batch": stops, "retention_days": days}
        define(session, "WATERKANT", "find_kind", kind, said, now=depot.now)


def test_what_stops_a_batch_comes_first_then_what_must_go_the_soonest(depot: Depot) -> None:
    keep_for(depot, "wallet", 30)
    keep_for(depot, "pass", 5)
    keep_for(depot, "knife", 90, stops=True)
    batch = depot.log()["code"]
    late, soon, knife = (depot.find(batch, kind) for kind in ("wallet", "pass", "knife"))
    gone, undone = depot.find(batch), depot.find(batch)
    depot.reverse(depot.scan_id)
    depot.hand_over(gone)
    rows = kept(depot)
    assert [row.code for row in rows] == [knife, soon, late]
    assert undone not in [row.code for row in rows]
    assert [row.is_held for row in rows] == [True, True, True]
    assert kept(depot, "outsider") == kept(depot, "leader_s2") == []


def test_a_find_may_lie_until_its_day_and_not_longer(depot: Depot) -> None:
    keep_for(depot, "wallet", 30)
    depot.find(None)
    depot.later(days=30)
    (row,) = kept(depot)
    assert (row.due, row.days, row.is_overdue) == (date(2026, 4, 1), 30, False)
    depot.later(days=1)
    assert kept(depot)[0].is_overdue


def test_one_person_is_told_that_two_are_needed_however_the_name_is_written(depot: Depot) -> None:
    find = depot.find(None)
    for again in ("Anna Bos", "anna  bos", "ANNA BOS.", " Anna Bos "):
        with pytest.raises(Refusal) as refused:
            depot.hand_over(find, first="Anna Bos", second=again)
        assert refused.value.code == "two_persons"
    depot.hand_over(find, first="Anna Bos", second="Anne Bos")


def test_a_find_tells_where_it_came_from_and_who_gave_it_to_whom(depot: Depot) -> None:
    delivery = depot.announce(300_000)["code"]
    batch = depot.log(delivery=delivery)["code"]
    find = depot.find(batch, mass_g=120)
    assert whole(depot, find).handed_over is None
    depot.later(days=2)
    depot.hand_over(find, "Anna", "Bas", to="police")
    told = whole(depot, find)
    assert (told.batch, told.delivery, told.mass_g, told.station) == (batch, delivery, 120, "S1-A")
    given = told.handed_over
    assert given is not None
    assert given.persons is not None
    assert (given.receiver, given.day) == ("police", date(2026, 3, 4))
    assert (given.persons.first, given.persons.second) == ("Anna", "Bas")
    with pytest.raises(NotFound):
        whole(depot, find, "outsider")


def test_names_go_after_the_days_of_the_kind_and_the_register_stays_whole(depot: Depot) -> None:
    keep_for(depot, "wallet", 30)
    find, other = depot.find(None), depot.find(None, "knife")
    for code in (find, other):
        depot.hand_over(code, "Anna", "Bas", to="police")
    for day, gone in ((date(2026, 3, 31), 0), (date(2026, 4, 1), 1), (date(2026, 4, 2), 0)):
        with depot.database.write() as session:
            assert erase_names(session, day) == gone
    told = whole(depot, find).handed_over
    assert told is not None
    assert (told.persons, told.receiver) == (None, "police")
    kept_names = whole(depot, other).handed_over
    assert kept_names is not None
    assert kept_names.persons is not None
    assert breaches(depot.database) == []
