"""Issued reports at the desk and in the portal: looked at before they are signed, and after."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders import Depot
from tests.reporting.office import issue
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]
YEAR = "from=2026-01-01&to=2027-01-01"


def test_a_manager_sees_what_is_still_open_and_issues_it_all_the_same(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 30_000})
    manager = browser_of("manager")
    form = f"/reports/issued/new?{YEAR}&supplier=NOORDERHAVEN"
    preview = manager.text(form)
    assert "Noorderhaven leverde 100,000 kg in." in preview
    assert "De periode is nog niet voorbij." in preview
    assert "1 partij is nog niet afgesloten." in preview
    assert "30,000 kg is gesorteerd, maar nog door geen afnemer bevestigd." in preview
    page = manager.send("/reports/issued/new", form=form)
    assert "Het rapport is uitgegeven en ondertekend." in words(page)
    assert "Er is niets veranderd." in words(page)
    number = str(page.url).rpartition("/")[2].partition("?")[0]
    assert number in manager.text("/reports/issued?year=2026&supplier=NOORDERHAVEN")
    assert number not in manager.text("/reports/issued?year=2025")
    told = browser_of("supplier")
    assert f"Rapport {number} over uw goederen is klaar" in told.text("/notices")


def test_a_form_that_is_sent_twice_issues_once(hall: Depot, browser_of: BrowserOf) -> None:
    hall.log(100_000)
    manager = browser_of("manager")
    said = {"scan_id": "0f8fad5b-d9cb-469f-a165-708677289511"}
    form = f"/reports/issued/new?{YEAR}"
    first, second = (manager.send("/reports/issued/new", form=form, **said) for _ in range(2))
    assert first.url == second.url


def test_what_changed_since_is_said_beside_a_report_that_stays(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch = hall.log(100_000)["code"]
    number = issue(hall, "NOORDERHAVEN")["number"]
    hall.correct(batch, gross_g=110_000, tare_g=20_000)
    manager = browser_of("manager")
    page = manager.text(f"/reports/issued/{number}")
    assert "Noorderhaven leverde" in page
    assert "Verbeterd: −10,000 kg" in page
    assert batch in page
    again = f"/reports/issued/new?supplier=NOORDERHAVEN&{MARCH}&replaces={number}"
    followed = manager.send("/reports/issued/new", form=again)
    assert f"Dit rapport volgt op: {number}" in words(followed)
    before = manager.text(f"/reports/issued/{number}")
    assert "Een later rapport volgt dit rapport op." in before
    assert "Geef een rapport uit dat dit opvolgt" not in before
    twice = manager.client.post(
        "/reports/issued/new",
        data={"from": "2026-03-01", "to": "2026-04-01", "supplier": "NOORDERHAVEN",
              "basis": "received", "replaces": number,
              "scan_id": "0f8fad5b-d9cb-469f-a165-708677289512"},
    )  # fmt: skip
    assert twice.status_code == 422
    assert "Dit kan nu niet." in words(twice)


MARCH = "from=2026-03-01&to=2026-04-01&basis=received"


def test_a_supplier_reads_its_own_reports_and_issues_none(
    hall: Depot, browser_of: BrowserOf
) -> None:
    hall.log(100_000)
    own, others = (issue(hall, code) for code in ("NOORDERHAVEN", "DUINRAND"))
    supplier = browser_of("supplier")
    listed = supplier.text("/reports/issued")
    assert own["number"] in listed
    assert others["number"] not in listed
    assert "Rapport uitgeven" not in listed
    assert "Noorderhaven leverde 100,000 kg in." in supplier.text(f"/reports/issued/{own['code']}")
    for key in (others["number"], others["code"], "2026-9999"):
        assert supplier.get(f"/reports/issued/{key}").status_code == 404
    assert supplier.get("/reports/issued/new").status_code == 403


def test_what_cannot_be_asked_is_said_at_the_form(hall: Depot, browser_of: BrowserOf) -> None:
    hall.log(100_000)
    manager = browser_of("manager")
    for wrong in ("from=2026-03-02&to=2026-03-01", "from=x&to=2026-03-01", f"{YEAR}&supplier=NIX"):
        page = manager.get(f"/reports/issued/new?{wrong}")
        assert page.status_code == 422, wrong
        assert "Rapport uitgeven en ondertekenen" not in words(page)
