"""From the order to the label: once, whoever prints it and wherever it breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from catalogue.actions import define
from catalogue.codes import MisreadCode, parse
from labels import jobs
from labels.jobs import GIVEN_UP_AFTER, IN_HAND_MAX, Order
from labels.label import Size
from labels.queries import JobRow, JobState, any_job
from store.engine import Database
from store.jobs import Worker
from tests.builders import Depot
from tests.labels.printer import HEAD_OPEN, Manner, Printer
from tests.labels.test_printing import patience_for, read
from web import printing


class Room:
    """A depot with a printer and somebody who prints."""

    def __init__(self, depot: Depot, printer: Printer) -> None:
        self.depot = depot
        self.printer = printer
        self.database: Database = depot.database
        self.listens_on(printer.port)

    def listens_on(self, port: int, **more: Any) -> None:
        said = {"site": "S1", "name": "1", "host": "127.0.0.1", "port": port, **more}
        with self.database.write() as session:
            define(session, "WATERKANT", "printer", "PRINTER1", said, now=self.depot.now)

    def want(self, code: str | None = None, **more: Any) -> JobRow:
        wanted = Order(scan_id=str(uuid4()), code=code or self.depot.log()["code"], **more)
        return self.order(wanted)[0]

    def order(self, wanted: Order) -> tuple[JobRow, bool]:
        with self.database.write() as session:
            return printing.order(
                session, wanted, viewer=self.depot.people["worker"], now=self.depot.now
            )

    def worker(self) -> Worker:
        def now() -> datetime:
            return self.depot.now

        waits = patience_for(self.printer)
        prints = printing.Printing(database=self.database, clock=now, patience=waits)
        return Worker(
            database=self.database,
            handlers={printing.PRINT: prints},
            clock=now,
            lease=printing.LEASE,
        )

    def work(self) -> None:
        """Do all that is due now."""
        worker = self.worker()
        while worker.work_once():
            pass

    def later(self, **by: float) -> None:
        self.depot.later(**by)
        self.work()

    def now_is(self, job: JobRow) -> tuple[str, str]:
        with self.database.read() as session:
            found = any_job(session, job.scan_id)
        assert found is not None
        return found.state.value, found.problem


@pytest.fixture
def printer() -> Any:
    with Printer() as found:
        yield found


@pytest.fixture
def room(depot: Depot, printer: Printer) -> Room:
    return Room(depot, printer)


def read_codes(printer: Printer) -> list[str]:
    """What each printed label says, in the order in which they came out.

    In one of some six hundred rasters the reader sees a bar code twice, once with other letters:
    of two that one is meant whose check character is right.
    """
    read_from = [read(picture) for picture in printer.pictures]
    found = [[text for text in said if len(said) == 1 or _is_code(text)] for said in read_from]
    assert [len(codes) for codes in found] == [1] * len(found)
    return [code for (code,) in found]


def _is_code(text: str) -> bool:
    try:
        return parse(text).text == text
    except MisreadCode:
        return False


def test_a_label_that_is_wanted_comes_out_and_says_its_code(room: Room, printer: Printer) -> None:
    job = room.want()
    room.work()
    assert room.now_is(job) == ("sent", "")
    assert read_codes(printer) == [job.code]


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_label_is_drawn_for_the_stock_in_the_printer(
    room: Room, printer: Printer, size: Size, dpi: int
) -> None:
    room.listens_on(printer.port, size=size.value, dpi=dpi)
    job = room.want()
    room.work()
    assert read_codes(printer) == [job.code]
    (picture,) = printer.pictures
    across, down = size.millimetres
    assert abs(picture.height - down * dpi / 25.4) < 8
    assert abs(picture.width - across * dpi / 25.4) < 8


def test_an_order_that_is_sent_again_prints_nothing_more(room: Room, printer: Printer) -> None:
    wanted = Order(scan_id=str(uuid4()), code=room.depot.log()["code"])
    assert [room.order(wanted)[1] for _ in range(3)] == [False, True, True]
    room.work()
    assert room.order(wanted)[1]
    room.work()
    assert len(printer.printed) == 1


@pytest.mark.parametrize("after", [0, 3_000])
def test_a_label_that_broke_off_is_printed_once_some_seconds_later(
    room: Room, printer: Printer, after: int
) -> None:
    printer.manners = [Manner(hang_up_after=after), Manner(hang_up_after=after)]
    job = room.want()
    room.work()
    assert room.now_is(job) == ("queued", "broken")
    assert printer.printed == []
    room.later(seconds=3)
    assert room.now_is(job) == ("queued", "broken")
    room.later(seconds=5)
    assert room.now_is(job) == ("queued", "broken")
    room.later(seconds=1)
    assert room.now_is(job) == ("sent", "")
    room.later(hours=1)
    assert read_codes(printer) == [job.code]


def test_a_label_that_may_be_there_waits_for_a_person(room: Room, printer: Printer) -> None:
    printer.manners = [Manner(answer=None)]
    job = room.want()
    room.work()
    assert room.now_is(job) == ("doubtful", "no_answer")
    room.later(hours=30)
    assert len(printer.printed) == 1
    with room.database.write() as session:
        found = any_job(session, job.scan_id)
        assert found is not None
        jobs.confirm(session, found, job.code.lower(), now=room.depot.now)
    assert room.now_is(job) == ("printed", "")


def test_a_printer_with_its_head_open_says_so_and_keeps_the_label(
    room: Room, printer: Printer
) -> None:
    printer.manners = [Manner(answer=HEAD_OPEN)]
    job = room.want()
    room.work()
    assert room.now_is(job) == ("sent", "head_open")


def test_labels_come_out_in_the_order_in_which_they_were_wanted(
    room: Room, printer: Printer
) -> None:
    printer.manners = [Manner(hang_up_after=2_000)]
    codes = [room.want().code for _ in range(4)]
    room.work()
    room.later(seconds=3)
    assert read_codes(printer) == codes


def test_a_printer_that_is_off_holds_up_its_own_labels_only_and_prints_them_when_it_is_on(
    room: Room, printer: Printer
) -> None:
    with Printer() as other:
        with room.database.write() as session:
            said = {"site": "S1", "name": "2", "host": "127.0.0.1", "port": other.port}
            define(session, "WATERKANT", "printer", "PRINTER2", said, now=room.depot.now)
        room.listens_on(9)
        waits = [room.want(printer="PRINTER1") for _ in range(3)]
        goes = room.want(printer="PRINTER2")
        room.work()
        assert [room.now_is(job) for job in waits] == [
            ("queued", "unreachable"),
            ("queued", ""),
            ("queued", ""),
        ]
        assert room.now_is(goes) == ("sent", "")
    for _ in range(20):
        room.later(minutes=1)
    assert room.now_is(waits[0]) == ("queued", "unreachable")
    room.listens_on(printer.port)
    room.later(minutes=1)
    assert read_codes(printer) == [job.code for job in waits]


def test_a_label_that_waited_for_two_hours_is_given_up(room: Room, printer: Printer) -> None:
    room.listens_on(9)
    job = room.want()
    room.work()
    room.depot.now += GIVEN_UP_AFTER + timedelta(seconds=1)
    room.work()
    assert room.now_is(job) == ("failed", "too_late")
    room.listens_on(printer.port)
    room.later(hours=2)
    assert printer.printed == []


def test_a_label_that_nobody_wants_any_more_does_not_come_out(room: Room, printer: Printer) -> None:
    first, second = room.want(), room.want()
    with room.database.write() as session:
        jobs.cancel(session, first, now=room.depot.now)
    room.work()
    assert room.now_is(first) == ("cancelled", "")
    assert read_codes(printer) == [second.code]


def test_a_label_that_is_cancelled_while_it_is_sent_does_not_come_out(
    room: Room, printer: Printer
) -> None:
    job = room.want()
    with room.database.write() as session:
        taken = jobs.take_next(session, job.printer_id, now=room.depot.now)
    assert taken is not None
    with room.database.write() as session:
        jobs.cancel(session, taken, now=room.depot.now)
    with room.database.write() as session:
        assert not jobs.begin_end(session, taken, now=room.depot.now)
    room.work()
    assert printer.printed == []


def test_whoever_died_with_a_label_in_its_hands_is_followed_by_another(
    room: Room, printer: Printer
) -> None:
    job = room.want()
    with room.database.write() as session:
        dead = jobs.take_next(session, job.printer_id, now=room.depot.now)
    assert dead is not None
    room.work()
    assert room.now_is(job) == ("queued", "sending")
    with room.database.write() as session:
        printing.resume(session, room.depot.now)
    room.depot.now += IN_HAND_MAX
    room.work()
    assert room.now_is(job) == ("sent", "")
    with room.database.write() as session:
        assert not jobs.begin_end(session, dead, now=room.depot.now), "it comes back too late"
    assert read_codes(printer) == [job.code]


def test_whoever_died_after_the_end_began_leaves_a_doubt(room: Room, printer: Printer) -> None:
    job = room.want()
    with room.database.write() as session:
        dead = jobs.take_next(session, job.printer_id, now=room.depot.now)
        assert dead is not None
        assert jobs.begin_end(session, dead, now=room.depot.now)
    room.later(hours=1)
    assert room.now_is(job) == ("doubtful", "no_answer")
    assert printer.printed == []


def test_what_cannot_be_drawn_fails_with_a_word_for_why(room: Room, printer: Printer) -> None:
    with room.database.write() as session:
        long = "STATION-MET-LANGE-N1"
        said = {"site": "S1", "kind": "intake", "name": "Lang"}
        define(session, "WATERKANT", "station", long, said, now=room.depot.now)
    room.listens_on(printer.port, size="50x25")
    job, fits = room.want(long), room.want("S1-IN")
    room.work()
    assert room.now_is(job) == ("failed", "too_small")
    assert room.now_is(fits) == ("sent", "")


def test_blank_labels_and_labels_of_parts_come_out_too(room: Room, printer: Printer) -> None:
    (blank,) = room.depot.reserve()
    batch = room.depot.log()["code"]
    for wanted in ((blank, 0, 0), (batch, 1, 2), (batch, 2, 2), ("BOX1", 0, 0)):
        room.want(wanted[0], part=wanted[1], parts=wanted[2])
    room.work()
    assert read_codes(printer) == [blank, batch, batch, "BOX1"]


def test_old_jobs_are_forgotten_and_those_that_wait_are_not(room: Room, printer: Printer) -> None:
    done = room.want()
    room.work()
    room.listens_on(9)
    waits = room.want()
    room.depot.now += printing.KEPT + timedelta(seconds=1)
    with room.database.write() as session:
        printing.forget(session, room.depot.now)
        assert any_job(session, done.scan_id) is None
        assert any_job(session, waits.scan_id) is not None
    assert len(printer.printed) == 1


def test_many_who_share_the_queue_print_each_label_once(
    parallel_depot: Depot, printer: Printer
) -> None:
    room = Room(parallel_depot, printer)
    printer.manners = [Manner(hang_up_after=2_000), Manner(), Manner(hang_up_after=100)]
    codes = [room.want().code for _ in range(8)]
    at_once(room.work, 4)
    for _ in range(3):
        room.depot.later(seconds=30)
        at_once(room.work, 4)
    assert sorted(read_codes(printer)) == sorted(codes)
    with room.database.read() as session:
        states = session.execute(text("SELECT DISTINCT state FROM print_job")).scalars().all()
    assert states == [JobState.SENT.value]


def test_one_order_that_comes_from_everywhere_at_once_is_one_label(
    parallel_depot: Depot, printer: Printer
) -> None:
    room = Room(parallel_depot, printer)
    job = room.want()

    def take() -> None:
        with room.database.write() as session:
            taken = jobs.take_next(session, job.printer_id, now=room.depot.now)
        if taken is not None:
            with room.database.write() as session:
                won.append(jobs.begin_end(session, taken, now=room.depot.now))

    won: list[bool] = []
    at_once(take, 6)
    assert won.count(True) == 1


def at_once(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
