"""Who tried what is not theirs to do: noted once an hour for each person and route, so that nobody
fills the log by trying."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from fastapi import Request
from sqlalchemy.exc import DBAPIError

from accounts.audit import Doing, note_event
from catalogue.errors import NotAllowed, Refusal, Unauthenticated
from store.gate import Busy
from web.deps import database_of, signed_in

EVERY: Final = timedelta(hours=1)
TRIED_MAX: Final = 5_000
log = logging.getLogger("stofstroom")


class Tried:
    """When somebody was last refused something, by who and what. The oldest is forgotten first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def is_news(self, actor: str, what: str, now: datetime) -> bool:
        """Whether this was not noted within the last hour; from now on it was."""
        key = (actor, what)
        with self._lock:
            last = self._last.get(key)
            if last is not None and now - last < EVERY:
                return False
            self._last[key] = now
            self._last.move_to_end(key)
            if len(self._last) > TRIED_MAX:
                self._last.popitem(last=False)
            return True


def note_refused(request: Request, refusal: Refusal) -> None:
    """Note that somebody who is signed in may not do this. The answer never fails by it.

    What belongs to others is answered as what does not exist, and is not noted: nobody can tell a
    wrong code from a curious one.
    """
    route = request.scope.get("route")
    if type(refusal) is not NotAllowed or route is None:
        return
    try:
        me = signed_in(request)
    except Unauthenticated:
        return
    now: datetime = request.app.state.clock()
    what = f"{request.method} {route.path}"
    if not request.app.state.tried.is_news(me.actor, what, now):
        return
    try:
        with database_of(request).write() as session:
            note_event(
                session,
                Doing.NOT_ALLOWED,
                now=now,
                actor=me.actor,
                organisation_id=me.viewer.organisation_id,
                address=address_of(request),
                details={"route": what},
            )
    except (Busy, DBAPIError):
        log.warning("a refusal could not be noted on %s", route.path)


def address_of(request: Request) -> str:
    """Where a call comes from, as the server or the proxy before it says."""
    return request.client.host if request.client else ""
