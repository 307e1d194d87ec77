"""Every page by its route: for strangers, for everybody who follows all links, for other sites."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.routing import APIRoute

from tests.audit import rows
from tests.builders import Depot
from tests.web.pages.conftest import PEOPLE, Browser
from web.app import API_PREFIX
from web.pages.house import FOR_STRANGERS, ROOMS
from web.permissions import API

BrowserOf = Callable[[str], Browser]

PAGES_MAX: Final = 100
"""So many pages of one person are opened at most."""
PAGES_MIN: Final = 12
SHAPES_MAX: Final = 2
"""So many pages of one shape are enough: the tenth batch looks like the ninth."""
FOREIGN: Final = ("https://evil.example", "http://testserver.evil.example", "null", "")


def routes(method: str) -> list[str]:
    """The paths of all pages that answer a method."""
    every = (route for room in ROOMS for route in room.router.routes)
    return sorted(
        route.path
        for route in every
        if isinstance(route, APIRoute) and method in (route.methods or ())
    )


def filled_in(path: str) -> str:
    """A path with something in the place of its codes."""
    return re.sub(r"\{scan_id\}", "0" * 8 + "-0000" * 3 + "-" + "0" * 12, path).replace(
        "{code}", "B00000000000"
    )


def test_a_stranger_is_sent_to_sign_in_from_every_page(browser_of: BrowserOf) -> None:
    stranger = browser_of("stranger").client
    for path in sorted({*routes("GET")} - FOR_STRANGERS):
        answer = stranger.get(filled_in(path), follow_redirects=False)
        went = urlsplit(answer.headers.get("location", "")).path
        assert (path, answer.status_code, went) == (path, 303, "/login")


def test_a_stranger_books_nothing_from_any_page(hall: Depot, browser_of: BrowserOf) -> None:
    stranger, before = browser_of("stranger").client, entries(hall)
    for path in sorted({*routes("POST")} - FOR_STRANGERS):
        answer = stranger.post(filled_in(path), data={}, follow_redirects=False)
        went = answer.headers.get("location")
        assert (path, answer.status_code, went) == (path, 303, "/login")
    assert entries(hall) == before


def entries(hall: Depot) -> int:
    return int(rows(hall.database, "SELECT count(*) AS n FROM entry")[0].n)


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_every_link_that_somebody_is_shown_can_be_followed(
    full_hall: Depot, browser_of: BrowserOf, name: str
) -> None:
    before = entries(full_hall)
    seen = dict(crawl(browser_of(name)))
    assert {path: status for path, status in seen.items() if status != 200} == {}
    assert len(seen) >= (3 if name == "outsider" else PAGES_MIN)
    assert entries(full_hall) == before, "a page that is only looked at books nothing"


@pytest.fixture
def full_hall(hall: Depot) -> Depot:
    """A depot where there is something to see of everything, of every state."""
    delivery = hall.announce(300_000)["code"]
    batch = hall.log(300_000, delivery=delivery)["code"]
    hall.find(batch, kind="wallet")
    first, second, third = (hall.open_bin("reuse") for _ in range(3))
    hall.sort(batch, {first: 100_000, second: 50_000, third: 20_000})
    hall.sort(batch, {"recycle": 30_000})
    for bin_, mass_g in ((first, 100_000), (second, 50_000)):
        hall.close_bin(bin_, mass_g)
    hall.ship(first)
    hall.confirm(hall.ship(second), {"reuse": 50_000})
    held = hall.log(100_000)["code"]
    hall.hold(held)
    closed = hall.log(50_000, supplier="DUINRAND")["code"]
    hall.sort(closed, {"burn": 50_000})
    hall.close(closed)
    hall.log(10_000)
    hall.reverse(hall.scan_id)
    hall.correct(hall.log(20_000)["code"], supplier="DUINRAND")
    return hall


def crawl(browser: Browser) -> Iterator[tuple[str, int]]:
    """What a person gets who follows every link from where they begin."""
    waiting, known, shapes = deque(["/"]), {"/"}, dict[str, int]()
    opened = 0
    while waiting and opened < PAGES_MAX:
        path = waiting.popleft()
        answer = browser.get(path)
        opened += 1
        yield path, answer.status_code
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for link in links(answer.text, str(answer.url)):
            if link not in known and shapes.setdefault(shape(link), 0) < SHAPES_MAX:
                known.add(link)
                shapes[shape(link)] += 1
                waiting.append(link)


def links(page: str, base: str) -> Iterator[str]:
    """The addresses of this site on a page, without those of its own parts."""
    for found in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', page):
        address = urlsplit(urljoin(base, html.unescape(found)))
        if address.netloc == urlsplit(base).netloc and address.scheme.startswith("http"):
            yield address.path + (f"?{address.query}" if address.query else "")


def shape(link: str) -> str:
    """A link without the codes and days in it."""
    return re.sub(r"[BKDSF][0-9A-Z]{11}|[0-9a-f-]{36}|\d{4}-\d\d-\d\d", "~", link)


def writing_calls() -> list[str]:
    """Every address that may book something."""
    calls = [f"{API_PREFIX}{path}" for method, path in sorted(API) if method == "POST"]
    return [*(path for path in routes("POST") if path not in BY_ITS_ADDRESS), *calls]


BY_ITS_ADDRESS = ("/outlet/{token}", "/invitation/{token}", "/reset/{token}")
"""Counts no cookie: who knows the address may send the form, and no other site knows it."""


def test_another_sites_page_cannot_book_with_somebodys_cookie(
    hall: Depot, browser_of: BrowserOf
) -> None:
    leader, before = browser_of("leader").client, entries(hall)
    for path in writing_calls():
        for origin in FOREIGN:
            answer = leader.post(filled_in(path), data={}, headers={"origin": origin})
            told = answer.json()["code"]
            assert (path, answer.status_code, told) == (path, 403, "not_allowed")
    assert entries(hall) == before
    assert leader.get("/desk").url.path == "/desk", "nobody was signed out"
