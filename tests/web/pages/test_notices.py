"""Notices on pages: the list and its number, what is chosen, and where partners are written to."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import text

from notices.kinds import MailState
from tests.builders import Depot
from tests.web.pages.conftest import Browser

BrowserOf = Callable[[str], Browser]


def _find(leader: Browser, batch: str, kind: str = "knife") -> None:
    sent = leader.send(
        f"/batches/{batch}/found", station="S1-A", kind=kind, count="1", mass="", note=""
    )
    assert sent.status_code == 200, sent.text


def _receive(leader: Browser, supplier: str = "NOORDERHAVEN") -> str:
    """Log a batch by a call, as somebody at the gate does."""
    made = leader.client.post(
        "/api/v1/batches",
        headers={"authorization": f"Bearer {leader.client.cookies['stofstroom']}"},
        json={
            "scan_id": str(uuid4()),
            "scanned_at": "2026-03-02T07:59:00Z",
            "site": "S1",
            "station": "S1-IN",
            "supplier": supplier,
            "article_group": "uniform",
            "gross_g": 120_000,
            "tare_g": 20_000,
        },
    )
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


def _count(page: str) -> str:
    found = re.search(r'href="/notices"[^>]*>[^<]*(?:<span class="count">(\d+)</span>)?', page)
    assert found is not None
    return found[1] or ""


def test_a_notice_stands_in_the_list_until_it_is_read(hall: Depot, browser_of: BrowserOf) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    assert "nog geen berichten" in supplier.text("/notices")
    batch = _receive(leader)
    page = supplier.get("/notices").text
    assert _count(page) == "1"
    assert f"Partij {batch} kwam op 2 mrt 2026 binnen: 100,000 kg." in page
    number = re.search(r'name="open" value="(\d+)"', page)
    assert number is not None
    opened = supplier.client.post("/notices", data={"open": number[1]})
    assert opened.url.path == f"/batches/{batch}"
    assert _count(opened.text) == ""
    assert "Nieuw" not in supplier.text("/notices")


def test_all_is_read_at_once(hall: Depot, browser_of: BrowserOf) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    for _ in range(3):
        _receive(leader)
    assert _count(supplier.get("/notices").text) == "3"
    said = supplier.client.post("/notices")
    assert "Alle berichten zijn gelezen." in said.text
    assert _count(said.text) == ""


def test_nobody_reads_or_opens_a_notice_of_somebody_else(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, leader, outlet = browser_of("supplier"), browser_of("leader"), browser_of("outlet")
    batch = _receive(leader, "DUINRAND")
    own = _receive(leader)
    page = supplier.get("/notices").text
    assert own in page
    assert batch not in page
    number = re.search(r'name="open" value="(\d+)"', page)
    assert number is not None
    assert outlet.client.post("/notices", data={"open": number[1]}).status_code == 404
    assert outlet.client.post("/notices", data={"open": "x"}).status_code == 404
    assert _count(supplier.get("/notices").text) == "1"


def test_the_list_is_searched_by_code_and_by_kind(hall: Depot, browser_of: BrowserOf) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    first, second = _receive(leader), _receive(leader)
    _find(leader, second)
    assert first not in supplier.text(f"/notices?code={second}")
    stopped = supplier.text("/notices?kind=batch_stopped")
    assert "De partij is meteen stilgelegd." in stopped
    assert first not in stopped
    assert "past bij dit filter" in supplier.text("/notices?code=nothing")
    assert supplier.get("/notices?after=nonsense").status_code == 200


def test_a_long_list_goes_on_on_a_next_page(hall: Depot, browser_of: BrowserOf) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    codes = [_receive(leader) for _ in range(51)]
    page = supplier.get("/notices").text
    assert codes[0] not in page
    onward = re.search(r'href="(/notices\?after=\d+)"', page)
    assert onward is not None
    assert codes[0] in supplier.text(onward[1])


def test_what_is_switched_off_is_not_told_and_safety_cannot_be(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    page = supplier.text("/notices/settings")
    assert "Altijd aan" in page
    assert "Hier wordt geen mail verstuurd" in page
    kept = supplier.send("/notices/settings")
    assert "Uw keuze is bewaard." in kept.text
    assert "checked" not in kept.text
    batch = _receive(leader)
    assert "nog geen berichten" in supplier.text("/notices")
    _find(leader, batch)
    assert "Partij stilgelegd" in supplier.text("/notices")
    supplier.send("/notices/settings", portal=["delivery_received"], mail=[])
    _receive(leader)
    assert "Levering ontvangen" in supplier.text("/notices")


def test_a_kind_of_another_role_is_not_chosen_by_writing_it(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier = browser_of("supplier")
    supplier.send("/notices/settings", portal=["scans_waiting", "batch_stopped", "nonsense"])
    with hall.database.read() as session:
        kinds = session.execute(text("SELECT kind FROM preference")).scalars().all()
    assert "delivery_received" in kinds
    assert not {"scans_waiting", "batch_stopped", "nonsense"} & set(kinds)


def test_a_partner_without_an_account_gets_an_address(hall: Depot, browser_of: BrowserOf) -> None:
    leader = browser_of("leader")
    assert "Zeekant" in leader.text("/notices/contacts")
    typed = {"partner": "ZEEKANT", "language": "en"}
    wrong = leader.client.post("/notices/contacts", data={**typed, "address": "nobody"})
    assert wrong.status_code == 422
    assert "Typ een e-mailadres, of laat het leeg." in wrong.text
    kept = leader.client.post("/notices/contacts", data={**typed, "address": "a@zeekant.example"})
    assert "Het adres is bewaard." in kept.text
    assert 'value="a@zeekant.example"' in kept.text
    leader.client.post("/notices/contacts", data={**typed, "address": ""})
    assert "a@zeekant.example" not in leader.get("/notices/contacts").text


def test_a_partner_of_another_operator_is_not_found(hall: Depot, browser_of: BrowserOf) -> None:
    leader = browser_of("leader")
    typed = {"partner": "VREEMD", "language": "nl", "address": "a@vreemd.example"}
    assert leader.client.post("/notices/contacts", data=typed).status_code == 404
    assert "Vreemd" not in leader.text("/notices/contacts")


def test_an_administrator_sees_which_mails_could_not_be_sent(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    supplier.get("/notices")
    _receive(leader)
    with hall.database.write() as session:
        session.execute(
            text("UPDATE mail SET state = :state, problem = :problem, ended_at = created_at"),
            {"state": MailState.FAILED.value, "problem": "550 No such user"},
        )
    administrator = browser_of("administrator").text("/notices")
    assert "Supplier Levering ontvangen 550 No such user" in administrator
    assert "550" not in leader.text("/notices")


def test_a_certificate_is_told_to_its_supplier_and_so_is_its_end(
    hall: Depot, browser_of: BrowserOf
) -> None:
    supplier, leader = browser_of("supplier"), browser_of("leader")
    batch = hall.log(100_000)["code"]
    hall.sort(batch, {"recycle": 100_000})
    with hall.database.read() as session:
        box = session.execute(text("SELECT code FROM bin ORDER BY id DESC LIMIT 1")).scalar_one()
    hall.close_bin(box, 100_000)
    hall.confirm(hall.ship(box), {"recycle": 100_000})
    headers = {"authorization": f"Bearer {leader.client.cookies['stofstroom']}"}
    asked = {
        "scan_id": str(uuid4()),
        "kind": "recycling",
        "scope": "batch",
        "code": batch,
    }
    made = leader.client.post("/api/v1/certificates", headers=headers, json=asked)
    assert made.status_code == 201, made.text
    code = made.json()["code"]
    assert f"{code} staat klaar. Die gaat over 100,000 kg." in supplier.text("/notices")
    gone = {
        "scan_id": str(uuid4()),
        "reason": "mistake",
    }
    ended = leader.client.post(
        f"/api/v1/certificates/{code}/withdrawal", headers=headers, json=gone
    )
    assert ended.status_code == 201, ended.text
    assert f"Verklaring {code} telt niet meer." in supplier.text("/notices")
