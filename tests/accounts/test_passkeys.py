"""A passkey is believed only when all of it holds, and each answer is good once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text
from sqlmodel import Session

from accounts import identities, passkeys
from accounts.passkey_parties import Party
from accounts.passkeys import OWN_MAX, add, ask_to_add, ask_who, come_in, passkeys_of, remove
from catalogue.errors import (
    LastWayIn,
    Malformed,
    NotFound,
    PasskeyCopied,
    PasskeyFailed,
    PasskeyTaken,
    PasskeyUnknown,
    Refusal,
    TicketUnknown,
)
from catalogue.rulebook import rulebook
from tests.pocket_key import PRESENT, PocketKey, bytes_of, text_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = Party("stofstroom.example", "https://stofstroom.example")
Spoil = Callable[[dict[str, Any]], object]


class Owner(NamedTuple):
    """Somebody with a passkey."""

    id: int
    key: PocketKey


@pytest.fixture
def owner(stage: Session) -> Owner:
    """Anna, who has no password, and a passkey."""
    anna = person(stage, "anna")
    key = PocketKey(HERE.origin)
    give(stage, anna, key)
    return Owner(anna, key)


def person(stage: Session, name: str, password_hash: str = "") -> int:
    home = rulebook(stage).organisations["WATERKANT"].id
    row = stage.execute(
        text(
            "INSERT INTO person (email, name, password_hash, role, organisation_id, language,"
            " active, created_at, scope) VALUES (:email, :name, :hash, 'manager', :home, 'nl',"
            " true, :now, 'write') RETURNING id"
        ),
        {
            "email": f"{name}@example.org",
            "name": name,
            "hash": password_hash,
            "home": home,
            "now": "2026-03-02 09:00:00.000000",
        },
    )
    return int(row.scalar_one())


def give(stage: Session, person_id: int, key: PocketKey, name: str = "Telefoon") -> int:
    asked = ask_to_add(stage, person_id, HERE, now=NOW)
    answer = json.dumps(key.make(dict(asked.options)))
    return add(stage, person_id, HERE, ticket=asked.ticket, answer=answer, name=name, now=NOW)


def enter(
    stage: Session, key: PocketKey, spoil: Spoil = lambda _: None, *, now: datetime = NOW
) -> Refusal | int:
    """Show a passkey: who it is, or why not."""
    asked = ask_who(stage, HERE, now=NOW)
    answer = key.show(dict(asked.options))
    spoil(answer)
    done = come_in(stage, HERE, ticket=asked.ticket, answer=json.dumps(answer), now=now)
    return done.refusal or done.person_id


def noted(stage: Session) -> list[tuple[str, str, dict[str, Any]]]:
    rows = stage.execute(text("SELECT kind, target, details FROM audit_event ORDER BY id"))
    return [(kind, target, json.loads(details)) for kind, target, details in rows]


def test_what_is_asked_names_nobody_and_wants_the_holder_asked(
    stage: Session, owner: Owner
) -> None:
    options = ask_who(stage, HERE, now=NOW).options
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    assert options["rpId"] == "stofstroom.example"
    assert len(bytes_of(options["challenge"])) == 64
    made = ask_to_add(stage, owner.id, HERE, now=NOW).options
    assert made["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert made["attestation"] == "none"
    assert [one["id"] for one in made["excludeCredentials"]] == [text_of(owner.key.credential)]
    assert made["excludeCredentials"][0]["transports"] == ["hybrid", "internal"]
    assert made["user"]["id"] == owner.key.handle
    assert len(bytes_of(made["user"]["id"])) == 32


def test_a_passkey_lets_its_person_in_and_is_seen_to_be_used(stage: Session, owner: Owner) -> None:
    later = NOW + timedelta(minutes=1)
    assert enter(stage, owner.key, now=later) == owner.id
    assert enter(stage, owner.key, now=later) == owner.id
    [row] = passkeys_of(stage, owner.id)
    assert (row.name, row.backed_up, row.created_at, row.used_at) == ("Telefoon", False, NOW, later)
    assert noted(stage) == [("passkey_added", f"person:{owner.id}", {})]


def test_a_device_that_counts_nothing_is_believed(stage: Session) -> None:
    key = PocketKey(HERE.origin, counts=False)
    anna = person(stage, "anna")
    give(stage, anna, key)
    assert [enter(stage, key), enter(stage, key)] == [anna, anna]


def other_challenge(answer: dict[str, Any]) -> None:
    client = json.loads(bytes_of(answer["response"]["clientDataJSON"]))
    client["challenge"] = text_of(bytes(64))
    answer["response"]["clientDataJSON"] = text_of(json.dumps(client).encode())


@pytest.mark.parametrize(
    "spoil",
    [
        other_challenge,
        lambda answer: answer["response"].update(signature=text_of(b"no signature")),
        lambda answer: answer["response"].update(userHandle=text_of(bytes(32))),
        lambda answer: answer["response"].pop("userHandle"),
        lambda answer: answer["response"].update(userHandle="a"),
        lambda answer: answer["response"].update(userHandle=7),
        lambda answer: answer["response"].update(authenticatorData=text_of(bytes(37))),
        lambda answer: answer["response"].update(clientDataJSON=text_of(b"[]")),
        lambda answer: answer["response"].update(clientDataJSON=text_of(b"[" * 9_000)),
        lambda answer: answer["response"].update(clientDataJSON="é"),
        lambda answer: answer.update(response=[]),
        lambda answer: answer.update(id="other"),
        lambda answer: answer.update(type="password"),
        lambda answer: answer.clear(),
    ],
)
def test_an_answer_that_does_not_hold_lets_nobody_in(
    stage: Session, owner: Owner, spoil: Spoil
) -> None:
    assert isinstance(enter(stage, owner.key, spoil), PasskeyFailed)
    kind, _, details = noted(stage)[-1]
    assert (kind, details["problem"]) == ("sign_in_failed", "answer")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://stofstroom.example"])
def test_a_passkey_that_was_shown_at_another_site_lets_nobody_in(
    stage: Session, owner: Owner, origin: str
) -> None:
    owner.key.origin = origin
    assert isinstance(enter(stage, owner.key), PasskeyFailed)


@pytest.mark.parametrize("said", [{"crossOrigin": True}, {"topOrigin": "https://evil.example"}])
def test_a_passkey_shown_within_another_page_lets_nobody_in(
    stage: Session, owner: Owner, said: dict[str, Any]
) -> None:
    owner.key.said = said
    assert isinstance(enter(stage, owner.key), PasskeyFailed)


def test_a_passkey_for_another_host_lets_nobody_in(stage: Session, owner: Owner) -> None:
    owner.key.name = "example"
    assert isinstance(enter(stage, owner.key), PasskeyFailed)


def test_who_was_not_asked_by_the_device_is_not_let_in(stage: Session, owner: Owner) -> None:
    owner.key.flags = PRESENT
    assert isinstance(enter(stage, owner.key), PasskeyFailed)
    with pytest.raises(PasskeyFailed):
        give(stage, owner.id, PocketKey(HERE.origin, flags=PRESENT))


def test_an_answer_is_good_once(stage: Session, owner: Owner) -> None:
    asked = ask_who(stage, HERE, now=NOW)
    answer = json.dumps(owner.key.show(dict(asked.options)))
    first, again = (
        come_in(stage, HERE, ticket=asked.ticket, answer=answer, now=NOW) for _ in range(2)
    )
    assert first.person_id == owner.id
    assert (again.person_id, type(again.refusal)) == (0, TicketUnknown)


def test_a_try_that_failed_uses_its_challenge_up(stage: Session, owner: Owner) -> None:
    asked = ask_who(stage, HERE, now=NOW)
    good = json.dumps(owner.key.show(dict(asked.options)))
    assert come_in(stage, HERE, ticket=asked.ticket, answer="{}", now=NOW).refusal
    then = come_in(stage, HERE, ticket=asked.ticket, answer=good, now=NOW)
    assert isinstance(then.refusal, TicketUnknown)


def test_a_challenge_is_good_for_five_minutes_and_for_what_it_was_made_for(
    stage: Session, owner: Owner
) -> None:
    assert isinstance(enter(stage, owner.key, now=NOW + timedelta(minutes=5)), TicketUnknown)
    to_add = ask_to_add(stage, owner.id, HERE, now=NOW)
    answer = json.dumps(owner.key.show(dict(to_add.options)))
    wrong = come_in(stage, HERE, ticket=to_add.ticket, answer=answer, now=NOW)
    assert isinstance(wrong.refusal, TicketUnknown)
    for ticket in (ask_who(stage, HERE, now=NOW).ticket, "nothing"):
        with pytest.raises(TicketUnknown):
            add(stage, owner.id, HERE, ticket=ticket, answer="{}", name="x", now=NOW)


def test_a_counter_that_goes_back_lets_nobody_in_and_is_noted(stage: Session, owner: Owner) -> None:
    enter(stage, owner.key)
    enter(stage, owner.key)
    owner.key.count = 1
    assert isinstance(enter(stage, owner.key), PasskeyCopied)
    kind, target, details = noted(stage)[-1]
    assert (kind, target) == ("sign_in_failed", f"person:{owner.id}")
    assert details == {
        "by": "passkey",
        "problem": "possibly_copied",
        "passkey": passkeys_of(stage, owner.id)[0].id,
    }
    # And only whoever has the key can make it look so.
    forged = PocketKey(
        HERE.origin,
        credential=owner.key.credential,
        handle=owner.key.handle,
        name=owner.key.name,
    )
    assert isinstance(enter(stage, forged), PasskeyFailed)


def test_who_was_shut_out_is_answered_like_nobody(stage: Session, owner: Owner) -> None:
    stranger = PocketKey(HERE.origin, name=HERE.name, handle=owner.key.handle)
    assert isinstance(enter(stage, stranger), PasskeyUnknown)
    stage.execute(text("UPDATE person SET active = false WHERE id = :id"), {"id": owner.id})
    assert isinstance(enter(stage, owner.key), PasskeyUnknown)
    with pytest.raises(NotFound):
        ask_to_add(stage, owner.id, HERE, now=NOW)


def test_a_passkey_belongs_to_one_person(stage: Session, owner: Owner) -> None:
    bert = person(stage, "bert")
    with pytest.raises(PasskeyTaken):
        give(stage, bert, owner.key)
    asked = ask_to_add(stage, bert, HERE, now=NOW)
    answer = json.dumps(PocketKey(HERE.origin).make(dict(asked.options)))
    with pytest.raises(TicketUnknown):
        add(stage, owner.id, HERE, ticket=asked.ticket, answer=answer, name="x", now=NOW)
    assert passkeys_of(stage, bert) == []


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (PocketKey("https://evil.example"), "answer"),
        (PocketKey(HERE.origin, credential=bytes(1_060)), "answer"),
        (PocketKey(HERE.origin, credential=b""), "answer"),
        (PocketKey(HERE.origin, said={"type": "webauthn.get"}), "answer"),
        (PocketKey(HERE.origin, said={"challenge": "AAAA"}), "answer"),
        (PocketKey(HERE.origin, vouched={"fmt": "tpm", "attStmt": {}}), "answer"),
        (PocketKey(HERE.origin, vouched={"fmt": "packed", "attStmt": {"x5c": [b"a"]}}), "answer"),
        (PocketKey(HERE.origin, vouched={"fmt": "packed", "attStmt": {"sig": b"a"}}), "answer"),
        (PocketKey(HERE.origin, vouched={"fmt": ["none"], "attStmt": []}), "answer"),
    ],
)
def test_a_passkey_that_does_not_hold_is_not_kept(
    stage: Session, key: PocketKey, problem: str
) -> None:
    with pytest.raises(PasskeyFailed) as refused:
        give(stage, person(stage, "anna"), key)
    assert refused.value.figures == {"problem": problem}


def test_a_passkey_needs_a_name_and_there_are_not_too_many(
    stage: Session, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Malformed):
        give(stage, owner.id, PocketKey(HERE.origin), name=" ")
    monkeypatch.setattr(passkeys, "OWN_MAX", 1)
    with pytest.raises(PasskeyFailed):
        give(stage, owner.id, PocketKey(HERE.origin))
    assert OWN_MAX == 20


def test_the_last_way_in_is_not_removed(stage: Session, owner: Owner) -> None:
    [first] = passkeys_of(stage, owner.id)
    with pytest.raises(LastWayIn):
        remove(stage, owner.id, first.id, now=NOW)
    second = give(stage, owner.id, PocketKey(HERE.origin), name="Sleutel")
    remove(stage, owner.id, first.id, now=NOW)
    assert isinstance(enter(stage, owner.key), PasskeyUnknown)
    with pytest.raises(LastWayIn):
        remove(stage, owner.id, second, now=NOW)
    identities.link(stage, owner.id, issuer="https://id.example", subject="a", now=NOW)
    remove(stage, owner.id, second, now=NOW)
    assert passkeys_of(stage, owner.id) == []


def test_with_a_password_the_last_passkey_may_go_but_nobody_elses(
    stage: Session, owner: Owner
) -> None:
    bert = person(stage, "bert", password_hash="some hash")
    own = give(stage, bert, PocketKey(HERE.origin))
    with pytest.raises(NotFound):
        remove(stage, bert, passkeys_of(stage, owner.id)[0].id, now=NOW)
    remove(stage, bert, own, now=NOW)
    assert [kind for kind, _, _ in noted(stage)][-1] == "passkey_removed"
