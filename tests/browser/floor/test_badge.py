"""A badge at the tablet: asked for at the start and after a rest, while sending goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from accounts.badges import make_badge, new_badge_code, set_rule
from tests.browser.floor.conftest import House, Tablet
from tests.browser.floor.judging import breaches_at_all_sizes

pytestmark = pytest.mark.browser


def test_a_badge_opens_the_work_and_is_asked_again_after_a_rest(
    house: House, tablet_of: Callable[..., Tablet]
) -> None:
    leader = house.hall.people["leader"]
    with house.hall.database.write() as session:
        number, code = make_badge(session, "S1", "Aafke", viewer=leader, now=house.hall.now)
        set_rule(session, "S1-A", "required", 1, viewer=leader)
    tablet = tablet_of()
    page = tablet.enrol()
    asks = page.get_by_role("heading", name="Scan je badge")
    home = page.get_by_role("heading", name="Wat wil je doen?")
    without = page.get_by_role("button", name="Zonder badge")
    expect(asks).to_be_visible()
    expect(without).to_have_count(0)
    assert breaches_at_all_sizes(page) == []
    # Nothing leads around it: not the keys, not the cards, not a badge that nobody made.
    page.keyboard.press("Escape")
    tablet.ask("(floor) => floor.scanned('SS:HOME')")
    expect(page.get_by_role("alert")).to_contain_text("Scan eerst je badge.")
    page.keyboard.press("Enter")
    tablet.ask("(floor, code) => floor.scanned(code)", new_badge_code())
    expect(page.get_by_role("alert")).to_contain_text("Deze badge werkt niet.")
    page.keyboard.press("Enter")
    expect(asks).to_be_visible()
    # A scanner types it, without a network.
    tablet.context.set_offline(True)
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-answer=accepted]")).to_be_attached()
    expect(home).to_be_visible()
    tablet.ask("(floor) => floor.go('settings')")
    tablet.ask(
        "(floor) => floor.book('find', null, {kind: 'wallet', count: 1, batch: null},"
        " {quiet: true})"
    )
    expect(page.locator("[data-outbox='1']")).to_be_visible()
    # After the rest it is asked again, and what waits is sent meanwhile.
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 60_000; }")
    tablet.ask("(floor) => floor.badge.look()")
    expect(asks).to_be_visible()
    tablet.context.set_offline(False)
    tablet.ask("(floor) => floor.outbox.flush()")
    expect(page.locator("[data-outbox='0']")).to_be_visible()
    expect(asks).to_be_visible()
    with house.hall.database.read() as session:
        noted = session.execute(text("SELECT actor FROM actor WHERE actor LIKE 'badge:%'"))
        assert noted.scalars().all() == [f"badge:{number}"]
    assert tablet.ask("(floor) => floor.outbox.list().map((row) => row.badge)") == [None]
    # Where the station lets people choose, they go on where they were.
    with house.hall.database.write() as session:
        set_rule(session, "S1-A", "optional", 1, viewer=leader)
    tablet.ask("(floor) => floor.world.refresh()")
    without.click()
    expect(page.get_by_role("heading", name="Instellingen")).to_be_visible()
    with house.hall.database.write() as session:
        set_rule(session, "S1-A", "none", 1, viewer=leader)
