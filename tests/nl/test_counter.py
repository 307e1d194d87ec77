"""Stream numbers, registers and notifications of a depot, by the real actions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from catalogue.actions import define
from catalogue.errors import (
    EuralMalformed,
    Malformed,
    NotAllowed,
    NotFound,
    NothingToNotify,
    NotificationEarly,
    StateForbids,
    StreamNumberExists,
    StreamNumberIncomplete,
    StreamNumberMalformed,
    StreamNumberTaken,
)
from dispatch.returning import ReturnLine
from nl.actions import MarkSent, mark_sent
from nl.rules import Counted
from streams.verify import audit
from tests.builders import Depot
from tests.nl.counter import MARCH, Counter

APRIL_2 = datetime(2026, 4, 2, 9, tzinfo=UTC)


def in_april(counter: Counter) -> None:
    counter.depot.now = APRIL_2


def test_a_number_of_our_own_begins_with_that_of_the_site(counter: Counter) -> None:
    number = counter.make()
    (row,) = counter.numbers(site="S1", partner="NOORDERHAVEN")
    assert row.number == number
    assert len(number) == 12
    assert number.startswith("08P04")
    assert row.party_registration == "10000002"
    assert row.origin.line == "Havenweg 2a, 2022 CD Noorderhaven"


def test_a_number_that_was_given_is_taken_over_once(counter: Counter) -> None:
    assert counter.make(number="08P04 ABC1234") == "08P04ABC1234"
    with pytest.raises(StreamNumberTaken) as refused:
        counter.make(supplier="DUINRAND", number="08P04ABC1234", eural="200111")
    assert refused.value.figures == {
        "number": "08P04ABC1234", "organisation": "NOORDERHAVEN", "eural": "200110",
    }  # fmt: skip


def test_a_number_of_another_processor_is_refused(counter: Counter) -> None:
    with pytest.raises(StreamNumberMalformed):
        counter.make(number="08P05ABC1234")


def test_the_same_waste_gets_no_second_number(counter: Counter) -> None:
    first = counter.make()
    with pytest.raises(StreamNumberExists) as refused:
        counter.make()
    assert refused.value.figures["number"] == first
    assert counter.make(processing="C.02") != first


def test_a_number_is_not_made_of_data_that_are_missing(counter: Counter) -> None:
    with pytest.raises(StreamNumberIncomplete) as refused:
        counter.make(supplier="ZEEKANT")
    assert refused.value.figures["missing"] == ["registration", "address"]
    with pytest.raises(Malformed):
        counter.make(origin="ergens op de kade")
    with pytest.raises(EuralMalformed):
        counter.make(eural="kleding")


def test_what_is_not_ours_does_not_exist_at_the_counter(counter: Counter) -> None:
    with pytest.raises(NotFound):
        counter.make(site="X1")
    with pytest.raises(NotFound):
        counter.make(supplier="VREEMD")
    with pytest.raises(NotFound):
        counter.make(supplier="VEZELHOF")


def test_only_manager_and_administrator_do_the_paperwork(counter: Counter) -> None:
    command = MarkSent(scan_id=str(uuid4()), scanned_at=APRIL_2, site="S1", month=MARCH)
    with pytest.raises(NotAllowed):
        counter.depot.do(mark_sent, command)


def test_the_receiver_gives_the_number_of_what_we_bring(counter: Counter) -> None:
    given = {
        "direction": "delivery",
        "eural": "191208",
        "usual_name": "Textiel",
        "processing": "C02",
    }
    with pytest.raises(Malformed):
        counter.make(supplier="VEZELHOF", **given)
    counter.make(supplier="VEZELHOF", number="11Z99ABC1234", **given)
    (row,) = counter.numbers(direction="delivery", partner="VEZELHOF", on=date(2026, 3, 2))
    assert row.party_name == "Waterkant"
    assert row.origin.line == "Kade 9, 1011 AB Dorp"
    assert row.lapses_on is None
    assert row.in_use(date(2099, 1, 1))


def test_a_newer_number_counts_from_its_own_day_on(counter: Counter) -> None:
    old = counter.make()
    counter.depot.log()
    counter.depot.later(days=3)
    new = counter.make(processing="C.02", from_day=date(2026, 3, 5))
    counter.depot.log()
    assert [line.number and line.number.number for line in counter.receipts()] == [old, new]


def test_a_lapsed_number_covers_nothing(counter: Counter) -> None:
    counter.make(from_day=date(2021, 3, 2))
    counter.depot.log()
    (line,) = counter.receipts()
    assert line.number is None
    assert "stream_number" in line.missing
    assert counter.numbers()[0].lapses_on == date(2026, 3, 2)


def test_a_receipt_has_every_field_of_the_law(counter: Counter) -> None:
    number = counter.make(carrier="KARREWIEL")
    delivery = counter.depot.announce(300_000, reference="WB-12")["code"]
    counter.depot.log(eural="200110", delivery=delivery)
    (line,) = counter.receipts()
    assert line.missing == ()
    assert (line.day, line.net_g, line.waste_code) == (date(2026, 3, 2), 300_000, "200110")
    assert (line.party.name, line.party.registration) == ("Noorderhaven", "10000002")
    assert line.number is not None
    assert (line.number.number, line.number.processing) == (number, "C.03")
    assert line.carrier is not None
    assert line.ordered_by is not None
    assert (line.carrier.name, line.ordered_by.name) == ("Karrewiel", "Noorderhaven")
    assert (line.delivery, line.reference) == (delivery, "WB-12")
    assert line.kept_until == date(2031, 3, 2)


def test_what_the_law_asks_for_and_is_not_there_is_named(counter: Counter) -> None:
    counter.depot.log(supplier="ZEEKANT")
    (line,) = counter.receipts()
    assert line.missing == ("address", "registration", "eural", "stream_number", "carrier")


def test_a_carrier_may_change_and_the_past_stays_as_it_was(counter: Counter) -> None:
    number = counter.make(carrier="KARREWIEL")
    counter.depot.log()
    counter.depot.later(days=2)
    counter.depot.log()
    counter.drives(number, "NOORDERHAVEN", date(2026, 3, 4))
    carriers = [line.carrier and line.carrier.code for line in counter.receipts()]
    assert carriers == ["KARREWIEL", "NOORDERHAVEN"]


def test_a_batch_without_a_code_takes_that_of_the_only_number(counter: Counter) -> None:
    counter.make()
    counter.depot.log()
    assert counter.receipts()[0].waste_code == "200110"
    counter.make(eural="200111", usual_name="Slaapzakken")
    assert counter.receipts()[0].missing == ("eural", "stream_number", "carrier")


def test_the_register_shows_what_was_refused_and_undone(counter: Counter) -> None:
    counter.make()
    kept = counter.depot.log(300_000)["code"]
    counter.depot.refuse(kept, 40_000)
    counter.depot.log(100_000)
    counter.depot.reverse(counter.depot.scan_id)
    whole, undone = counter.receipts()
    assert (whole.received_g, whole.returned_g, whole.net_g) == (300_000, 40_000, 260_000)
    assert (undone.net_g, undone.state, undone.missing) == (0, "reversed", ())
    assert counter.figures().received[counter.numbers()[0].number] == Counted(1, 260_000, 260)


def test_a_wrong_supplier_moves_the_receipt_with_its_delivery(counter: Counter) -> None:
    counter.make()
    other = counter.make(supplier="DUINRAND")
    delivery = counter.depot.announce(300_000)["code"]
    batch = counter.depot.log(delivery=delivery)["code"]
    counter.depot.correct(batch, supplier="DUINRAND")
    old, new = counter.receipts()
    assert (old.net_g, old.replaced_by) == (0, new.batch)
    assert (new.net_g, new.delivery, new.load) == (300_000, delivery, old.load)
    assert counter.figures().received == {other: Counted(1, 300_000, 300)}


def test_a_delivery_onward_has_every_field_of_the_law(counter: Counter) -> None:
    batch = counter.depot.log()["code"]
    done = counter.depot.sort(batch, {"recycle": 100_000, "reuse": 60_000})
    for code, mass_g in zip(done["bins"], (100_000, 60_000), strict=True):
        counter.depot.close_bin(code, mass_g)
    shipment = counter.depot.ship(*done["bins"], carrier="KARREWIEL")
    recycle, reuse = counter.deliveries()
    assert (recycle.shipment, recycle.missing, reuse.missing) == (shipment, (), ())
    assert (recycle.route.eural, recycle.route.processing) == ("191208", "C.02")
    assert (reuse.route.eural, reuse.route.customs_code) == ("", "63090000")
    (carrier,) = recycle.carriers
    assert (carrier.name, recycle.ordered_by.name) == ("Karrewiel", "Waterkant")
    assert counter.figures().delivered == {
        "VEZELHOF/recycle@2": Counted(1, 100_000, 100),
        "VEZELHOF/reuse@2": Counted(1, 60_000, 60),
    }


def test_what_came_back_is_no_delivery_onward(counter: Counter) -> None:
    batch = counter.depot.log()["code"]
    (code,) = counter.depot.sort(batch, {"recycle": 100_000})["bins"]
    counter.depot.close_bin(code, 100_000)
    shipment = counter.depot.ship(code)
    counter.depot.take_back(shipment, ReturnLine(bin=None, mass_g=30_000))
    (line,) = counter.deliveries()
    assert (line.shipped_g, line.returned_g, line.net_g) == (100_000, 30_000, 70_000)
    counter.depot.confirm(shipment, {"recycle": 69_000})
    assert counter.deliveries()[0].net_g == 70_000


def test_a_month_is_notified_once_it_is_over(counter: Counter) -> None:
    with pytest.raises(NotificationEarly):
        counter.send()
    in_april(counter)
    assert counter.send()["number"] == 1
    with pytest.raises(NothingToNotify):
        counter.send()
    (sent,) = counter.sent()
    assert sent.figures.is_empty
    assert sent.sent_on == date(2026, 4, 2)


def test_an_exempt_site_notifies_nothing(counter: Counter) -> None:
    in_april(counter)
    with pytest.raises(StateForbids):
        counter.send(site="S2")


def test_a_late_correction_yields_exactly_the_difference(counter: Counter) -> None:
    number = counter.make()
    batch = counter.depot.log(300_400)["code"]
    counter.depot.log(80_000)
    in_april(counter)
    counter.send()
    counter.depot.correct(batch, gross_g=310_900 + 20_000)
    second = counter.send()
    first, correction = counter.sent()
    assert first.figures.received == {number: Counted(1, 380_400, 380)}
    assert correction.figures.received == {number: Counted(0, 10_500, 11)}
    assert second["as_of"] == correction.as_of > first.as_of
    assert counter.figures().received == {number: Counted(1, 390_900, 391)}


def test_loads_of_a_supplier_on_one_day_are_one_unless_announced_apart(counter: Counter) -> None:
    number = counter.make()
    first = counter.depot.announce(60_000)["code"]
    second = counter.depot.announce(60_000)["code"]
    for delivery in (first, first, second, None, None):
        counter.depot.log(60_000, delivery=delivery)
    assert counter.figures().received == {number: Counted(3, 300_000, 300)}


def test_a_number_given_late_is_a_difference_too(counter: Counter) -> None:
    counter.depot.log(100_000)
    in_april(counter)
    counter.send()
    number = counter.make()
    counter.send()
    assert [one.figures.received for one in counter.sent()] == [
        {}, {number: Counted(1, 100_000, 100)},
    ]  # fmt: skip


def test_a_report_lengthens_the_life_of_a_number(counter: Counter) -> None:
    counter.make()
    counter.depot.log(100_000)
    in_april(counter)
    assert counter.numbers()[0].lapses_on == date(2031, 1, 1)
    counter.send()
    assert counter.numbers()[0].lapses_on == date(2031, 4, 1)


@pytest.mark.parametrize("table", ["stream_number", "carriage", "notification"])
def test_nothing_at_the_counter_is_edited_or_deleted(counter: Counter, table: str) -> None:
    counter.make(carrier="KARREWIEL")
    in_april(counter)
    counter.send()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        with (
            pytest.raises(DatabaseError, match="append"),
            counter.depot.database.write() as session,
        ):
            session.execute(text(statement))


def test_the_counter_leaves_the_register_whole(counter: Counter) -> None:
    counter.make(carrier="KARREWIEL")
    counter.depot.log(100_000)
    in_april(counter)
    counter.send()
    with counter.depot.database.read() as session:
        assert list(audit(session)) == []


def test_an_act_repeated_at_the_counter_is_done_once(counter: Counter) -> None:
    in_april(counter)
    with counter.depot.scanning(scan_id=str(uuid4()), scanned_at=APRIL_2):
        first = counter.send()
        counter.depot.later(minutes=1)
        again = counter.send()
    assert again == first
    assert len(counter.sent()) == 1


def test_six_years_later_every_line_is_still_there(counter: Counter) -> None:
    counter.make()
    counter.depot.log()
    counter.depot.now += timedelta(days=6 * 366)
    counter.depot.log()
    assert len(counter.receipts(end=date(2040, 1, 1))) == 2


def test_the_counter_works_on_both_databases(parallel_depot: Depot) -> None:
    counter = Counter(parallel_depot)
    number = counter.make(carrier="KARREWIEL")
    batch = counter.depot.log(300_400, eural="20 01 10")["code"]
    counter.depot.refuse(batch, 40_000)
    (code,) = counter.depot.sort(batch, {"recycle": 100_000})["bins"]
    counter.depot.close_bin(code, 100_000)
    counter.depot.ship(code)
    in_april(counter)
    counter.send()
    counter.depot.correct(batch, supplier="DUINRAND")
    counter.send()
    first, second = counter.sent()
    assert first.figures.received == {number: Counted(1, 260_400, 260)}
    assert first.figures.delivered == {"VEZELHOF/recycle@2": Counted(1, 100_000, 100)}
    assert second.figures.received == {number: Counted(-1, -260_400, -260)}


@pytest.mark.parametrize("noun", ["destination", "find_kind"])
def test_reference_data_hold_only_waste_codes_that_are(counter: Counter, noun: str) -> None:
    more: dict[str, object] = {"names": {"nl": "x", "en": "x"}}
    if noun == "destination":
        more |= {"stream": "recycle", "accepts": ["open"], "valid_from": date(2026, 1, 1)}
    with counter.depot.database.write() as session:
        with pytest.raises(EuralMalformed):
            define(session, "WATERKANT", noun, "new", {**more, "eural": "leer"}, now=APRIL_2)
        define(session, "WATERKANT", noun, "new", {**more, "eural": "15 02 02*"}, now=APRIL_2)
        kept = session.execute(text(f"SELECT eural FROM {noun} WHERE code = 'new'")).scalar_one()
    assert kept == "150202*"


def test_intake_flags_a_hazardous_code_and_one_that_is_new_here(counter: Counter) -> None:
    assert "eural_hazardous" in counter.depot.log(eural="150202*")["flags"]
    assert "eural_unknown" in counter.depot.log(eural="170101")["flags"]
    assert not {"eural_hazardous", "eural_unknown"} & set(
        counter.depot.log(eural="200110")["flags"]
    )
    with pytest.raises(EuralMalformed):
        counter.depot.log(eural="20011")
