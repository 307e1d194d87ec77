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
from accounts.tickets import Purpose
from accounts.wrong_tries import Taken
from catalogue.errors import SecondFactorWrong, SignInFailed, TicketUnknown
from proof.sealing import known_as
from proof.signing import KeyRing
from web.deps import database_of
from web.entering import HalfOpen, finish, ring_of
from web.known_browsers import origin_of
from web.noticing import address_of

CODES_MAX: Final = 5
"""So many wrong codes for one sign-in with the password; then begin again with that."""


@dataclass(frozen=True, slots=True)
class _Account:
    """What is tried, and under which names it is counted. home: whose it is; None for nobody's."""

    whose: str
    origin: str
    home: Home | None


def person_of_password(request: Request, *, email: str, password: str) -> int:
    """Key of the person who knows this password, if not too much was tried for this account.

    Raises SignInFailed, LockedOut. Some 50 ms of arithmetic, while nobody waits to write.
    """
    ring, database, now = ring_of(request), database_of(request), request.app.state.clock()
    with database.read() as session:
        home = home_of_address(session, email)
        # However it is written: an address that is known counts as its person.
        name = str(home.person_id) if home else f"nobody {email.strip().lower()}"
        account = _account(request, ring, "account", name, home)
        wrong_tries.require_no_wait(session, account.whose, account.origin, now=now)
    with database.write() as session:
        taken = wrong_tries.take(session, account.whose, account.origin, now=now)
    try:
        with database.read() as session:
            person_id = person_by_password(session, email=email, password=password)
    except SignInFailed:
        with database.write() as session:
            _note_wrong(request, session, account, taken, "password")
        raise
    with database.write() as session:
        wrong_tries.give_back(session, taken, account.whose, account.origin)
    return person_id


def enter_by_code(request: Request, half: HalfOpen, code: str) -> str:
    """The token of a session for who shows this code after the password.

    Raises SecondFactorWrong, SecondFactorLost, LockedOut, and TicketUnknown after too many.
    """
    ring, database, now = ring_of(request), database_of(request), request.app.state.clock()
    sign_in = known_as(ring, "ticket", str(half.ticket_id))
    with database.read() as session:
        home = Home(half.person_id, second_factor.state_of(session, half.person_id).organisation_id)
        account = _account(request, ring, "second", str(half.person_id), home)
        wrong_tries.require_no_wait(session, account.whose, account.origin, now=now)
    with database.write() as session:
        taken = wrong_tries.take(session, account.whose, account.origin, now=now)
        here = wrong_tries.take(session, sign_in, "", now=now)
        is_over = wrong_tries.count(session, sign_in, now=now) > CODES_MAX
        if is_over:
            tickets.use_known(session, Purpose.SECOND_FACTOR, half.ticket_id, now=now)
    if is_over:
        raise TicketUnknown
    try:
        with database.write() as session:
            method = second_factor.prove(
                session, ring, half.person_id, code, now=now, address=address_of(request)
            )
            wrong_tries.give_back(session, taken, account.whose, account.origin)
            wrong_tries.give_back(session, here, sign_in, "")
            return finish(request, session, half, method=method)
    except SecondFactorWrong:
        with database.write() as session:
            _note_wrong(request, session, account, taken, "second_factor")
        raise


def _account(request: Request, ring: KeyRing, what: str, name: str, home: Home | None) -> _Account:
    origin = origin_of(request, ring, home.person_id) if home else ""
    return _Account(known_as(ring, what, name), origin, home)


def _note_wrong(
    request: Request, session: Session, account: _Account, taken: Taken, by: str
) -> None:
    """Once for the try, and once when nobody may try for a while after it."""
    home = account.home
    for kind in (Doing.SIGN_IN_FAILED, *((Doing.LOCKED_OUT,) if taken.is_last else ())):
        note_event(
            session,
            kind,
            now=request.app.state.clock(),
            target=f"person:{home.person_id}" if home else "",
            organisation_id=home.organisation_id if home else None,
            address=address_of(request),
            details={"by": by},
        )
