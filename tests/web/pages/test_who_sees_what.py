"""What people see on the pages that are theirs; who may open which is in tests/access."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.access.things import things as one_of_everything
from tests.builders import Depot
from tests.web.pages.conftest import PASSWORD, Browser, words

BrowserOf = Callable[[str], Browser]


@pytest.fixture
def things(hall: Depot) -> dict[str, str]:
    """One of everything."""
    return one_of_everything(hall)


def test_a_supplier_sees_days_and_grams_but_no_hours_and_no_stations(
    hall: Depot, browser_of: BrowserOf, things: dict[str, str]
) -> None:
    page = browser_of("supplier").text(f"/batches/{things['batch']}")
    assert "2 mrt 2026 ·" in page
    assert "100,000 kg" in page
    assert "09:00" not in page
    assert "S1, In" not in page
    staff = browser_of("auditor").text(f"/batches/{things['batch']}")
    assert "2 mrt 2026 09:00" in staff
    assert "S1, In" in staff


def test_an_outlet_sees_its_bins_and_not_whose_clothes_lie_in_them(
    hall: Depot, browser_of: BrowserOf, things: dict[str, str]
) -> None:
    page = browser_of("outlet").get(f"/shipments/{things['shipment']}")
    assert things["batch"] not in page.text
    assert "/bins/" not in page.text
    assert things["batch"] in browser_of("leader").text(f"/shipments/{things['shipment']}")


def test_a_stranger_signs_in_and_comes_back_to_what_was_wanted(
    hall: Depot, browser_of: BrowserOf
) -> None:
    browser_of("leader")
    stranger = browser_of("stranger")
    asked = stranger.get("/batches?state=held")
    assert asked.url.path == "/login"
    page = stranger.send(
        "/login", form=str(asked.url), email="leader@example.org", password=PASSWORD
    )
    assert (page.url.path, page.url.query) == ("/batches", b"state=held")
    stranger.client.post("/logout")
    assert stranger.get("/desk").url.path == "/login"


def test_a_wrong_password_keeps_the_address_and_never_shows_the_password(
    hall: Depot, browser_of: BrowserOf
) -> None:
    page = browser_of("stranger").send("/login", email="nobody@example.org", password="not this")
    assert page.status_code == 403
    assert "Dit adres en wachtwoord horen niet bij elkaar." in words(page)
    assert 'value="nobody@example.org"' in page.text
    assert "not this" not in page.text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/\n/"]
)
def test_signing_in_never_leads_to_another_site(
    hall: Depot, browser_of: BrowserOf, wanted: str
) -> None:
    browser_of("leader")
    stranger = browser_of("stranger")
    typed = {"email": "leader@example.org", "password": PASSWORD, "next": wanted}
    sent = stranger.client.post("/login", data=typed, follow_redirects=False)
    assert sent.headers["location"] == "/"


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("worker", "/today"),
        ("leader", "/today"),
        ("manager", "/desk"),
        ("supplier", "/portal"),
        ("outlet", "/shipments"),
    ],
)
def test_everybody_begins_at_the_right_place(
    hall: Depot, browser_of: BrowserOf, name: str, home: str
) -> None:
    assert browser_of(name).get("/").url.path == home
