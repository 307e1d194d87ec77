"""Mails, to a mail server on this machine: sent once, later, or never, in the reader's words."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from accounts.actions import make_token, open_session, set_active
from catalogue.kinds import Role
from catalogue.rulebook import rulebook
from notices import sending
from notices.actions import Cause, mail_to_address, prefer, set_contact
from notices.kinds import NoticeKind
from tests.builders import Depot
from tests.web.api.goods import shipped
from tests.web.mail_office import PUBLIC, Office, settings_of
from tests.web.postbox import Postbox, free_port, postbox, text_of
from web.app import create_app
from web.cookies import HOST_ONLY
from web.deps import SESSION_COOKIE


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as found:
        yield found


@pytest.fixture
def office(depot: Depot, box: Postbox) -> Office:
    return Office(depot, box.port)


def test_a_mail_says_it_plainly_twice_with_a_link_and_a_way_to_stop(
    office: Office, box: Postbox
) -> None:
    batch = office.stop_a_batch()
    office.work()
    by_reader = {mail["To"].addresses[0].addr_spec: mail for mail in box.mails}
    assert set(by_reader) == {"leader@example.org", "noorderhaven@example.org"}
    mail = by_reader["noorderhaven@example.org"]
    assert mail["Subject"] == "Partij stilgelegd"
    assert mail["From"] == "Stofstroom <berichten@stof.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == office.depot.now
    assert mail["List-Unsubscribe"] == f"<{PUBLIC}/notices/settings>"
    assert mail["Content-Language"] == "nl"
    for kind in ("plain", "html"):
        said = text_of(mail, kind)
        assert f"Gevonden in partij {batch}: knife." in said
        assert f"{PUBLIC}/batches/{batch}" in said
        assert "u kunt het niet uitzetten" in said
    assert "<img" not in text_of(mail, "html")
    assert office.states() == [("sent", "")] * 2


def test_a_mail_is_in_the_language_of_its_reader(office: Office, box: Postbox) -> None:
    office.stop_a_batch("DUINRAND")
    office.work()
    by_reader = {mail["To"].addresses[0].username: mail["Subject"] for mail in box.mails}
    assert by_reader == {"leader": "Partij stilgelegd", "duinrand": "Batch stopped"}


def test_several_notices_come_in_one_mail_after_an_hour(office: Office, box: Postbox) -> None:
    batches = [office.readers.after(office.depot.log, 100_000)["code"] for _ in range(3)]
    office.depot.later(minutes=59)
    assert office.work() == 0
    office.depot.later(minutes=1)
    office.work()
    (mail,) = box.mails
    assert mail["Subject"] == "Levering ontvangen (3)"
    assert all(batch in text_of(mail) for batch in batches)
    office.readers.after(office.depot.log, 100_000)
    office.depot.later(hours=1)
    office.work()
    assert box.mails[1]["Subject"] == "Levering ontvangen"


def test_no_mail_holds_anything_of_another_supplier(office: Office, box: Postbox) -> None:
    depot = office.depot
    own = {
        name: [office.readers.after(depot.log, 100_000, supplier=name)["code"] for _ in range(2)]
        for name in ("NOORDERHAVEN", "DUINRAND")
    }
    own["NOORDERHAVEN"].append(office.stop_a_batch("NOORDERHAVEN"))
    own["DUINRAND"].append(office.stop_a_batch("DUINRAND"))
    depot.later(hours=1)
    office.work()
    for mail in box.mails:
        reader = mail["To"].addresses[0].username
        others = {"noorderhaven": "DUINRAND", "duinrand": "NOORDERHAVEN"}.get(reader)
        if others:
            said = mail.as_string()
            assert not [code for code in own[others] if code in said]
    assert len(box.mails) == 2 + 4


@pytest.mark.parametrize("reply", ["451 Try again later", "421 Too busy"])
def test_what_is_not_taken_for_now_is_sent_later_and_once(
    office: Office, box: Postbox, reply: str
) -> None:
    office.readers.after(office.depot.find, None, kind="knife")
    box.replies = [reply]
    office.work()
    assert box.mails == []
    assert office.states() == [("sending", reply)]
    assert office.work() == 0, "not at once"
    office.depot.later(minutes=1)
    office.work()
    assert len(box.mails) == 1
    assert office.states() == [("sent", "")]


def test_a_mail_server_that_is_down_is_waited_for(depot: Depot) -> None:
    office = Office(depot, free_port())
    office.readers.after(depot.find, None, kind="knife")
    office.work()
    assert office.states()[0][0] == "sending"
    assert "ConnectionRefusedError" in office.states()[0][1]
    with postbox() as box:
        office.settings = settings_of(box.port)
        depot.later(hours=1)
        office.work()
        assert len(box.mails) == 1


def test_after_three_days_a_mail_is_given_up(depot: Depot) -> None:
    office = Office(depot, free_port())
    office.readers.after(depot.find, None, kind="knife")
    tries = 0
    for _ in range(3 * 24 + 5):
        tries += office.work()
        depot.later(hours=1)
    assert office.states()[0][0] == "failed"
    assert 20 <= tries <= 40


def test_an_address_that_does_not_exist_is_tried_once(office: Office, box: Postbox) -> None:
    box.refused = {"leader@example.org": "550 No such user"}
    office.readers.after(office.depot.find, None, kind="knife")
    office.work()
    office.depot.later(days=1)
    assert office.work() == 0
    assert office.states() == [("failed", "550 No such user")]
    assert box.mails == []


def test_what_was_switched_off_after_it_was_told_is_not_sent(office: Office, box: Postbox) -> None:
    office.readers.after(office.depot.log, 100_000)
    with office.depot.database.write() as session:
        key = office.readers.keys["noorderhaven"]
        prefer(session, key, {NoticeKind.DELIVERY_RECEIVED: (True, False)})
    office.depot.later(hours=1)
    office.work()
    assert box.mails == []
    assert office.states() == [("dropped", "")]


def test_nothing_is_sent_to_somebody_who_left(office: Office, box: Postbox) -> None:
    office.stop_a_batch()
    with office.depot.database.write() as session:
        home = rulebook(session).organisations["NOORDERHAVEN"].id
        key = office.readers.keys["noorderhaven"]
        set_active(session, key, active=False, of=[home], now=office.depot.now)
    office.work()
    assert [mail["To"].addresses[0].username for mail in box.mails] == ["leader"]


def test_without_a_mail_server_the_portal_is_all_there_is(depot: Depot) -> None:
    office = Office(depot, None)
    office.stop_a_batch()
    office.work()
    assert office.states() == [("dropped", "not_set_up")] * 2
    assert len(office.readers.rows("leader")) == 1


def test_a_worker_that_dies_after_sending_sends_the_same_mail_again(
    office: Office, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.readers.after(office.depot.find, None, kind="knife")

    class Killed(BaseException):
        pass

    def killed(*_given: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "end", killed)
        with pytest.raises(Killed):
            office.work()
    assert office.states() == [("sending", "")]
    office.depot.later(minutes=6)
    office.work()
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(first) == text_of(second)
    assert office.states() == [("sent", "")]
    office.depot.later(days=1)
    assert office.work() == 0


def test_what_comes_after_a_mail_was_begun_is_in_another_mail(office: Office, box: Postbox) -> None:
    office.readers.after(office.depot.log, 100_000)
    box.replies = ["451 Later"]
    office.depot.later(hours=1)
    office.work()
    late = office.readers.after(office.depot.log, 100_000)["code"]
    office.depot.later(hours=1)
    office.work()
    assert len(box.mails) == 2
    assert [late in text_of(mail) for mail in box.mails].count(True) == 1


def test_no_name_makes_a_header_of_its_own(office: Office, box: Postbox) -> None:
    evil = 'X" <a@evil.example>,\r\nBcc: all@example.org\r\n\r\n<b>hi</b>'
    with office.depot.database.write() as session:
        session.execute(
            text("UPDATE person SET name = :name WHERE email = 'leader@example.org'"),
            {"name": evil},
        )
    office.readers.after(office.depot.find, None, kind="knife")
    office.work()
    (mail,) = box.mails
    assert box.recipients == [["leader@example.org"]]
    assert mail["Bcc"] is None
    assert [one.addr_spec for one in mail["To"].addresses] == ["leader@example.org"]
    assert "<b>" not in text_of(mail, "html")


def test_a_partner_without_an_account_can_answer_to_stop_it(office: Office, box: Postbox) -> None:
    depot = office.depot
    with depot.database.write() as session:
        book = rulebook(session)
        ours, child = book.organisations["WATERKANT"].id, book.organisations["ZEEKANT"].id
        set_contact(session, ours, child, address="post@zeekant.example", language="nl")
    office.readers.after(depot.log, 100_000, supplier="ZEEKANT")
    depot.later(hours=1)
    office.work()
    mail = next(one for one in box.mails if "zeekant" in one["To"])
    assert mail["List-Unsubscribe"].startswith("<mailto:berichten@stof.example.org?")
    assert PUBLIC not in text_of(mail), "no page opens for who cannot sign in"
    assert "Antwoord erop" in text_of(mail)


def test_a_page_that_only_one_mail_opens_is_forgotten_when_it_is_sent(
    office: Office, box: Postbox
) -> None:
    depot = office.depot
    with depot.database.write() as session:
        ours = rulebook(session).organisations["WATERKANT"].id
        cause = Cause(
            kind=NoticeKind.SHIPMENT_COMES,
            key="link:1",
            operator_id=ours,
            site_id=None,
            subject="Z123",
            audiences=[],
            figures={"mass_g": 1000, "day": depot.now.date().isoformat()},
        )
        told = [
            mail_to_address(
                session,
                cause,
                address="chauffeur@example.org",
                language="en",
                path="/confirm/SECRET",
                now=depot.now,
            )
            for _ in range(2)
        ]
    assert told == [True, False], "the same cause is told once"
    office.work()
    (mail,) = box.mails
    assert f"Tell us what you did with it: {PUBLIC}/confirm/SECRET" in text_of(mail)
    with depot.database.read() as session:
        for table, column in (("mail", "path"), ("job", "payload"), ("notice", "figures")):
            rows = session.execute(text(f"SELECT {column} FROM {table}")).scalars()
            assert not [row for row in rows if row and "SECRET" in str(row)]


def test_a_link_is_mailed_to_the_address_that_a_leader_gives(office: Office, box: Postbox) -> None:
    shipment = shipped(office.depot)
    app = create_app(office.settings, database=office.depot.database)
    app.state.clock = lambda: office.depot.now
    with office.depot.database.write() as session:
        token = make_token(
            session,
            role=Role.TEAM_LEADER,
            organisation="WATERKANT",
            name="leader",
            now=office.depot.now,
        )
    client = TestClient(app, base_url=PUBLIC, headers={"authorization": f"Bearer {token}"})
    path = f"/api/v1/shipments/{shipment}/link"
    asked = {"address": "Expeditie@vezelhof.example", "language": "en"}
    wrong = client.post(path, json={**asked, "address": "nobody"})
    assert wrong.status_code == 422
    made = client.post(path, json=asked).json()
    assert made["mailed"] is True
    office.work()
    (mail,) = box.mails
    assert mail["To"] == "expeditie@vezelhof.example"
    assert made["url"] in text_of(mail)
    assert mail["Subject"] == "Shipment on its way"
    app.state.settings = settings_of(None)
    assert client.post(path, json=asked).json()["mailed"] is False


def test_a_link_made_on_a_page_is_mailed_too(parallel_depot: Depot, box: Postbox) -> None:
    depot, office = parallel_depot, Office(parallel_depot, box.port)
    shipment = shipped(depot)
    app = create_app(office.settings, database=depot.database)
    app.state.clock = lambda: depot.now
    with depot.database.write() as session:
        book = rulebook(session)
        ours, outlet = book.organisations["WATERKANT"].id, book.organisations["VEZELHOF"].id
        set_contact(session, ours, outlet, address="post@vezelhof.example", language="en")
        cookie = open_session(session, office.readers.keys["leader"], now=depot.now)
    client = TestClient(
        app,
        base_url=PUBLIC,
        cookies={f"{HOST_ONLY}{SESSION_COOKIE}": cookie},
        headers={"accept-language": "nl", "origin": PUBLIC},
    )
    path = f"/shipments/{shipment}/link"
    assert 'value="post@vezelhof.example"' in client.get(path).text
    wrong = client.post(path, data={"days": "60", "address": "nobody"})
    assert wrong.status_code == 422
    typed = {"days": "60", "address": "post@vezelhof.example", "language": "en"}
    made = client.post(path, data=typed)
    assert "Hij is ook gemaild naar post@vezelhof.example." in made.text
    office.work()
    (mail,) = box.mails
    assert f"{PUBLIC}/outlet/" in text_of(mail)
    assert mail["Content-Language"] == "en"


def test_a_server_sends_mails_by_itself(parallel_depot: Depot, box: Postbox) -> None:
    office = Office(parallel_depot, box.port)
    office.stop_a_batch()
    patience = time.monotonic() + 30
    with TestClient(create_app(office.settings, database=parallel_depot.database)):
        while len(box.mails) < 2 and time.monotonic() < patience:
            time.sleep(0.05)
    assert sorted(str(mail["To"].addresses[0].username) for mail in box.mails) == [
        "leader",
        "noorderhaven",
    ]


def test_mails_are_sent_on_both_databases(parallel_depot: Depot, box: Postbox) -> None:
    office = Office(parallel_depot, box.port)
    office.stop_a_batch()
    office.readers.after(parallel_depot.log, 100_000)
    office.readers.after(parallel_depot.log, 100_000)
    office.work()
    parallel_depot.later(hours=1)
    office.work()
    assert len(box.mails) == 3
    assert {state for state, _ in office.states()} == {"sent"}
