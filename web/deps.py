"""What routes ask for: who calls, a session to read, and the way to book an act."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from accounts import actions as accounts
from accounts.queries import Signed, viewer_of
from catalogue.errors import ClockDoubt, NotAllowed, Refusal, ScanReused, Unauthenticated
from catalogue.kinds import Role
from catalogue.rows import SiteRow
from catalogue.rulebook import keep_rulebook, rulebook
from chain.actions import instant
from store.engine import Database
from store.sheet import attempt
from store.together import Ahead
from streams import scans
from streams.acts import Command
from streams.ahead import Wanted
from streams.ledger import Booked
from web import cookies
from web.i18n import Language, choose
from web.meters import note_kept
from web.notifying import notify
from web.permissions import may_call
from web.reference import sites_for
from web.remembering import Remembered

SESSION_COOKIE: Final = cookies.SESSION
"""What it is called without TLS: `cookies` knows what it is called with it."""
log = logging.getLogger("stofstroom")
TRIES_MAX = 4
CLOCK_BEHIND_MAX: Final = timedelta(hours=48)
"""How old a scan of a worker may be when its tablet's clock is wrong."""

Action = Callable[[Session], Booked]
T = TypeVar("T")


def database_of(request: Request) -> Database:
    return request.app.state.database  # type: ignore[no-any-return]


def clock() -> datetime:
    """Now. Tests hand in another."""
    return datetime.now(UTC)


def signed_in(request: Request) -> Signed:
    """Who calls: by bearer token, or by the cookie of a person. Raises Unauthenticated."""
    token = bearer(request) or cookies.read(request, cookies.SESSION)
    if not token:
        raise Unauthenticated
    state = request.app.state
    now: datetime = state.clock()
    with database_of(request).read() as session:
        signed = viewer_of(session, token, now=now)
    if signed is None or state.seen.ran_out(signed, state.settings.sessions, now):
        raise Unauthenticated
    request.state.actor = signed.actor
    return signed


async def caller(request: Request) -> Signed:
    """As `signed_in`, without a thread or a query when the token was shown a moment ago."""
    remembered: Remembered = request.app.state.remembered
    token = bearer(request) or cookies.read(request, cookies.SESSION) or ""
    known = remembered.find(token)
    if known is None:
        known = await run_in_threadpool(signed_in, request)
        remembered.keep(token, known)
    request.state.actor = known.actor
    return known


def bearer(request: Request) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def permitted(request: Request, me: Annotated[Signed, Depends(caller)]) -> Signed:
    """Raise NotAllowed unless the caller may make this call: by role, by scope, as a tablet.

    Async, as `calling` is: what asks nobody needs no thread of its own.
    """
    route = request.method, request.scope["route"].path.removeprefix("/api/v1")
    if not may_call(route, me.viewer.role, kind=me.kind, scope=me.scope):
        raise NotAllowed
    return me


def reading(request: Request) -> Iterator[Session]:
    """A session that sees one state of the database throughout, and so one rulebook."""
    with database_of(request).read() as session:
        keep_rulebook(session)
        request.state.reading = session
        try:
            yield session
        finally:
            request.state.reading = None


@contextmanager
def reading_of(request: Request) -> Iterator[Session]:
    """The session that this request reads in, or one of its own. What writes may have changed what
    it read before, so then it is one of its own."""
    session: Session | None = getattr(request.state, "reading", None)
    if session is not None and request.method == "GET":
        yield session
        return
    with database_of(request).read() as own:
        yield own


