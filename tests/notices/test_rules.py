"""When mails go, how often they are tried, and when something is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalogue.kinds import Role
from notices import rules
from notices.kinds import HEARERS, SAFETY, NoticeKind, kinds_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_only_safety_is_told_whatever_somebody_chose(kind: NoticeKind) -> None:
    told = rules.wanted(kind, portal=False, mail=False)
    assert told == ((True, True) if kind in SAFETY else (False, False))


def test_safety_waits_for_nothing_and_daily_news_for_more_of_the_same() -> None:
    assert rules.mail_due(NoticeKind.BATCH_STOPPED, NOW) == NOW
    assert rules.mail_due(NoticeKind.DELIVERY_RECEIVED, NOW) == NOW + timedelta(hours=1)


def test_every_kind_has_somebody_who_hears_of_it() -> None:
    assert set(HEARERS) == set(NoticeKind)
    assert kinds_of(Role.WORKER) == []
    assert kinds_of(Role.SUPPLIER)[0] is NoticeKind.BATCH_STOPPED


def test_a_mail_is_tried_less_and_less_often_for_three_days() -> None:
    pauses = [
        rules.next_try(attempts=attempts, created_at=NOW, now=NOW) for attempts in (1, 2, 3, 40)
    ]
    assert pauses == [
        NOW + timedelta(minutes=minutes) for minutes in (1, 2, 4, rules.RETRY_MAX.seconds / 60)
    ]
    late = NOW + timedelta(days=3)
    assert rules.next_try(attempts=20, created_at=NOW, now=late) is None


@pytest.mark.parametrize(("days", "weeks"), [(1, 0), (7, 0), (8, 1), (22, 3)])
def test_something_late_is_late_for_whole_weeks(days: int, weeks: int) -> None:
    assert rules.weeks_late(days) == weeks


def test_an_address_does_not_stand_in_the_word_for_its_reader() -> None:
    assert rules.reader_of(7, None) == "person:7"
    hidden = rules.reader_of(None, "post@example.org")
    assert "example" not in hidden
    assert hidden == rules.reader_of(None, "post@example.org")
    assert hidden != rules.reader_of(None, "posts@example.org")
