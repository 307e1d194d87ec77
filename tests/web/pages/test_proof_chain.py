"""The proof chain as people see it: the same on a page, on paper and by call."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from tests.builders import Depot
from tests.certificates.office import certify, confirmed, filled
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]
DAYS_LATE = 22


@pytest.fixture
def delivery(hall: Depot) -> str:
    """300 kg announced and come: a part certified, a part confirmed, a part late, a part here."""
    code = str(hall.announce(300_000)["code"])
    batch = hall.log(300_000, delivery=code)["code"]
    confirmed(hall, batch, 100_000)
    certify(hall, "recycling", "delivery", code)
    confirmed(hall, batch, 50_000, "burn")
    hall.ship(filled(hall, "recycle", {batch: 40_000}))
    hall.find(batch, mass_g=300)
    hall.later(days=DAYS_LATE)
    return code


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())


def test_a_page_says_what_is_missing_since_when_and_who_must_act(
    hall: Depot, browser_of: BrowserOf, delivery: str
) -> None:
    told = browser_of("leader").text(f"/deliveries/{delivery}/proof")
    assert "Van de 300,000 kg die binnenkwam, is 100,000 kg verklaard." in told
    assert "Van 199,700 kg ontbreekt het bewijs nog." in told
    late = told.partition("De afnemer is te laat met bevestigen Te laat Recycling")[2]
    assert "40,000 kg 2 mrt 2026 22 dagen Vezelhof Bekijk de zending" in late[:120]
    uncertified = told.partition("Er is nog geen verklaring Verbranding")[2]
    assert "50,000 kg 2 mrt 2026 22 dagen De teamleider of de manager" in uncertified[:120]
    assert "Eruit gehaald als vondst 0,300 kg" in told


def test_each_gap_leads_to_where_its_own_people_close_it(
    hall: Depot, browser_of: BrowserOf, delivery: str
) -> None:
    leader = browser_of("leader")
    page = leader.get(f"/deliveries/{delivery}/proof").text
    for link in ("/sort", f"/certificates/new?scope=delivery&amp;code={delivery}&amp;kind=destr"):
        assert link in page
    auditor = browser_of("auditor").get(f"/deliveries/{delivery}/proof").text
    assert "/sort" not in auditor
    assert "/certificates/new" not in auditor


def test_a_supplier_reads_that_an_outlet_must_act_and_not_which(
    hall: Depot, browser_of: BrowserOf, delivery: str
) -> None:
    supplier = browser_of("supplier")
    page = supplier.get(f"/deliveries/{delivery}/proof")
    assert "De afnemer is te laat met bevestigen" in words(page)
    pdf = supplier.get(f"/deliveries/{delivery}/proof.pdf").content
    said = supplier.get(f"/api/v1/deliveries/{delivery}/proof").json()
    for text in (words(page), text_of(pdf), str(said)):
        assert "ezelhof" not in text.lower()
    assert "/bins/" not in page.text
    assert "/shipments/" not in page.text


def test_paper_says_the_same_as_the_page_and_the_call(
    hall: Depot, browser_of: BrowserOf, delivery: str
) -> None:
    leader = browser_of("leader")
    said = leader.get(f"/api/v1/deliveries/{delivery}/proof").json()
    page = leader.text(f"/deliveries/{delivery}/proof")
    answer = leader.get(f"/deliveries/{delivery}/proof.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert f"bewijsketen-{delivery}.pdf" in answer.headers["content-disposition"]
    paper = text_of(answer.content)
    for row in (*said["steps"], *said["gaps"], *said["aside"]):
        kilograms = f"{row['mass_g'] / 1000:.3f} kg".replace(".", ",")
        assert kilograms in page
        assert kilograms in paper
    for gap in said["gaps"]:
        assert gap["subject"] in paper
    with pikepdf.open(BytesIO(answer.content)) as pdf:
        assert pdf.Root.Lang == "nl"
        assert pdf.Root.MarkInfo.Marked


def test_the_sums_of_a_call_are_right_to_the_gram(
    hall: Depot, browser_of: BrowserOf, delivery: str
) -> None:
    said = browser_of("manager").get(f"/api/v1/deliveries/{delivery}/proof").json()
    steps = {row["step"]: row for row in said["steps"]}
    gaps_g = sum(gap["mass_g"] for gap in said["gaps"])
    aside_g = sum(one["mass_g"] for one in said["aside"])
    assert list(steps) == ["announced", "received", "sorted", "shipped", "confirmed", "certified"]
    assert steps["received"]["mass_g"] == steps["certified"]["mass_g"] + gaps_g + aside_g
    assert said["missing_g"] == gaps_g == 199_700
    (batch,) = said["batches"]
    assert {row["step"]: row["mass_g"] for row in batch["steps"]} == {
        step: row["mass_g"] for step, row in steps.items() if step != "announced"
    }


def test_one_batch_has_a_chain_of_its_own(
    hall: Depot, browser_of: BrowserOf, delivery: str
) -> None:
    leader = browser_of("leader")
    (batch,) = leader.get(f"/api/v1/deliveries/{delivery}/proof").json()["batches"]
    said = leader.get(f"/api/v1/batches/{batch['code']}/proof").json()
    assert said["delivery"] is None
    assert said["steps"] == batch["steps"]
    page = leader.get(f"/batches/{batch['code']}/proof")
    assert f"/certificates/new?scope=batch&amp;code={batch['code']}" in page.text
    assert "Aangekondigd" not in words(page)


def test_a_delivery_of_which_nothing_came_says_so(hall: Depot, browser_of: BrowserOf) -> None:
    code = hall.announce(5_000)["code"]
    hall.later(days=3)
    leader = browser_of("leader")
    told = leader.text(f"/deliveries/{code}/proof?lang=en")
    assert "Nothing of it has come yet." in told
    assert "Announced, but it did not come" in told
    assert "Log a batch of it" in told
    assert leader.get(f"/deliveries/{code}/proof.pdf").status_code == 200
