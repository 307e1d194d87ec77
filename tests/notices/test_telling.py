"""Who is told what: their own things, once, and never anything of somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from accounts.actions import set_active
from catalogue.actions import define
from catalogue.errors import Malformed, NotFound
from catalogue.rulebook import rulebook
from notices.actions import forget, mark_read, prefer, set_contact
from notices.kinds import NoticeKind
from notices.queries import count_unread, preferences, unsent_mails
from notices.sending import take_up
from notices.views import LOOKED_BACK
from tests.builders import Depot
from tests.notices.reading import Readers


@pytest.fixture
def readers(depot: Depot) -> Readers:
    return Readers(depot)


def _mails(readers: Readers, columns: str = "kind, state") -> list[tuple[object, ...]]:
    with readers.depot.database.read() as session:
        rows = session.execute(text(f"SELECT {columns} FROM mail ORDER BY id"))
        return [tuple(row) for row in rows]


def test_a_supplier_hears_of_its_delivery_once_a_day_and_nobody_else_does(
    readers: Readers,
) -> None:
    depot = readers.depot
    delivery = depot.announce(300_000)["code"]
    readers.after(depot.log, 100_000, delivery=delivery)
    readers.after(depot.log, 100_000, delivery=delivery)
    assert readers.told() == {"noorderhaven": [(NoticeKind.DELIVERY_RECEIVED, delivery)]}
    depot.later(days=1)
    readers.after(depot.log, 100_000, delivery=delivery)
    assert len(readers.read("noorderhaven")) == 2


def test_a_parent_hears_of_its_child_and_a_child_nothing_of_its_parent(readers: Readers) -> None:
    depot = readers.depot
    batch = readers.after(depot.log, 100_000, supplier="ZEEKANT")["code"]
    assert readers.told() == {"noorderhaven": [(NoticeKind.DELIVERY_RECEIVED, batch)]}
    assert readers.rows("noorderhaven")[0].figures["mass_g"] == 100_000


def test_what_is_dangerous_goes_to_the_leaders_of_the_site_and_to_the_supplier(
    readers: Readers,
) -> None:
    depot = readers.depot
    batch = depot.log(100_000, supplier="DUINRAND")["code"]
    readers.after(depot.find, batch, kind="knife")
    stopped = [(NoticeKind.BATCH_STOPPED, batch)]
    assert readers.told() == {"leader": stopped, "duinrand": stopped}


def test_safety_is_told_to_who_switched_everything_off_and_to_who_did_it(
    readers: Readers,
) -> None:
    depot = readers.depot
    batch = depot.log(100_000)["code"]
    with depot.database.write() as session:
        prefer(session, readers.keys["leader"], dict.fromkeys(NoticeKind, (False, False)))
    readers.after(depot.find, batch, kind="knife", by="leader")
    assert readers.read("leader") == [(NoticeKind.BATCH_STOPPED, batch)]
    assert ("batch_stopped", "waiting") in _mails(readers)


def test_a_dangerous_find_without_a_batch_is_told_to_the_leaders(readers: Readers) -> None:
    find = readers.after(readers.depot.find, None, kind="knife")
    assert readers.told() == {"leader": [(NoticeKind.DANGEROUS_FIND, find)]}


def test_a_find_that_stops_nothing_is_told_to_nobody(readers: Readers) -> None:
    batch = readers.depot.log(100_000)["code"]
    readers.after(readers.depot.find, batch, kind="wallet")
    assert readers.told() == {}


def test_a_refused_and_a_held_batch_are_told_with_their_reason(readers: Readers) -> None:
    depot = readers.depot
    batch = depot.log(100_000)["code"]
    readers.after(depot.hold, batch, 10_000)
    assert readers.told() == {}, "a bag that is set apart is daily work"
    readers.after(depot.refuse, batch, 30_000)
    readers.after(depot.hold, batch)
    held, refused = readers.rows("noorderhaven")
    assert (held.kind, held.figures) == (NoticeKind.BATCH_HELD, {"reason": "mistake"})
    assert (refused.kind, refused.figures) == (
        NoticeKind.BATCH_REFUSED,
        {"mass_g": 30_000, "reason": "damp"},
    )


def _shipment(depot: Depot, mass_g: int = 100_000) -> str:
    batch = depot.log(mass_g)["code"]
    depot.sort(batch, {"recycle": mass_g})
    with depot.database.read() as session:
        code = session.execute(text("SELECT code FROM bin ORDER BY id DESC LIMIT 1")).scalar_one()
    depot.close_bin(code, mass_g)
    return depot.ship(code)


def test_an_outlet_hears_of_its_shipment_and_leaders_of_what_it_confirms_otherwise(
    readers: Readers,
) -> None:
    depot = readers.depot
    shipment = readers.after(_shipment, depot)
    assert readers.told() == {"vezelhof": [(NoticeKind.SHIPMENT_COMES, shipment)]}
    with depot.as_("vezelhof"):
        readers.after(depot.confirm, shipment, {"recycle": 80_000}, by="vezelhof")
    row = readers.rows("leader")[0]
    assert (row.kind, row.subject) == (NoticeKind.OUTLET_DIFFERS, shipment)
    assert (row.figures["shipped_g"], row.figures["mass_g"]) == (100_000, 80_000)
    assert readers.read("leader_s2") == [], "it is of another site"


def test_a_confirmation_of_what_was_shipped_is_no_news(readers: Readers) -> None:
    depot = readers.depot
    shipment = _shipment(depot)
    readers.after(depot.confirm, shipment, {"recycle": 100_000})
    assert readers.read("leader") == []


def test_who_did_it_is_not_told_of_it(readers: Readers) -> None:
    depot = readers.depot
    shipment = _shipment(depot)
    readers.after(depot.confirm, shipment, {"recycle": 80_000}, by="leader")
    assert readers.told() == {}


def test_what_is_overdue_is_told_once_and_to_the_outlet_once_a_week(readers: Readers) -> None:
    depot = readers.depot
    shipment = _shipment(depot)
    depot.later(days=14)
    assert readers.look() == 0
    depot.later(days=1)
    assert readers.look() == 2
    assert readers.look() == 0
    assert readers.told() == {
        "leader": [(NoticeKind.CONFIRMATION_OVERDUE, shipment)],
        "vezelhof": [(NoticeKind.CONFIRMATION_ASKED, shipment)],
    }
    for _ in range(14):
        depot.later(days=1)
        readers.look()
    assert len(readers.read("leader")) == 1
    assert len(readers.read("vezelhof")) == 3
    depot.confirm(shipment, {"recycle": 100_000})
    depot.later(days=7)
    assert readers.look() == 0


def test_a_delivery_is_compared_once_all_of_it_has_come(readers: Readers) -> None:
    depot = readers.depot
    short = depot.announce(300_000)["code"]
    whole = depot.announce(100_000)["code"]
    depot.log(100_000, delivery=short)
    depot.log(100_000, delivery=whole)
    readers.look()
    assert readers.told() == {}, "a second truck may come"
    depot.later(days=1)
    readers.look()
    assert readers.told() == {"noorderhaven": [(NoticeKind.DELIVERY_DIFFERS, short)]}
    row = readers.rows("noorderhaven")[0]
    assert row.figures == {"announced_g": 300_000, "received_g": 100_000}


def test_a_delivery_of_long_ago_is_no_news(readers: Readers) -> None:
    depot = readers.depot
    depot.log(100_000, delivery=depot.announce(300_000)["code"])
    depot.later(days=LOOKED_BACK.days + 2)
    assert readers.look() == 0


def test_a_permit_that_runs_out_is_told_to_the_manager_once(readers: Readers) -> None:
    depot = readers.depot
    until = (depot.now + timedelta(days=20)).date()
    with depot.database.write() as session:
        define(
            session,
            "WATERKANT",
            "partner",
            "VEZELHOF",
            {
                "organisation": "VEZELHOF",
                "roles": ["outlet"],
                "treatments": ["recycle"],
                "permit": "P1",
                "permit_until": until,
            },
            now=depot.now,
        )
    assert readers.look() == 1
    assert readers.look() == 0
    assert readers.read("manager") == [(NoticeKind.PERMIT_ENDS, "VEZELHOF")]


def test_several_of_one_kind_within_an_hour_come_in_one_mail(readers: Readers) -> None:
    depot = readers.depot
    for _ in range(3):
        readers.after(depot.log, 100_000)
    assert _mails(readers) == [("delivery_received", "waiting")]
    assert len(readers.read("noorderhaven")) == 3


def test_each_of_safety_comes_in_a_mail_of_its_own(readers: Readers) -> None:
    depot = readers.depot
    for _ in range(2):
        readers.after(depot.find, None, kind="knife")
    assert _mails(readers) == [("dangerous_find", "waiting")] * 2


def test_what_somebody_does_not_want_is_not_told(readers: Readers) -> None:
    depot = readers.depot
    with depot.database.write() as session:
        prefer(
            session,
            readers.keys["noorderhaven"],
            {
                NoticeKind.DELIVERY_RECEIVED: (False, False),
                NoticeKind.BATCH_HELD: (True, False),
                NoticeKind.BATCH_REFUSED: (False, True),
            },
        )
    batch = readers.after(depot.log, 100_000)["code"]
    readers.after(depot.hold, batch)
    readers.after(depot.refuse, batch, 10_000)
    assert readers.read("noorderhaven") == [(NoticeKind.BATCH_HELD, batch)]
    assert _mails(readers) == [("batch_refused", "waiting")]
    with depot.database.read() as session:
        assert count_unread(session, readers.keys["noorderhaven"]) == 1


def test_what_is_switched_on_again_is_told_again(readers: Readers) -> None:
    key = readers.keys["noorderhaven"]
    with readers.depot.database.write() as session:
        prefer(session, key, {NoticeKind.DELIVERY_RECEIVED: (False, False)})
        prefer(session, key, {NoticeKind.DELIVERY_RECEIVED: (True, True)})
        assert preferences(session, key) == {}


def test_a_partner_without_an_account_is_written_to(readers: Readers) -> None:
    depot = readers.depot
    with depot.database.write() as session:
        book = rulebook(session)
        ours, child = book.organisations["WATERKANT"].id, book.organisations["ZEEKANT"].id
        set_contact(session, ours, child, address=" Post@Zeekant.example ", language="en")
        with pytest.raises(Malformed):
            set_contact(session, ours, child, address="nobody", language="en")
    readers.after(depot.log, 100_000, supplier="ZEEKANT")
    assert ("post@zeekant.example", "en") in _mails(readers, "address, language")
    with depot.database.write() as session:
        set_contact(session, ours, child, address="", language="en")
    depot.later(days=1)
    readers.after(depot.log, 100_000, supplier="ZEEKANT")
    assert len(readers.read("noorderhaven")) == 2
    with depot.database.read() as session:
        strangers = text("SELECT count(*) FROM notice WHERE person_id IS NULL")
        assert session.execute(strangers).scalar_one() == 1, "the child was told once"


def test_only_the_reader_of_a_notice_can_mark_it(readers: Readers) -> None:
    depot = readers.depot
    readers.after(depot.log, 100_000)
    number = readers.rows("noorderhaven")[0].id
    with depot.database.write() as session:
        with pytest.raises(NotFound):
            mark_read(session, readers.keys["duinrand"], now=depot.now, only=number)
        mark_read(session, readers.keys["duinrand"], now=depot.now)
        assert count_unread(session, readers.keys["noorderhaven"]) == 1
        mark_read(session, readers.keys["noorderhaven"], now=depot.now, only=number)
        assert count_unread(session, readers.keys["noorderhaven"]) == 0


def test_all_of_a_person_goes_when_the_person_goes(readers: Readers) -> None:
    depot = readers.depot
    key = readers.keys["noorderhaven"]
    readers.after(depot.log, 100_000)
    readers.after(depot.log, 100_000, supplier="DUINRAND")
    with depot.database.write() as session:
        prefer(session, key, {NoticeKind.BATCH_HELD: (False, False)})
        home = rulebook(session).organisations["NOORDERHAVEN"].id
        set_active(session, key, active=False, of=[home], now=depot.now)
        forget(session, depot.now)
    with depot.database.read() as session:
        for table in ("notice", "mail", "preference"):
            rows = text(f"SELECT count(*) FROM {table} WHERE person_id = {key}")
            assert session.execute(rows).scalar_one() == 0
    assert len(readers.read("duinrand")) == 1


def test_a_mail_that_got_stuck_is_given_up_where_an_administrator_sees_it(
    readers: Readers,
) -> None:
    depot = readers.depot
    readers.after(depot.log, 100_000)
    with depot.database.write() as session:
        number = session.execute(text("SELECT id FROM mail")).scalar_one()
        assert take_up(session, number, now=depot.now) is not None
    for days, state in ((10, "sending"), (1, "failed")):
        depot.later(days=days)
        with depot.database.write() as session:
            forget(session, depot.now)
            ours = rulebook(session).organisations["WATERKANT"].id
            unsent = unsent_mails(session, ours, since=depot.now - timedelta(days=1), limit=9)
        assert _mails(readers) == [("delivery_received", state)]
        assert [row.reader for row in unsent] == (["Noorderhaven"] if state == "failed" else [])


def test_what_was_told_is_forgotten_after_400_days(readers: Readers) -> None:
    depot = readers.depot
    readers.after(depot.log, 100_000)
    depot.later(days=400)
    with depot.database.write() as session:
        forget(session, depot.now)
    assert len(readers.read("noorderhaven")) == 1
    depot.later(days=1)
    with depot.database.write() as session:
        forget(session, depot.now)
    assert readers.told() == {}


def test_both_databases_tell_the_same(parallel_depot: Depot) -> None:
    readers = Readers(parallel_depot)
    depot = readers.depot
    batch = readers.after(depot.log, 100_000)["code"]
    readers.tell()
    readers.after(depot.find, batch, kind="knife")
    _shipment(depot)
    depot.later(days=15)
    assert readers.look() == 2
    assert [kind for kind, _ in readers.read("leader")] == [
        NoticeKind.CONFIRMATION_OVERDUE,
        NoticeKind.BATCH_STOPPED,
    ]
    assert len(readers.read("noorderhaven")) == 2
    with depot.database.write() as session:
        forget(session, depot.now + timedelta(days=500))
    assert readers.told() == {}
