"""An empty page of our own server, to try single modules of the floor in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route

EMPTY: Final = """<!doctype html><html lang="nl"><title>Leeg</title><body>
<input id="field"><textarea id="text"></textarea><button id="button">Knop</button></body></html>"""
PATH: Final = "/empty-for-tests"
SLOWER: Final = 6
"""A cheap tablet, as against the machine that tests run on."""


@contextmanager
def empty_page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page on the server's own origin, so that modules, storage and locks are as on a tablet."""
    context = chromium.new_context(base_url=address)
    context.route(f"**{PATH}*", _empty)
    page = context.new_page()
    complaints = list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(PATH)
    yield page
    context.close()
    assert complaints == []


def _empty(route: Route) -> None:
    route.fulfill(content_type="text/html; charset=utf-8", body=EMPTY)


def ask(page: Page, module: str, work: str, given: Any = None) -> Any:
    """Run `work`, a function of the module and what is given, in the page."""
    script = f"async (given) => ({work})(await import('/static/floor/{module}'), given)"
    return page.evaluate(script, given)


def slow_down(page: Page, times: int = SLOWER) -> None:
    """Take the processor away from the page, as a cheap tablet would."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": times})


def wait_until(page: Page, expression: str, given: Any = None, *, patience_s: float = 30) -> None:
    """Until something holds in the page. The page's policy forbids the browser to ask by itself."""
    end = time.monotonic() + patience_s
    while not page.evaluate(expression, given):
        assert time.monotonic() < end, f"it never came to {expression}"
        page.wait_for_timeout(50)