Me = Annotated[Signed, Depends(permitted)]
ReadDb = Annotated[Session, Depends(reading, scope="function")]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that wants to book something: where, by whom, when.

    may_be_old: False for what a tablet sends whose clock cannot be right: then the time of what a
    worker did may not lie long ago. actor: who is noted, where a badge says more than the token.
    within: the transaction of several commands that this one is a part of; where there is one,
    nothing is committed here, and nobody may be answered yet.
    """

    database: Database
    me: Signed
    now: datetime
    may_be_old: bool = True
    actor: str = ""
    within: Session | None = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session to read with: of its own, or the one that this call is within."""
        if self.within is not None:
            yield self.within
            return
        with self.database.read() as session:
            yield session

    def write(
        self, work: Callable[[Session], T], *, ahead: Ahead | None = None, line: str | None = None
    ) -> T:
        """Run work that may write; it is whole or not at all. See `Database.write_together`."""
        if self.within is not None:
            with attempt(self.within):
                return work(self.within)
        return self.database.write_together(work, ahead=ahead, line=line)

    def book(self, action: Action, command: Command, *, ahead: Wanted | None = None) -> Booked:
        """Run the action in one transaction; it is answered only after the commit.

        ahead: what it is going to ask, where it locks in the order in which that is asked.

        Two writers that met in PostgreSQL are a reason to try again, not an answer: what the
        other one committed is then seen by the rules. So is a line that broke, even while it was
        committed: what was booked is then answered as a repeat.
        """
        for tries in range(1, TRIES_MAX + 1):
            try:
                return self._once(action, command, ahead)
            except DBAPIError as error:
                if self.within or tries == TRIES_MAX or not _worth_another_try(error):
                    raise
        raise AssertionError("the last try returns or raises")

    def _once(self, action: Action, command: Command, ahead: Wanted | None) -> Booked:
        def booked_and_noted(session: Session) -> Booked:
            booked = action(session)
            if booked.repeated:
                self._require_own(session, booked, command.scan_id)
            else:
                self._require_recent(command.scanned_at)
                self._require_own_station(session, command)
                actor = self.actor or self.me.actor
                accounts.note_actor(session, command.scan_id, actor, self.now.date())
                notify(session, self.me, command, booked, self.now)
            return booked

        return self.write(booked_and_noted, ahead=ahead, line=self._line() if ahead else None)

    def _line(self) -> str:
        """Who waits for whom on PostgreSQL: those of one site, who meet at its chain anyway."""
        return f"{self.me.viewer.operator_id}/{self.me.viewer.site_id}"

    def _require_own(self, session: Session, booked: Booked, scan_id: str) -> None:
        """Raise ScanReused for what was booked where the caller has nothing to do."""
        chain, _, _seq = str(booked.answer["entry"]).partition("#")
        book, viewer = rulebook(session), self.me.viewer
        own = {site.chain for site in sites_for(book, viewer)}
        if viewer.operator_id is not None:
            own.add(f"operator:{book.organisations_by_id[viewer.operator_id].code}")
        if chain not in own:
            raise ScanReused(scan_id=scan_id)

    def _require_recent(self, scanned_at: datetime) -> None:
        """Raise ClockDoubt for an old time of a worker whose tablet's clock is wrong.

        Team leaders may book the past whatever their clock. A repeat is no booking.
        """
        is_old = scanned_at < self.now - CLOCK_BEHIND_MAX
        if is_old and self.me.viewer.role is Role.WORKER and not self.may_be_old:
            raise ClockDoubt(scanned_at=instant(scanned_at), now=instant(self.now))

    def _require_own_station(self, session: Session, command: Command) -> None:
        """Raise NotAllowed for what a tablet says that another station did.

        Before it was let in here it stood elsewhere, and after a restore it sends that again.
        """
        own_id, enrolled_at = self.me.viewer.station_id, self.me.enrolled_at
        named = rulebook(session).stations.get(getattr(command, "station", None) or "")
        if own_id is None or enrolled_at is None or named is None or named.id == own_id:
            return
        if command.scanned_at >= enrolled_at:
            raise NotAllowed

    def keep(
        self,
        refusal: Refusal,
        *,
        status: str,
        kind: str,
        target: str | None,
        command: Command,
        request: Mapping[str, Any],
        site: SiteRow,
    ) -> None:
        """Keep a scan that was not booked, in a transaction of its own."""

        def work(session: Session) -> None:
            note_kept(session, status, kind, site.code)
            scans.keep(
                session,
                status=status,
                refusal=refusal,
                kind=kind,
                target=target,
                command=command,
                request=request,
                site=site,
                now=self.now,
            )

        try:
            self.write(work)
        except IntegrityError:
            if self.within:
                raise
            # The same scan came twice at once, and the other one kept it: once is enough.
            log.info("a refused scan was kept twice at once")


async def calling(request: Request, me: Me) -> Call:
    return Call(database_of(request), me, request.app.state.clock())


Calling = Annotated[Call, Depends(calling)]


def answer(booked: Booked) -> JSONResponse:
    """201 with the answer; 200 with the very same when it was booked before."""
    return JSONResponse(booked.answer, status_code=200 if booked.repeated else 201)


def language_of_person(request: Request, me: Signed | None) -> Language:
    """The language asked for: in the address, by cookie, by the person, by the browser."""
    return choose(
        asked=request.query_params.get("lang"),
        cookie=cookies.read(request, cookies.LANGUAGE),
        person=me.language if me else None,
        accept=request.headers.get("accept-language", ""),
    )


def _worth_another_try(error: DBAPIError) -> bool:
    """Deadlock, serialisation failure, a row that another writer made or used up first, or a line
    to the database that broke. Not what waited too long: it would only wait as long again."""
    if isinstance(error, IntegrityError) or error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01"}
