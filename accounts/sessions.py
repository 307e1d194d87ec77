"""Sessions of people at their browsers: how long they last, which there are, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session

from accounts.tables import Token
from catalogue.errors import NotFound
from catalogue.kinds import Role
from store.columns import table_of

SEEN_EVERY: Final = timedelta(minutes=5)
"""So often at most it is written down that a session is used."""
SEEN_LATE_MAX: Final = timedelta(minutes=6)
"""So old at most is what is written down of a session that is in use."""
AT_THE_FLOOR: Final = frozenset({Role.WORKER, Role.TEAM_LEADER})
"""Who works with their hands between two looks at a screen."""

_token = table_of(Token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session lasts. idle: without being used, in an office; idle_floor: the same for
    who works at the floor; whole: whatever happens in it."""

    idle: timedelta = timedelta(minutes=60)
    idle_floor: timedelta = timedelta(hours=4)
    whole: timedelta = timedelta(hours=12)

    def idle_of(self, role: Role) -> timedelta:
        """How long somebody of this role may be away; never longer than the whole."""
        return min(self.idle_floor if role in AT_THE_FLOOR else self.idle, self.whole)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its person's own list shows it. methods: how they came in, words between spaces.

    browser: its short name. seen_at: when it was used last, to within some minutes.
    """

    id: int
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None
    methods: str
    browser: str


def has_run_out(
    *, role: Role, since: datetime, seen_at: datetime, now: datetime, limits: Limits
) -> bool:
    """Whether a session is over: nobody used it for too long, or it has lasted its whole time."""
    return now - seen_at >= limits.idle_of(role) or now - since >= limits.whole


def sessions_of(
    session: Session, person_id: int, *, role: Role, limits: Limits, now: datetime
) -> list[SessionRow]:
    """A person's sessions that still let somebody in, the one used last first. One statement."""
    rows = session.execute(
        select(
            _token.c.id,
            _token.c.created_at,
            _token.c.expires_at,
            _token.c.seen_at,
            _token.c.methods,
            _token.c.browser,
        )
        .where(
            _token.c.person_id == person_id,
            _token.c.kind == "session",
            _token.c.revoked_at.is_(None),
            _token.c.expires_at > now,
            _token.c.created_at > now - limits.whole,
            _token.c.seen_at > now - limits.idle_of(role) - SEEN_LATE_MAX,
        )
        .order_by(_token.c.seen_at.desc(), _token.c.id.desc())
    )
    return [SessionRow(*row) for row in rows]


def end_session(session: Session, token_id: int, *, person_id: int, now: datetime) -> None:
    """End one session of a person. Raises NotFound for what is not theirs, or has ended."""
    done = session.execute(
        update(_token)
        .where(
            _token.c.id == token_id,
            _token.c.person_id == person_id,
            _token.c.kind == "session",
            _token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(_token.c.id)
    ).scalar_one_or_none()
    if done is None:
        raise NotFound


def end_other_sessions(session: Session, person_id: int, *, but: int | None, now: datetime) -> int:
    """End all of a person's sessions except one; how many that were. One statement."""
    ended = session.execute(
        update(_token)
        .where(
            _token.c.person_id == person_id,
            _token.c.id != (but or 0),
            _token.c.kind == "session",
            _token.c.revoked_at.is_(None),
            _token.c.expires_at > now,
        )
        .values(revoked_at=now)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def note_seen(session: Session, seen: Mapping[int, datetime]) -> None:
    """Write down when sessions were used last: once for all that were, by their keys."""
    if seen:
        session.connection().execute(
            update(_token)
            .where(_token.c.id == bindparam("token_id"))
            .values(seen_at=bindparam("at")),
            [{"token_id": key, "at": at} for key, at in seen.items()],
        )


def forget_sessions(session: Session, now: datetime) -> int:
    """Throw sessions away that have ended; returns how many. One statement."""
    gone = session.execute(
        delete(_token).where(
            _token.c.kind == "session",
            (_token.c.expires_at <= now) | _token.c.revoked_at.is_not(None),
        )
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
