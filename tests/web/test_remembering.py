"""Callers are remembered for a second, and no longer than their token is good in this process."""

from __future__ import annotations

from accounts.queries import Signed
from catalogue.access import Viewer
from catalogue.kinds import Role
from web.remembering import SECONDS_MAX, TOKENS_MAX, Remembered

ME = Signed(
    viewer=Viewer(role=Role.WORKER, organisation_id=1, operator_id=1),
    actor="token:1", name="tablet", language=None, kind="api",
)  # fmt: skip


class Watch:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_is_remembered_for_a_second_and_then_looked_up_again() -> None:
    watch = Watch()
    remembered = Remembered(clock=watch)
    remembered.keep("token", ME)
    assert remembered.find("token") is ME
    assert remembered.find("other") is None
    watch.now += SECONDS_MAX
    assert remembered.find("token") is None


def test_who_signs_out_is_forgotten_at_once() -> None:
    remembered = Remembered()
    remembered.keep("token", ME)
    remembered.forget()
    assert remembered.find("token") is None


def test_many_tokens_do_not_fill_the_memory() -> None:
    remembered = Remembered()
    for number in range(TOKENS_MAX + 5):
        remembered.keep(str(number), ME)
    assert len(remembered._known) <= TOKENS_MAX
