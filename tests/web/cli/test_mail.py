"""`stofstroom mail-test`: one mail, and what happened to it."""

from __future__ import annotations

import pytest

from tests.web.postbox import free_port, postbox
from tests.web.terminal import Shell


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOFSTROOM_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("STOFSTROOM_MAIL_TLS", "none")
    monkeypatch.setenv("STOFSTROOM_MAIL_FROM", "stof@example.org")


def test_a_test_mail_arrives_and_the_command_says_so(
    shell: Shell, mail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postbox() as box:
        monkeypatch.setenv("STOFSTROOM_MAIL_PORT", str(box.port))
        done = shell("mail-test", "me@example.org")
        assert done.code == 0
        assert f"127.0.0.1:{box.port} took the mail to me@example.org." in done.err
        assert [one["To"] for one in box.mails] == ["me@example.org"]
        box.refused = {"me@example.org": "550 No such user"}
        refused = shell("mail-test", "me@example.org")
        assert refused.code == 1
        assert "550 No such user" in refused.err
        assert "tried again" not in refused.err


def test_a_server_that_does_not_answer_is_said_with_its_reason(
    shell: Shell, mail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOFSTROOM_MAIL_PORT", str(free_port()))
    done = shell("mail-test", "me@example.org")
    assert done.code == 1
    assert "ConnectionRefusedError" in done.err
    assert "It would be tried again." in done.err


def test_without_a_mail_server_the_command_says_what_is_missing(shell: Shell) -> None:
    done = shell("mail-test", "me@example.org")
    assert done.code == 1
    assert "STOFSTROOM_MAIL_HOST is not set" in done.err
