"""A batch is sorted: by scanner alone, by keyboard alone, by touch alone; half a box is normal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.hands import Hands, at_table, furnish, left
from tests.browser.floor.judging import breaches_at_all_sizes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def furnished(house: House) -> None:
    furnish(house)


@pytest.fixture
def hands(house: House, tablet_of: Callable[..., Tablet]) -> Hands:
    made = tablet_of()
    made.enrol("S1-A", "Table")
    return Hands(made)


def test_a_batch_is_sorted_by_scanner_alone(house: House, hands: Hands) -> None:
    batch = house.hall.log(100_000)["code"]
    reuse, burn = house.hall.open_bin("reuse"), house.hall.open_bin("burn")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.sees("accepted", "Noorderhaven", "100,000 kg")
    hands.load(30_000)
    hands.scan(reuse)
    hands.sees("accepted", "reuse", "30,000 kg")
    left(hands, 70_000)
    # The same load again is not booked again.
    hands.scan(burn)
    hands.sees("look", "Dit is al geboekt.")
    hands.load(0)
    hands.load(12_500)
    hands.scan(burn)
    hands.sees("accepted", "burn", "12,500 kg")
    left(hands, 57_500)
    # One scan for the batch and one a decision; the one too many was none.
    assert hands.acts == 3 + 1
    hands.catches_up()
    assert hands.fetched(f"/batches/{batch}")["held_g"] == 57_500


def test_a_batch_is_sorted_by_touch_alone(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000, supplier="DUINRAND")["code"]
    bins = {name: house.hall.open_bin(name) for name in ("reuse", "recycle")}
    hands.scale()
    at_table(hands, "every")
    hands.tap(f"[data-source={batch}]")
    hands.asks("Is het nat?")
    hands.load(4_000)
    hands.tap("main .tile.no")
    hands.asks("Is het mooi?")
    hands.tap("main .tile.yes")
    hands.tap(f"main [data-bin={bins['reuse']}]")
    hands.sees("accepted", "reuse", "4,000 kg")
    assert hands.acts == 4
    # The next question stands under the answer, so that the answer costs no tap of its own.
    hands.load(0)
    hands.load(3_000)
    hands.tap(".answer .tile.no")
    hands.tap("main .tile.no")
    hands.tap(f"main [data-bin={bins['recycle']}]")
    hands.sees("accepted", "recycle", "3,000 kg")
    assert hands.acts == 7
    left(hands, 43_000)


def test_a_batch_is_sorted_by_keyboard_alone(house: House, hands: Hands) -> None:
    batch = house.hall.log(40_000, article_group="towel", supplier="ZEEKANT")["code"]
    house.hall.open_bin("reuse")
    hands.scale("keypad")
    at_table(hands, "every", "keypad")
    row = hands.page.locator(f"[data-source={batch}]")
    expect(row).to_contain_text("Zeekant")
    hands.press(row.get_attribute("data-choice") or "")
    hands.asks("Is het nat?")
    hands.press("2", "1")
    hands.asks("reuse")
    hands.press("7", ",", "5", "Enter")
    expect(hands.page.locator("main .live")).to_contain_text("7,500 kg")
    hands.press("1")
    hands.sees("accepted", "reuse", "7,500 kg")
    left(hands, 32_500)
    # From where, two answers, the weight with its five keys, the bin.
    assert hands.acts == 8


def test_guidance_asks_all_only_what_decides_or_nothing(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000, article_group="towel")["code"]
    hands.scale()
    at_table(hands, "every")
    hands.scan(batch)
    hands.page.keyboard.press("Escape")
    hands.asks("Is het nat?")
    hands.tap("main .chip >> nth=2")
    hands.asks("Hoe werk je?")
    hands.tap("[data-value=deciding]")
    hands.tap("main .do .primary")
    hands.asks("Is het nat?")
    hands.tap("main .tile.no")
    hands.asks("Waar gaat het heen?")
    offered = hands.page.locator("main .tile[class*=stream-]")
    assert offered.evaluate_all("all => all.map(it => it.dataset.value).sort()") == [
        "recycle",
        "reuse",
    ]
    hands.tap("main .chip >> nth=2")
    hands.tap("[data-value=straight]")
    hands.tap("main .do .primary")
    expect(hands.page.locator("main .question")).not_to_have_text("Is het nat?")


def test_a_bin_is_weighed_before_and_after(house: House, hands: Hands) -> None:
    batch = house.hall.log(100_000)["code"]
    reuse, burn = house.hall.open_bin("reuse"), house.hall.open_bin("burn")
    hands.scale()
    at_table(hands, "straight", "bin")
    hands.scan(batch)
    hands.load(20_000)
    hands.scan(reuse)
    hands.sees("look", "Genoteerd. Vul nu de kar.")
    left(hands, 100_000)
    # Another bin comes in between; each keeps its own weight.
    hands.load(11_000)
    hands.scan(burn)
    hands.sees("look", "Genoteerd.")
    hands.load(28_000)
    hands.scan(reuse)
    hands.sees("accepted", "reuse", "8,000 kg")
    hands.load(14_000)
    hands.scan(burn)
    hands.sees("accepted", "burn", "3,000 kg")
    hands.load(33_000)
    hands.scan(reuse)
    hands.sees("accepted", "reuse", "5,000 kg")
    left(hands, 84_000)


def test_what_may_not_go_somewhere_says_so_in_few_words(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000, article_group="vest")["code"]
    reuse, sale = house.hall.open_bin("reuse"), house.hall.open_bin("sale")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.load(4_000)
    hands.scan(reuse)
    hands.sees("refused", "Dit mag niet van de leverancier. Kies opnieuw.", reuse)
    hands.page.keyboard.press("Enter")
    card = hands.page.locator(f"main [data-bin={reuse}]")
    expect(card).to_be_disabled()
    expect(card).to_contain_text("Mag niet van de leverancier")
    hands.tap(hands.page.get_by_role("button", name="Andere kar"))
    expect(hands.page.locator("main [data-value=recycle]")).to_be_disabled()
    expect(hands.page.locator("main [data-value=burn]")).to_be_enabled()
    # Of a uniform the mark comes off first.
    other = house.hall.log(50_000)["code"]
    hands.tablet.ask("(floor) => floor.world.refresh()")
    hands.scan(other, sale)
    hands.sees("refused", "Eerst: logo.")
    hands.page.keyboard.press("Enter")
    assert hands.knows("floor.outbox.counts().waiting") == 0
    left(hands, 50_000)


def test_a_refused_load_may_be_taken_again(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000, article_group="vest")["code"]
    reuse, burn = house.hall.open_bin("reuse"), house.hall.open_bin("burn")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.load(4_000)
    hands.scan(reuse)
    hands.sees("refused")
    hands.page.keyboard.press("Enter")
    hands.scan(burn)
    hands.sees("accepted", "burn", "4,000 kg")


def test_what_happened_already_is_kept_for_the_team_leader(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000, article_group="vest")["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.load(4_000)
    hands.scan(reuse)
    hands.tap(hands.sees("refused").get_by_role("button", name="Het is al gebeurd"))
    hands.sees("parked", "Je teamleider kijkt ernaar.")
    hands.page.keyboard.press("Enter")
    hands.catches_up()
    expect(hands.page.locator("[data-attention='1']")).to_be_visible()


def test_answers_and_half_a_box_survive_a_tab_that_is_killed(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000)["code"]
    hands.scale()
    at_table(hands, "every")
    hands.scan(batch)
    hands.page.keyboard.press("Escape")
    hands.tap("main .tile.no")
    hands.asks("Is het mooi?")
    hands.page.close()
    hands.page = hands.tablet.page = hands.tablet.open_tab()
    hands.page.goto("/floor")
    hands.asks("Is het mooi?")
    left(hands, 50_000)
    hands.tap("main .do .second")
    hands.asks("Is het nat?")


def test_a_box_is_sorted_without_a_network_and_booked_once_later(
    house: House, hands: Hands
) -> None:
    batch = house.hall.log(50_000)["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    blank = hands.codes("bin")[0]
    hands.tablet.context.set_offline(True)
    hands.scan(batch)
    hands.load(4_000)
    hands.scan(reuse)
    hands.sees("accepted", "reuse", "4,000 kg")
    # A blank label becomes a bin, and what is on the scale goes into it.
    hands.load(0)
    hands.load(6_000)
    hands.scan(blank)
    hands.sees("look", "Wat gaat er in deze kar?")
    hands.scan("SS:DESTINATION:burn")
    hands.sees("accepted", "burn", "6,000 kg")
    expect(hands.page.locator("[data-outbox='3']")).to_be_visible()
    hands.tablet.context.set_offline(False)
    hands.catches_up()
    assert hands.fetched(f"/batches/{batch}")["held_g"] == 40_000
    assert hands.knows(f"floor.world.bin('{blank}').mass_g") == 6_000


def test_an_empty_box_is_closed_with_its_difference_named(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000)["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.load(20_000)
    hands.scan(reuse)
    hands.sees("accepted")
    # Far too much is missing: look once more.
    hands.page.keyboard.press("Escape")
    hands.tap(hands.page.get_by_role("button", name="De bak is leeg"))
    hands.asks("Kijk nog een keer in de bak.")
    hands.tap("main .do .primary")
    hands.load(0)
    hands.load(29_500)
    hands.scan(reuse)
    hands.sees("accepted")
    hands.page.keyboard.press("Escape")
    hands.tap(hands.page.get_by_role("button", name="De bak is leeg"))
    hands.asks("De bak is leeg. Afsluiten?")
    expect(hands.page.locator(".fact-card")).to_contain_text("0,500 kg")
    hands.scan("SS:YES")
    hands.sees("accepted", "Deze partij is klaar.", "0,500 kg")
    hands.catches_up()
    said = hands.fetched(f"/batches/{batch}")
    assert (said["state"], said["held_g"]) == ("closed", 0)


def test_a_box_that_is_empty_to_the_gram_asks_by_itself(house: House, hands: Hands) -> None:
    batch = house.hall.log(10_000, article_group="towel")["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.load(10_000)
    hands.scan(reuse)
    hands.sees("accepted")
    hands.page.keyboard.press("Escape")
    hands.asks("De bak is leeg. Afsluiten?")
    hands.scan("SS:NO")
    hands.scan(batch)
    hands.sees("accepted")


def test_a_work_bin_is_filled_and_sorted_again(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000)["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    blank = hands.codes("bin")[0]
    hands.scan(batch)
    hands.load(5_000)
    hands.scan(blank)
    hands.tap(".answer [data-value='work wash']")
    hands.sees("accepted", "Wassen", "5,000 kg")
    hands.page.keyboard.press("Escape")
    # Scanned first, a bin is where it comes from.
    hands.tap("main .chip >> nth=0")
    hands.scan(blank)
    hands.sees("accepted", "Wassen", "5,000 kg")
    hands.load(0)
    hands.load(4_800)
    hands.scan(reuse)
    hands.sees("accepted", "reuse", "4,800 kg")
    left(hands, 200)
    hands.catches_up()
    assert hands.knows(f"floor.world.bin('{blank}').mass_g") == 200


def test_the_found_kind_can_be_put_right(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000)["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.page.keyboard.press("Escape")
    hands.tap("main .chip >> nth=1")
    hands.tap("[data-value=towel]")
    hands.load(4_000)
    hands.scan(reuse)
    hands.sees("accepted")
    kept = hands.knows("floor.outbox.list({}).at(-1).body.parts[0].article_group")
    assert kept == "towel"


def test_a_load_that_still_moves_is_booked_when_it_stands_still(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000)["code"]
    reuse = house.hall.open_bin("reuse")
    hands.scale()
    at_table(hands)
    hands.scan(batch)
    hands.load(4_000, "moving")
    hands.scan(reuse)
    hands.sees("look", "Wacht. Het wordt vanzelf geboekt.")
    hands.load(4_200)
    hands.sees("accepted", "reuse", "4,200 kg")


def test_what_is_practised_never_reaches_the_server(house: House, hands: Hands) -> None:
    hands.tablet.ask("(floor) => (floor.world.startPractice(), (floor.weight.practice = true))")
    batch = hands.knows("floor.world.batches[0].code")
    at_table(hands)
    hands.scan(batch)
    hands.sees("accepted")
    hands.load(2_000)
    work = hands.knows("floor.world.bins.find((bin) => !bin.destination).code")
    hands.scan(work)
    hands.sees("accepted", "2,000 kg")
    assert hands.knows("floor.outbox.list({}).length") == 0


def test_each_step_of_sorting_is_fit_for_everybody(house: House, hands: Hands) -> None:
    batch = house.hall.log(50_000)["code"]
    for name in ("reuse", "recycle", "burn"):
        house.hall.open_bin(name)
    hands.scale()
    at_table(hands, "every")
    assert breaches_at_all_sizes(hands.page) == []
    hands.scan(batch)
    hands.page.keyboard.press("Escape")
    assert breaches_at_all_sizes(hands.page) == []
    hands.tap("main .tile.no")
    hands.tap("main .tile.yes")
    assert breaches_at_all_sizes(hands.page) == []
    for view in ("manner", "found", "bins", "empty"):
        hands.tablet.ask("(floor, view) => floor.view.view(view)", view)
        hands.page.wait_for_timeout(100)
        assert breaches_at_all_sizes(hands.page) == [], view
