"""A supplier announces and finds a delivery without a script and without a mouse."""

from __future__ import annotations

import pytest

from tests.browser.test_pages import PageOf, content, heading, sign_in
from tests.builders import Depot

pytestmark = pytest.mark.browser


def test_a_supplier_announces_and_finds_it_again_by_keyboard_alone_without_javascript(
    hall: Depot, page_of: PageOf
) -> None:
    assert hall.now.isoformat().startswith("2026-03-02")
    page = page_of("stranger", java_script_enabled=False)
    keys = sign_in(page, "supplier")
    page.goto("/announce")
    keys.fill("Leverancier", "Noord")
    keys.reach(page.locator("[name=expected_on]"))
    page.keyboard.type("03032026")
    keys.reach(page.locator("[name=reference]"))
    page.keyboard.type("MV-1")
    keys.reach(page.locator("[name=mass-0]"))
    page.keyboard.type("300")
    keys.send("Meer regels")
    keys.reach(page.locator("[name=mass-5]"))
    page.keyboard.type("12,5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert heading(page) == "Nakijken"
    assert "Samen 312,500 kg" in content(page)
    keys.send("Levering aankondigen")
    announced = heading(page)
    assert announced.startswith("Levering D")
    keys.reach(page.get_by_role("searchbox"))
    page.keyboard.type("mv-1")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert heading(page) == announced
