"""Announcing by a form and by a file, taking it back, and what goes on the pallet."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from tests.builders import Depot
from tests.web.pages.conftest import Browser, code_in, hidden, words

BrowserOf = Callable[[str], Browser]
FILLED = {
    "supplier": "NOORDERHAVEN",
    "site": "S1",
    "expected_on": "2026-03-04",
    "time": "09:30",
    "reference": "MV-1",
    "mass-0": "300",
}
FILE = (
    "locatie;verwacht op;kenmerk;artikelgroep;gewicht kg\n"
    "S1;4-3-2026;MV-7;uniform;12,5\n"
    "S1;4-3-2026;MV-8;paraplu;1\n"
)


def upload(browser: Browser, content: str | bytes, name: str = "maart.csv") -> Any:
    return browser.client.post("/announce/file", files={"file": (name, content)})


def go_on(browser: Browser, page: Any, do: str) -> Any:
    """Press a button of the page that looks a file over."""
    carried = re.search(r'name="carried" value="([^"]*)"', page.text)
    assert carried is not None
    typed = {"carried": html.unescape(carried[1]), "name": "maart.csv", "do": do}
    return browser.client.post("/announce/file", data=typed)


def test_a_form_gets_more_lines_is_looked_over_and_is_announced_once(
    browser_of: BrowserOf, hall: Depot
) -> None:
    supplier = browser_of("supplier")
    more = supplier.send("/announce", **FILLED, do="add")
    assert 'name="mass-5"' in more.text
    assert 'value="MV-1"' in more.text
    carried = hidden(more.text)
    looked = supplier.client.post(
        "/announce", data={**carried, **FILLED, "mass-4": "12,5", "do": "look"}
    )
    assert "Samen 312,500 kg" in words(looked)
    assert "woensdag 4 maart 2026, 09:30" in words(looked)
    sent = {**carried, **FILLED, "mass-4": "12,5", "do": "book"}
    codes = {code_in(supplier.client.post("/announce", data=sent)) for _ in range(2)}
    assert len(codes) == 1
    page = supplier.text(f"/deliveries/{codes.pop()}")
    assert "woensdag 4 maart 2026, 09:30" in page
    again = supplier.send("/announce", **FILLED, do="look")
    assert "Onder dit nummer is al eerder iets aangekondigd." in words(again)


def test_what_is_wrong_in_the_form_is_said_beside_it(browser_of: BrowserOf) -> None:
    wrong = {**FILLED, "mass-0": "", "expected_on": "2036-03-04", "mass-1": "zwaar"}
    page = words(browser_of("supplier").send("/announce", **wrong, do="look"))
    assert "Kies een dag binnen een jaar." in page
    assert "Typ een gewicht in kg" in page


def test_an_announcement_is_taken_back_or_changed_until_something_came(
    browser_of: BrowserOf, hall: Depot
) -> None:
    supplier = browser_of("supplier")
    first = code_in(supplier.send("/announce", **FILLED, do="book"))
    form = f"/announce?instead={first}"
    assert 'value="09:30"' in supplier.get(form).text
    changed = supplier.send("/announce", form=form, **{**FILLED, "mass-0": "400"}, do="book")
    assert "de eerdere is ingetrokken" in words(changed)
    assert "Ongedaan gemaakt" in supplier.text(f"/deliveries/{first}")
    second = code_in(changed)
    page = f"/deliveries/{second}/withdraw"
    sent = hidden(supplier.get(page).text)
    for _ in range(2):
        gone = supplier.client.post(page, data=sent)
        assert "De aankondiging is ingetrokken." in words(gone)
        hall.later(minutes=5)
    third = code_in(supplier.send("/announce", **FILLED, do="book"))
    hall.log(delivery=third)
    assert "/withdraw" not in supplier.get(f"/deliveries/{third}").text
    late = supplier.client.post(f"/deliveries/{third}/withdraw", data={})
    assert late.status_code == 422


def test_the_sheet_for_the_pallet_says_the_code(browser_of: BrowserOf, hall: Depot) -> None:
    code = hall.announce(300_000, reference="MV-1")["code"]
    sheet = browser_of("supplier").get(f"/deliveries/{code}/sheet.pdf")
    assert sheet.content.startswith(b"%PDF")
    assert browser_of("outsider").get(f"/deliveries/{code}/sheet.pdf").status_code == 404


def test_a_file_is_looked_over_and_its_good_lines_are_announced_once(
    browser_of: BrowserOf, hall: Depot
) -> None:
    supplier = browser_of("supplier")
    page = upload(supplier, FILE)
    assert "1 regel is geweigerd" in words(page)
    assert "‘paraplu’ is hier geen artikelgroep." in words(page)
    assert "MV-7" not in supplier.text("/deliveries")
    done = go_on(supplier, page, "announce")
    assert "1 levering is aangekondigd." in words(done)
    assert supplier.text("/deliveries").count("MV-7") == 1
    again = upload(supplier, FILE)
    assert "Al eerder aangekondigd" in words(again)
    assert "Er is niets nieuws aangekondigd." in words(go_on(supplier, page, "announce"))
    changed = upload(supplier, FILE.replace("12,5", "13,5"))
    assert "Al aangekondigd, met iets anders erin." in words(changed)
    code = code_in(supplier.get("/search?q=MV-7"))
    supplier.send(f"/deliveries/{code}/withdraw")
    anew = go_on(supplier, upload(supplier, FILE.replace("12,5", "13,5")), "announce")
    assert "1 levering is aangekondigd." in words(anew)


def test_the_refused_lines_come_back_as_a_file_that_can_be_put_right(
    browser_of: BrowserOf,
) -> None:
    supplier = browser_of("supplier")
    errors = go_on(supplier, upload(supplier, FILE), "errors")
    text = errors.content.decode("utf-8-sig")
    assert text.splitlines()[0] == FILE.splitlines()[0] + ";waarom geweigerd"
    assert "MV-7" not in text
    righted = upload(supplier, text.replace("paraplu;", "vest;"))
    assert "1 levering kan worden aangekondigd" in words(righted)
    assert "Niet gelezen" not in words(righted)


def test_an_empty_file_of_ours_can_be_filled_in(browser_of: BrowserOf) -> None:
    supplier = browser_of("supplier")
    for kind in ("csv", "xlsx"):
        empty = supplier.get(f"/announce/template?kind={kind}")
        assert "Er staan geen regels in." in words(upload(supplier, empty.content, f"a.{kind}"))
    head = supplier.get("/announce/template?kind=csv").content.decode("utf-8-sig").strip()
    line = "Noorderhaven;S1;4-3-2026;;MV-9;uniform;2;12,5"
    assert "1 levering kan" in words(upload(supplier, f"{head}\n{line}\n"))
    assert supplier.get("/announce/template?kind=exe").status_code == 404


def test_a_file_names_nobody_else(browser_of: BrowserOf, hall: Depot) -> None:
    hall.announce(1_000, supplier="DUINRAND", reference="MV-7")
    supplier = browser_of("supplier")
    named = "leverancier;" + FILE.replace("\nS1", "\nDuinrand;S1")
    assert "‘Duinrand’ is geen organisatie" in words(upload(supplier, named))
    assert "1 levering kan" in words(upload(supplier, FILE))


def test_a_page_that_carries_nonsense_is_refused(browser_of: BrowserOf) -> None:
    supplier = browser_of("supplier")
    odd = ('[[1,"\\ud800"]]', '[[1,"\\u0001"]]', '[[1e400,"x"]]', "[[1,[]]]")
    packed = [f'{{"kind":1,"delimiter":"","header":["kg"],"lines":{lines}}}' for lines in odd]
    split = '{"kind":"csv","delimiter":"\\n","header":["kg"],"lines":[[1,"x"]]}'
    for carried in ("{}", "x", "[[[", split, *packed):
        sent = {"carried": carried, "do": "announce"}
        assert supplier.client.post("/announce/file", data=sent).status_code == 422
    assert upload(supplier, b"").status_code == 422
