"""An app with codes, recovery codes, and for whom a second factor is needed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from accounts import second_factor, totp
from accounts.second_factor import Step, state_of, step_after, ways_in
from accounts.second_factor_rules import REQUIRED, ask_nobody, is_required, rules_of, set_rule
from accounts.tables import Passkey, Person
from catalogue.errors import SecondFactorLost, SecondFactorNeeded, SecondFactorWrong
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from proof.signing import KeyRing, generate
from tests.builders import MORNING, Depot

NOW = MORNING
RING = KeyRing((generate(valid_from=NOW),))
HALF_MINUTE = timedelta(seconds=totp.STEP_S)


def person(session: Session, role: Role = Role.MANAGER, name: str = "cor") -> int:
    """Somebody who signs in with a password, which costs nothing here."""
    found = Person(
        email=f"{name}@example.org",
        name=name.title(),
        password_hash="-",
        role=role.value,
        organisation_id=rulebook(session).organisations["WATERKANT"].id,
        created_at=NOW,
    )
    session.add(found)
    session.flush()
    return found.id


def with_app(session: Session, person_id: int) -> str:
    """The secret of an app that was just set up."""
    secret = totp.new_secret()
    code = totp.code_of(secret, totp.step_of(NOW))
    second_factor.set_up(session, RING, person_id, secret=secret, code=code, now=NOW)
    return secret


def prove(session: Session, person_id: int, typed: str, steps: int = 0) -> str:
    return second_factor.prove(session, RING, person_id, typed, now=NOW + steps * HALF_MINUTE)


def code(secret: str, steps: int) -> str:
    return totp.code_of(secret, totp.step_of(NOW) + steps)


def refuses(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except SecondFactorWrong:
        return True
    return False


def test_an_app_is_set_up_only_by_a_code_that_it_shows(stage: Session) -> None:
    cor = person(stage)
    for typed in ("000000", "", "abc"):
        assert refuses(
            lambda typed=typed: second_factor.set_up(  # type: ignore[misc]
                stage, RING, cor, secret=totp.new_secret(), code=typed, now=NOW
            )
        )
    assert not state_of(stage, cor).has_app
    secret = with_app(stage, cor)
    assert state_of(stage, cor).since == NOW
    kept = stage.execute(text("SELECT secret FROM authenticator")).scalar_one()
    assert secret not in kept


def test_a_code_is_good_once_and_one_of_before_not_at_all(stage: Session) -> None:
    cor = person(stage)
    secret = with_app(stage, cor)
    # The code that set it up was used by that.
    assert refuses(lambda: prove(stage, cor, code(secret, 0)))
    assert prove(stage, cor, code(secret, 2), 2) == "totp"
    assert refuses(lambda: prove(stage, cor, code(secret, 2), 2))
    assert refuses(lambda: prove(stage, cor, code(secret, 1), 2))
    assert prove(stage, cor, code(secret, 3), 2) == "totp"
    assert refuses(lambda: prove(stage, cor, code(secret, 9), 7))


def test_somebody_elses_code_and_secret_are_worth_nothing(stage: Session) -> None:
    cor, ada = person(stage), person(stage, name="ada")
    secret = with_app(stage, cor)
    assert refuses(lambda: prove(stage, ada, code(secret, 1), 1))
    with_app(stage, ada)
    stage.execute(
        text(
            "UPDATE authenticator SET secret ="
            " (SELECT secret FROM authenticator WHERE person_id = :cor) WHERE person_id = :ada"
        ),
        {"cor": cor, "ada": ada},
    )
    with pytest.raises(SecondFactorLost):
        prove(stage, ada, code(secret, 1), 1)


def test_without_the_key_file_codes_are_lost_and_recovery_codes_still_work(stage: Session) -> None:
    cor = person(stage)
    secret = with_app(stage, cor)
    first, *_ = second_factor.make_codes(stage, cor, now=NOW)
    other = KeyRing((generate(valid_from=NOW),))
    with pytest.raises(SecondFactorLost):
        second_factor.prove(stage, other, cor, code(secret, 1), now=NOW)
    assert second_factor.prove(stage, other, cor, first, now=NOW) == "recovery"
    # A change of keys is something else: the key of before stays in the ring.
    later = RING.with_new_key(now=NOW)
    assert second_factor.prove(stage, later, cor, code(secret, 1), now=NOW) == "totp"


def test_recovery_codes_work_once_each_and_new_ones_take_their_place(stage: Session) -> None:
    cor, ada = person(stage), person(stage, name="ada")
    with_app(stage, cor)
    codes = second_factor.make_codes(stage, cor, now=NOW)
    assert len(set(codes)) == second_factor.CODES == state_of(stage, cor).codes_left
    assert prove(stage, cor, codes[0].lower().replace(" ", "-")) == "recovery"
    assert refuses(lambda: prove(stage, cor, codes[0]))
    assert refuses(lambda: prove(stage, ada, codes[1]))
    assert state_of(stage, cor).codes_left == 9
    anew = second_factor.make_codes(stage, cor, now=NOW)
    assert not set(anew) & set(codes)
    assert refuses(lambda: prove(stage, cor, codes[1]))
    assert prove(stage, cor, anew[1]) == "recovery"
    kept = set(stage.execute(text("SELECT hash FROM recovery_code")).scalars())
    assert not {one.replace(" ", "") for one in anew} & kept


def test_the_only_second_factor_stays_while_the_role_needs_one(stage: Session) -> None:
    cor, wim = person(stage), person(stage, Role.WORKER, "wim")
    with_app(stage, cor)
    with_app(stage, wim)
    with pytest.raises(SecondFactorNeeded):
        second_factor.remove(stage, cor, now=NOW)
    second_factor.remove(stage, wim, now=NOW)
    assert not state_of(stage, wim).has_app
    passkey(stage, cor)
    second_factor.make_codes(stage, cor, now=NOW)
    second_factor.remove(stage, cor, now=NOW)
    state = state_of(stage, cor)
    assert (state.has_app, state.codes_left, state.has_second) == (False, 0, True)


def passkey(session: Session, person_id: int) -> None:
    session.add(
        Passkey(
            person_id=person_id,
            credential="x",
            public_key="x",
            sign_count=0,
            name="x",
            created_at=NOW,
        )
    )
    session.flush()


def test_an_administrator_takes_all_from_who_lost_it_and_that_is_noted(stage: Session) -> None:
    cor = person(stage)
    with_app(stage, cor)
    passkey(stage, cor)
    assert ways_in(stage, cor) == {"password", "totp", "passkey"}
    second_factor.take_away(stage, cor, actor="person:99", now=NOW)
    assert not state_of(stage, cor).has_second
    assert step_after(state_of(stage, cor), "password") is Step.SET_UP
    noted = stage.execute(text("SELECT kind, actor, target FROM audit_event ORDER BY id")).all()
    assert [tuple(row) for row in noted] == [
        ("second_factor_added", f"person:{cor}", f"person:{cor}"),
        ("second_factor_removed", "person:99", f"person:{cor}"),
    ]


def test_what_is_left_to_do_follows_from_rule_app_and_ways(stage: Session) -> None:
    cor, wim = person(stage), person(stage, Role.WORKER, "wim")
    assert step_after(state_of(stage, cor), "password") is Step.SET_UP
    assert step_after(state_of(stage, cor), "sso_first") is Step.SET_UP
    assert step_after(state_of(stage, wim), "password") is Step.NONE
    for both in ("passkey", "sso", "password totp", "password recovery"):
        assert step_after(state_of(stage, cor), both) is Step.NONE
    with_app(stage, wim)
    # Who has one is asked for it, whatever the rule says.
    assert step_after(state_of(stage, wim), "password") is Step.PROVE
    assert ways_in(stage, wim) == {"password", "totp"}
    assert ways_in(stage, cor) == {"password"}


def test_rules_are_by_role_and_organisation_and_their_change_is_noted(stage: Session) -> None:
    cor = person(stage)
    home = rulebook(stage).organisations["WATERKANT"].id
    other = rulebook(stage).organisations["BUITENPOST"].id
    assert {role for role in Role if is_required(stage, role, home)} == REQUIRED
    assert set_rule(stage, home, Role.MANAGER, required=False, now=NOW)
    assert not set_rule(stage, home, Role.MANAGER, required=False, now=NOW)
    assert set_rule(stage, home, Role.WORKER, required=True, now=NOW)
    assert not is_required(stage, Role.MANAGER, home)
    assert is_required(stage, Role.MANAGER, other)
    assert is_required(stage, Role.WORKER, home)
    assert not state_of(stage, cor).is_required
    assert set_rule(stage, home, Role.MANAGER, required=True, now=NOW)
    noted = stage.execute(text("SELECT details FROM audit_event ORDER BY id")).scalars().all()
    assert noted == [
        '{"required": "no", "role": "manager"}',
        '{"required": "yes", "role": "worker"}',
        '{"required": "yes", "role": "manager"}',
    ]


def test_who_has_none_yet_is_counted_where_people_are(stage: Session) -> None:
    cor = person(stage)
    person(stage, name="ada")
    home = rulebook(stage).organisations["WATERKANT"].id
    with_app(stage, cor)
    [row] = rules_of(stage, [home])
    assert (row.role, row.people, row.without, row.required) == (Role.MANAGER, 2, 1, True)
    assert ask_nobody(stage, now=NOW) == 1
    [row] = rules_of(stage, [home])
    assert not row.required


def test_of_two_who_show_one_code_at_once_one_gets_in(parallel_depot: Depot) -> None:
    database = parallel_depot.database
    with database.write() as session:
        cor = person(session)
        secret = with_app(session, cor)
        paper = second_factor.make_codes(session, cor, now=NOW)[0]

    def is_let_in(typed: str) -> bool:
        try:
            with database.write() as session:
                prove(session, cor, typed, 1)
        except SecondFactorWrong:
            return False
        return True

    with ThreadPoolExecutor(4) as at_once:
        for typed in (code(secret, 1), paper):
            assert sorted(at_once.map(is_let_in, [typed] * 4)) == [False, False, False, True]
