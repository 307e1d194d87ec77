"""What people do, in a real browser: every job by keyboard, every page as it is looked at.

One module, so that one worker runs it and no two browsers share the processor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import FilePayload, Page, expect

from accounts.devices import enrol, heard, issue_code
from catalogue.kinds import Role
from tests.access.things import badge_of, machine_of
from tests.browser.conftest import PASSWORD, PEOPLE
from tests.browser.keyboard import Keyboard
from tests.browser.ways_in import identity_of, passkey_of, person
from tests.builders import Depot
from tests.certificates.office import certify, confirmed
from tests.nl.counter import Counter
from tests.reporting.office import issue
from web.pages.visiting import PAGES

PageOf = Callable[..., Page]

FITS = "([path, width]) => document.documentElement.scrollWidth <= width"
"""A chart follows the width of its page after a moment."""
ONLY_ON_PHONES = {"runOnly": ["scrollable-region-focusable", "target-size"]}
"""What can be right on a wide page and wrong on a narrow one."""

pytestmark = pytest.mark.browser


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def content(page: Page) -> str:
    return re.sub(r"\s+", " ", page.get_by_role("main").inner_text())


def code_at(page: Page) -> str:
    return page.url.partition("?")[0].rsplit("/", 1)[-1]


def sign_in(page: Page, name: str, password: str = PASSWORD) -> Keyboard:
    keys = Keyboard(page)
    page.goto("/login")
    keys.fill("E-mailadres", f"{name}@example.org")
    keys.fill("Wachtwoord", password)
    keys.send("Inloggen")
    return keys


def test_the_whole_job_is_done_by_keyboard_alone(page_of: PageOf) -> None:
    leader = page_of("stranger")
    keys = sign_in(leader, "leader")
    assert leader.url.endswith("/today")
    batch = _log(keys)
    _pass_gate_and_sort(keys)
    bins = _close_both_bins(keys)
    shipment = _ship(keys, bins)

    outlet = page_of("stranger")
    theirs = sign_in(outlet, "outlet")
    theirs.follow(shipment)
    theirs.follow("Bevestigen")
    theirs.fill("sale", "100")
    theirs.fill("recycle", "199,5")
    theirs.send("Bevestigen")
    expect(outlet.get_by_role("status")).to_have_text("De bevestiging is geboekt.")

    leader.goto(f"/batches/{batch}")
    assert "Bevestigd" in content(leader)
    leader.goto("/today")
    keys.send("Uitloggen")
    assert leader.url.endswith("/login")


def _log(keys: Keyboard) -> str:
    keys.follow("Partij inschrijven")
    keys.fill("Leverancier", "Noorderhaven")
    keys.fill("Artikelgroep", "uniform")
    keys.fill("Bruto", "320,5")
    keys.fill("Tarra", "20,5")
    keys.send("Partij inschrijven")
    assert "Netto 300,000 kg" in content(keys.page)
    assert "Noorderhaven · uniform" in content(keys.page)
    return code_at(keys.page)


def _pass_gate_and_sort(keys: Keyboard) -> None:
    keys.follow("Poort boeken")
    keys.fill("Wat is er gedaan?", "logo")
    keys.fill("Gewicht", "100")
    keys.send("Poort boeken")
    assert "logo · 100,000 kg" in content(keys.page)
    keys.follow("Sorteren")
    keys.fill("sale", "100")
    keys.fill("recycle", "199,5")
    keys.send("Sortering boeken")
    assert "Wacht op sorteren" in content(keys.page)
    keys.follow("Partij sluiten")
    keys.send("Partij sluiten")
    expect(keys.page.get_by_role("status")).to_have_text("De partij is gesloten.")


def _close_both_bins(keys: Keyboard) -> list[str]:
    """Through the batch's own page, which names the bins that its grams went to."""
    codes = sorted(set(re.findall(r"\bK[0-9A-Z]{11}\b", content(keys.page))))
    assert len(codes) == 2
    for code in codes:
        keys.page.goto(f"/bins/{code}")
        gross = "120" if "sale" in content(keys.page) else "219,5"
        keys.follow("Kar sluiten")
        keys.fill("Bruto", gross)
        keys.fill("Tarra", "20")
        keys.send("Kar sluiten")
        expect(keys.page.get_by_role("status")).to_contain_text("De kar is gesloten.")
    return codes


def _ship(keys: Keyboard, bins: list[str]) -> str:
    keys.page.goto("/shipments")
    keys.follow("Zending versturen")
    keys.fill("Afnemer", "Vezelhof")
    for code in bins:
        keys.tick(code)
    keys.send("Zending versturen")
    assert re.search("Nog niet bevestigd 299 ?,500 kg", content(keys.page))
    return code_at(keys.page)


def test_a_wrong_password_is_said_and_the_address_stays(page_of: PageOf) -> None:
    page = page_of("stranger")
    sign_in(page, "leader", "not the right one")
    expect(page.get_by_role("alert")).to_contain_text("Dit adres en wachtwoord horen niet bij")
    expect(page.get_by_label("E-mailadres")).to_have_value("leader@example.org")
    expect(page.get_by_label("Wachtwoord", exact=True)).to_have_value("")


