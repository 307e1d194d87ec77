"""What lets people of the hall in, without having it made in a browser."""

from __future__ import annotations

from sqlmodel import select

from accounts.identities import identities_of, link
from accounts.tables import Passkey, Person
from tests.builders import Depot


def person(hall: Depot, email: str) -> int:
    """The number of somebody."""
    with hall.database.read() as session:
        return session.exec(select(Person.id).where(Person.email == email)).one()


def identity_of(hall: Depot, email: str) -> int:
    """The number of an account elsewhere that somebody is linked to."""
    person_id = person(hall, email)
    with hall.database.write() as session:
        link(session, person_id, issuer="https://id.example", subject="1", now=hall.now)
        return identities_of(session, person_id)[0].id


def passkey_of(hall: Depot, email: str) -> int:
    """The number of a passkey of somebody."""
    with hall.database.write() as session:
        row = Passkey(
            person_id=person(hall, email),
            credential="abc",
            public_key="",
            sign_count=0,
            name="Telefoon",
            created_at=hall.now,
        )
        session.add(row)
        session.flush()
        return row.id
