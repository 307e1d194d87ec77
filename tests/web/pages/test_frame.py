"""What stands around every page: language, menu, policy, and the ways in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import Depot
from tests.web.pages.conftest import Browser, words
from web.rendering import HERE, STATIC, static

BrowserOf = Callable[[str], Browser]

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))


def test_a_page_speaks_the_language_that_was_chosen_from_then_on(
    hall: Depot, browser_of: BrowserOf
) -> None:
    batch, leader = hall.log(312_480)["code"], browser_of("leader")
    dutch, english = leader.get(f"/batches/{batch}"), leader.get(f"/batches/{batch}?lang=en")
    assert '<html lang="nl">' in dutch.text
    assert "312,480 kg" in words(dutch)
    assert '<html lang="en">' in english.text
    assert "312.480 kg" in words(english)
    assert "Where its grams stand now" in leader.text(f"/batches/{batch}")
    assert "Waar de grammen nu staan" in leader.text(f"/batches/{batch}?lang=nl")


def test_the_way_to_the_other_language_keeps_what_was_asked(
    hall: Depot, browser_of: BrowserOf
) -> None:
    page = browser_of("leader").get("/batches?state=held&lang=nl").text
    assert 'href="/batches?state=held&amp;lang=en"' in page


def test_the_menu_marks_where_one_is(hall: Depot, browser_of: BrowserOf) -> None:
    batch = hall.log()["code"]
    page = browser_of("leader").get(f"/batches/{batch}").text
    assert re.findall(r'href="([^"]*)" aria-current="page"', page) == ["/batches"]


def test_a_scanner_finds_a_batch_from_the_first_page(hall: Depot, browser_of: BrowserOf) -> None:
    batch, worker = hall.log()["code"], browser_of("worker")
    for read in (batch, f"]C1{batch}", batch.lower(), f"https://example.org/x/{batch}"):
        found = worker.client.get("/search", params={"q": read})
        assert found.url.path == f"/batches/{batch}"


def test_a_code_that_is_not_here_is_said_and_shown_as_it_was_read(
    hall: Depot, browser_of: BrowserOf
) -> None:
    page = browser_of("worker").client.get("/search", params={"q": "<b>123"})
    assert "Niets past bij ‘<b>123’." in words(page)
    assert "&lt;b&gt;123" in page.text


def test_a_list_leads_on_to_its_next_page_until_the_end(hall: Depot, browser_of: BrowserOf) -> None:
    for _ in range(51):
        hall.log()
    leader = browser_of("leader")
    first = leader.get("/batches?supplier=NOORDERHAVEN").text
    following = re.search(r'href="([^"]*)" rel="next"', first)
    assert following is not None
    second = leader.get(following[1].replace("&amp;", "&")).text
    codes = [set(re.findall(r"/batches/(B\w{11})", page)) for page in (first, second)]
    assert [len(found) for found in codes] == [50, 1]
    assert not codes[0] & codes[1]
    assert 'rel="next"' not in second


def test_a_form_of_another_site_is_refused(hall: Depot, browser_of: BrowserOf) -> None:
    worker = browser_of("worker")
    form = {"site": "S1", "destination": "", "container": ""}
    foreign = worker.client.post("/bins/new", data=form, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    own = worker.client.post("/bins/new", data=form, headers={"origin": "http://testserver"})
    assert own.url.path.startswith("/bins/K")


def test_a_page_is_kept_by_nobody_and_runs_nothing_that_is_not_ours(
    hall: Depot, browser_of: BrowserOf
) -> None:
    headers = browser_of("leader").get("/desk").headers
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"


# A mail has no stylesheet to fetch: its styles stand in it.
PAGES = [path for path in TEMPLATES if path.name != "mail.html"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_template_holds_a_script_or_a_style(path: Path) -> None:
    text = re.sub(r'<script type="application/json".*?</script>', "", path.read_text())
    assert re.findall(r"<style|style=|\son\w+=|<script(?![^>]*\bsrc=)", text) == []


def test_static_files_are_found_by_what_is_in_them(hall: Depot, browser_of: BrowserOf) -> None:
    stranger = browser_of("stranger")
    style = stranger.get(static("style.css"))
    assert style.status_code == 200
    assert "immutable" in style.headers["cache-control"]
    assert stranger.get("/static/plotly.min.js").headers["content-type"].startswith("text/javas")


def test_a_page_without_charts_weighs_little() -> None:
    weight = sum((STATIC / name).stat().st_size for name in ("style.css", "icons.svg"))
    assert weight < 40_000
