"""Who is erased leaves no trace, and the register is as whole as before."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from accounts import tickets
from accounts.actions import create_person, note_actor, open_session
from accounts.audit import Doing, note_event
from accounts.auditing import Question, Watched, called, events, names_of, watched
from accounts.own import all_of, own
from accounts.queries import viewer_as
from accounts.sessions import Limits, note_seen, sessions_of
from catalogue.errors import LastAdministrator, NotAllowed, NotFound
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from notices.actions import set_contact
from notices.own import all_of as told_of
from store.engine import Database
from store.jobs import enqueue
from streams.notes import erase_naming
from tests.audit import breaches
from tests.builders import Depot
from tests.cast import take_the_stage
from tests.web.api.counting import statements
from web.erasing import erase_everywhere
from web.i18n import language
from web.own_data import own_data

NAME: Final = "Ödön von Horváth"
EMAIL: Final = "odon@example.org"
TRACES: Final = (
    NAME, "Horváth", "Horv\\u00e1th", EMAIL, "phone of odon", "sealed-secret", "c2VhbGVk",
    "issuer.example", "subject-of-odon", "Firefox, Odon", "192.0.2.77", "badge of odon",
    "hash-of-odon", "$argon2",
)  # fmt: skip

MORE: Final = """
INSERT INTO authenticator (person_id, secret, created_at)
  VALUES (:p, 'sealed-secret', :t);
INSERT INTO recovery_code (person_id, hash)
  VALUES (:p, 'hash-of-odon');
INSERT INTO passkey (person_id, credential, public_key, sign_count, name, transports,
  backed_up, created_at)
  VALUES (:p, 'c2VhbGVk', 'k', 0, 'phone of odon', '', 0, :t);
INSERT INTO identity (person_id, issuer, subject, created_at)
  VALUES (:p, 'https://issuer.example', 'subject-of-odon', :t);
INSERT INTO badge (hash, site_id, name, person_id, created_at)
  SELECT 'badge', id, 'badge of odon', :p, :t
  FROM site LIMIT 1;
INSERT INTO preference (person_id, kind, portal, mail)
  VALUES (:p, 'x', 1, 1);
INSERT INTO mail (id, token, operator_id, person_id, language, kind, state,
  attempts, problem, created_at)
  SELECT 1, 't', organisation_id, id, 'nl', 'x', 'failed', 1, 'odon@example.org: no such user', :t
  FROM person WHERE id = :p;
INSERT INTO notice (kind, cause, reader, operator_id, person_id, mail_id,
  subject, figures, in_portal, created_at)
  SELECT 'x', 'y', 'person:' || id, organisation_id, id, 1, 's', '{}', 1, :t
  FROM person WHERE id = :p