def test_who_signs_in_on_the_way_arrives_where_they_wanted_to_be(
    hall: Depot, page_of: PageOf
) -> None:
    batch, page = hall.log(10_000)["code"], page_of("stranger")
    page.goto(f"/batches/{batch}")
    keys = Keyboard(page)
    keys.fill("E-mailadres", "leader@example.org")
    keys.fill("Wachtwoord", PASSWORD)
    keys.send("Inloggen")
    assert code_at(page) == batch


def test_another_language_is_chosen_by_keyboard_and_stays(page_of: PageOf) -> None:
    page = page_of("leader")
    page.goto("/batches")
    assert heading(page) == "Partijen"
    keys = Keyboard(page)
    keys.reach(page.get_by_role("link", name="English"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/bins")
    assert (heading(page), page.locator("html").get_attribute("lang")) == ("Bins", "en")


def test_a_batch_of_somebody_else_does_not_exist(hall: Depot, page_of: PageOf) -> None:
    batch, page = hall.log(10_000)["code"], page_of("neighbour")
    answer = page.goto(f"/batches/{batch}")
    assert answer is not None
    assert answer.status == 404
    assert "Noorderhaven" not in page.content()
    page.get_by_role("link", name="Naar de eerste pagina").click()
    assert page.url.endswith("/portal")


def test_a_form_that_is_sent_twice_books_once(hall: Depot, page_of: PageOf) -> None:
    page, sent = page_of("worker"), list[str]()
    page.on("request", lambda asked: sent.append(asked.method) if asked.method == "POST" else None)
    page.goto("/batches/new")
    page.get_by_label("Leverancier", exact=True).select_option("Duinrand")
    page.get_by_label("Bruto", exact=True).fill("33")
    page.get_by_label("Tarra", exact=True).fill("3")
    form = page.locator("form[action='/batches/new']")
    form.evaluate("it => { it.requestSubmit(); setTimeout(() => it.requestSubmit(), 30); }")
    expect(page).to_have_url(re.compile(r"/batches/B"))
    page.reload()
    assert sent == ["POST", "POST"]
    page.goto("/batches?supplier=DUINRAND")
    expect(page.get_by_role("row")).to_have_count(2)


def test_the_menu_of_a_phone_opens_by_keyboard_without_javascript(page_of: PageOf) -> None:
    phone = {"width": 390, "height": 844}
    page = page_of("leader", viewport=phone, java_script_enabled=False)
    page.goto("/today")
    batches = page.get_by_role("navigation").get_by_role("link", name="Partijen")
    expect(batches).to_be_hidden()
    page.get_by_role("link", name="Menu", exact=True).press("Enter")
    page.get_by_role("navigation").get_by_text("Goederen").press("Enter")
    batches.press("Enter")
    page.wait_for_url("**/batches")


def test_who_skips_to_the_content_goes_on_from_there(page_of: PageOf) -> None:
    page = page_of("leader")
    page.goto("/batches")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.fixture(scope="module")
def things(hall: Depot) -> Mapping[str, str]:
    """One of everything, by the first word of its page's path."""
    delivery = hall.announce(300_000)["code"]
    batch = hall.log(300_000, delivery=delivery, containers=("BOX1",))["code"]
    find = hall.find(batch)
    hall.note_item(batch, "KV-1001", article_group="vest")
    hall.sort(batch, {"reuse": 100_000, "recycle": 50_000, "burn": 10_000})
    scan_id, bins = hall.scan_id, _bins_of(hall, batch)
    hall.close_bin(bins[0], 100_000)
    shipment = hall.ship(bins[0], carrier="KARREWIEL")
    proven = hall.log(50_000)["code"]
    confirmed(hall, proven, 10_000)
    certificate = certify(hall, "recycling", "batch", proven)["code"]
    return {
        "certificates": certificate,
        "reports": issue(hall, "NOORDERHAVEN")["code"],
        "verify": certificate,
        "deliveries": delivery,
        "batches": batch,
        "finds": find,
        "bins": bins[1],
        "shipments": shipment,
        "entries": scan_id,
        "stations": str(tablet_at(hall)),
        "badges/stations": "S1-A",
        "badges": str(badge_of(hall)),
        "tokens": str(machine_of(hall)),
        "people": str(person(hall, "supplier@example.org")),
        "account/identity": str(identity_of(hall, "leader@example.org")),
        "account/passkeys": str(passkey_of(hall, "leader@example.org")),
        "stream-numbers": Counter(hall).make(carrier="KARREWIEL"),
        "notifications": "S1.2026-03",
        "reference": "BOX1",
    }


def tablet_at(hall: Depot) -> int:
    """The number of a tablet that has something to tell."""
    with hall.database.write() as session:
        code = issue_code(session, "S1-A", "Tafel 1", viewer=hall.people["leader"], now=hall.now)
        number = enrol(session, code, now=hall.now).device_id
        heard(session, number, now=hall.now, app_version="7", waiting=12, attention=3, counter=40)
    return number


def _bins_of(hall: Depot, batch: str) -> list[str]:
    statement = (
        "SELECT DISTINCT bin.code FROM movement JOIN batch ON batch.id = movement.batch_id"
        " JOIN place ON place.id = movement.target_id JOIN bin ON bin.id = place.bin_id"
        " WHERE batch.code = ? ORDER BY bin.id"
    )
    with hall.database.read() as session:
        return [row[0] for row in session.connection().exec_driver_sql(statement, (batch,))]


def _visitor_of(path: str) -> str:
    """Somebody whose page it is."""
    order = [Role.TEAM_LEADER, Role.SUPPLIER, Role.OUTLET, Role.MANAGER, Role.ADMINISTRATOR]
    role = next(role for role in order if role in PAGES[path])
    return next(name for name, (theirs, _) in PEOPLE.items() if theirs is role)


SHEETS = {
    "/account/data",
    "/account/passkeys/options",
    "/announce/template",
    "/audit/file",
    "/labels/sheet",
    "/waste-register/file",
    "/notifications/{code}/file",
    "/shipments/{code}/documents/{hash}",
    "/people/{code}/data",
}
"""What comes as a file to print, and is no page."""


def _is_file(path: str) -> bool:
    return path in SHEETS or path.endswith(".pdf")


ROUNDS = {
    "stranger": ["/login", "/forgotten", "/privacy", "/checkpoints", "/verify", "/verify/{code}"],
    **{
        name: [path for path in PAGES if not _is_file(path) and _visitor_of(path) == name]
        for name in PEOPLE
    },
}
"""Every page, once."""


@pytest.mark.parametrize("name", [name for name, paths in ROUNDS.items() if paths])
def test_every_page_is_for_everybody_and_fits_every_screen(
    page_of: PageOf, things: Mapping[str, str], name: str
) -> None:
    page = page_of(name)
    page.add_init_script(AXE_SCRIPT)
    for path in ROUNDS[name]:
        code = things.get(path[1:].partition("/{")[0]) or things.get(path.split("/")[1], "")
        page.set_viewport_size({"width": 1280, "height": 800})
        named = {"code": code, "scan_id": code, "number": code, "noun": "container"}
        named["id"] = "reuse_of_sorted"
        answer = page.goto(f"{path.format(**named)}?text={things['batches']}")
        assert answer is not None
        assert answer.ok, path
        if page.locator("#flow").count():
            page.locator("#flow svg").first.wait_for()
        assert violations(page, {}) == [], path
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            page.wait_for_function(FITS, arg=[path, width])
        assert violations(page, ONLY_ON_PHONES) == [], path


PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("script", [True, False])
def test_an_outlet_confirms_on_its_phone_without_an_account(
    hall: Depot, page_of: PageOf, *, script: bool
) -> None:
    code = hall.open_bin("recycle")
    hall.sort(hall.log(300_000)["code"], {code: 120_000})
    hall.close_bin(code, 120_000)
    shipment = hall.ship(code)
    leader = page_of("leader")
    leader.goto(f"/shipments/{shipment}/link")
    leader.get_by_role("button", name="Link maken").press("Enter")
    leader.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert leader.evaluate(FITS, [leader.url, PHONE["width"]])
    path = "/outlet/" + leader.locator("[data-link]").inner_text().rpartition("/")[2]
    page = page_of("stranger", viewport=PHONE, java_script_enabled=script)
    page.goto(path)
    _is_fit(page, script=script)
    page.get_by_role("button", name="Nakijken").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Vul minstens één gewicht in.")
    _is_fit(page, script=script)
    page.get_by_label("recycle").fill("80,5")
    page.get_by_label("Geweigerd").fill("39.5")
    page.get_by_label("Waarom weigert u het?").select_option(index=1)
    paper: FilePayload = {"name": "w", "mimeType": "text/plain", "buffer": b"%PDF-1.7 %%EOF"}
    page.get_by_label("Document of foto").set_input_files([paper])
    page.get_by_role("button", name="Nakijken").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Klopt dit?")
    expect(page.get_by_role("main")).to_contain_text("precies wat u nog moest bevestigen")
    _is_fit(page, script=script)
    page.get_by_role("button", name="Versturen").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Bedankt. Dit is geboekt.")
    _is_fit(page, script=script)
    page.goto("/outlet/nobody")
    expect(page.get_by_role("heading", level=1)).to_have_text("Deze link werkt niet")
    _is_fit(page, script=script)


def _is_fit(page: Page, *, script: bool) -> None:
    """A page is for everybody, and no wider than its phone."""
    if script:
        page.evaluate(AXE_SCRIPT)
        assert violations(page, {}) == []
        assert page.evaluate(FITS, [page.url, PHONE["width"]])


def violations(page: Page, options: Mapping[str, object]) -> list[str]:
    """What axe finds, each with the element that it is about."""
    # What is in order is not described: that would take longer than finding what is not.
    asked = {"resultTypes": ["violations"], **options}
    found = page.evaluate("asked => axe.run(asked).then(found => found.violations)", asked)
    return [f"{rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]
