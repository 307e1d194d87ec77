"""How long people stay signed in, and how they see and end their own sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from accounts import sessions
from accounts.actions import create_person, open_session
from accounts.queries import viewer_of
from accounts.sessions import Limits, has_run_out
from accounts.tickets import Purpose, forget_tickets, issue, use
from catalogue.errors import NotFound
from catalogue.kinds import Role

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMITS = Limits()
MINUTE = timedelta(minutes=1)


def over(role: Role, *, idle: timedelta, age: timedelta) -> bool:
    return has_run_out(role=role, since=NOW - age, seen_at=NOW - idle, now=NOW, limits=LIMITS)


def test_an_office_is_signed_out_after_an_hour_and_the_floor_after_four() -> None:
    day = timedelta(hours=8)
    assert not over(Role.MANAGER, idle=59 * MINUTE, age=day)
    assert over(Role.MANAGER, idle=60 * MINUTE, age=day)
    assert not over(Role.WORKER, idle=239 * MINUTE, age=day)
    assert over(Role.TEAM_LEADER, idle=240 * MINUTE, age=day)


def test_nobody_stays_signed_in_for_longer_than_a_shift_however_busy() -> None:
    assert not over(Role.WORKER, idle=MINUTE, age=timedelta(hours=12) - MINUTE)
    assert over(Role.WORKER, idle=timedelta(0), age=timedelta(hours=12))


def test_no_idle_limit_is_longer_than_the_whole() -> None:
    short = Limits(whole=timedelta(hours=1), idle_floor=timedelta(hours=4))
    assert short.idle_of(Role.WORKER) == timedelta(hours=1)


def people(stage: Session) -> tuple[int, int]:
    """Two people who can sign in."""
    anna, bert = (
        create_person(
            stage,
            email=f"{name}@example.org",
            name=name,
            password="thee met citroen",
            role=Role.MANAGER,
            organisation="WATERKANT",
            now=NOW,
        )
        for name in ("anna", "bert")
    )
    return anna, bert


def own(stage: Session, person: int, now: datetime = NOW) -> list[sessions.SessionRow]:
    return sessions.sessions_of(stage, person, role=Role.MANAGER, limits=LIMITS, now=now)


def test_somebody_sees_and_ends_only_what_is_their_own(stage: Session) -> None:
    anna, bert = people(stage)
    tokens = [
        open_session(stage, person, now=NOW, methods="passkey", browser="Firefox, Linux")
        for person in (anna, anna, bert)
    ]
    first, second = sorted(row.id for row in own(stage, anna))
    assert {(row.methods, row.browser) for row in own(stage, anna)} == {
        ("passkey", "Firefox, Linux")
    }
    with pytest.raises(NotFound):
        sessions.end_session(stage, first, person_id=bert, now=NOW)
    sessions.end_session(stage, first, person_id=anna, now=NOW)
    with pytest.raises(NotFound):
        sessions.end_session(stage, first, person_id=anna, now=NOW)
    assert [row.id for row in own(stage, anna)] == [second]
    assert viewer_of(stage, tokens[0], NOW) is None
    open_session(stage, anna, now=NOW)
    assert sessions.end_other_sessions(stage, anna, but=second, now=NOW) == 1
    assert [row.id for row in own(stage, anna)] == [second]
    assert viewer_of(stage, tokens[2], NOW)


def test_when_sessions_were_used_is_written_for_all_at_once(stage: Session) -> None:
    anna, bert = people(stage)
    for person in (anna, anna, bert):
        open_session(stage, person, now=NOW)
    first, second = (row.id for row in own(stage, anna))
    later = NOW + timedelta(hours=1)
    sessions.note_seen(stage, {first: later, second: later})
    sessions.note_seen(stage, {})
    assert [row.seen_at for row in own(stage, anna, later)] == [later, later]
    assert own(stage, anna, later + 67 * MINUTE) == []


def test_what_has_ended_is_thrown_away_and_what_has_not_stays(stage: Session) -> None:
    anna, bert = people(stage)
    open_session(stage, anna, now=NOW - timedelta(hours=13))
    kept = open_session(stage, bert, now=NOW)
    assert sessions.forget_sessions(stage, NOW) == 1
    assert viewer_of(stage, kept, NOW)
    used = issue(stage, Purpose.RESET, person_id=anna, now=NOW)
    use(stage, Purpose.RESET, used, now=NOW)
    issue(stage, Purpose.INVITATION, person_id=anna, now=NOW)
    assert forget_tickets(stage, NOW) == 1
    assert stage.execute(text("SELECT count(*) FROM ticket")).scalar_one() == 1
