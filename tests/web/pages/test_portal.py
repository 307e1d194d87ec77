"""The report as suppliers and staff read it, what is behind its numbers, and how they are made."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from tests.builders import Depot
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]
YEAR = "from=2026-01-01&to=2027-01-01"


def links(page: Any, start: str) -> list[str]:
    """Addresses on a page that begin so, as a browser would follow them."""
    found = re.findall(r'href="([^"]+)"', page.text)
    return [link.replace("&amp;", "&") for link in dict.fromkeys(found) if link.startswith(start)]


def test_a_supplier_reads_what_it_handed_in_and_what_became_of_it_in_words(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
    page = browser_of("supplier").text("/portal")
    assert "U leverde 100,000 kg in." in page
    assert "ging 66,7% naar hergebruik, 33,3% naar recycling" in page
    assert "daarvan moet 10,000 kg nog worden gesorteerd" in page
    assert "90,000 kg wacht nog op bewijs" in page
    assert "Op bewijs van de rest wachten we nog." in page
    assert "1 partij is nog open" in page


def test_every_number_of_the_report_opens_to_batches_that_add_up_to_it(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
    hall.sort(hall.log(50_000)["code"], {"burn": 20_000})
    supplier = browser_of("supplier")
    for page in (supplier.get("/portal"), supplier.get(f"/portal?{YEAR}&basis=booked")):
        said = re.findall(r'<a class="opens" href="(/behind[^"]+)"><span class="weight">([^<]+)<',
                          page.text)  # fmt: skip
        assert len(said) > 12
        for href, weight in said:
            behind = supplier.get(href.replace("&amp;", "&"))
            assert behind.status_code == 200, href
            total = re.search(r'value-big"><span class="weight">([^<]+)<', behind.text)
            assert total is not None
            assert total.group(1) == weight, href


def test_what_charts_lead_to_is_there(hall: Depot, browser_of: BrowserOf) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
    manager = browser_of("manager")
    page = manager.get("/report")
    led = set(re.findall(r'"(/behind\?[^"]+)"', page.text.replace("\\u0026", "&")))
    assert len(led) > 6
    for href in led:
        assert manager.get(href).status_code == 200, href


def test_figures_are_explained_with_what_went_in_and_their_months(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
    supplier = browser_of("supplier")
    for href in links(supplier.get("/portal"), "/figures/"):
        assert supplier.get(href).status_code == 200, href
    page = supplier.get(f"/figures/reuse_of_sorted?{YEAR}")
    said = words(page)
    assert "66,7%" in said
    assert "1000 × 60.000 g / (60.000 g + 30.000 g + 0 g)" in said
    assert "Hergebruik 60,000 kg" in said
    assert "De laatste twaalf maanden" in said
    assert said.count("66,7%") >= 3
    assert links(page, "/behind?part=stream%2Freuse") or links(page, "/behind?")


def test_a_figure_without_value_says_why(hall: Depot, browser_of: BrowserOf) -> None:
    hall.log(100_000)
    page = browser_of("manager").text("/figures/reuse_of_sorted")
    assert "Dit cijfer heeft hier geen waarde." in page


def test_a_figure_that_is_none_is_not_found(hall: Depot, browser_of: BrowserOf) -> None:
    assert browser_of("manager").get("/figures/no.such").status_code == 404


def test_a_supplier_finds_nothing_of_others_behind_a_number(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.log(100_000)
    other = hall.log(70_000, supplier="DUINRAND", article_group="uniform")["code"]
    supplier = browser_of("supplier")
    own = supplier.get("/behind?part=received")
    assert other not in own.text
    assert "100,000 kg" in words(own)
    for path in ("/behind?part=received&supplier=DUINRAND", "/portal?supplier=DUINRAND"):
        assert supplier.get(path).status_code == 404, path
    assert supplier.get("/figures/reuse_of_sorted?supplier=DUINRAND").status_code == 404


def test_what_is_no_number_and_no_order_is_refused_as_a_page(
    hall: Depot, browser_of: BrowserOf
) -> None:
    manager = browser_of("manager")
    for path in ("/behind?part=everything", "/behind?order=prettiest", "/behind?after=x~y"):
        assert manager.get(path).status_code == 422, path


def test_another_order_begins_with_other_batches(hall: Depot, browser_of: BrowserOf) -> None:
    light = hall.log(20_000)["code"]
    hall.later(days=1)
    heavy = hall.log(90_000)["code"]
    manager = browser_of("manager")
    orders = {
        order: re.findall(r'href="/batches/(\w+)"', manager.get(f"/behind?order={order}").text)
        for order in ("heaviest", "oldest", "newest")
    }
    assert orders == {
        "heaviest": [heavy, light],
        "oldest": [light, heavy],
        "newest": [heavy, light],
    }


def test_a_parent_sees_the_sum_of_its_children_and_chooses_one(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.log(100_000)
    hall.log(70_000, supplier="DUINRAND", article_group="uniform")
    manager = browser_of("manager")
    page = manager.get("/report")
    assert "170,000 kg" in words(page)
    assert "Per organisatie" in words(page)
    (child,) = [link for link in links(page, "/report?") if "supplier=DUINRAND" in link]
    assert "Duinrand leverde 70,000 kg in." in manager.text(child)


def test_a_year_before_stands_beside_the_period(hall: Depot, browser_of: BrowserOf) -> None:
    hall.log(40_000)
    hall.now += timedelta(days=365)
    hall.log(100_000)
    page = browser_of("supplier").text("/portal")
    assert "Vergeleken met een jaar eerder" in page
    assert "Ingeleverd 40,000 kg 100,000 kg" in page


def test_an_empty_register_has_a_page_without_numbers(browser_of: BrowserOf) -> None:
    for name, path in (("supplier", "/portal"), ("manager", "/report")):
        page = browser_of(name).text(path)
        assert "In deze periode kwam niets binnen en is niets gesorteerd." in page
        assert "Er kwam nog geen partij binnen." in page


@contextmanager
def counted(hall: Depot) -> Iterator[list[str]]:
    """The statements that the application sends."""
    sent: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(hall.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(hall.database.engine, "before_cursor_execute", note)


def test_the_first_page_takes_as_many_statements_however_much_there_is(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, numbers = browser_of("supplier"), []
    for _ in range(2):
        for _ in range(3):
            hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
        supplier.get("/portal")
        with counted(hall) as sent:
            supplier.get("/portal")
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 40


MADE_FOR_NOBODY = """
import sys
from web.app import create_app
from web.settings import from_environment
from web.warming import LIBRARIES, first_pages, make_ready, warm
LARGE = {"alembic", "authlib", "numpy", "openpyxl", "pandas", "plotly", "pyarrow", "requests",
         "webauthn", *LIBRARIES}
app = create_app(from_environment({"STOFSTROOM_DATABASE_URL": sys.argv[1]}))
make_ready(app)
for make in first_pages(app):
    make()
print(sorted(LARGE & set(sys.modules)))
warm(app)
print(set(LIBRARIES) <= set(sys.modules))
"""


def test_the_server_is_ready_and_makes_its_first_pages_before_large_libraries_are_loaded(
    hall: Depot,
) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 30_000})
    url = hall.database.engine.url.render_as_string(hide_password=False)
    said = subprocess.run(
        [sys.executable, "-c", MADE_FOR_NOBODY, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert said.stdout.split("\n") == ["[]", "True", ""]
