"""Who may have what, how it went on, and its waybill: on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.builders import Depot
from tests.waste import describe, make_waste, permit
from tests.web.pages.conftest import Browser, code_in, words

BrowserOf = Callable[[str], Browser]


def filled(hall: Depot, destination: str, mass_g: int = 20_000) -> str:
    batch = hall.log(100_000)["code"]
    code = hall.open_bin(destination)
    hall.sort(batch, {code: mass_g})
    hall.close_bin(code, mass_g)
    return code


def test_the_page_says_which_outlets_may_have_a_bin_and_why_others_may_not(
    hall: Depot, browser_of: BrowserOf
) -> None:
    make_waste(hall, "burn", "191212")
    permit(hall, "VEZELHOF", "OD-1", until=date(2026, 3, 20))
    permit(hall, "SMELTERIJ", "OD-2", until=date(2026, 3, 1))
    filled(hall, "burn")
    leader = browser_of("leader")
    text = leader.text("/shipments/new")
    assert "Mag naar: Vezelhof (vergunning OD-1, geldig tot en met 20 mrt 2026)" in text
    assert "Niet naar Smelterij: de vergunning is verlopen (1 mrt 2026)." in text
    assert "De vergunning van Vezelhof loopt af op 20 mrt 2026." in text
    permit(hall, "SMELTERIJ", "")
    permit(hall, "VEZELHOF", "OD-1", until=date(2027, 3, 20))
    text = leader.text("/shipments/new")
    assert "Niet naar Smelterij: er is geen vergunningnummer bekend." in text
    assert "loopt af" not in text


def test_goods_that_are_no_waste_name_no_permit(hall: Depot, browser_of: BrowserOf) -> None:
    filled(hall, "reuse")
    text = browser_of("leader").text("/shipments/new")
    assert "Mag naar: Vezelhof" in text
    assert "1 andere afnemer verwerkt dit niet." in text
    assert "vergunning" not in text


def test_without_a_permit_the_form_comes_back_with_the_reason(
    hall: Depot, browser_of: BrowserOf
) -> None:
    make_waste(hall, "burn", "191212")
    code = filled(hall, "burn")
    leader = browser_of("leader")
    refused = leader.send("/shipments/new", outlet="SMELTERIJ", bins=[code], vehicle="")
    assert refused.status_code == 422
    text = words(refused)
    assert "Geen enkele afnemer mag dit nu hebben." in text
    assert "Deze afnemer heeft geen vergunning voor dit afval." in text
    permit(hall, "SMELTERIJ", "OD-2", until=date(2026, 3, 1))
    text = words(leader.send("/shipments/new", outlet="SMELTERIJ", bins=[code]))
    assert "De vergunning van deze afnemer is verlopen." in text
    assert "Geldig tot en met 1 mrt 2026" in text


def test_a_shipment_is_sent_with_its_lorry_and_goes_on_with_another(
    hall: Depot, browser_of: BrowserOf
) -> None:
    describe(hall, "KARREWIEL", vihb="500001VXXX")
    leader = browser_of("leader")
    assert "Karrewiel (VIHB 500001VXXX)" in leader.text("/shipments/new")
    sent = leader.send(
        "/shipments/new", outlet="VEZELHOF", bins=[filled(hall, "reuse")], carrier="KARREWIEL",
        vehicle="12-STO-3", to_place="Overslag", waybill="",
    )  # fmt: skip
    code = code_in(sent)
    text = words(sent)
    assert "12-STO-3" in text
    hall.later(hours=4)
    went = leader.send(
        f"/shipments/{code}/leg", carrier="KARREWIEL", vehicle="45-STO-6",
        departed="2026-03-02T11:30", from_place="", to_place="", ordered_by="VEZELHOF",
    )  # fmt: skip
    text = words(went)
    assert "Het is vastgelegd hoe de zending verder ging." in went.text
    for said in ("2. Karrewiel", "45-STO-6", "2 mrt 2026 11:30", "Van Overslag",
                 "In opdracht van Vezelhof"):  # fmt: skip
        assert said in text, said


def test_a_leg_needs_a_time_that_can_be(hall: Depot, browser_of: BrowserOf) -> None:
    code = hall.ship(filled(hall, "reuse"))
    leader = browser_of("leader")
    for departed, why in (
        ("morgen", "Kies een dag en een tijd."),
        ("2026-03-01T08:00", "De zending kan niet verder voordat ze daar was."),
    ):
        refused = leader.send(f"/shipments/{code}/leg", carrier="KARREWIEL", departed=departed)
        assert refused.status_code == 422
        assert why in words(refused)


def test_the_outlet_reads_the_waybill_and_not_whose_it_was(
    hall: Depot, browser_of: BrowserOf
) -> None:
    make_waste(hall, "burn", "191212", processing_code="F.07", usual_name="Sorteerrest")
    permit(hall, "VEZELHOF", "OD-1")
    code = hall.ship(filled(hall, "burn"), carrier="KARREWIEL", waybill="BC 9")
    outlet = browser_of("outlet")
    page = outlet.get(f"/shipments/{code}/waybill")
    text = words(page)
    for said in ("Begeleidingsbrief BC 9", "Sorteerrest", "19 12 12", "F.07", "20,000 kg", "OD-1",
                 "Nog niet ingevuld", "een eigen formulier"):  # fmt: skip
        assert said in text, said
    assert "oorderhaven" not in page.text
    paper = outlet.get(f"/api/v1/shipments/{code}/waybill.pdf?lang=nl")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    assert outlet.get(f"/api/v1/shipments/{code}/waybill.xml").status_code == 200