"""
"""What other rooms keep of somebody."""


@pytest.fixture
def house(cast_template: Path, tmp_path: Path) -> Iterator[Depot]:
    """A depot on a file, whose very bytes can be looked at."""
    file = tmp_path / "house.sqlite"
    shutil.copy(cast_template, file)
    database = Database(f"sqlite:///{file}")
    yield Depot(database)
    database.dispose()


def known_everywhere(house: Depot) -> int:
    """Key of a person of whom every room keeps something, and who worked in the register."""
    batch = house.log()["code"]
    house.sort(batch, {"reuse": 100_000})
    find = house.find(batch)
    house.hand_over(find, first=NAME, second="Anna de Vries")
    now = house.now
    with house.database.write() as session:
        key = create_person(
            session, email=EMAIL, name=NAME, password="thee met citroen", role=Role.TEAM_LEADER,
            organisation="WATERKANT", now=now
        )  # fmt: skip
        open_session(session, key, now=now, browser="Firefox, Odon")
        tickets.issue(session, tickets.Purpose.RESET, person_id=key, now=now)
        tickets.issue(session, tickets.Purpose.INVITATION, payload={"email": EMAIL}, now=now)
        note_actor(session, house.scan_id, f"person:{key}", now.date())
        note_event(
            session, Doing.SIGNED_IN, now=now, actor=f"person:{key}", address="192.0.2.77",
            organisation_id=own(session, key).organisation_id,
        )  # fmt: skip
        set_contact(
            session, own(session, key).organisation_id, own(session, key).organisation_id,
            address=EMAIL, language="nl",
        )  # fmt: skip
        enqueue(session, "mail", {"to": EMAIL, "name": NAME}, now=now)
        for statement in MORE.split(";"):
            session.execute(text(statement), {"p": key, "t": "2026-03-02 09:00:00.000000"})
    return key


def dump(house: Depot) -> str:
    """All rows of the database as statements, and the very bytes of its file."""
    file = Path(str(house.database.url.database))
    house.database.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        told = "\n".join(connection.iterdump())
    connection.close()
    return told + file.read_bytes().decode(errors="replace")


def test_who_is_erased_is_found_nowhere_and_the_register_is_whole(house: Depot) -> None:
    key = known_everywhere(house)
    before = dump(house)
    assert [trace for trace in TRACES if trace not in before] in (["Horv\\u00e1th"], [])
    with house.database.write() as session:
        register = session.execute(text("SELECT seq, hash, payload FROM entry ORDER BY id")).all()
        erase_everywhere(session, key, actor="person:9999", address="192.0.2.1", now=house.now)
    after = dump(house)
    assert [trace for trace in TRACES if trace in after] == []
    assert breaches(house.database) == []
    with house.database.read() as session:
        same = session.execute(text("SELECT seq, hash, payload FROM entry ORDER BY id")).all()
        assert same == register
        assert session.execute(text("SELECT count(*) FROM actor")).scalar_one() == 0
        events = session.execute(text("SELECT kind, actor, target, address FROM audit_event"))
        assert [tuple(row) for row in events] == [
            ("signed_in", f"person:{key}", "", ""),
            ("person_erased", "person:9999", f"person:{key}", "192.0.2.1"),
        ]
        with pytest.raises(NotFound):
            own(session, key)
    with house.database.write() as session, pytest.raises(NotFound):
        erase_everywhere(session, key, actor="person:9999", now=house.now)


def test_the_last_administrator_stays_until_there_is_another(house: Depot) -> None:
    def administrator(name: str) -> int:
        with house.database.write() as session:
            return create_person(
                session,
                email=f"{name}@example.org",
                name=name,
                password="thee met citroen",
                role=Role.ADMINISTRATOR,
                organisation="WATERKANT",
                now=house.now,
            )

    first = administrator("first")
    with house.database.write() as session, pytest.raises(LastAdministrator):
        erase_everywhere(session, first, actor=f"person:{first}", now=house.now)
    administrator("second")
    with house.database.write() as session:
        erase_everywhere(session, first, actor=f"person:{first}", now=house.now)


def test_somebody_gets_all_that_is_theirs_and_no_secret_and_no_pace(house: Depot) -> None:
    key = known_everywhere(house)
    with house.database.read() as session:
        mine = str(own_data(session, key, words=language("en"), with_acts=True, now=house.now))
        tables = all_of(session, key, with_acts=False)
    for known in (NAME, EMAIL, "phone of odon", "issuer.example", "badge of odon", "192.0.2.77"):
        assert known in mine
    assert house.scan_id in mine
    assert [
        secret for secret in ("sealed-secret", "$argon2", "hash-of", "c2VhbGVk") if secret in mine
    ] == []
    # Whoever administers gets no list of what somebody did.
    assert "actor" not in tables
    assert house.scan_id not in str(tables)


def test_erasing_watching_and_seeing_work_on_both_databases(database: Database) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with database.write() as session:
        take_the_stage(session)
        first, second = (
            create_person(
                session,
                email=f"{name}@example.org",
                name=f"{name} de Boer",
                password="thee met citroen",
                role=Role.ADMINISTRATOR,
                organisation="WATERKANT",
                now=now,
            )
            for name in ("anna", "bert")
        )
        open_session(session, first, now=now)
        enqueue(session, "x", {"to": "anna@example.org"}, now=now)
        enqueue(session, "x", {"to": "bert@example.org"}, now=now)
    with database.read() as session:
        (row,) = sessions_of(session, first, role=Role.ADMINISTRATOR, limits=Limits(), now=now)
    with database.write() as session:
        note_seen(session, {row.id: now + timedelta(minutes=9)})
        erase_everywhere(session, first, actor=f"person:{second}", now=now)
        erase_naming(session, ("anna de Boer", "Zoë Öz"))
        assert session.execute(text("SELECT count(*) FROM job")).scalar_one() == 1
    with database.read() as session:
        book = rulebook(session)
        home = book.organisations["WATERKANT"].id
        viewer = viewer_as(book, Role.ADMINISTRATOR, home)
        seen = watched(book, viewer)
        asked = Question(keys=called(session, seen, "BERT"), since=now, kinds=("person_erased",))
        (event,) = events(session, seen, asked, limit=9)
        assert names_of(session, {event.actor, event.target}) == {event.actor: "bert de Boer"}
        assert seen.nobodys is (len(book.operators) == 1)
        assert "bert" in str(
            own_data(session, second, words=language("en"), with_acts=True, now=now)
        )
        with pytest.raises(NotAllowed):
            watched(book, viewer_as(book, Role.MANAGER, home))


def test_reads_of_accounts_ask_as_many_statements_as_they_promise(house: Depot) -> None:
    key = known_everywhere(house)
    seen = Watched(organisation_ids=frozenset({1}), nobodys=True)
    with house.database.read() as session:
        for promised, ask in (
            (1, lambda: events(session, seen, Question(), limit=50)),
            (1, lambda: called(session, seen, "x")),
            (3, lambda: names_of(session, {"person:1", "token:1", "device:1", "x:1"})),
            (1, lambda: own(session, key)),
            (10, lambda: all_of(session, key, with_acts=True)),
            (3, lambda: told_of(session, key)),
        ):
            with statements(house.database) as asked:
                ask()
            assert len(asked) == promised, asked
