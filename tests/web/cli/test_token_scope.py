"""The command that makes a token: narrow, and with an end, where one is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.queries import viewer_of
from store.engine import Database
from tests.web.terminal import NOW, Shell

AUDITOR = ("token", "--role", "auditor", "--organisation", "WATERKANT", "--name", "figures")


def test_a_token_is_as_narrow_and_as_short_as_it_was_asked(
    shell: Shell, register: Database
) -> None:
    plain = shell(*AUDITOR, "--scope", "figures", "--days", "30").out.strip()
    with register.read() as session:
        found = viewer_of(session, plain, NOW)
        assert found is not None
        assert found.scope == "figures"
        assert viewer_of(session, plain, datetime.now(UTC) + timedelta(days=31)) is None
    lasting = shell(*AUDITOR).out.strip()
    with register.read() as session:
        assert viewer_of(session, lasting, datetime.now(UTC) + timedelta(days=364)) is not None
        assert viewer_of(session, lasting, datetime.now(UTC) + timedelta(days=366)) is None
    assert shell(*AUDITOR, "--scope", "everything").code == 2
    assert shell(*AUDITOR, "--days", "731").code == 2
