"""Pieces times a standard weight: each scan of a bin is one piece, as fast as a scanner goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.hands import PIECE_G, Hands, at_table, furnish, left

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def furnished(house: House) -> None:
    furnish(house)


@pytest.fixture
def hands(tablet_of: Callable[..., Tablet]) -> Hands:
    made = tablet_of()
    made.enrol("S1-A", "Table")
    return Hands(made)


def test_ten_pieces_a_second_are_ten_entries(house: House, hands: Hands) -> None:
    batch = house.hall.log(100_000)["code"]
    reuse, burn = house.hall.open_bin("reuse"), house.hall.open_bin("burn")
    at_table(hands, "straight", "pieces")
    hands.scan(batch)
    hands.tablet.context.set_offline(True)
    hands.scan(*[reuse, burn] * 5, pause_ms=30)
    left(hands, 100_000 - 10 * PIECE_G)
    expect(hands.page.locator("[data-outbox='10']")).to_be_visible()
    hands.tablet.context.set_offline(False)
    hands.catches_up()
    said = hands.fetched(f"/batches/{batch}")
    assert said["held_g"] == 100_000 - 10 * PIECE_G
    kept = hands.knows("floor.outbox.list({}).map((row) => row.body.parts)")
    assert [part["bin"] for parts in kept for part in parts][-10:] == [reuse, burn] * 5
    assert {part["pieces"] for parts in kept for part in parts} == {1}


def test_a_kind_without_a_standard_weight_is_asked_for(house: House, hands: Hands) -> None:
    batch = house.hall.log(100_000, article_group="towel")["code"]
    reuse = house.hall.open_bin("reuse")
    at_table(hands, "straight", "pieces")
    hands.scan(batch)
    hands.page.keyboard.press("Escape")
    hands.asks("Wat tel je?")
    hands.tap("[data-value=uniform]")
    hands.scan(reuse)
    hands.sees("accepted", "1,200 kg")
    left(hands, 100_000 - PIECE_G)
