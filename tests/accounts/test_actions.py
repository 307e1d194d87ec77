from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from accounts import access, actions, queries
from accounts.queries import Signed
from accounts.secret import TOKEN_LENGTH_MAX, TOKEN_PREFIX
from catalogue.access import Viewer
from catalogue.actions import define
from catalogue.errors import Malformed, NotAllowed, NotFound, SignInFailed
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from store.engine import Database
from tests.cast import take_the_stage

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PASSWORD = "koffie zonder melk"
WHO = {"email": "anna@example.org", "password": PASSWORD}


def create(session: Session, **other: Any) -> int:
    said: dict[str, Any] = {
        **WHO,
        "name": "Anna",
        "role": Role.TEAM_LEADER,
        "organisation": "WATERKANT",
        "now": NOW,
    } | other
    return actions.create_person(session, **said)


def token(session: Session, role: Role = Role.WORKER, **other: Any) -> str:
    said: dict[str, Any] = {"organisation": "WATERKANT", "name": "tablet", "now": NOW} | other
    return actions.make_token(session, role=role, **said)


def signed(session: Session, plain: str, now: datetime = NOW) -> Signed:
    found = queries.viewer_of(session, plain, now)
    assert found is not None
    return found


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    said: list[str] = []

    def listen(*arguments: object) -> None:
        said.append(str(arguments[2]))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", listen)
    yield said
    event.remove(connection, "before_cursor_execute", listen)


def test_a_person_signs_in_and_is_who_it_is(stage: Session) -> None:
    key = create(stage, site="S1", language="en")
    plain = actions.sign_in(stage, **WHO, now=NOW)
    me = signed(stage, plain)
    book = rulebook(stage)
    assert (me.name, me.language, me.kind) == ("Anna", "en", "session")
    assert me.actor == f"person:{key}"
    assert me.viewer.role is Role.TEAM_LEADER
    assert me.viewer.operator_id == book.organisations["WATERKANT"].id
    assert me.viewer.site_id == book.sites["S1"].id


def test_the_address_may_be_typed_in_capitals(stage: Session) -> None:
    create(stage)
    assert actions.sign_in(stage, email=" ANNA@example.org", password=PASSWORD, now=NOW)


@pytest.mark.parametrize(
    "wrong", [{"password": PASSWORD + "!"}, {"email": "bas@example.org"}, {"password": ""}]
)
def test_a_wrong_password_and_an_unknown_address_are_told_the_same(
    stage: Session, wrong: dict[str, str]
) -> None:
    create(stage)
    with pytest.raises(SignInFailed) as refused:
        actions.sign_in(stage, **(WHO | wrong), now=NOW)
    assert refused.value.figures == {}


def test_an_unknown_address_takes_as_long_as_a_wrong_password(stage: Session) -> None:
    create(stage)

    def fastest_s(**who: str) -> float:
        took = []
        for _ in range(5):
            begin = perf_counter()
            with pytest.raises(SignInFailed):
                queries.person_by_password(stage, **who)
            took.append(perf_counter() - begin)
        return min(took)

    known = fastest_s(email="anna@example.org", password="iets heel anders")
    unknown = fastest_s(email="bas@example.org", password="iets heel anders")
    assert unknown > known / 2


def test_neither_password_nor_token_is_kept(stage: Session) -> None:
    create(stage)
    kept = [actions.sign_in(stage, **WHO, now=NOW), token(stage)]
    tables = [stage.execute(text(f"SELECT * FROM {name}")).all() for name in ("person", "token")]
    for secret in (PASSWORD, *kept):
        assert secret not in str(tables)


def test_every_token_is_another_one_of_256_bits(stage: Session) -> None:
    made = {token(stage) for _ in range(20)}
    assert len(made) == 20
    # Base64 holds six bits a character.
    assert all(len(plain) - len(TOKEN_PREFIX) == 43 for plain in made)


