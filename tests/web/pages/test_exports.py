"""The page where data is taken along: it says beforehand what the file holds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest

from reporting.datasets import Dataset, columns_of
from reporting.formats import Format
from tests.builders import Depot
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]
YEAR = "from=2026-01-01&to=2027-01-01"


def addresses(page: str) -> list[str]:
    """Where the buttons lead: the file, and the control file."""
    found = re.findall(r'class="button(?: second)?" href="([^"]+)"', page)
    return [html.unescape(one) for one in found]


@pytest.fixture
def filled(hall: Depot) -> Depot:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
    hall.log(50_000, supplier="DUINRAND")
    return hall


def test_the_empty_form_counts_nothing_and_explains_the_columns(
    filled: Depot, browser_of: BrowserOf
) -> None:
    page = browser_of("manager").get("/exports")
    text = words(page)
    assert "Neem de gegevens mee" in text
    assert "Wat er in het bestand staat" not in text
    for column in columns_of(filled.people["manager"], Dataset.MOVEMENTS):
        assert f"<code>{column.name}</code>" in page.text
    assert '<option value="csv-nl" selected>' in page.text
    english = browser_of("manager").client.get("/exports?lang=en")
    assert '<option value="csv" selected>' in english.text
    assert "The code on the label of the batch." in words(english)


def test_what_the_page_promises_is_what_the_files_hold(
    filled: Depot, browser_of: BrowserOf
) -> None:
    wanted = [("manager", Dataset.MOVEMENTS, format) for format in Format]
    wanted += [("supplier", Dataset.BATCHES, Format.CSV), ("auditor", Dataset.FIGURES, Format.CSV)]
    for name, dataset, format in wanted:
        browser = browser_of(name)
        page = browser.get(f"/exports?dataset={dataset}&format={format}&{YEAR}")
        file, control = addresses(page.text)
        answer = browser.get(file)
        said = json.loads(browser.get(control).text)
        assert answer.status_code == 200
        assert int(answer.headers["x-control-rows"]) == said["rows"]
        assert len(answer.content) == said["bytes"]
        kilograms, grams = divmod(said["mass_g"], 1000)
        thousands = f"{kilograms:,}".replace(",", ".")
        assert f"Regels {said['rows']} " in words(page)
        assert f"{thousands} ,{grams:03} kg" in words(page)


def test_a_supplier_is_offered_no_other_and_an_auditor_sees_the_scans(
    filled: Depot, browser_of: BrowserOf
) -> None:
    supplier = browser_of("supplier")
    assert "DUINRAND" not in supplier.get("/exports").text
    assert supplier.get(f"/exports?dataset=movements&supplier=DUINRAND&{YEAR}").status_code == 404
    assert "scan_id" not in supplier.get("/exports").text
    assert "<code>scan_id</code>" in browser_of("auditor").get("/exports").text
    manager = browser_of("manager")
    page = manager.get(f"/exports?dataset=batches&format=csv&supplier=DUINRAND&{YEAR}").text
    content = manager.get(addresses(page)[0]).text
    assert [line.split(",")[4] for line in content.splitlines()[1:]] == ["DUINRAND"]


def test_what_cannot_be_asked_is_said_and_the_form_stays(
    filled: Depot, browser_of: BrowserOf
) -> None:
    browser = browser_of("manager")
    for wrong in ("dataset=people", "dataset=movements&format=pdf", "dataset=batches&from=soon"):
        page = browser.get(f"/exports?{wrong}")
        assert page.status_code == 422, wrong
        assert "Toon" in words(page)
    empty = browser.get("/exports?dataset=movements&from=2020-01-01&to=2020-02-01")
    assert "In deze periode is niets geboekt." in words(empty)
    assert not addresses(empty.text)
