"""Wrong tries to get in, counted so that who guesses must wait and who owns the account need not.

Counted per account and per origin. A browser that the person signed in with before is an origin of
its own; all other browsers together are one. So strangers who guess lock strangers out, and never
the owner's own browser. A try is written down before it is judged, so that a hundred at once are a
hundred, whichever server process they reach; who was right takes it back.

Of a password, after each ten wrong tries within a day: wait a quarter of an hour, then twice as
long as before, eight hours at most. That is eighty guesses a day, from all browsers of the world
together. Of a second factor the same, and five for each sign-in with the password. Three of the
million codes are right at any moment, so who knows the password and guesses codes day and night is
right once in eleven years on average (1,000,000 / 3 / 80 days), and is noted all that time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from accounts.tables import WrongTry
from catalogue.errors import LockedOut
from store.columns import table_of

TRIES: Final = 10
"""So many wrong tries before each wait."""
WAIT: Final = timedelta(minutes=15)
WAIT_MAX: Final = timedelta(hours=8)
KEPT: Final = timedelta(days=1)
"""How long a wrong try counts."""

_try = table_of(WrongTry)


@dataclass(frozen=True, slots=True)
class Taken:
    """A try that was written down. is_last: if it is wrong too, the next one has to wait."""

    id: int
    is_last: bool


def take(session: Session, whose: str, origin: str, *, now: datetime) -> Taken:
    """Write a try down before it is judged. Raises LockedOut while there is to be waited.

    whose: `sealing.known_as` of the account. origin: the same of a browser of its owner, or "".
    """
    tried = require_no_wait(session, whose, origin, now=now)
    key: int = session.execute(
        insert(_try).values(whose=whose, origin=origin, at=now).returning(_try.c.id)
    ).scalar_one()
    return Taken(key, is_last=bool(waits([*tried, now], now)))


def require_no_wait(
    session: Session, whose: str, origin: str, *, now: datetime
) -> Sequence[datetime]:
    """When was tried within a day. Raises LockedOut while there is to be waited.

    Asked before `take` too, while only reading: who is locked out keeps nobody from writing.
    """
    tried = list(
        session.execute(
            select(_try.c.at)
            .where(_try.c.whose == whose, _try.c.origin == origin, _try.c.at > now - KEPT)
            .order_by(_try.c.at)
        ).scalars()
    )
    left = waits(tried, now)
    if left:
        raise LockedOut(wait_minutes=-(-int(left.total_seconds()) // 60) or 1)
    return tried


def give_back(session: Session, taken: Taken, whose: str, origin: str) -> None:
    """The try was right. An own browser's wrong tries of before are forgotten with it; those of
    strangers stay, or they could go on guessing after each time that the owner comes from afar."""
    own = (_try.c.whose == whose) & (_try.c.origin == origin)
    session.execute(delete(_try).where(own if origin else _try.c.id == taken.id))


def count(session: Session, whose: str, *, now: datetime) -> int:
    """Tries of all origins together that count still."""
    found: int = session.execute(
        select(func.count()).where(_try.c.whose == whose, _try.c.at > now - KEPT)
    ).scalar_one()
    return found


def waits(tried: Sequence[datetime], now: datetime) -> timedelta:
    """How long somebody has to wait who tried at these times within a day, in their order. Pure.

    Told by the last try of each full ten, so that some more at the same moment change nothing.
    """
    rounds = len(tried) // TRIES
    if rounds == 0:
        return timedelta()
    wait = min(WAIT * 2 ** min(rounds - 1, 10), WAIT_MAX)
    left: timedelta = tried[rounds * TRIES - 1] + wait - now
    return max(left, timedelta())


def forget_tries(session: Session, now: datetime) -> int:
    """Throw tries away that count no more; returns how many. One statement."""
    gone = session.execute(delete(_try).where(_try.c.at <= now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
