"""What stands beside the work: taking back, putting right, looking up, practising, going home."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.hands import Hands
from tests.browser.floor.judging import breaches_at_all_sizes
from tests.browser.floor.test_screens import cut, heard, learn, mend, open_screen, parked
from tests.builders import Depot

pytestmark = pytest.mark.browser

SCREENS = "[...(await import('/static/floor/screens/index.js')).SCREENS.keys()]"


@pytest.fixture
def hands(tablet: Tablet) -> Hands:
    made = Hands(tablet)
    made.codes("bin")
    return made


@pytest.fixture
def depot(house: House) -> Depot:
    return house.hall


def book(hands: Hands, kind: str, target: str | None, body: dict[str, Any]) -> str:
    """Something that this tablet does, without its screen."""
    said: dict[str, Any] = hands.tablet.ask(
        "(floor, it) => floor.book(it.kind, it.target, it.body, {quiet: true})",
        {"kind": kind, "target": target, "body": body},
    )
    assert said["verdict"] != "refused", said
    return str(said["scan_id"])


# Taking back


def test_what_was_done_last_is_shown_and_taken_back_by_two_cards(
    hands: Hands, depot: Depot
) -> None:
    batch, bin_ = depot.log(90_000)["code"], depot.open_bin("recycle")
    learn(hands)
    book(hands, "sort", batch, {"parts": [{"bin": bin_, "mass_g": 12_345}]})
    hands.catches_up()
    assert hands.fetched(f"/batches/{batch}")["held_g"] == 77_655
    hands.scan("SS:UNDO")
    hands.asks("Dit herstellen?")
    expect(hands.page.locator("[data-entry=sort]")).to_contain_text("12,345 kg")
    expect(hands.page.locator("[data-entry=sort]")).to_contain_text("recycle")
    hands.scan("SS:OK")
    hands.sees("accepted", "Hersteld", "12,345 kg")
    hands.press("Escape")
    # Both stay to be seen.
    both = hands.page.locator("main .rows li")
    expect(both.nth(0)).to_contain_text("Hersteld")
    expect(both.nth(1)).to_contain_text("12,345 kg")
    expect(both.nth(1).locator(".badge")).to_contain_text("Hersteld")
    hands.catches_up()
    said = hands.fetched(f"/batches/{batch}")
    assert said["held_g"] == 90_000
    assert [entry["reversed"] for entry in said["entries"]][1] is True


def test_what_was_never_sent_is_taken_back_without_a_network(hands: Hands, depot: Depot) -> None:
    batch = depot.log(40_000)["code"]
    learn(hands)
    cut(hands)
    book(hands, "hold", batch, {"reason": "damp"})
    hands.tap("[data-undo]")
    hands.tap("main .do .primary")
    hands.sees("accepted", "Hersteld")
    assert hands.knows(f"floor.world.batch('{batch}').held") is False
    expect(hands.page.locator("[data-outbox='2']")).to_be_visible()
    mend(hands)
    assert hands.fetched(f"/batches/{batch}")["held"] is False


def test_it_says_why_something_cannot_be_taken_back(hands: Hands, depot: Depot) -> None:
    batch = depot.log(30_000)["code"]
    bin_, other = depot.open_bin("recycle"), depot.open_bin("burn")
    learn(hands)
    sorting = book(hands, "sort", batch, {"parts": [{"bin": bin_, "mass_g": 30_000}]})
    book(hands, "sort_bin", bin_, {"parts": [{"bin": other, "mass_g": 10_000}]})
    hands.catches_up()
    open_screen(hands, "undo", scan_id=sorting)
    hands.asks("Herstel eerst wat later kwam.")
    book(hands, "close", batch, {"losses": []})
    open_screen(hands, "undo")
    hands.asks("Alleen je teamleider kan dit herstellen.")
    expect(hands.page.locator("main .do .primary")).to_have_count(0)


# Putting right


def test_a_wrong_supplier_is_asked_of_the_team_leader(hands: Hands, depot: Depot) -> None:
    batch = depot.log(70_000)["code"]
    learn(hands)
    open_screen(hands, "wrong_supplier")
    hands.scan(batch)
    hands.asks("Van wie is het echt?")
    hands.scan("SS:SUPPLIER:NOORDERHAVEN")
    hands.sees("look", "Dat staat er nu al.")
    hands.scan("SS:SUPPLIER:DUINRAND")
    hands.sees("parked", "Gevraagd", "Duinrand")
    expect(hands.page.locator("[data-attention='1']")).to_be_visible()
    assert parked(depot, "correct")[-1]["supplier"] == "DUINRAND"


def test_a_box_that_was_just_taken_in_is_taken_in_again_with_all_that_is_known(
    hands: Hands,
) -> None:
    code = hands.codes("batch")[0]
    body = {"code": code, "supplier": "NOORDERHAVEN", "article_group": "towel",
            "containers": ["BOX1"], "gross_g": 50_000, "tare_g": 20_000,
            "quality": "measured"}  # fmt: skip
    book(hands, "intake", None, body)
    hands.tablet.ask("(floor) => floor.keep({supplier: 'NOORDERHAVEN', article_group: 'towel'})")
    open_screen(hands, "wrong_supplier", batch=code)
    hands.scan("SS:SUPPLIER:ZEEKANT")
    hands.asks("Opnieuw wegen, als van Zeekant?")
    hands.scan("SS:YES")
    hands.sees("accepted", "Weeg hem opnieuw. Pak een nieuw label.")
    hands.press("Escape")
    known = hands.page.locator("main .chips").first
    expect(known).to_contain_text("Zeekant")
    expect(known).to_contain_text("BOX1")
    expect(known).to_contain_text("towel")
    hands.catches_up()
    assert hands.fetched(f"/batches/{code}")["state"] == "reversed"


def test_a_box_waits_and_its_release_is_asked_for(hands: Hands, depot: Depot) -> None:
    batch = depot.log(60_000)["code"]
    learn(hands)
    open_screen(hands, "hold")
    hands.scan(batch)
    hands.asks("Waarom moet hij wachten?")
    hands.tap("[data-value=damp]")
    hands.sees("accepted", "Zet deze partij apart.", "60,000 kg")
    hands.catches_up()
    assert hands.fetched(f"/batches/{batch}")["held"] is True
    hands.scan(batch)
    hands.asks("Waarom mag hij verder?")
    hands.press("1")
    hands.sees("parked", "Gevraagd", "De partij wacht.")
    assert hands.fetched(f"/batches/{batch}")["held"] is True


def test_a_part_is_set_apart_by_its_weight(hands: Hands, depot: Depot) -> None:
    batch = depot.log(60_000)["code"]
    learn(hands)
    hands.scale()
    open_screen(hands, "hold", batch=batch)
    hands.tap(hands.page.get_by_role("button", name="Alles"))
    hands.load(7_500)
    hands.scan("SS:OK")
    hands.asks("Waarom moet hij wachten?")
    hands.tap("[data-value=damp]")
    hands.sees("accepted", "Zet dit deel apart.", "7,500 kg")
    hands.catches_up()
    said = hands.fetched(f"/batches/{batch}")
    assert (said["quarantine_g"], said["held_g"], said["held"]) == (7_500, 52_500, False)


# Looking up


def test_any_scan_says_what_it_is_and_where_it_stands(hands: Hands, depot: Depot) -> None:
    batch, bin_ = depot.log(90_000)["code"], depot.open_bin("recycle")
    depot.sort(batch, {bin_: 25_000})
    learn(hands)
    open_screen(hands, "where")
    hands.scan(batch)
    hands.asks("Noorderhaven")
    expect(hands.page.locator("main .facts")).to_contain_text(batch[-4:])
    heard(hands, "look")
    where = hands.page.locator("main .rows").first
    expect(where).to_contain_text("65,000 kg")
    hands.tap(f"[data-row={bin_}]")
    hands.asks(f"recycle · {bin_[-4:]}")
    expect(hands.page.locator("main")).to_contain_text("25,000 kg")
    # A blank label beside it takes the place of a damaged one.
    blank = hands.codes("bin")[0]
    hands.scan(blank)
    hands.asks("Komt dit nieuwe label erop?")
    hands.scan("SS:YES")
    hands.sees("accepted", "Het nieuwe label is goed.")
    hands.catches_up()
    open_screen(hands, "where")
    hands.scan(blank)
    hands.asks(f"recycle · {bin_[-4:]}")


def test_what_is_finished_is_known_to_the_server(hands: Hands, depot: Depot) -> None:
    batch = depot.log(20_000, article_group="towel")["code"]
    depot.sort(batch, {"recycle": 20_000})
    depot.close(batch)
    open_screen(hands, "where")
    hands.scan(batch)
    expect(hands.page.locator("main .help")).to_contain_text("Klaar")
    expect(hands.page.locator("main .rows").first).to_contain_text("20,000 kg")


def test_numbers_of_others_and_practice_labels_are_answered(hands: Hands, depot: Depot) -> None:
    depot.announce(500_000, reference="NH-2026-44")
    learn(hands)
    open_screen(hands, "where")
    hands.scan("NH-2026-44")
    hands.asks("Een levering van Noorderhaven")
    expect(hands.page.locator("main .facts")).to_contain_text("500,000 kg")
    hands.scan("(01)08712345000001(10)LOT7")
    hands.sees("unknown", "LOT7")
    hands.scan("SS:OK", "P2345678FJK2", pause_ms=250)
    panel = hands.page.locator(".answer")
    expect(panel).to_contain_text("P2345678FJK2")


def test_what_waits_is_shown_in_its_order_with_why(hands: Hands) -> None:
    open_screen(hands, "outbox")
    hands.asks("Alles is verstuurd.")
    cut(hands)
    for count in (1, 2):
        book(hands, "find", None, {"kind": "wallet", "count": count, "batch": None})
    hands.asks("Geen netwerk. Het wordt later verstuurd.")
    waiting = hands.page.locator("main section").first.locator("li")
    expect(waiting).to_have_count(2)
    expect(waiting.nth(0)).to_contain_text("1 ×")
    expect(waiting.nth(1)).to_contain_text("2 ×")
    with hands.page.expect_download() as saved:
        hands.tap(hands.page.get_by_role("button", name="Bewaar als bestand"))
    assert saved.value.suggested_filename.endswith(".json")
    mend(hands)
    expect(hands.page.locator("main .question")).to_have_text("Alles is verstuurd.")


# Practising, and going home


def test_practice_books_nothing_and_looks_like_nothing_else(hands: Hands, depot: Depot) -> None:
    real = depot.log(10_000)["code"]
    learn(hands)
    before = hands.knows("floor.outbox.counter")
    open_screen(hands, "practice")
    hands.scan("SS:OK")
    hands.press("Escape")
    expect(hands.page.locator("body[data-practice=yes]")).to_be_visible()
    expect(hands.page.locator(".banner.practice")).to_contain_text("Je oefent. Niets telt mee.")
    hands.scan(real)
    hands.sees("refused", "Dit label is echt. Pak een oefenlabel.", real)
    hands.scan("SS:OK")
    hands.tap(hands.page.get_by_role("button", name="Labels", exact=True))
    hands.asks("Welk label scan je?")
    assert breaches_at_all_sizes(hands.page) == []
    hands.tap("main .tile")
    assert hands.knows("floor.view.source.code").startswith("P")
    bin_ = hands.knows("floor.world.openBins('recycle')[0].code")
    hands.scale()
    hands.tablet.ask("(floor) => floor.keep({guidance: 'straight'})")
    hands.load(4_000)
    hands.scan(bin_)
    hands.sees("accepted", "4,000 kg")
    hands.scan("SS:UNDO", "SS:OK", pause_ms=300)
    hands.sees("accepted", "Hersteld", "4,000 kg")
    assert hands.knows("floor.outbox.counter") == before
    hands.press("Escape")
    open_screen(hands, "practice")
    hands.tap(hands.page.get_by_role("button", name="Stop met oefenen"))
    hands.sees("accepted", "Weggegooid")
    expect(hands.page.locator("body[data-practice=no]")).to_be_visible()
    assert hands.knows(f"floor.world.bin('{bin_}')") is None
    hands.scan(bin_)
    hands.sees("refused", "Dit is een oefenlabel. Pak een echt label.")


def test_a_practice_label_on_the_screen_can_be_scanned(hands: Hands) -> None:
    open_screen(hands, "practice")
    hands.press("Enter")
    hands.press("Escape")
    open_screen(hands, "practice")
    hands.tap(hands.page.get_by_role("button", name="Toon er één groot"))
    shown = hands.page.locator(".big-code figcaption").inner_text()
    picture = Image.open(BytesIO(hands.page.locator(".big-code").screenshot()))
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [shown]


def test_a_shift_ends_with_half_a_box_as_on_any_day(hands: Hands, depot: Depot) -> None:
    batch = depot.log(55_000)["code"]
    depot.sort(batch, {"recycle": 5_000})
    learn(hands)
    hands.tablet.ask("(floor) => floor.keep({supplier: 'DUINRAND', guidance: 'straight'})")
    hands.scan(batch)
    open_screen(hands, "shift_end")
    hands.asks("Ben je klaar voor vandaag?")
    expect(hands.page.locator("main")).to_contain_text("Half klaar. Dat is prima.")
    expect(hands.page.locator(f"[data-row={batch}]")).to_contain_text("50,000 kg")
    hands.scan("SS:OK")
    hands.sees("accepted", "Tot morgen", "Dank je wel.")
    assert hands.knows("[floor.context.supplier, floor.context.guidance]") == [None, None]
    hands.press("Escape")
    hands.asks("Wat wil je doen?")


def test_nothing_on_any_screen_keeps_people_out(hands: Hands, depot: Depot) -> None:
    batch, bin_ = depot.log(90_000)["code"], depot.open_bin("recycle")
    depot.sort(batch, {bin_: 25_000})
    learn(hands)
    book(hands, "sort", batch, {"parts": [{"bin": bin_, "mass_g": 1_000}]})
    book(hands, "release", batch, {"reason": "mistake"})
    hands.catches_up()
    names: list[str] = hands.tablet.ask(f"async () => {SCREENS}")
    assert len(names) >= 20
    seen = {"batch": batch, "bin": bin_, "container": "BOX1"}
    scans = [{"kind": kind, "code": code, "read": code} for kind, code in seen.items()]
    shown: list[tuple[str, dict[str, Any]]] = [
        *((name, {}) for name in names),
        *(("where", {"scan": scan}) for scan in scans),
        *((name, {"batch": batch}) for name in ("hold", "wrong_supplier", "sort")),
        ("dispatch", {"bin": bin_}),
    ]
    halves: list[tuple[str, dict[str, Any]]] = [
        ("found", {"kind": "knife"}),
        ("found", {"kind": "wallet", "view": "batch"}),
        ("found", {"kind": "knife", "done": {"kind": "knife", "count": 1, "batch": batch}}),
        ("inspect", {"view": "amount"}),
        ("inspect", {"asked": batch}),
        ("dispatch", {"loading": True}),
        ("dispatch", {"loading": True, "outlet": "VEZELHOF"}),
        ("hold", {"batch": batch, "view": "part"}),
        ("hold", {"batch": batch, "view": "photo"}),
    ]
    hands.tablet.ask("(floor) => floor.keep({gate: 'logo', gate_amount: 'pieces'})")
    said = []
    for name, params in [*shown, *halves]:
        if (name, params) in halves:
            hands.tablet.ask(
                "(floor, it) => floor.saveDraft(it[0], {...it[1], at: Date.now()})", [name, params]
            )
        open_screen(hands, name, **({} if (name, params) in halves else params))
        hands.page.wait_for_timeout(150)
        said += [f"{name} {each}" for each in breaches_at_all_sizes(hands.page)]
    assert said == []
