"""Checkpoints and keys, on a page for anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from chain.checkpoints import checkpoint_now
from proof import verifier
from proof.signing import load_or_create_ring
from tests.builders import Depot
from tests.web.pages.conftest import Browser

BrowserOf = Callable[[str], Browser]


def give_out(hall: Depot, browser: Browser, times: int) -> None:
    ring = load_or_create_ring(browser.client.app.state.settings.keys, now=hall.now)  # type: ignore[attr-defined]
    for day in range(times):
        hall.log(1_000)
        with hall.database.write() as session:
            checkpoint_now(session, ring, ["site:S1"], now=hall.now + timedelta(days=day))


def test_a_stranger_reads_and_saves_what_was_signed(hall: Depot, browser_of: BrowserOf) -> None:
    stranger = browser_of("stranger")
    page = stranger.text("/checkpoints?lang=en")
    assert "None was given out yet" in page
    give_out(hall, stranger, 2)
    page = stranger.get("/checkpoints?lang=en")
    assert "site:S1" in page.text
    for address in (
        "/api/v1/checkpoints",
        "/api/v1/checkpoints?chain=site%3AS1&amp;size=",
        "/api/v1/proofs/consistency?chain=site%3AS1&amp;from=",
        "/api/v1/keys",
        "/verifier.py",
    ):
        assert f'href="{address}' in page.text, address
    assert "IJkpunten" in stranger.text("/checkpoints?lang=nl")


def test_the_history_of_one_chain_goes_on_from_page_to_page(
    hall: Depot, browser_of: BrowserOf
) -> None:
    stranger = browser_of("stranger")
    give_out(hall, stranger, 35)
    page = stranger.get("/checkpoints?chain=site:S1&lang=en")
    assert page.text.count('download="proof-') == 30
    address = page.text.partition('class="button second" href="')[2].partition('"')[0]
    rest = stranger.get(address.replace("&amp;", "&"))
    assert rest.text.count('download="proof-') == 5
    assert "Back to the first page" in rest.text


def test_the_verifier_is_handed_out_as_it_is(browser_of: BrowserOf) -> None:
    page = browser_of("stranger").get("/verifier.py")
    assert page.content == Path(verifier.__file__).read_bytes()
    assert "attachment" in page.headers["content-disposition"]


def test_a_chain_that_is_none_is_not_looked_for(browser_of: BrowserOf) -> None:
    assert browser_of("stranger").get("/checkpoints?chain=<script>").status_code == 422
