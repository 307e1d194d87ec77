"""Who may open which page, and what they see there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.devices import enrol, issue_code
from catalogue.rulebook import rulebook
from dispatch.documents import document_of, keep_document
from dispatch.queries import shipment_by_code
from tests.builders import Depot
from tests.certificates.office import certify, confirmed
from tests.nl.counter import Counter
from tests.reporting.office import issue
from tests.web.pages.conftest import PASSWORD, PEOPLE, Browser, words

BrowserOf = Callable[[str], Browser]

STAFF = {"worker", "leader", "manager", "auditor", "administrator"}
MAY_OPEN = {
    "/desk": STAFF - {"worker"},
    "/compare": {"leader", "manager", "auditor"},
    "/compare/factors": {"leader", "manager", "auditor"},
    "/desk/trend": {"leader", "manager", "auditor"},
    "/desk/waiting": STAFF - {"worker"},
    "/desk/unproven": STAFF - {"worker"},
    "/desk/announced": STAFF - {"worker"},
    "/desk/differences": STAFF - {"worker"},
    "/desk/kept": STAFF - {"worker"},
    "/today": STAFF,
    "/attention": STAFF,
    "/portal": {"supplier"},
    "/report": {"leader", "manager", "auditor", "supplier"},
    "/exports": {"manager", "auditor", "supplier"},
    "/behind": {"leader", "manager", "auditor", "supplier"},
    "/figures/{figure}": {"leader", "manager", "auditor", "supplier"},
    "/batches": STAFF | {"supplier"},
    "/bins": STAFF,
    "/deliveries": STAFF | {"supplier"},
    "/shipments": STAFF | {"outlet"},
    "/finds": STAFF,
    "/labels": {"worker", "leader"},
    "/labels/sheet?what=practice": {"worker", "leader"},
    "/batches/new": {"worker", "leader"},
    "/bins/new": {"worker", "leader"},
    "/shipments/new": {"leader"},
    "/announce": {"leader", "supplier"},
    "/announce/file": {"leader", "supplier"},
    "/announce/template?kind=csv": {"leader", "supplier"},
    "/deliveries/{delivery}/withdraw": {"leader", "supplier"},
    "/deliveries/{delivery}/sheet.pdf": STAFF | {"supplier"},
    "/batches/{batch}": STAFF | {"supplier"},
    "/batches/{batch}/sort": {"worker", "leader"},
    "/batches/{batch}/gate": {"worker", "leader"},
    "/batches/{batch}/close": {"worker", "leader"},
    "/batches/{batch}/hold": {"worker", "leader"},
    "/batches/{batch}/release": {"leader"},
    "/batches/{batch}/refuse": {"worker", "leader"},
    "/batches/{batch}/weigh": {"worker", "leader"},
    "/batches/{batch}/found": {"worker", "leader"},
    "/batches/{batch}/correct": {"leader"},
    "/batches/{batch}/reopen": {"leader"},
    "/shipments/{shipment}/leg": {"leader"},
    "/shipments/{shipment}/return": {"leader"},
    "/finds/{find}/hand-over": {"worker", "leader"},
    "/bins/{bin}": STAFF,
    "/bins/{bin}/sort": {"worker", "leader"},
    "/bins/{bin}/close": {"worker", "leader"},
    "/deliveries/{delivery}": STAFF | {"supplier"},
    "/deliveries/{delivery}/proof": STAFF | {"supplier"},
    "/deliveries/{delivery}/proof.pdf": STAFF | {"supplier"},
    "/batches/{batch}/proof": STAFF | {"supplier"},
    "/batches/{batch}/proof.pdf": STAFF | {"supplier"},
    "/shipments/{shipment}": STAFF | {"outlet"},
    "/shipments/{shipment}/waybill": STAFF | {"outlet"},
    "/shipments/{shipment}/confirm": {"leader", "outlet"},
    "/shipments/{shipment}/link": {"leader"},
    "/shipments/{shipment}/documents/{paper}": STAFF | {"outlet"},
    "/finds/{find}": STAFF,
    "/reports/issued": {"manager", "auditor", "supplier"},
    "/reports/issued/new": {"manager"},
    "/reports/issued/{report}": {"manager", "auditor", "supplier"},
    "/certificates": {"leader", "manager", "auditor", "administrator", "supplier"},
    "/certificates/new": {"leader", "manager"},
    "/certificates/{certificate}": {"leader", "manager", "auditor", "administrator", "supplier"},
    "/certificates/{certificate}/withdraw": {"leader", "manager"},
    "/finds/kept": STAFF,
    "/items": STAFF,
    "/batches/{batch}/items": STAFF,
    "/batches/{batch}/note-items": {"worker", "leader"},
    "/batches/{batch}/destroy-items": {"leader"},
    "/finds/{handed}/receipt.pdf": {"worker", "leader", "auditor"},
    "/entries/{scan_id}/undo": {"worker", "leader"},
    "/search": STAFF | {"supplier"},
    "/notices": {"leader", "manager", "administrator", "supplier", "outlet"},
    "/notices/settings": {"leader", "manager", "administrator", "supplier", "outlet"},
    "/notices/contacts": {"leader", "administrator"},
    "/reference": STAFF - {"worker"},
    "/reference/{noun}": STAFF - {"worker"},
    "/reference/{noun}/new": {"manager", "administrator"},
    "/reference/{noun}/{piece}": STAFF - {"worker"},
    "/reference/{noun}/{piece}/edit": {"manager", "administrator"},
    "/stations": {"leader", "administrator"},
    "/waste-register": STAFF - {"worker"},
    "/waste-register/file?format=csv": STAFF - {"worker"},
    "/stream-numbers": STAFF - {"worker"},
    "/stream-numbers/new": {"manager", "administrator"},
    "/stream-numbers/{stream_number}": STAFF - {"worker"},
    "/notifications": STAFF - {"worker"},
    "/notifications/{month}": STAFF - {"worker"},
    "/notifications/{month}/file": STAFF - {"worker"},
    "/stations/tablets/{tablet}": {"leader", "administrator"},
}
"""By hand, against the table that the pages ask."""


def tablet_at(hall: Depot, station: str = "S1-A", name: str = "Tafel 1") -> int:
    """The number of a tablet that was let in at a station."""
    with hall.database.write() as session:
        code = issue_code(session, station, name, viewer=hall.people["leader"], now=hall.now)
        return enrol(session, code, now=hall.now).device_id


@pytest.fixture
def things(hall: Depot) -> dict[str, str]:
    """One of everything."""
    delivery = hall.announce(300_000)["code"]
    batch = hall.log(300_000, delivery=delivery)["code"]
    find, handed = hall.find(batch), hall.find(batch)
    hall.hand_over(handed)
    hall.sort(batch, {"reuse": 100_000, "recycle": 50_000})
    scan_id = hall.scan_id
    with hall.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT code FROM bin ORDER BY id")
        first, second = (row[0] for row in rows)
    hall.close_bin(first, 100_000)
    shipment = hall.ship(first)
    proven = hall.log(50_000)["code"]
    confirmed(hall, proven, 10_000)
    certificate = certify(hall, "recycling", "batch", proven)["code"]
    paper = document_of(b"%PDF-1.7 %%EOF")
    with hall.database.write() as session:
        sent = shipment_by_code(session, rulebook(session), shipment, hall.people["leader"])
        keep_document(session, paper, sent.id, now=hall.now)
    return {
        "paper": paper.hash,
        "noun": "container",
        "piece": "BOX1",
        "delivery": delivery,
        "batch": batch,
        "find": find,
        "handed": handed,
        "bin": second,
        "shipment": shipment,
        "certificate": certificate,
        "report": issue(hall, "NOORDERHAVEN")["code"],
        "scan_id": scan_id,
        "tablet": str(tablet_at(hall)),
        "stream_number": Counter(hall).make(),
        "month": "S1.2026-02",
        "figure": "reuse_of_sorted",
    }


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "outsider"])
def test_everybody_opens_the_pages_that_are_theirs_and_no_others(
    hall: Depot, browser_of: BrowserOf, things: dict[str, str], name: str
) -> None:
    browser = browser_of(name)
    opened = {path: browser.get(path.format(**things)).status_code for path in MAY_OPEN}
    assert opened == {path: 200 if name in who else 403 for path, who in MAY_OPEN.items()}


def test_what_belongs_to_another_operator_looks_like_what_does_not_exist(
    hall: Depot, browser_of: BrowserOf, things: dict[str, str]
) -> None:
    outsider = browser_of("outsider")
    for path in MAY_OPEN:
        # Every operator has containers; which one has which is in test_reference.
        # The outsider is a team leader: what is not for leaders is told by its calls.
        # So it has figures: of its own register.
        everywhere = "{noun}" in path or "{figure}" in path
        if "{" in path and not everywhere and "leader" in MAY_OPEN[path]:
            page = outsider.get(path.format(**things))
            nothing = outsider.get(path.format(**dict.fromkeys(things, "B00000000000")))
            assert (page.status_code, words(page).replace(things["batch"], "B00000000000")) == (
                404,
                words(nothing),
            ), path


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
