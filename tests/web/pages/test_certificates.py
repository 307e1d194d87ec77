"""Certificates at the desk: asked for, looked at before they are signed, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from tests.builders import Depot
from tests.certificates.office import certify, confirmed
from tests.web.pages.conftest import Browser, code_in, words

BrowserOf = Callable[[str], Browser]


def asked(**said: str) -> str:
    return f"/certificates/new?{urlencode({'kind': 'recycling', 'scope': 'batch', **said})}"


def test_a_manager_sees_what_it_would_state_and_signs_it(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch = hall.log(100_000)["code"]
    confirmed(hall, batch, 30_000)
    manager = browser_of("manager")
    form = asked(code=batch)
    preview = manager.text(form)
    assert "is 30,000 kg gerecycled" in preview
    assert "70,000 kg" in preview
    page = manager.send("/certificates/new", form=form)
    assert "De verklaring is ondertekend." in words(page)
    code = code_in(page)
    assert code in manager.text("/certificates")
    assert code in manager.text(f"/batches/{batch}")
    assert code in browser_of("supplier").text("/certificates")
    again = manager.send("/certificates/new", form=form)
    assert code_in(again) != code


def test_a_form_that_is_sent_twice_signs_once(hall: Depot, browser_of: BrowserOf) -> None:
    batch = hall.log(100_000)["code"]
    confirmed(hall, batch, 30_000)
    manager = browser_of("manager")
    form = asked(code=batch)
    said = {"scan_id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    first, second = (manager.send("/certificates/new", form=form, **said) for _ in range(2))
    assert code_in(first) == code_in(second)


def test_what_is_missing_is_said_before_anything_is_signed(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch = hall.log(100_000)["code"]
    leader = browser_of("leader")
    page = leader.get(asked(code=batch))
    assert page.status_code == 200
    assert "Er valt nog niets te verklaren." in words(page)
    assert "De verklaring ondertekenen" not in words(page)
    sent = leader.client.post(
        "/certificates/new", data={"kind": "reuse", "scope": "batch", "code": batch}
    )
    assert sent.status_code == 422


def test_a_slip_of_the_pen_gives_the_form_back(hall: Depot, browser_of: BrowserOf) -> None:
    manager = browser_of("manager")
    for typed in (
        {"code": "B0"},
        {"kind": "gift", "code": "B0"},
        {"scope": "period", "supplier": "NOORDERHAVEN", "from": "2026-13-01", "to": "2026-04-01"},
        {"scope": "period", "from": "2026-03-01", "to": "2026-04-01"},
        {"scope": "shipment", "code": "Z0"},
    ):
        page = manager.get(asked(**typed))
        assert page.status_code == 422, typed
        assert "Toon" in words(page) or "Laten zien" in words(page)


def test_a_period_with_several_suppliers_asks_for_one(hall: Depot, browser_of: BrowserOf) -> None:
    ours = hall.log(50_000)["code"]
    theirs = hall.log(50_000, supplier="DUINRAND")["code"]
    for batch in (ours, theirs):
        confirmed(hall, batch, 10_000)
    days = {"scope": "period", "from": "2026-03-01", "to": "2026-04-01"}
    page = browser_of("manager").text(asked(**days, supplier="DUINRAND"))
    assert theirs in page
    assert ours not in page


def test_withdrawing_and_replacing_are_two_forms(hall: Depot, browser_of: BrowserOf) -> None:
    batch = hall.log(100_000)["code"]
    confirmed(hall, batch, 30_000)
    old, other = (certify(hall, "recycling", "batch", batch)["code"] for _ in range(2))
    manager = browser_of("manager")
    form = asked(code=batch, replaces=old)
    new = code_in(manager.send("/certificates/new", form=form, reason="mistake"))
    page = manager.text(f"/certificates/{old}")
    assert "Deze verklaring geldt niet meer." in page
    assert new in page
    assert old in manager.text(f"/certificates/{new}")
    path = f"/certificates/{other}/withdraw"
    assert manager.send(path).status_code == 422
    assert "De verklaring is ingetrokken." in words(manager.send(path, reason="mistake"))
    assert manager.send(path, reason="mistake").status_code == 422
    listed = manager.text("/certificates?state=withdrawn")
    assert (old in listed, other in listed, new in listed) == (True, True, False)
    assert new in manager.text("/certificates?state=valid&kind=recycling&day=2026-03-02")
    assert "Niets" in manager.text("/certificates?code=W23")


def test_what_was_undone_since_is_named_on_the_page(hall: Depot, browser_of: BrowserOf) -> None:
    batch = hall.log(100_000)["code"]
    _, scan_id = confirmed(hall, batch, 30_000)
    manager = browser_of("manager")
    code = code_in(manager.send("/certificates/new", form=asked(code=batch)))
    hall.reverse(scan_id)
    assert "Klopt niet meer" in manager.text("/certificates")
    page = manager.text(f"/certificates/{code}")
    assert "30,000 kg" in page
    assert "site:S1#" in page
    stranger = browser_of("stranger")
    assert "site:S1#" in stranger.text("/verify?code=" + code)
