"""The accounts elsewhere that let somebody in: linked, seen and unlinked by nobody else."""

from __future__ import annotations

from sqlmodel import col, select

from accounts import identities, tickets
from accounts.tables import AuditEvent, Identity, Person, Ticket
from accounts.tickets import Purpose
from tests.builders import Depot
from tests.web.id_provider import IdProvider
from tests.web.pages.conftest import words
from tests.web.pages.signing_on import (
    Doorway,
    come_back,
    enter,
    led_to,
    person,
    session_cookies,
    set_out,
    through,
)

__all__ = ["enter"]


def test_an_account_is_linked_seen_and_unlinked_by_its_person(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    leader = enter("leader")
    assert "nog geen account aan u gekoppeld" in leader.text("/account/identity")
    asked = set_out(leader, "/account/identity")
    response = come_back(leader, id_provider.grant(asked, "l-1"))
    assert led_to(response) == "/account/identity?done=identity_linked"
    assert session_cookies(response) == []
    shown = leader.text("/account/identity")
    assert "Ministerie" in shown
    assert "l-1" not in shown
    with hall.database.read() as session:
        own = session.exec(select(Identity).where(col(Identity.subject) == "l-1")).one()
    assert own.person_id == person(hall.database, "leader")
    assert through(enter("stranger"), id_provider, "l-1").status_code == 200

    assert enter("manager").get(f"/account/identity/{own.id}").status_code == 404
    assert enter("manager").client.post(f"/account/identity/{own.id}").status_code == 404
    unlinked = leader.send(f"/account/identity/{own.id}")
    assert "Het account is ontkoppeld." in unlinked.text
    assert through(enter("stranger"), id_provider, "l-1").status_code == 403
    with hall.database.read() as session:
        kinds = [one.kind for one in session.exec(select(AuditEvent).order_by(col(AuditEvent.id)))]
    assert {"identity_linked", "identity_unlinked"} <= set(kinds)


def invited(hall: Depot) -> tuple[int, str]:
    """Somebody who has no way in yet but an invitation, and that."""
    with hall.database.write() as session:
        home = session.get_one(Person, person(hall.database, "worker")).organisation_id
        new = Person(
            email="new@example.org",
            name="Noor",
            password_hash="",
            role="worker",
            organisation_id=home,
            active=False,
            created_at=hall.now,
        )
        session.add(new)
        session.flush()
        return new.id, tickets.issue(session, Purpose.INVITATION, person_id=new.id, now=hall.now)


def test_an_invitation_is_accepted_once_by_an_account_elsewhere(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    new, invitation = invited(hall)
    browser, late = enter("stranger"), enter("stranger")
    page = browser.get(f"/invitation/{invitation}").text
    assert f'<input type="hidden" name="invitation" value="{invitation}">' in page
    answers = [
        (one, id_provider.grant(set_out(one, invitation=invitation), subject))
        for one, subject in ((browser, "n-1"), (late, "n-2"))
    ]
    response = come_back(*answers[0])
    assert session_cookies(response)
    assert browser.get("/batches").status_code == 200
    with hall.database.read() as session:
        [known] = identities.identities_of(session, new)
        assert invitation not in "".join(session.exec(select(Ticket.payload)))
    assert known.used_at == hall.now
    assert "ticket_unknown" in come_back(*answers[1]).text
    again = enter("stranger").client.post(
        "/login/sso", data={"provider": "1", "invitation": invitation}
    )
    assert "ticket_unknown" in again.text


def test_an_invitation_is_not_accepted_by_the_account_of_somebody_else(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    new, invitation = invited(hall)
    response = through(enter("stranger"), id_provider, "m-1", invitation=invitation)
    assert "identity_taken" in response.text
    assert through(enter("stranger"), id_provider, "n-1", invitation=invitation).status_code == 200
    with hall.database.read() as session:
        assert len(identities.identities_of(session, new)) == 1


def test_nobody_links_the_account_of_somebody_else(enter: Doorway, id_provider: IdProvider) -> None:
    leader = enter("leader")
    response = come_back(leader, id_provider.grant(set_out(leader, "/account/identity"), "m-1"))
    assert (response.status_code, "identity_taken" in response.text) == (409, True)


def test_linking_needs_the_session_that_it_began_in(
    enter: Doorway, id_provider: IdProvider
) -> None:
    leader = enter("leader")
    asked = set_out(leader, "/account/identity")
    leader.client.post("/logout")
    assert "ticket_unknown" in come_back(leader, id_provider.grant(asked, "l-1")).text
    assert through(enter("stranger"), id_provider, "l-1").status_code == 403


def test_who_signed_in_long_ago_proves_it_anew_before_anything_is_linked(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    manager = enter("manager")
    with hall.database.read() as session:
        [own] = identities.identities_of(session, person(hall.database, "manager"))
    hall.later(minutes=16)
    for path in ("/account/identity", f"/account/identity/{own.id}"):
        response = manager.client.post(path, data={"provider": "1"})
        assert "proof_too_old" in response.text or response.url.path == "/login/again"
    assert id_provider.asked == []
    with hall.database.read() as session:
        assert identities.identities_of(session, person(hall.database, "manager")) == [own]


def test_the_last_way_in_is_not_unlinked(
    enter: Doorway, id_provider: IdProvider, hall: Depot
) -> None:
    with hall.database.write() as session:
        manager = session.get(Person, person(hall.database, "manager"))
        assert manager is not None
        manager.password_hash = ""
        session.add(manager)
        [own] = identities.identities_of(session, manager.id)
    browser = enter("manager")
    refused = browser.send(f"/account/identity/{own.id}")
    assert (refused.status_code, "laatste manier" in words(refused)) == (409, True)
    assert through(enter("stranger"), id_provider).status_code == 200