def test_a_session_ends_after_twelve_hours(stage: Session) -> None:
    create(stage)
    plain = actions.sign_in(stage, **WHO, now=NOW)
    assert queries.viewer_of(stage, plain, NOW + timedelta(hours=12, seconds=-1))
    assert queries.viewer_of(stage, plain, NOW + timedelta(hours=12)) is None


def test_signing_out_ends_this_session_and_no_other(stage: Session) -> None:
    create(stage)
    here, there = (actions.sign_in(stage, **WHO, now=NOW) for _ in range(2))
    actions.sign_out(stage, here, now=NOW)
    actions.sign_out(stage, here, now=NOW)
    assert queries.viewer_of(stage, here, NOW) is None
    assert queries.viewer_of(stage, there, NOW)


def test_signing_out_does_not_revoke_a_machine(stage: Session) -> None:
    plain = token(stage)
    actions.sign_out(stage, plain, now=NOW)
    assert queries.viewer_of(stage, plain, NOW)


def test_old_sessions_of_a_person_are_thrown_away_when_it_signs_in(stage: Session) -> None:
    create(stage)
    for day in range(5):
        actions.sign_in(stage, **WHO, now=NOW + timedelta(days=day))
    count = stage.execute(text("SELECT count(*) FROM token")).scalar_one()
    assert count == 1


def test_a_new_password_ends_what_was_opened_with_the_old_one(stage: Session) -> None:
    create(stage)
    plain = actions.sign_in(stage, **WHO, now=NOW)
    actions.set_password(stage, email="Anna@example.org", password="thee met citroen", now=NOW)
    assert queries.viewer_of(stage, plain, NOW) is None
    with pytest.raises(SignInFailed):
        actions.sign_in(stage, **WHO, now=NOW)
    assert actions.sign_in(stage, email=WHO["email"], password="thee met citroen", now=NOW)


def test_nobody_gets_a_new_password_when_nobody_has_the_address(stage: Session) -> None:
    with pytest.raises(NotFound):
        actions.set_password(stage, email="bas@example.org", password=PASSWORD, now=NOW)


def test_who_is_shut_out_is_out_at_once_and_may_come_back(stage: Session) -> None:
    key = create(stage)
    plain = actions.sign_in(stage, **WHO, now=NOW)
    ours = [rulebook(stage).organisations["WATERKANT"].id]
    actions.set_active(stage, key, active=False, of=ours, now=NOW)
    assert queries.viewer_of(stage, plain, NOW) is None
    with pytest.raises(SignInFailed):
        actions.sign_in(stage, **WHO, now=NOW)
    actions.set_active(stage, key, active=True, of=ours, now=NOW)
    assert queries.viewer_of(stage, plain, NOW) is None
    assert actions.sign_in(stage, **WHO, now=NOW)


def test_people_of_others_cannot_be_shut_out(stage: Session) -> None:
    key = create(stage)
    theirs = [rulebook(stage).organisations["BUITENPOST"].id]
    with pytest.raises(NotFound):
        actions.set_active(stage, key, active=False, of=theirs, now=NOW)


