"""The waste register, stream numbers and notifications as people see them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pikepdf
import pytest
from openpyxl import load_workbook

from nl.amice import NAMESPACE
from tests.builders import Depot
from tests.nl.counter import Counter
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]


@pytest.fixture
def counter(hall: Depot) -> Counter:
    return Counter(hall)


def test_what_is_missing_stands_in_red_and_leads_to_what_to_do(
    counter: Counter, browser_of: BrowserOf
) -> None:
    counter.depot.log(eural="200110")
    manager = browser_of("manager")
    page = manager.get("/waste-register?site=S1&from=2026-03-01")
    assert "Ontbreekt: Afvalstroomnummer" in words(page)
    assert '<span class="missing">' in page.text
    link = re.search(r'href="(/stream-numbers/new[^"]*)"', page.text)
    assert link
    form = manager.get(link[1].replace("&amp;", "&"))
    assert 'value="NOORDERHAVEN" selected' in form.text
    assert 'value="200110"' in form.text


def test_a_number_is_made_on_a_page_and_covers_the_register(
    counter: Counter, browser_of: BrowserOf
) -> None:
    counter.depot.log(eural="200110")
    manager = browser_of("manager")
    page = manager.send(
        "/stream-numbers/new", site="S1", partner="NOORDERHAVEN", eural="20 01 10",
        usual_name="Dienstkleding", processing="C.03", from_day="2026-03-01", carrier="KARREWIEL",
    )  # fmt: skip
    assert "Het afvalstroomnummer is gemaakt." in words(page)
    register = manager.text("/waste-register?site=S1&from=2026-03-01")
    assert "Ontbreekt" not in register
    for said in ("Dienstkleding", "20 01 10", "Karrewiel", "Wielpad 5", "2 mrt 2031", "10000002"):
        assert said in register


def test_a_number_that_cannot_be_says_why_and_keeps_what_was_typed(
    counter: Counter, browser_of: BrowserOf
) -> None:
    manager = browser_of("manager")
    typed = {
        "site": "S1", "partner": "ZEEKANT", "eural": "20 01 10", "usual_name": "Dienstkleding",
        "processing": "C.03", "from_day": "2026-03-01",
    }  # fmt: skip
    page = manager.send("/stream-numbers/new", **typed)
    assert page.status_code == 422
    assert "Ontbreekt nog handelsregisternummer, adres, zoals Straat 1" in words(page)
    assert 'value="Dienstkleding"' in page.text
    wrong = manager.send("/stream-numbers/new", **{**typed, "eural": "kleding"})
    assert "Dit is geen afvalcode (Eural)." in words(wrong)


def test_a_month_is_sent_and_its_correction_is_only_the_difference(
    counter: Counter, browser_of: BrowserOf
) -> None:
    number = counter.make()
    batch = counter.depot.log(300_400)["code"]
    counter.depot.later(days=32)
    manager, leader = browser_of("manager"), browser_of("leader")
    assert "nog 25 dagen" in manager.text("/notifications?site=S1")
    assert "Dit is verstuurd" not in leader.text("/notifications/S1.2026-03")
    page = manager.send("/notifications/S1.2026-03")
    assert "Verstuurd op 3 apr 2026" in words(page)
    assert "eerste keer, met alle gegevens" in words(page)
    counter.depot.later(hours=1)
    counter.depot.correct(batch, gross_g=310_900 + 20_000)
    shown = manager.text("/notifications/S1.2026-03")
    assert "Correctie 1: alleen het verschil" in shown
    assert "10,500 kg" in shown
    assert "Correctie te melden" in manager.text("/notifications?site=S1")
    again = manager.send("/notifications/S1.2026-03")
    assert "Deze maand is helemaal gemeld." in words(again)
    assert counter.sent()[1].figures.received[number].mass_g == 10_500


def test_a_month_that_was_forgotten_stands_in_red(counter: Counter, browser_of: BrowserOf) -> None:
    counter.depot.later(days=90)
    assert "dagen te laat" in browser_of("auditor").text("/notifications?site=S1")


def test_an_exempt_site_is_told_so_and_why(counter: Counter, browser_of: BrowserOf) -> None:
    counter.depot.later(days=40)
    manager = browser_of("manager")
    page = manager.text("/notifications/S2.2026-03")
    assert "Deze locatie is niet meldplichtig." in page
    assert "bevoegd gezag" in page
    assert "Dit is verstuurd" not in page
    register = manager.text("/waste-register?site=S2&from=2026-03-01")
    assert "Er staat niets in dit register" in register


def test_the_file_for_the_authority_has_its_fields_and_says_it_is_unverified(
    counter: Counter, browser_of: BrowserOf
) -> None:
    number = counter.make(carrier="KARREWIEL", usual_name="Kleding <5 jaar & ouder")
    batch = counter.depot.log(300_400)["code"]
    done = counter.depot.sort(batch, {"recycle": 100_000, "reuse": 60_000})
    for code, mass_g in zip(done["bins"], (100_000, 60_000), strict=True):
        counter.depot.close_bin(code, mass_g)
    counter.depot.ship(*done["bins"], carrier="KARREWIEL")
    counter.depot.later(days=32)
    manager = browser_of("manager")
    sent = manager.get("/notifications/S1.2026-03/file")
    assert sent.headers["content-type"] == "application/xml"
    assert "NIET GECONTROLEERD" in sent.text
    root = ET.fromstring(sent.content)
    assert root.tag == f"{{{NAMESPACE}}}MeldingSessie"
    first, recycle, reuse = root
    said = {field.tag.partition("}")[2]: field.text for field in first}
    assert said["AfvalstroomNummer"] == number
    assert (said["TotaalGewicht"], said["AantalVrachten"]) == ("300", "1")
    assert (said["VerwerkingsMethode"], said["PeriodeMelding"]) == ("C03", "032026")
    assert said["GebruikelijkeNaamAfvalstof"] == "Kleding <5 jaar & ouder"
    origin = {field.tag.partition("}")[2]: field.text for field in first[5]}
    assert (origin["Postcode"], origin["HuisnummerToevoeging"]) == ("2022CD", "a")
    fields = [{f.tag.partition("}")[2]: f.text for f in one} for one in (recycle, reuse)]
    assert (fields[0]["Afvalstof"], "GNcode" in fields[0]) == ("191208", False)
    assert (fields[1]["GNcode"], "Afvalstof" in fields[1]) == ("63090000", False)
    manager.send("/notifications/S1.2026-03")
    counter.depot.later(hours=1)
    assert manager.get("/notifications/S1.2026-03/file").text == sent.text
    assert manager.get("/notifications/S1.2026-03/file?number=2").status_code == 404


def test_a_month_without_receipts_is_a_nil_notification(
    counter: Counter, browser_of: BrowserOf
) -> None:
    counter.depot.later(days=32)
    manager = browser_of("manager")
    assert "een nulmelding" in manager.text("/notifications/S1.2026-03")
    root = ET.fromstring(manager.get("/notifications/S1.2026-03/file").content)
    (nil,) = root
    assert nil.tag == f"{{{NAMESPACE}}}NulMelding"
    assert [field.text for field in nil][1:] == ["032026", "08P04"]


@pytest.mark.parametrize("which", ["receipts", "deliveries"])
def test_the_register_prints_on_the_spot_in_both_languages(
    counter: Counter, browser_of: BrowserOf, which: str
) -> None:
    counter.make(carrier="KARREWIEL")
    batch = counter.depot.log(300_400)["code"]
    counter.depot.log(supplier="ZEEKANT")
    (code,) = counter.depot.sort(batch, {"recycle": 100_000})["bins"]
    counter.depot.close_bin(code, 100_000)
    counter.depot.ship(code)
    manager = browser_of("manager")
    for language in ("nl", "en"):
        path = f"/waste-register/file?site=S1&which={which}&from=2026-03-01&lang={language}"
        made = manager.get(path)
        assert made.headers["content-type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(made.content)) as paper:
            assert paper.Root.Lang == language
            assert "S1" in str(paper.docinfo["/Title"])
            assert paper.pages[0].mediabox[2] > paper.pages[0].mediabox[3]


def test_the_files_hold_what_the_page_shows(counter: Counter, browser_of: BrowserOf) -> None:
    number = counter.make()
    counter.depot.log(300_400)
    manager = browser_of("manager")
    path = "/waste-register/file?site=S1&from=2026-03-01&format="
    head, line = manager.get(f"{path}csv").text.splitlines()
    found = dict(zip(head.split(","), line.split(","), strict=False))
    assert found["stream_number"] == '"' + number if "," in number else number
    assert "300400" in line
    assert "2031-03-02" in line
    book = load_workbook(io.BytesIO(manager.get(f"{path}xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert 300_400 in rows[1]
    assert manager.get(f"{path}doc").status_code == 422


def test_days_that_are_none_are_said_and_not_guessed(
    counter: Counter, browser_of: BrowserOf
) -> None:
    manager = browser_of("manager")
    for query in ("from=2026-02-30", "from=2026-03-02&to=2026-03-01", "which=everything"):
        page = manager.get(f"/waste-register?site=S1&{query}")
        assert page.status_code == 422
        assert "Wat er mis is" in words(page)
    assert manager.get("/notifications/S1.2026-13").status_code == 404
    assert manager.get("/waste-register?site=X1").status_code == 404


def test_a_hazardous_code_stands_out_and_a_new_one_asks_to_be_looked_at(
    counter: Counter, browser_of: BrowserOf
) -> None:
    counter.depot.log(eural="15 02 02*")
    counter.depot.log(eural="170101")
    register = browser_of("manager").text("/waste-register?site=S1&from=2026-03-01")
    assert "15 02 02* gevaarlijk" in register
    assert "17 01 01 hier nieuw" in register
    desk = browser_of("leader").text("/today")
    assert "Volgens de afvalcode is dit gevaarlijk afval." in desk
    assert "Deze afvalcode is hier nieuw" in desk


def test_a_line_of_five_years_ago_is_still_shown(counter: Counter, browser_of: BrowserOf) -> None:
    counter.depot.log(300_400)
    counter.depot.later(days=5 * 366)
    page = browser_of("auditor").text("/waste-register?site=S1&from=2026-03-01&to=2026-04-01")
    assert "300,400 kg" in page
    assert str(counter.depot.now - timedelta(days=5 * 366))[:4] == "2026"


def test_more_than_a_year_comes_as_a_file_and_not_on_paper(
    counter: Counter, browser_of: BrowserOf
) -> None:
    counter.depot.log(300_400)
    manager = browser_of("manager")
    query = "site=S1&from=2025-01-01&to=2026-12-31"
    assert "format=pdf" not in manager.get(f"/waste-register?{query}").text
    assert manager.get(f"/waste-register/file?{query}&format=pdf").status_code == 422
    assert manager.get(f"/waste-register/file?{query}&format=csv").status_code == 200
