"""When a mail is sent, how often it is tried, and how long what was told is kept: pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from notices.kinds import AT_ONCE, SAFETY, NoticeKind

GATHERED: Final = timedelta(hours=1)
"""How long a mail waits for more notices of its kind."""

RETRY_FIRST: Final = timedelta(minutes=1)
RETRY_MAX: Final = timedelta(hours=4)
GIVEN_UP_AFTER: Final = timedelta(days=3)
STUCK_AFTER: Final = timedelta(days=10)
"""A mail that nobody ended by then is not under way: something broke."""

NOTICE_KEPT: Final = timedelta(days=400)
MAIL_KEPT: Final = timedelta(days=90)

SCANS_WAIT_MAX: Final = timedelta(hours=24)
DELIVERY_COMPLETE: Final = timedelta(days=1)
"""A delivery of which nothing came for so long has come."""

PERMIT_ENDS_WITHIN: Final = timedelta(days=30)
NOTIFICATION_DUE_WITHIN: Final = timedelta(days=7)
KEY_IS_NEWS: Final = timedelta(days=14)


def wanted(kind: NoticeKind, *, portal: bool, mail: bool) -> tuple[bool, bool]:
    """Whether somebody is told in the portal and by mail; safety is always told by both."""
    return (True, True) if kind in SAFETY else (portal, mail)


def mail_due(kind: NoticeKind, now: datetime) -> datetime:
    """When the mail that a notice begins is to go."""
    return now if kind in AT_ONCE else now + GATHERED


def next_try(*, attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """When a mail that was not taken for now is offered again; None: never more."""
    if now - created_at >= GIVEN_UP_AFTER:
        return None
    pause = RETRY_FIRST * (1 << min(attempts - 1, 10))
    return now + min(pause, RETRY_MAX)


def weeks_late(days: int) -> int:
    """Whole weeks of something that is so many days late, from the first day on."""
    return (days - 1) // 7


def reader_of(person_id: int | None, address: str | None) -> str:
    """The word for one reader. An address stands in it as a digest, so that it can be forgotten."""
    if person_id is not None:
        return f"person:{person_id}"
    return f"address:{hashlib.sha256((address or '').encode()).hexdigest()}"
