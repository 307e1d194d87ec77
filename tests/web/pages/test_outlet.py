"""The pages of an outlet without an account, as somebody with a phone goes through them."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image

from dispatch.confirming import Confirm, TreatedLine, confirm
from tests.audit import breaches, rows
from tests.builders import Depot
from tests.web.pages.conftest import Browser, hidden, words
from web.hygiene import Hygiene

BrowserOf = Callable[[str], Browser]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class Outlet:
    """Somebody with a phone and a link, and who made it."""

    browser: Browser
    leader: Browser
    path: str
    shipment: str

    def text(self) -> str:
        return self.browser.text(self.path)

    def fill_in(self, page: Any = None, *, files: Any = None, **typed: str) -> Any:
        """Fill in the form and press the button; `step` says which."""
        shown = page or self.browser.get(self.path)
        said = {**every_hidden(shown.text), "step": "check", **typed}
        said = {name.replace("__", "-"): value for name, value in said.items()}
        return self.browser.client.post(self.path, data=said, files=files or {})


def every_hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(made, "PNG")
    return made.getvalue()


def shipped(hall: Depot, mass_g: int = 100_000, waybill: str | None = None) -> str:
    code = hall.open_bin("recycle")
    for supplier in ("NOORDERHAVEN", "DUINRAND"):
        hall.sort(hall.log(supplier=supplier)["code"], {code: mass_g // 2})
    hall.close_bin(code, mass_g)
    return hall.ship(code, waybill=waybill)


def link_of(leader: Browser, shipment: str, **typed: str) -> str:
    page = leader.send(f"/shipments/{shipment}/link", **({"days": "60"} | typed))
    assert page.status_code == 200, words(page)
    (url,) = re.findall(r"data-link><code>([^<]+)</code>", page.text)
    return f"/outlet/{url.rpartition('/')[2]}"


@pytest.fixture
def outlet(hall: Depot, browser_of: BrowserOf) -> Outlet:
    shipment = shipped(hall, waybill="BC 77")
    leader = browser_of("leader")
    path = link_of(leader, shipment)
    return Outlet(browser_of("stranger"), leader, path, shipment)


def test_an_outlet_confirms_on_a_phone_without_an_account(hall: Depot, outlet: Outlet) -> None:
    hall.later(days=3)
    shown = outlet.text()
    for word in ("Zending van Waterkant", "Vezelhof", "BC 77", "100,000 kg", outlet.shipment):
        assert word in shown, word
    for secret in ("oorderhaven", "uinrand", "NOORDERHAVEN"):
        assert secret not in outlet.browser.get(outlet.path).text
    checked = outlet.fill_in(mass__recycle="92,150", mass__burn="4.85", document="WB 9")
    assert checked.status_code == 200
    said = words(checked)
    assert "3,000 kg minder dan u nog moest bevestigen" in said
    assert "groot verschil" in said
    assert rows(hall.database, "SELECT id FROM entry WHERE kind = 'confirm'") == []
    done = outlet.fill_in(checked, step="send")
    assert done.url.path == outlet.path
    assert "Bedankt" in words(done)
    assert "92,150 kg" in words(done)
    assert "WB 9" in words(done)
    assert "niets meer te bevestigen" in outlet.text()
    ((state,),) = rows(hall.database, "SELECT state FROM shipment")
    assert state == "confirmed"
    ((actor,),) = rows(hall.database, "SELECT actor FROM actor WHERE actor LIKE 'link:%'")
    assert actor.startswith("link:")
    assert breaches(hall.database) == []


def test_an_answer_that_is_sent_twice_is_booked_once(hall: Depot, outlet: Outlet) -> None:
    checked = outlet.fill_in(mass__recycle="100")
    outlet.fill_in(checked, step="send")
    hall.later(hours=5)
    again = outlet.fill_in(checked, step="send")
    assert "Bedankt" in words(again)
    assert len(rows(hall.database, "SELECT id FROM entry WHERE kind = 'confirm'")) == 1


def test_a_part_is_refused_and_a_part_still_comes(hall: Depot, outlet: Outlet) -> None:
    checked = outlet.fill_in(
        mass__recycle="50", refused="20", rest="30", reason="mistake", day="2026-03-02"
    )
    said = words(checked)
    assert "precies wat u nog moest bevestigen" in said
    assert "20,000 kg gaat terug naar Waterkant" in said
    outlet.fill_in(checked, step="send")
    shown = outlet.text()
    assert "Nog te bevestigen 30 ,000 kg 20,000 kg is geweigerd" in shown
    assert "Geweigerd: 20,000 kg" in outlet.leader.text(f"/shipments/{outlet.shipment}")
    outlet.fill_in(outlet.fill_in(mass__recycle="30"), step="send")
    assert "niets meer te bevestigen" in outlet.text()
    assert breaches(hall.database) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Vul minstens één gewicht in."),
        ({"mass__recycle": "veel"}, "Typ een gewicht in kg"),
        ({"mass__recycle": "1,2,3"}, "Typ een gewicht in kg"),
        ({"refused": "5"}, "Geef aan waarom"),
        ({"mass__recycle": "5", "day": "2026-03-03"}, "Kies een dag"),
        ({"mass__recycle": "5", "day": "2026-03-01"}, "Kies een dag"),
        ({"mass__recycle": "5", "day": "gisteren"}, "Kies een dag"),
        ({"mass__recycle": "40000"}, "kg"),
    ],
)
def test_what_was_typed_wrong_is_said_and_kept(
    outlet: Outlet, typed: dict[str, str], said: str
) -> None:
    page = outlet.fill_in(document="WB 9", **typed)
    assert page.status_code == 422
    assert said in words(page)
    assert 'value="WB 9"' in page.text
    for value in typed.values():
        assert f'value="{value}"' in page.text


def test_somebody_changes_what_they_look_over(outlet: Outlet) -> None:
    checked = outlet.fill_in(mass__recycle="12,5", rest="87,5", document="WB 9")
    page = outlet.fill_in(checked, step="change")
    assert page.status_code == 200
    for value in ("12,5", "87,5", "WB 9"):
        assert f'value="{value}"' in page.text
    assert hidden(page.text)["scan_id"] == hidden(checked.text)["scan_id"]


def test_papers_go_along_and_are_files_for_those_who_may(
    hall: Depot, outlet: Outlet, browser_of: BrowserOf
) -> None:
    papers = [("file", ("any.exe", PDF)), ("file", ("photo", photo()))]
    wrong = outlet.fill_in(files=papers, refused="1")
    assert wrong.status_code == 422
    assert "2 documenten zijn toegevoegd." in words(wrong)
    checked = outlet.fill_in(wrong, mass__recycle="100", refused="")
    outlet.fill_in(checked, step="send")
    assert "2 documenten" in outlet.text()
    leader = outlet.leader
    paths = re.findall(r'href="(/shipments/\w+/documents/\w+)"', leader.get(
        f"/shipments/{outlet.shipment}").text)  # fmt: skip
    assert len(paths) == 2
    for browser in (leader, browser_of("outlet")):
        for path in paths:
            answer = browser.get(path)
            assert answer.headers["content-disposition"].startswith("attachment;")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.content in (PDF, photo())
    assert browser_of("outsider").get(paths[0]).status_code == 404
    assert browser_of("supplier").get(paths[0]).status_code == 403


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"%PDF-1.7 cut off", b"\x89PNG\r\n\x1a\nno picture", b"GIF89a"]
)
def test_what_is_no_paper_is_not_kept(hall: Depot, outlet: Outlet, content: bytes) -> None:
    page = outlet.fill_in(files=[("file", ("paper.pdf", content))], mass__recycle="100")
    assert page.status_code == 422
    assert "geen pdf, jpeg of png" in words(page)
    assert rows(hall.database, "SELECT hash FROM outlet_document") == []


def test_no_paper_is_kept_unseen_where_a_virus_scanner_is_named(
    hall: Depot, outlet: Outlet, served: FastAPI
) -> None:
    served.state.settings = replace(served.state.settings, hygiene=Hygiene(scanner="unix:/none"))
    page = outlet.fill_in(files=[("file", ("paper.pdf", PDF))], mass__recycle="100")
    assert page.status_code == 503
    assert rows(hall.database, "SELECT hash FROM outlet_document") == []


def test_no_paper_of_another_shipment_is_named(hall: Depot, outlet: Outlet) -> None:
    page = outlet.fill_in(mass__recycle="100", files=[("file", ("a", PDF))])
    (digest,) = hidden(page.text)["files"].split(",")
    other = shipped(hall)
    command = Confirm(
        **hall.carried(),
        lines=(TreatedLine(treatment="recycle", mass_g=5),),
        document=None,
        files=(digest,),
    )
    with pytest.raises(Exception, match="files"):
        hall.do(confirm, other, command)


def test_every_link_that_lets_nobody_in_answers_alike(hall: Depot, browser_of: BrowserOf) -> None:
    leader, stranger = browser_of("leader"), browser_of("stranger")
    shipment = shipped(hall)
    replaced = link_of(leader, shipment)
    ended = link_of(leader, shipment)
    leader.send(f"/shipments/{shipment}/link", step="end")
    late = link_of(leader, shipped(hall), days="1")
    undone = shipped(hall)
    left = hall.scan_id
    of_nothing = link_of(leader, undone)
    hall.reverse(left)
    hall.later(days=1)
    wrong = [replaced, ended, late, of_nothing, "/outlet/" + "a" * 43, "/outlet/x"]
    answers = [stranger.get(path) for path in wrong]
    answers += [stranger.client.post(path, data={"step": "send"}) for path in wrong]
    assert {answer.status_code for answer in answers} == {404}
    asked = zip(wrong * 2, answers, strict=True)
    told = {answer.text.replace(path, "PATH") for path, answer in asked}
    assert len(told) == 1
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"


def test_who_guesses_links_has_to_wait(outlet: Outlet) -> None:
    for _ in range(30):
        assert outlet.browser.get("/outlet/" + "b" * 43).status_code == 404
    assert outlet.browser.get(outlet.path).status_code == 403


def test_a_form_of_a_link_needs_no_name_of_its_page(outlet: Outlet) -> None:
    """A page that tells nobody its address sends its forms as from nowhere."""
    page = outlet.browser.get(outlet.path)
    answer = outlet.browser.client.post(
        outlet.path,
        data={**hidden(page.text), "mass-recycle": "100"},
        headers={"origin": "null"},
    )
    assert answer.status_code == 200


def test_a_cookie_opens_nothing_where_the_address_does_not(hall: Depot, outlet: Outlet) -> None:
    """What a page of another site could send with somebody's cookie comes to nothing."""
    for origin in ("https://elsewhere.example", "null"):
        answer = outlet.leader.client.post(
            "/outlet/" + "c" * 43,
            data={"mass-recycle": "100", "step": "send"},
            headers={"origin": origin},
        )
        assert answer.status_code == 404
    assert rows(hall.database, "SELECT id FROM entry WHERE kind = 'confirm'") == []


