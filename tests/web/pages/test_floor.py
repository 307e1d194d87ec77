"""The shell of the floor as it is served: to anybody, without data, packed, and never stale."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from store.engine import Database
from web.app import create_app
from web.floor_files import floor_msgids, floor_version
from web.i18n import languages
from web.settings import from_environment

PATHS = (
    "/floor",
    "/floor/sw.js",
    "/floor/pack.json",
    "/floor/manifest.webmanifest",
    "/floor/words/nl.json",
)


@pytest.fixture(scope="module")
def stranger() -> Iterator[TestClient]:
    database = Database("sqlite://")
    yield TestClient(create_app(from_environment({}), database=database))
    database.dispose()


def test_the_shell_speaks_the_language_that_is_asked_for(stranger: TestClient) -> None:
    for code in languages():
        page = stranger.get("/floor", headers={"Accept-Language": code})
        assert f'<html lang="{code}">' in page.text
        assert f'content="{floor_version()}"' in page.text


@pytest.mark.parametrize("path", PATHS)
def test_what_is_the_same_is_not_sent_again(stranger: TestClient, path: str) -> None:
    first = stranger.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = stranger.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_modules_are_asked_for_anew_each_time_and_packed(stranger: TestClient) -> None:
    module = stranger.get("/static/floor/app.js")
    assert module.headers["cache-control"] == "no-cache"
    assert module.headers["content-encoding"] == "gzip"
    again = stranger.get("/static/floor/app.js", headers={"If-None-Match": module.headers["etag"]})
    assert again.status_code == 304
    plain = stranger.get("/static/floor/app.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == module.text


@pytest.mark.parametrize("path", PATHS)
def test_the_shell_is_packed(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).headers.get("content-encoding") == "gzip"


@pytest.mark.parametrize("path", ["/login", "/openapi.json", "/healthz"])
def test_nothing_else_is_packed(stranger: TestClient, path: str) -> None:
    assert "content-encoding" not in stranger.get(path).headers


def test_only_the_floor_may_ask_the_program_beside_a_scale(stranger: TestClient) -> None:
    assert "http://127.0.0.1:7531" in stranger.get("/floor").headers["content-security-policy"]
    assert "worker-src 'self'" in stranger.get("/floor").headers["content-security-policy"]
    assert "127.0.0.1" not in stranger.get("/login").headers["content-security-policy"]


def test_the_service_worker_may_stand_before_the_whole_floor(stranger: TestClient) -> None:
    worker = stranger.get("/floor/sw.js")
    assert worker.headers["service-worker-allowed"] == "/floor"
    assert worker.headers["content-type"].startswith("text/javascript")
    assert f'const VERSION = "{floor_version()}"' in worker.text
    assert stranger.get("/floor/version").json() == {"version": floor_version()}


def test_the_manifest_names_pictures_that_are_there(stranger: TestClient) -> None:
    said = stranger.get("/floor/manifest.webmanifest").json()
    assert (said["start_url"], said["scope"]) == ("/floor", "/floor")
    assert {icon["sizes"] for icon in said["icons"]} == {"any", "192x192", "512x512"}
    for icon in said["icons"]:
        assert stranger.get(icon["src"]).headers["content-type"] == icon["type"]


def test_words_are_all_sentences_of_the_modules_with_the_marks_of_numbers(
    stranger: TestClient,
) -> None:
    dutch = stranger.get("/floor/words/nl.json").json()
    assert set(dutch["words"]) <= set(floor_msgids())
    assert len(dutch["words"]) > 0.9 * len(floor_msgids())
    assert (dutch["decimal"], dutch["group"]) == (",", ".")
    assert {each["code"] for each in dutch["languages"]} == set(languages())
    assert dutch["words"]["What do you want to do?"] == "Wat wil je doen?"
    english = stranger.get("/floor/words/en.json").json()
    # The modules themselves speak English.
    assert english["words"] == {}
    assert stranger.get("/floor/words/xx.json").status_code == 404
