"""One way to be told each refusal at the door, as `tests/refusals.py` has all others."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from sqlmodel import Session
from starlette.requests import Request

from accounts import identities, passkeys, people, second_factor, tickets, totp, wrong_tries
from accounts.actions import create_person
from accounts.devices import enrol
from accounts.erasing import erase_person
from accounts.passkey_parties import Party
from accounts.queries import Signed, person_by_password
from accounts.tables import Person
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from proof.signing import KeyRing, generate
from tests.builders import Depot
from tests.pocket_key import PocketKey
from tests.refusals import PROVOKED as PROVOKED
from tests.refusals import provokes
from web.entering import FRESH, require_fresh
from web.i18n import languages
from web.pages.visiting import Visit
from web.tries import WRONG_MAX, WrongTries

PARTY: Final = Party("stofstroom.example", "https://stofstroom.example")


@provokes("enrolment_unknown")
def let_a_tablet_in_with_a_guess(depot: Depot) -> None:
    with depot.database.write() as session:
        enrol(session, "2345 678F", now=depot.now)


@provokes("ticket_unknown")
def come_with_a_link_of_nobody(depot: Depot) -> None:
    with depot.database.write() as session:
        tickets.use(session, tickets.Purpose.RESET, "stofstroom_guess", now=depot.now)


@provokes("own_account")
def shut_oneself_out(_depot: Depot) -> None:
    people.require_other(3, "person:3")


@provokes("sign_on_failed")
def come_back_as_nobody_at_all(depot: Depot) -> None:
    with depot.database.write() as session:
        identities.link(session, 1, issuer="https://id.example", subject="", now=depot.now)


@provokes("identity_unknown")
def come_back_as_nobody_here(depot: Depot) -> None:
    with depot.database.write() as session:
        identities.person_by_identity(session, "https://id.example", "9", now=depot.now)


def people_with_one_account(depot: Depot, session: Session) -> list[int]:
    """Two people, and an account at a provider that is all that lets the first one in."""
    both = [person_without_password(depot, session, name) for name in ("ans", "bert")]
    identities.link(session, both[0], issuer="https://id.example", subject="9", now=depot.now)
    return both


def person_without_password(depot: Depot, session: Session, name: str) -> int:
    person = Person(
        email=f"{name}@example.org",
        name=name.title(),
        password_hash="",
        role="manager",
        organisation_id=rulebook(session).organisations["WATERKANT"].id,
        created_at=depot.now,
    )
    session.add(person)
    session.flush()
    return person.id


@provokes("identity_taken")
def link_the_account_of_somebody_else(depot: Depot) -> None:
    with depot.database.write() as session:
        _ans, bert = people_with_one_account(depot, session)
        identities.link(session, bert, issuer="https://id.example", subject="9", now=depot.now)


@provokes("last_way_in")
def take_away_the_last_way_in(depot: Depot) -> None:
    with depot.database.write() as session:
        ans, _bert = people_with_one_account(depot, session)
        only = identities.identities_of(session, ans)[0]
        identities.unlink(session, ans, only.id, now=depot.now)


@provokes("too_many_tries")
def try_many_wrong_codes(_depot: Depot) -> None:
    tries = WrongTries()
    for _ in range(WRONG_MAX):
        tries.was_wrong("192.0.2.1")
    tries.require_few("192.0.2.1")


@provokes("last_administrator")
def erase_the_last_administrator(depot: Depot) -> None:
    with depot.database.write() as session:
        person_id = create_person(
            session,
            email="last@example.org",
            name="Last",
            password="thee met citroen",
            role=Role.ADMINISTRATOR,
            organisation="WATERKANT",
            now=depot.now,
        )
        erase_person(session, person_id, actor="", now=depot.now)


@provokes("sign_in_failed")
def sign_in_as_nobody(depot: Depot) -> None:
    with depot.database.read() as session:
        person_by_password(session, email="nobody@example.org", password="a wrong password")


@provokes("locked_out")
def guess_on_and_on(depot: Depot) -> None:
    with depot.database.write() as session:
        for _ in range(wrong_tries.TRIES + 1):
            wrong_tries.take(session, "somebody", "", now=depot.now)


def manager_with_app(depot: Depot, session: Session) -> tuple[int, KeyRing, str]:
    """Somebody whose role needs a second factor, the keys, and the secret of their app."""
    person_id, secret = person_without_password(depot, session, "cor"), totp.new_secret()
    ring = KeyRing((generate(valid_from=depot.now),))
    code = totp.code_of(secret, totp.step_of(depot.now))
    second_factor.set_up(session, ring, person_id, secret=secret, code=code, now=depot.now)
    return person_id, ring, code


@provokes("second_factor_wrong")
def show_a_code_twice(depot: Depot) -> None:
    with depot.database.write() as session:
        person_id, ring, code = manager_with_app(depot, session)
        second_factor.prove(session, ring, person_id, code, now=depot.now)


@provokes("second_factor_lost")
def show_a_code_after_the_key_file_was_lost(depot: Depot) -> None:
    with depot.database.write() as session:
        person_id, _ring, code = manager_with_app(depot, session)
        other = KeyRing((generate(valid_from=depot.now),))
        second_factor.prove(session, other, person_id, code, now=depot.now)


@provokes("second_factor_needed")
def remove_the_only_second_factor(depot: Depot) -> None:
    with depot.database.write() as session:
        person_id, _ring, _code = manager_with_app(depot, session)
        second_factor.remove(session, person_id, now=depot.now)


@provokes("proof_too_old")
def change_ways_in_long_after_the_sign_in(depot: Depot) -> None:
    me = Signed(
        viewer=depot.people["manager"],
        actor="person:1",
        name="Cor",
        language="nl",
        kind="session",
        since=depot.now - FRESH - timedelta(seconds=1),
    )
    require_fresh(
        Visit(Request({"type": "http"}), me, languages()["nl"], depot.now), back="/account"
    )


def owner_of_a_passkey(depot: Depot, session: Session) -> tuple[int, PocketKey]:
    """Somebody without a password, and the passkey that lets them in."""
    person_id, key = person_without_password(depot, session, "ans"), PocketKey(PARTY.origin)
    make_passkey(depot, session, person_id, key)
    return person_id, key


def make_passkey(depot: Depot, session: Session, person_id: int, key: PocketKey) -> None:
    asked = passkeys.ask_to_add(session, person_id, PARTY, now=depot.now)
    answer = json.dumps(key.make(dict(asked.options)))
    passkeys.add(
        session, person_id, PARTY, ticket=asked.ticket, answer=answer, name="x", now=depot.now
    )


def show_passkey(depot: Depot, session: Session, key: PocketKey) -> None:
    asked = passkeys.ask_who(session, PARTY, now=depot.now)
    answer = json.dumps(key.show(dict(asked.options)))
    done = passkeys.come_in(session, PARTY, ticket=asked.ticket, answer=answer, now=depot.now)
    if done.refusal is not None:
        raise done.refusal


@provokes("passkey_failed")
def show_a_passkey_at_another_site(depot: Depot) -> None:
    with depot.database.write() as session:
        _ans, key = owner_of_a_passkey(depot, session)
        key.origin = "https://evil.example"
        show_passkey(depot, session, key)


@provokes("passkey_unknown")
def show_a_passkey_of_nobody(depot: Depot) -> None:
    with depot.database.write() as session:
        show_passkey(depot, session, PocketKey(PARTY.origin, name=PARTY.name))


@provokes("passkey_copied")
def show_a_passkey_that_counts_back(depot: Depot) -> None:
    with depot.database.write() as session:
        _ans, key = owner_of_a_passkey(depot, session)
        show_passkey(depot, session, key)
        key.count = 0
        show_passkey(depot, session, key)


@provokes("passkey_taken")
def make_the_passkey_of_somebody_else(depot: Depot) -> None:
    with depot.database.write() as session:
        _ans, key = owner_of_a_passkey(depot, session)
        bert = person_without_password(depot, session, "bert")
        make_passkey(depot, session, bert, key)