def test_staff_see_how_the_link_stands(hall: Depot, browser_of: BrowserOf) -> None:
    leader, shipment = browser_of("leader"), shipped(hall)
    assert "Link voor de afnemer" in leader.text(f"/shipments/{shipment}")
    path = link_of(leader, shipment)
    assert "Geopend door de afnemer Nog niet" in leader.text(f"/shipments/{shipment}")
    browser_of("stranger").get(path)
    assert "Geopend door de afnemer Nog niet" not in leader.text(f"/shipments/{shipment}")
    assert path.rpartition("/")[2] not in leader.get(f"/shipments/{shipment}/link").text
    ((kept,),) = rows(hall.database, "SELECT hash FROM outlet_link")
    assert path.rpartition("/")[2] not in kept
    assert browser_of("worker").get(f"/shipments/{shipment}/link").status_code == 403
    assert leader.send(f"/shipments/{shipment}/link", days="0").status_code == 422


def test_the_desk_says_whose_confirmation_is_late(hall: Depot, browser_of: BrowserOf) -> None:
    shipment = shipped(hall)
    hall.later(days=14, hours=12)
    leader = browser_of("leader")
    assert shipment not in leader.text("/shipments?state=overdue")
    hall.later(hours=4)
    assert shipment in leader.text("/shipments?state=overdue")
    assert "1 dag te laat" in leader.text(f"/shipments/{shipment}")
    assert "had 1 dag geleden moeten bevestigen: 100,000 kg" in leader.text("/today")
    hall.confirm(shipment, {"recycle": 60_000}, refused_g=40_000, refused_reason="mistake")
    assert shipment not in leader.text("/shipments?state=overdue")
    assert "weigerde een deel" in leader.text("/today")


def test_an_outlet_reads_its_page_in_its_own_language(outlet: Outlet) -> None:
    english = words(outlet.browser.get(f"{outlet.path}?lang=en"))
    assert "Shipment from Waterkant" in english
    assert "100.000 kg" in english
    assert "You still have to confirm" in outlet.text()
