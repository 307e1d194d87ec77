"""One box for everything, within what one may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest

from tests.builders import Depot
from tests.web.api.counting import statements
from tests.web.pages.conftest import Browser, code_in

BrowserOf = Callable[[str], Browser]


@pytest.fixture
def goods(hall: Depot) -> Mapping[str, str]:
    """Goods of Noorderhaven and of Duinrand, of which neither may know of the other."""
    delivery = hall.announce(300_000, reference="MV-2026-17")["code"]
    batch = hall.log(300_000, delivery=delivery)["code"]
    other = hall.log(111_000, supplier="DUINRAND")["code"]
    hidden = hall.announce(222_000, supplier="DUINRAND", reference="GEHEIM-1")["code"]
    return {"delivery": delivery, "batch": batch, "other": other, "hidden": hidden}


def look(browser: Browser, words: str) -> str:
    return browser.text(f"/search?q={quote(words)}")


def test_a_code_or_a_number_goes_straight_to_its_page(
    goods: Mapping[str, str], browser_of: BrowserOf
) -> None:
    leader = browser_of("leader")
    batch = goods["batch"]
    spaced = f"{batch[:4]} {batch[4:8]} {batch[8:]}".lower()
    for typed in (batch, spaced, batch[:-1] + ("0"), f"]C1{batch}"):
        found = leader.get(f"/search?q={quote(typed)}")
        assert code_in(found) == batch or batch in found.text, typed
    assert code_in(leader.get("/search?q=mv-2026-17")) == goods["delivery"]
    assert goods["delivery"] in look(leader, "MV-2026")


def test_the_box_of_this_morning_is_found_by_words(
    goods: Mapping[str, str], browser_of: BrowserOf
) -> None:
    leader = browser_of("leader")
    assert goods["batch"] in look(leader, "vanmorgen noorderhaven")
    assert goods["other"] not in look(leader, "vanmorgen noorderhaven")
    assert goods["other"] in look(leader, "doos van vanmorgen")
    assert goods["batch"] not in look(leader, "gisteren noorderhaven")
    assert goods["batch"] in look(leader, "uniform wacht")
    assert goods["batch"] not in look(leader, "uniform gesloten")
    assert "Niets heet" in look(leader, "zonneschijn")


def test_what_others_have_is_like_nothing_and_is_not_counted(
    goods: Mapping[str, str], browser_of: BrowserOf
) -> None:
    supplier, outsider = browser_of("supplier"), browser_of("outsider")
    mine = look(supplier, "vandaag")
    assert goods["batch"] in mine
    assert goods["other"] not in mine
    assert goods["hidden"] not in mine
    for browser in (supplier, outsider):
        nothing = look(browser, "xqxqxq").replace("xqxqxq", "…")
        for words in ("duinrand", "GEHEIM-1", goods["other"], goods["hidden"], goods["other"][:6]):
            page = look(browser, words)
            assert page.replace(words.lower(), "…").replace(words, "…") == nothing, words
    assert "u." not in mine
    assert ":" not in look(supplier, "vanmorgen").partition("Partijen")[2]


def test_hours_are_for_those_who_may_know_them(hall: Depot, browser_of: BrowserOf) -> None:
    hall.later(hours=8)
    batch = hall.log()["code"]
    assert batch not in look(browser_of("leader"), "vanmorgen")
    assert batch in look(browser_of("leader"), "vanmiddag")
    assert batch in look(browser_of("manager"), "vanmorgen")


def test_a_long_list_goes_on_where_it_stopped(hall: Depot, browser_of: BrowserOf) -> None:
    codes = [hall.log()["code"] for _ in range(8)]
    leader = browser_of("leader")
    first = leader.get("/search?q=partijen")
    assert sum(code in first.text for code in codes) == 6
    assert "only=batches" in first.text
    rest = leader.get(f"/search?q=partijen&only=batches&after={codes[5]}")
    assert [code for code in codes if f"/batches/{code}" in rest.text] == codes[:5]


def test_a_search_asks_the_database_little(
    goods: Mapping[str, str], hall: Depot, browser_of: BrowserOf
) -> None:
    leader = browser_of("leader")
    around = "/search"
    leader.get(around)
    with statements(hall.database) as frame:
        leader.get(around)
    with statements(hall.database) as asked:
        leader.get("/search?q=noorderhaven")
    assert len(asked) - len(frame) <= 7
