"""What in the reference data needs somebody: pure."""

from __future__ import annotations

from datetime import date

from catalogue.looking import lacking
from catalogue.pieces import Piece, Said

TODAY = date(2026, 3, 2)


def piece(noun: str, code: str, **values: Said) -> Piece:
    return Piece(noun=noun, code=code, id=1, version=1, own=True, values=values)


def what(**by_noun: list[Piece]) -> list[tuple[str, str]]:
    return [(one.code, one.what) for one in lacking(by_noun, TODAY)]


def test_who_takes_part_needs_an_address_and_a_registration() -> None:
    known = piece("organisation", "A", address="Straat 1", registration="12345678")
    bare = piece("organisation", "B", address="", registration="")
    nobody = piece("organisation", "C", address="", registration="")
    driver = piece("organisation", "D", address="x", registration="x", vihb=None)
    partners = [
        piece("partner", code, organisation=code, roles=role)
        for code, role in (("A", "supplier"), ("B", "supplier,outlet"), ("D", "carrier"))
    ]
    assert what(organisation=[known, bare, nobody, driver], partner=partners) == [
        ("B", "no_address"),
        ("B", "no_registration"),
        ("D", "no_vihb"),
    ]


def test_a_permit_and_a_calibration_are_said_before_and_after_their_last_day() -> None:
    def ends(day: str | None) -> list[tuple[str, str]]:
        return what(
            partner=[piece("partner", "P", permit_until=day)],
            scale=[piece("scale", "S", calibration_due=day or "2030-01-01")],
        )

    assert ends("2026-03-01") == [("P", "permit_over"), ("S", "calibration_over")]
    assert ends("2026-03-02") == [("P", "permit_ends"), ("S", "calibration_ends")]
    assert ends("2026-04-01") == []
    assert ends(None) == []


def test_a_site_that_has_to_notify_needs_a_number() -> None:
    quiet = piece("site", "A", address="x", must_notify=False, processor_number="")
    telling = piece("site", "B", address="", must_notify=True, processor_number="")
    assert what(site=[quiet, telling]) == [("B", "no_address"), ("B", "no_processor_number")]


def test_a_tare_of_more_than_a_year_ago_is_weighed_again() -> None:
    old = piece("container", "A", tare_on="2025-03-01")
    fresh = piece("container", "B", tare_on="2025-03-02")
    assert what(container=[old, fresh]) == [("A", "tare_old")]


def test_figures_of_this_year_want_factors_of_this_year() -> None:
    assert what(factor=[piece("factor", "f", year=2025)]) == [("", "no_factors")]
    assert what(factor=[piece("factor", "f", year=2026)]) == []
    assert what() == []


def test_what_is_switched_off_or_over_is_old() -> None:
    assert piece("destination", "d", active=False).is_old(TODAY)
    assert piece("target", "t", valid_to="2026-03-01").is_old(TODAY)
    assert not piece("target", "t", valid_to="2026-03-02").is_old(TODAY)
    assert not piece("gate", "g").is_old(TODAY)
