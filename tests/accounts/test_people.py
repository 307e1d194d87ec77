"""Who may invite, change and shut out whom, and what a link of theirs does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from accounts import joining, people
from accounts.actions import open_session
from accounts.people import By, Place
from accounts.people_views import State, people_for, person_for
from accounts.queries import viewer_as, viewer_of
from accounts.tickets import Purpose
from catalogue.errors import (
    LastAdministrator,
    Malformed,
    NotAllowed,
    NotFound,
    OwnAccount,
    TicketUnknown,
)
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from tests.builders import Depot

HASHED = "hashed elsewhere"
WORKER = Place(role=Role.WORKER, organisation="WATERKANT", site="S1")


def by(
    session: Session, depot: Depot, role: Role, organisation: str, actor: str = "person:0"
) -> By:
    book = rulebook(session)
    viewer = viewer_as(book, role, book.organisation(organisation).id)
    return By(viewer=viewer, actor=actor, now=depot.now)


def invited(session: Session, who: By, place: Place, name: str = "Anna") -> people.Invited:
    return people.invite(
        session,
        email=f"{name.lower()}@example.org",
        name=name,
        language="nl",
        place=place,
        by=who,
    )


def come(session: Session, who: By, place: Place, name: str = "Anna") -> int:
    ticket = invited(session, who, place, name).ticket
    said = {"name": name, "language": "nl", "hashed": HASHED}
    return joining.accept(session, ticket, **said, now=who.now)


def noted(session: Session) -> list[str]:
    return list(session.execute(text("SELECT kind FROM audit_event ORDER BY id")).scalars())


def test_who_is_invited_comes_once_and_within_a_week(stage: Session, depot: Depot) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    ticket = invited(stage, chief, WORKER).ticket
    late = depot.now + timedelta(days=7)
    with pytest.raises(TicketUnknown):
        joining.guest_of(stage, Purpose.INVITATION, ticket, now=late)
    guest = joining.guest_of(stage, Purpose.INVITATION, ticket, now=depot.now)
    assert (guest.email, guest.role) == ("anna@example.org", Role.WORKER)
    said: dict[str, Any] = {"name": "Anna B.", "language": "en", "hashed": HASHED}
    key = joining.accept(stage, ticket, **said, now=depot.now)
    row = person_for(stage, rulebook(stage), chief.viewer, key)
    assert (row.name, row.language, row.state) == ("Anna B.", "en", State.ACTIVE)
    with pytest.raises(TicketUnknown):
        joining.accept(stage, ticket, **said, now=depot.now)
    assert noted(stage) == ["person_invited", "invitation_accepted"]


def test_a_new_link_ends_the_one_before_and_a_taken_back_one_too(
    stage: Session, depot: Depot
) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    first = invited(stage, chief, WORKER)
    second = people.invite_again(stage, first.person_id, by=chief)
    with pytest.raises(TicketUnknown):
        joining.guest_of(stage, Purpose.INVITATION, first.ticket, now=depot.now)
    assert joining.guest_of(stage, Purpose.INVITATION, second, now=depot.now).name == "Anna"
    people.withdraw_invitation(stage, first.person_id, by=chief)
    with pytest.raises(TicketUnknown):
        joining.guest_of(stage, Purpose.INVITATION, second, now=depot.now)
    row = person_for(stage, rulebook(stage), chief.viewer, first.person_id)
    assert (row.state, row.until) == (State.INVITED, None)


def test_an_account_elsewhere_is_as_good_as_a_password(stage: Session, depot: Depot) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    new = invited(stage, chief, WORKER)
    row = stage.execute(text("SELECT id FROM ticket")).scalar_one()
    assert joining.accept_by_identity(stage, row, now=depot.now) == new.person_id
    assert person_for(stage, rulebook(stage), chief.viewer, new.person_id).state is State.ACTIVE


@pytest.mark.parametrize(
    ("role", "organisation", "place", "refusal"),
    [
        (Role.ADMINISTRATOR, "WATERKANT", {"organisation": "BUITENPOST"}, NotFound),
        (Role.SUPPLIER, "NOORDERHAVEN", {"organisation": "WATERKANT"}, NotFound),
        (Role.SUPPLIER, "NOORDERHAVEN", {"organisation": "DUINRAND"}, NotFound),
        (Role.SUPPLIER, "NOORDERHAVEN", {"role": Role.OUTLET}, NotAllowed),
        (Role.SUPPLIER, "NOORDERHAVEN", {"role": Role.ADMINISTRATOR}, NotAllowed),
        (Role.MANAGER, "WATERKANT", {"organisation": "WATERKANT"}, NotFound),
        (Role.ADMINISTRATOR, "WATERKANT", {"role": Role.WORKER}, Malformed),
        (Role.ADMINISTRATOR, "WATERKANT", {"scope": "all"}, Malformed),
    ],
)
def test_nobody_hands_out_more_than_is_theirs_to_give(
    stage: Session,
    depot: Depot,
    role: Role,
    organisation: str,
    place: dict[str, Any],
    refusal: type[Exception],
) -> None:
    wanted = replace(Place(role=Role.SUPPLIER, organisation="NOORDERHAVEN"), **place)
    with pytest.raises(refusal):
        invited(stage, by(stage, depot, role, organisation), wanted)
    assert noted(stage) == []


def test_only_a_suppliers_people_are_limited_to_looking(stage: Session, depot: Depot) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    with pytest.raises(Malformed):
        invited(stage, chief, replace(WORKER, scope="read"))
    supplier = by(stage, depot, Role.SUPPLIER, "NOORDERHAVEN")
    place = Place(role=Role.SUPPLIER, organisation="NOORDERHAVEN", scope="read")
    key = come(stage, supplier, place)
    found = viewer_of(stage, open_session(stage, key, now=depot.now), depot.now)
    assert found is not None
    assert found.scope == "read"


def test_who_is_tied_to_a_site_looks_after_its_people_alone(stage: Session, depot: Depot) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    book = rulebook(stage)
    tied = replace(chief, viewer=replace(chief.viewer, site_id=book.sites["S1"].id))
    here = come(stage, tied, WORKER)
    everywhere = come(stage, chief, replace(WORKER, site=None), "Bert")
    assert [row.id for row in people_for(stage, book, tied.viewer)] == [here]
    for place in (replace(WORKER, site=None), Place(role=Role.SUPPLIER, organisation="DUINRAND")):
        with pytest.raises(NotAllowed):
            people.change(stage, here, place, by=tied)
    with pytest.raises(NotFound):
        people.shut_out(stage, everywhere, by=tied)


def test_another_role_or_being_shut_out_ends_all_sessions_and_links(
    stage: Session, depot: Depot
) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    key = come(stage, chief, WORKER)
    before = open_session(stage, key, now=depot.now)
    people.change(stage, key, replace(WORKER, role=Role.TEAM_LEADER), by=chief)
    assert viewer_of(stage, before, depot.now) is None
    again = open_session(stage, key, now=depot.now)
    link = people.reset_link(stage, key, by=chief)
    people.shut_out(stage, key, by=chief)
    assert viewer_of(stage, again, depot.now) is None
    with pytest.raises(TicketUnknown):
        joining.reset(stage, link, HASHED, now=depot.now)
    people.let_in_again(stage, key, by=chief)
    after = viewer_of(stage, open_session(stage, key, now=depot.now), depot.now)
    assert after is not None
    assert after.viewer.role is Role.TEAM_LEADER
    assert noted(stage)[2:] == [
        "person_changed",
        "reset_link_made",
        "person_shut_out",
        "person_let_in",
    ]


def test_nobody_changes_themselves_and_one_administrator_stays(
    stage: Session, depot: Depot
) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    place = Place(role=Role.ADMINISTRATOR, organisation="WATERKANT")
    only = come(stage, chief, place)
    self = replace(chief, actor=f"person:{only}")
    acts = (people.shut_out, people.let_in_again, people.reset_link)
    for act in acts:
        with pytest.raises(OwnAccount):
            act(stage, only, by=self)
    with pytest.raises(OwnAccount):
        people.change(stage, only, WORKER, by=self)
    with pytest.raises(LastAdministrator):
        people.shut_out(stage, only, by=chief)
    with pytest.raises(LastAdministrator):
        people.change(stage, only, WORKER, by=chief)
    people.change(stage, only, replace(place, site="S1"), by=chief)
    second = come(stage, chief, place, "Bert")
    people.shut_out(stage, only, by=replace(chief, actor=f"person:{second}"))


def test_a_suppliers_people_see_each_other_and_nobody_else(stage: Session, depot: Depot) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    supplier = by(stage, depot, Role.SUPPLIER, "NOORDERHAVEN")
    own = come(stage, chief, Place(role=Role.SUPPLIER, organisation="NOORDERHAVEN"))
    other = come(stage, chief, Place(role=Role.SUPPLIER, organisation="DUINRAND"), "Bert")
    staff = come(stage, chief, WORKER, "Cees")
    book = rulebook(stage)
    assert [row.id for row in people_for(stage, book, supplier.viewer)] == [own]
    for stranger in (other, staff):
        for act in (people.shut_out, people.let_in_again, people.invite_again, people.reset_link):
            with pytest.raises(NotFound):
                act(stage, stranger, by=supplier)
    with pytest.raises(NotAllowed):
        people.reset_link(stage, own, by=supplier)


def test_a_link_for_a_new_password_works_once_and_keeps_the_second_factor(
    stage: Session, depot: Depot
) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    key = come(stage, chief, WORKER)
    stage.execute(
        text(
            "INSERT INTO authenticator (person_id, secret, created_at, confirmed_at)"
            " VALUES (:key, 'sealed', :now, :now)"
        ),
        {"key": key, "now": depot.now.isoformat()},
    )
    before = open_session(stage, key, now=depot.now)
    first = joining.reset_ticket(stage, key, now=depot.now)
    assert first is not None
    assert joining.reset_ticket(stage, key, now=depot.now + timedelta(minutes=4)) is None
    later = depot.now + timedelta(minutes=6)
    second = joining.reset_ticket(stage, key, now=later)
    assert second is not None
    for worthless, at in ((first, later), (second, later + timedelta(hours=1))):
        with pytest.raises(TicketUnknown):
            joining.reset(stage, worthless, HASHED, now=at)
    joining.reset(stage, second, "another", now=later)
    assert viewer_of(stage, before, later) is None
    row = person_for(stage, rulebook(stage), chief.viewer, key)
    assert row.has_app
    with pytest.raises(TicketUnknown):
        joining.reset(stage, second, HASHED, now=later)


def test_who_forgot_is_asked_the_same_whether_they_are_known_or_not(
    stage: Session, depot: Depot
) -> None:
    chief = by(stage, depot, Role.ADMINISTRATOR, "WATERKANT")
    key = come(stage, chief, WORKER)
    stage.execute(text("DELETE FROM job"))
    for address in ("anna@example.org", "nobody@example.org", "no address"):
        joining.ask_reset(stage, address, now=depot.now)
    stage.flush()
    jobs = list(stage.execute(text("SELECT payload FROM job ORDER BY id")).scalars())
    assert [f'"person": {whose}' in job for whose, job in zip((key, 0, 0), jobs, strict=True)]
    assert "example.org" not in "".join(jobs)
    assert noted(stage)[2:] == ["password_reset_asked"] * 3
