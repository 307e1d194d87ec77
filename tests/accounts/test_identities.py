"""People and their accounts at providers: one account lets one person in, and nobody is locked out
by taking one away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from accounts import identities
from accounts.tables import AuditEvent, Passkey, Person
from catalogue.errors import IdentityTaken, IdentityUnknown, LastWayIn, NotFound, SignOnFailed
from catalogue.rulebook import rulebook
from tests.accounts.test_actions import counted

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://id.example.org"


def somebody(stage: Session, name: str, password_hash: str = "") -> int:
    person = Person(
        email=f"{name}@example.org",
        name=name,
        password_hash=password_hash,
        role="manager",
        organisation_id=rulebook(stage).organisations["WATERKANT"].id,
        created_at=NOW,
    )
    stage.add(person)
    stage.flush()
    return person.id


def link(stage: Session, person_id: int, subject: str, issuer: str = ISSUER) -> None:
    identities.link(stage, person_id, issuer=issuer, subject=subject, now=NOW)


def who(stage: Session, subject: str, issuer: str = ISSUER) -> int:
    return identities.person_by_identity(stage, issuer, subject, now=NOW + timedelta(days=1))


def test_an_account_is_one_by_its_issuer_and_its_subject_to_the_letter(stage: Session) -> None:
    ans, bert = somebody(stage, "ans"), somebody(stage, "bert")
    link(stage, ans, "a")
    link(stage, bert, "A")
    link(stage, bert, "a", "https://id.example.com")
    assert (who(stage, "a"), who(stage, "A")) == (ans, bert)
    assert who(stage, "a", "https://id.example.com") == bert
    for subject, issuer in (("b", ISSUER), ("a", f"{ISSUER}/"), ("ans@example.org", ISSUER)):
        with pytest.raises(IdentityUnknown):
            who(stage, subject, issuer)


def test_linking_again_changes_nothing_and_nobody_else_gets_it(stage: Session) -> None:
    ans, bert = somebody(stage, "ans"), somebody(stage, "bert")
    link(stage, ans, "a")
    link(stage, ans, "a")
    with counted(stage) as statements:
        [only] = identities.identities_of(stage, ans)
    assert len(statements) == 1
    assert (only.issuer, only.created_at, only.used_at) == (ISSUER, NOW, None)
    with pytest.raises(IdentityTaken):
        link(stage, bert, "a")
    events = stage.exec(select(AuditEvent)).all()
    assert [(one.kind, one.target) for one in events] == [("identity_linked", f"person:{ans}")]
    assert "id.example" not in "".join(one.details for one in events)


@pytest.mark.parametrize("subject", ["", "a" * 256])
def test_a_subject_that_no_provider_may_give_is_refused(stage: Session, subject: str) -> None:
    with pytest.raises(SignOnFailed):
        link(stage, somebody(stage, "ans"), subject)


def test_who_was_shut_out_or_erased_is_not_known(stage: Session) -> None:
    ans = somebody(stage, "ans")
    link(stage, ans, "a")
    person = stage.get_one(Person, ans)
    for change in ({"active": False}, {"active": True, "erased_at": NOW}):
        for name, value in change.items():
            setattr(person, name, value)
        stage.flush()
        with pytest.raises(IdentityUnknown):
            who(stage, "a")


def test_the_last_way_in_stays_until_there_is_another(stage: Session) -> None:
    ans = somebody(stage, "ans")
    link(stage, ans, "a")
    link(stage, ans, "b")
    first, second = (one.id for one in identities.identities_of(stage, ans))
    identities.unlink(stage, ans, first, now=NOW)
    with pytest.raises(LastWayIn):
        identities.unlink(stage, ans, second, now=NOW)
    key = Passkey(
        person_id=ans, credential="c", public_key="k", sign_count=0, name="phone", created_at=NOW
    )
    stage.add(key)
    stage.flush()
    identities.unlink(stage, ans, second, now=NOW)
    assert identities.identities_of(stage, ans) == []


def test_nobody_unlinks_the_account_of_somebody_else(stage: Session) -> None:
    ans, bert = somebody(stage, "ans", "hash"), somebody(stage, "bert", "hash")
    link(stage, ans, "a")
    [own] = identities.identities_of(stage, ans)
    with pytest.raises(NotFound):
        identities.unlink(stage, bert, own.id, now=NOW)
    identities.unlink(stage, ans, own.id, now=NOW)
    with pytest.raises(NotFound):
        identities.unlink(stage, ans, own.id, now=NOW)
