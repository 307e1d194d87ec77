"""What we ask a provider of single sign-on, what we take of its answers, and how seldom we ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.id_provider import CLIENT, SECRET, IdProvider, serving
from web.provider import Provider, ProviderFailed
from web.settings import ProviderSettings


@pytest.fixture(scope="module")
def running_provider() -> Iterator[IdProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def id_provider(running_provider: IdProvider) -> IdProvider:
    running_provider.be_honest(0)
    return running_provider


def asked_of(provider: IdProvider, seconds: list[float] | None = None) -> Provider:
    """What calls the provider, by a clock that can be moved."""
    now = [0.0] if seconds is None else seconds
    settings = ProviderSettings(
        key="1", name="M", issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET
    )
    return Provider(settings, clock=lambda: now[0])


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://198.51.100.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "https://user:password@id.example/"},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    ],
)
def test_a_provider_that_says_something_odd_of_itself_is_not_asked(
    id_provider: IdProvider, metadata: dict[str, Any]
) -> None:
    id_provider.metadata = metadata
    with pytest.raises(ProviderFailed):
        asked_of(id_provider).provided()


@pytest.mark.parametrize(
    "page",
    [
        (200, {}, b"{" + b" " * 300_000 + b"}"),
        (200, {}, b"[]"),
        (200, {}, b"<html>"),
        (200, {"content-encoding": "gzip"}, b"no gzip at all"),
        (503, {}, b"{}"),
        (302, {"location": "/.well-known/elsewhere"}, b""),
    ],
)
def test_an_answer_that_is_large_odd_or_elsewhere_is_none(
    id_provider: IdProvider, page: tuple[int, dict[str, str], bytes]
) -> None:
    id_provider.pages["/.well-known/openid-configuration"] = page
    with pytest.raises(ProviderFailed):
        asked_of(id_provider).provided()
    assert id_provider.asked == ["/.well-known/openid-configuration"]


def test_a_provider_that_fails_is_left_alone_for_a_moment(id_provider: IdProvider) -> None:
    seconds = [0.0]
    provider = asked_of(id_provider, seconds)
    id_provider.pages["/.well-known/openid-configuration"] = (503, {}, b"")
    for _ in range(3):
        with pytest.raises(ProviderFailed):
            provider.provided()
    assert len(id_provider.asked) == 1
    seconds[0], id_provider.pages = 11.0, {}
    for _ in range(3):
        assert provider.provided().token == f"{id_provider.issuer}/token"
    assert len(id_provider.asked) == 2


def test_new_keys_are_fetched_once_when_one_is_named(id_provider: IdProvider) -> None:
    seconds = [0.0]
    provider = asked_of(id_provider, seconds)
    for _ in range(3):
        provider.keys()
        provider.keys(anew=True)
    assert id_provider.asked.count("/keys") == 1
    seconds[0] = 61.0
    for _ in range(3):
        provider.keys(anew=True)
    assert id_provider.asked.count("/keys") == 2
