"""The supplier's portal in a real browser: without a script and without a mouse, and with both."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import PageOf, content, heading, sign_in
from tests.builders import Depot

pytestmark = pytest.mark.browser


def test_a_supplier_reads_opens_and_downloads_by_keyboard_alone_without_javascript(
    hall: Depot, page_of: PageOf
) -> None:
    batch = hall.log(50_000)["code"]
    page = page_of("stranger", java_script_enabled=False)
    keys = sign_in(page, "supplier")
    assert heading(page) == "Wat ermee is gebeurd: Noorderhaven"
    assert "U leverde 50,000 kg in." in content(page)
    keys.reach(page.get_by_role("main").get_by_role("link", name="50,000 kg").first)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert heading(page) == "Ingeleverd"
    keys.follow(batch)
    assert heading(page).startswith(f"Partij {batch}")
    page.goto("/portal")
    keys.reach(page.get_by_role("link", name="CSV"))
    with page.expect_download() as downloading:
        page.keyboard.press("Enter")
    text = downloading.value.path().read_text()
    assert downloading.value.suggested_filename.endswith(".csv")
    assert text.startswith("from,to,basis,")
    assert "input_g" in text


def test_the_flow_is_drawn_for_a_manager_and_leads_to_batches(hall: Depot, page_of: PageOf) -> None:
    hall.sort(hall.log(50_000)["code"], {"reuse": 20_000, "recycle": 30_000})
    page = page_of("manager")
    page.goto("/report")
    expect(page.locator("#months svg .bars").first).to_be_visible()
    expect(page.locator("#tree svg .slice").first).to_be_visible()
    flows = page.locator("#flow svg .sankey-link")
    expect(flows.first).to_be_visible()
    assert page.locator("#flow svg .sankey-node").count() >= 3
    expect(page.locator(".chart.flow .still")).to_be_hidden()
    with page.expect_navigation():
        flows.first.click()
    assert "/behind?" in page.url
    page.emulate_media(media="print")
    page.goto("/report")
    expect(page.locator(".chart.flow .still svg")).to_be_visible()
