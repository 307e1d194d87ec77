"""Tablets: a code lets one in, a token keeps it in, and a team leader puts it out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from accounts import actions, devices, queries
from accounts.devices import Enrolled
from accounts.queries import DeviceRow, Signed
from accounts.secret import CODE_LENGTH, TABLET_PREFIX, TOKEN_PREFIX
from catalogue.access import Viewer
from catalogue.codes import ALPHABET
from catalogue.errors import EnrolmentUnknown, Malformed, NotAllowed, NotFound
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from store.engine import Database
from tests.accounts.test_actions import counted
from tests.cast import take_the_stage, viewers

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
HOUR = timedelta(hours=1)


def asking(session: Session, name: str = "leader") -> Viewer:
    return viewers(session)[name]


def code_for(session: Session, station: str = "S1-A", name: str = "Tafel 1") -> str:
    return devices.issue_code(session, station, name, viewer=asking(session), now=NOW)


def let_in(session: Session, station: str = "S1-A", name: str = "Tafel 1") -> Enrolled:
    return devices.enrol(session, code_for(session, station, name), now=NOW)


def behind(session: Session, plain: str) -> Signed:
    found = queries.viewer_of(session, plain, SOON)
    assert found is not None
    return found


def only(session: Session, station: str = "S1-A") -> DeviceRow:
    (row,) = queries.devices(session, [rulebook(session).stations[station].id])
    return row


def test_a_code_lets_one_tablet_in_as_a_worker_at_its_station(stage: Session) -> None:
    enrolled = devices.enrol(stage, code_for(stage), now=SOON)
    assert (enrolled.name, enrolled.station.code, enrolled.site.code) == ("Tafel 1", "S1-A", "S1")
    assert enrolled.token.startswith(TABLET_PREFIX)
    me, book = behind(stage, enrolled.token), rulebook(stage)
    assert me.viewer == Viewer(
        role=Role.WORKER,
        organisation_id=book.organisations["WATERKANT"].id,
        operator_id=book.organisations["WATERKANT"].id,
        site_id=book.sites["S1"].id,
        station_id=book.stations["S1-A"].id,
    )
    assert (me.kind, me.name, me.language) == ("device", "Tafel 1", None)
    assert (me.actor, me.device_id) == (f"device:{enrolled.device_id}", enrolled.device_id)


def test_a_code_is_easy_to_type_and_hard_to_guess(stage: Session) -> None:
    made = {code_for(stage) for _ in range(50)}
    assert len(made) == 50
    assert {len(code) for code in made} == {CODE_LENGTH}
    assert set("".join(made)) <= set(ALPHABET)
    assert len(ALPHABET) ** CODE_LENGTH > 6_000_000_000


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: f" {code[:4]} {code[4:]} ",
        lambda code: f"{code[:4]}-{code[4:]}".lower(),
        lambda code: f"{code}\r\n",
    ],
    ids=["small letters", "spaces", "a hyphen", "a scanner's ending"],
)
def test_a_code_may_be_typed_in_many_ways(stage: Session, typed: Callable[[str], str]) -> None:
    assert devices.enrol(stage, typed(code_for(stage)), now=NOW).station.code == "S1-A"


def test_a_code_that_was_used_lets_nobody_in_again(stage: Session) -> None:
    code = code_for(stage)
    devices.enrol(stage, code, now=NOW)
    with pytest.raises(EnrolmentUnknown):
        devices.enrol(stage, code, now=NOW)


def test_a_code_is_worth_nothing_after_an_hour(stage: Session) -> None:
    in_time, late = code_for(stage), code_for(stage)
    devices.enrol(stage, in_time, now=NOW + HOUR - timedelta(seconds=1))
    with pytest.raises(EnrolmentUnknown):
        devices.enrol(stage, late, now=NOW + HOUR)


@pytest.mark.parametrize(
    "guess", ["", "x", "2345678", "2345 678F", "2345678F2", "ſ345678F", "23456781", "2" * 1_000_000]
)
def test_a_guess_lets_no_tablet_in(stage: Session, guess: str) -> None:
    code_for(stage)
    with pytest.raises(EnrolmentUnknown):
        devices.enrol(stage, guess, now=NOW)


def test_codes_that_ran_out_are_thrown_away(stage: Session) -> None:
    code_for(stage)
    for later in (HOUR - timedelta(seconds=1), HOUR):
        devices.issue_code(stage, "S1-B", "Tafel 2", viewer=asking(stage), now=NOW + later)
    assert stage.execute(text("SELECT count(*) FROM enrolment")).scalar_one() == 2


def test_neither_the_code_nor_the_token_of_a_tablet_is_kept(stage: Session) -> None:
    code = code_for(stage)
    token = devices.enrol(stage, code, now=NOW).token
    tables = [
        stage.execute(text(f"SELECT * FROM {name}")).all() for name in ("enrolment", "device")
    ]
    for secret in (code, token, token.removeprefix(TABLET_PREFIX)):
        assert secret not in str(tables)


@pytest.mark.parametrize("who", ["worker", "manager", "auditor", "noorderhaven", "vezelhof"])
def test_only_leaders_and_administrators_let_tablets_in(stage: Session, who: str) -> None:
    key = let_in(stage).device_id
    with pytest.raises((NotAllowed, NotFound)):
        devices.issue_code(stage, "S1-A", "Tafel 1", viewer=asking(stage, who), now=NOW)
    with pytest.raises(NotAllowed):
        devices.revoke_device(stage, key, viewer=asking(stage, who), now=NOW)


@pytest.mark.parametrize(
    ("who", "station"), [("outsider", "S1-A"), ("leader_s2", "S1-A"), ("leader", "NOWHERE")]
)
def test_a_station_of_others_cannot_be_enrolled(stage: Session, who: str, station: str) -> None:
    with pytest.raises(NotFound):
        devices.issue_code(stage, station, "Tafel 1", viewer=asking(stage, who), now=NOW)


def test_an_administrator_lets_tablets_in(stage: Session) -> None:
    book = rulebook(stage)
    viewer = queries.viewer_as(book, Role.ADMINISTRATOR, book.organisations["WATERKANT"].id)
    code = devices.issue_code(stage, "S2-A", "Kar", viewer=viewer, now=NOW)
    assert devices.enrol(stage, code, now=NOW).site.code == "S2"


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "two\nlines"])
def test_a_tablet_needs_a_name_on_one_line(stage: Session, name: str) -> None:
    with pytest.raises(Malformed):
        code_for(stage, name=name)


def test_a_tablet_that_is_put_out_is_nobody(stage: Session) -> None:
    enrolled, other = let_in(stage), let_in(stage)
    gone = devices.revoke_device(stage, enrolled.device_id, viewer=asking(stage), now=NOW)
    assert gone.name == "Tafel 1"
    assert queries.viewer_of(stage, enrolled.token, SOON) is None
    assert behind(stage, other.token).device_id == other.device_id
    assert only(stage).id == other.device_id
    with pytest.raises(NotFound):
        devices.revoke_device(stage, enrolled.device_id, viewer=asking(stage), now=NOW)


@pytest.mark.parametrize("who", ["outsider", "leader_s2"])
def test_a_tablet_of_others_cannot_be_put_out(stage: Session, who: str) -> None:
    enrolled = let_in(stage)
    with pytest.raises(NotFound):
        devices.revoke_device(stage, enrolled.device_id, viewer=asking(stage, who), now=NOW)
    assert behind(stage, enrolled.token).device_id == enrolled.device_id


def test_what_a_tablet_says_of_itself_is_kept(stage: Session) -> None:
    key = let_in(stage).device_id
    assert only(stage).seen_at is None
    with counted(stage) as statements:
        devices.heard(stage, key, now=SOON, app_version="1.4", waiting=7, attention=2, counter=31)
    assert len(statements) == 1
    row = only(stage)
    assert (row.seen_at, row.app_version) == (SOON, "1.4")
    assert (row.waiting, row.attention, row.counter) == (7, 2, 31)


def test_the_counter_of_a_tablet_never_goes_back(stage: Session) -> None:
    key = let_in(stage).device_id
    for counter in (31, 12):
        devices.heard(
            stage, key, now=SOON, app_version="1.4", waiting=0, attention=0, counter=counter
        )
    assert only(stage).counter == 31


def test_a_tablet_is_known_in_two_statements(stage: Session) -> None:
    plain = let_in(stage).token
    behind(stage, plain)
    with counted(stage) as statements:
        behind(stage, plain)
    assert len(statements) == 2


def test_the_token_of_a_machine_is_not_looked_for_among_tablets(stage: Session) -> None:
    machine = actions.make_token(
        stage, role=Role.WORKER, organisation="WATERKANT", name="import", now=NOW
    )
    assert behind(stage, machine).kind == "api"
    tablet = let_in(stage).token
    assert queries.viewer_of(stage, tablet.replace(TABLET_PREFIX, TOKEN_PREFIX), SOON) is None


def test_a_tablet_stays_in_when_everybody_is_signed_out(stage: Session) -> None:
    plain = let_in(stage).token
    actions.end_all_sessions(stage, now=NOW)
    assert behind(stage, plain).kind == "device"


def test_tablets_are_listed_by_name_with_the_stations_asked_for(stage: Session) -> None:
    for station, name in (("S1-A", "Tafel 2"), ("S1-A", "Tafel 1"), ("S1-B", "Kar")):
        let_in(stage, station, name)
    listed = queries.devices(stage, [rulebook(stage).stations["S1-A"].id])
    assert [row.name for row in listed] == ["Tafel 1", "Tafel 2"]


def test_of_two_tablets_with_one_code_one_is_let_in(database: Database) -> None:
    with database.write() as session:
        take_the_stage(session)
    with database.write() as session:
        code = code_for(session)

    def try_it(_: int) -> bool:
        try:
            with database.write() as session:
                token = devices.enrol(session, code, now=SOON).token
        except EnrolmentUnknown:
            return False
        with database.read() as session:
            return behind(session, token).kind == "device"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_it, range(4))) == [False, False, False, True]
    with database.write() as session:
        row = only(session)
        devices.heard(session, row.id, now=SOON, app_version="1", waiting=0, attention=0, counter=2)
        assert only(session).counter == 2