def test_an_address_signs_in_one_person(stage: Session) -> None:
    create(stage)
    with pytest.raises(Malformed):
        create(stage, email="ANNA@example.org")


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation": "NOORDERHAVEN"},
        {"organisation": None},
        {"role": Role.SUPPLIER},
        {"role": Role.OUTLET, "organisation": "NOORDERHAVEN"},
        {"role": Role.SUPPLIER, "organisation": "NOORDERHAVEN", "site": "S1"},
        {"role": Role.SUPPLIER, "organisation": None},
        {"password": "kort"},
        {"email": "anna"},
        {"name": " "},
    ],
)
def test_who_would_belong_nowhere_is_not_let_in(stage: Session, wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        create(stage, **wrong)


@pytest.mark.parametrize("wrong", [{"organisation": "NOBODY"}, {"site": "S9"}, {"site": "X1"}])
def test_an_organisation_or_site_of_others_is_unknown(
    stage: Session, wrong: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        token(stage, **wrong)


def test_a_parent_of_a_supplier_may_look_for_its_children(stage: Session) -> None:
    plain = token(stage, Role.SUPPLIER, organisation="NOORDERHAVEN")
    book = rulebook(stage)
    viewer = signed(stage, plain).viewer
    assert viewer.supplier_ids == {
        book.organisations["NOORDERHAVEN"].id,
        book.organisations["ZEEKANT"].id,
    }
    assert viewer.operator_id is None


def test_an_outlet_sees_as_itself_and_as_nobody_else(stage: Session) -> None:
    viewer = signed(stage, token(stage, Role.OUTLET, organisation="VEZELHOF")).viewer
    assert viewer.outlet_id == rulebook(stage).organisations["VEZELHOF"].id
    assert (viewer.operator_id, viewer.supplier_ids) == (None, frozenset())


def test_a_machine_is_noted_by_its_token(stage: Session) -> None:
    me = signed(stage, token(stage, site="S2"))
    ours = rulebook(stage).organisations["WATERKANT"].id
    listed = queries.api_tokens(stage, [ours], now=NOW)
    assert me.actor == f"token:{listed[0].id}"
    assert (me.name, me.language, me.kind) == ("tablet", None, "api")


def test_a_token_may_have_an_end(stage: Session) -> None:
    plain = token(stage, expires_at=NOW + timedelta(days=1))
    assert queries.viewer_of(stage, plain, NOW)
    assert queries.viewer_of(stage, plain, NOW + timedelta(days=1)) is None


def test_a_revoked_token_is_worth_nothing(stage: Session) -> None:
    plain = token(stage)
    ours = [rulebook(stage).organisations["WATERKANT"].id]
    (row,) = queries.api_tokens(stage, ours, now=NOW)
    actions.revoke(stage, row.id, of=ours, now=NOW)
    assert queries.viewer_of(stage, plain, NOW) is None
    assert queries.api_tokens(stage, ours, now=NOW) == []
    with pytest.raises(NotFound):
        actions.revoke(stage, row.id, of=ours, now=NOW)


def test_a_token_of_others_cannot_be_revoked(stage: Session) -> None:
    plain = token(stage)
    book = rulebook(stage)
    (row,) = queries.api_tokens(stage, [book.organisations["WATERKANT"].id], now=NOW)
    with pytest.raises(NotFound):
        actions.revoke(stage, row.id, of=[book.organisations["BUITENPOST"].id], now=NOW)
    assert queries.viewer_of(stage, plain, NOW)


@pytest.mark.parametrize(
    "guess", ["", "x", TOKEN_PREFIX, TOKEN_PREFIX + "A" * 43, "\N{SNOWMAN}", "A" * 1_000_000]
)
def test_a_guess_opens_nothing(stage: Session, guess: str) -> None:
    token(stage)
    assert queries.viewer_of(stage, guess, NOW) is None


def test_what_cannot_be_a_token_is_not_even_looked_up(stage: Session) -> None:
    with counted(stage) as statements:
        queries.viewer_of(stage, TOKEN_PREFIX + "A" * TOKEN_LENGTH_MAX, NOW)
        queries.viewer_of(stage, "Bearer", NOW)
    assert statements == []


def test_who_calls_is_known_in_two_statements(stage: Session) -> None:
    plain = token(stage)
    signed(stage, plain)
    with counted(stage) as statements:
        signed(stage, plain)
    assert len(statements) == 2


def test_ending_all_sessions_leaves_the_machines(stage: Session) -> None:
    create(stage)
    person, machine = actions.sign_in(stage, **WHO, now=NOW), token(stage)
    actions.end_all_sessions(stage, now=NOW)
    assert queries.viewer_of(stage, person, NOW) is None
    assert queries.viewer_of(stage, machine, NOW)


def test_the_first_note_of_who_did_it_stands(stage: Session) -> None:
    day = date(2026, 3, 2)
    actions.note_actor(stage, "scan-1", "person:1", day)
    actions.note_actor(stage, "scan-1", "person:2", day)
    noted = stage.execute(text("SELECT scan_id, actor, erase_on FROM actor")).all()
    assert [tuple(row) for row in noted] == [("scan-1", "person:1", "2026-05-31")]


def test_who_did_it_is_forgotten_on_its_day_and_not_before(stage: Session) -> None:
    for number in range(3):
        day = date(2026, 3, 2) + timedelta(days=number)
        actions.note_actor(stage, f"scan-{number}", "person:1", day)
    assert actions.erase_actors(stage, date(2026, 5, 30)) == 0
    assert actions.erase_actors(stage, date(2026, 6, 1)) == 2
    left = stage.execute(text("SELECT scan_id FROM actor")).scalars().all()
    assert left == ["scan-2"]


def test_everything_works_on_both_databases(database: Database) -> None:
    with database.write() as session:
        take_the_stage(session)
        key = create(session)
        actions.note_actor(session, "scan-1", "person:1", NOW.date())
        actions.note_actor(session, "scan-1", "person:2", NOW.date())
    with database.read() as session:
        assert queries.person_by_password(session, **WHO) == key
    with database.write() as session:
        plain = actions.open_session(session, key, now=NOW)
    with database.read() as session:
        assert signed(session, plain).actor == f"person:{key}"
    with database.write() as session:
        actions.set_password(session, email=WHO["email"], password="thee met citroen", now=NOW)
        assert actions.erase_actors(session, date(2030, 1, 1)) == 1
    with database.read() as session:
        assert queries.viewer_of(session, plain, NOW) is None


def viewer(session: Session, role: Role, organisation: str) -> Viewer:
    book = rulebook(session)
    return queries.viewer_as(book, role, book.organisations[organisation].id)


def test_an_administrator_manages_its_operator_and_partners(stage: Session) -> None:
    book = rulebook(stage)
    managed = access.managed(book, viewer(stage, Role.ADMINISTRATOR, "WATERKANT"))
    names = {book.organisations_by_id[key].code for key in managed}
    assert {"WATERKANT", "NOORDERHAVEN", "VEZELHOF"} <= names
    assert not names & {"BUITENPOST", "VREEMD"}


def test_a_supplier_of_two_operators_is_managed_by_neither(stage: Session) -> None:
    define(stage, "BUITENPOST", "partner", "NOORDERHAVEN",
           {"organisation": "NOORDERHAVEN", "roles": ["supplier"]}, now=NOW)  # fmt: skip
    book = rulebook(stage)
    supplier = book.organisations["NOORDERHAVEN"].id
    for operator in ("WATERKANT", "BUITENPOST"):
        administrator = viewer(stage, Role.ADMINISTRATOR, operator)
        assert supplier not in access.managed(book, administrator)
    assert supplier in access.managed(book, viewer(stage, Role.SUPPLIER, "NOORDERHAVEN"))


def test_a_manager_manages_nobody(stage: Session) -> None:
    assert access.managed(rulebook(stage), viewer(stage, Role.MANAGER, "WATERKANT")) == frozenset()


def test_a_supplier_hands_out_only_what_it_has(stage: Session) -> None:
    book, supplier = rulebook(stage), viewer(stage, Role.SUPPLIER, "NOORDERHAVEN")
    access.require_may_grant(book, supplier, organisation="ZEEKANT", role=Role.SUPPLIER)
    for role in (Role.OUTLET, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            access.require_may_grant(book, supplier, organisation="ZEEKANT", role=role)
    for other in ("DUINRAND", "WATERKANT", "NOBODY"):
        with pytest.raises(NotFound):
            access.require_may_grant(book, supplier, organisation=other, role=Role.SUPPLIER)


def test_people_are_listed_by_name_for_their_organisation(stage: Session) -> None:
    create(stage, email="z@example.org", name="Zoe")
    create(stage)
    create(stage, email="v@example.org", name="Vera", organisation="BUITENPOST")
    ours = rulebook(stage).organisations["WATERKANT"].id
    assert [person.name for person in queries.people(stage, [ours])] == ["Anna", "Zoe"]
