"""A password or a code is judged: the try is written down first, and taken back when it was right.

What is noted of a wrong one, and how long somebody has to wait, is the same for accounts that exist
and for those that do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from sqlmodel import Session

from accounts import second_factor, tickets, wrong_tries
from accounts.audit import Doing, note_event
from accounts.queries import Home, home_of_address, person_by_password
from accounts.sealing import known_as
from accounts.tickets import Purpose
from accounts.wrong_tries import Taken
from catalogue.errors import SecondFactorWrong, SignInFailed, TicketUnknown
from proof.signing import KeyRing
from web.deps import database_of
from web.entering import HalfOpen, finish, ring_of
from web.known_browsers import origin_of
from web.noticing import address_of

CODES_MAX: Final = 5
"""So many wrong codes for one sign-in with the password; then begin again with that."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A try that was written down, and under what. home: of the account; None where there is none
    of this name."""

    taken: Taken
    whose: str
    origin: str
    home: Home | None


def person_of_password(request: Request, *, email: str, password: str) -> int:
    """Key of the person who knows this password, if not too much was tried for this account.

    Raises SignInFailed, LockedOut. Some 50 ms of arithmetic, while nobody waits to write.
    """
    ring, database = ring_of(request), database_of(request)
    with database.write() as session:
        home = home_of_address(session, email)
        # However it is written: an address that is known counts as its person.
        name = str(home.person_id) if home else f"nobody {email.strip().lower()}"
        tried = _take(request, session, ring, "account", name, home)
    try:
        with database.read() as session:
            person_id = person_by_password(session, email=email, password=password)
    except SignInFailed:
        with database.write() as session:
            _note_wrong(request, session, tried, "password")
        raise
    with database.write() as session:
        wrong_tries.give_back(session, tried.taken, tried.whose, tried.origin)
    return person_id


def enter_by_code(request: Request, half: HalfOpen, code: str) -> str:
    """The token of a session for who shows this code after the password.

    Raises SecondFactorWrong, SecondFactorLost, LockedOut, and TicketUnknown after too many.
    """
    ring, database, now = ring_of(request), database_of(request), request.app.state.clock()
    sign_in = known_as(ring, "ticket", str(half.ticket_id))
    with database.write() as session:
        home = Home(half.person_id, second_factor.state_of(session, half.person_id).organisation_id)
        tried = _take(request, session, ring, "second", str(half.person_id), home)
        here = wrong_tries.take(session, sign_in, "", now=now)
        if wrong_tries.count(session, sign_in, now=now) > CODES_MAX:
            tickets.use_known(session, Purpose.SECOND_FACTOR, half.ticket_id, now=now)
            is_over = True
        else:
            is_over = False
    if is_over:
        raise TicketUnknown
    try:
        with database.write() as session:
            method = second_factor.prove(
                session, ring, half.person_id, code, now=now, address=address_of(request)
            )
            wrong_tries.give_back(session, tried.taken, tried.whose, tried.origin)
            wrong_tries.give_back(session, here, sign_in, "")
            return finish(request, session, half, method=method)
    except SecondFactorWrong:
        with database.write() as session:
            _note_wrong(request, session, tried, "second_factor")
        raise


def _take(
    request: Request, session: Session, ring: KeyRing, what: str, name: str, home: Home | None
) -> _Try:
    whose = known_as(ring, what, name)
    origin = origin_of(request, ring, home.person_id) if home else ""
    taken = wrong_tries.take(session, whose, origin, now=request.app.state.clock())
    return _Try(taken, whose, origin, home)


def _note_wrong(request: Request, session: Session, tried: _Try, by: str) -> None:
    """Once for the try, and once when nobody may try for a while after it."""
    kinds = [Doing.SIGN_IN_FAILED, *([Doing.LOCKED_OUT] if tried.taken.is_last else [])]
    for kind in kinds:
        note_event(
            session,
            kind,
            now=request.app.state.clock(),
            target=f"person:{tried.home.person_id}" if tried.home else "",
            organisation_id=tried.home.organisation_id if tried.home else None,
            address=address_of(request),
            details={"by": by},
        )
