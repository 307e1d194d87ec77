"""The talk with a printer: what is certainly not printed, what is, and what nobody can tell."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from typing import Final

import pytest
import zxingcpp
from PIL import Image

from catalogue.rules import LABEL_SIZES
from labels import render
from labels.label import Size
from labels.printing import Ending, Patience, Told, problem_in, send
from tests.labels.printer import (
    ALL_WELL,
    HEAD_OPEN,
    NO_PAPER,
    NO_RIBBON,
    PAUSED,
    Manner,
    Printer,
)
from tests.labels.samples import BATCH, BIN

HASTE: Final = Patience(connect_s=2, send_s=2, settle_s=0.05, answer_s=0.5, rest_s=0.1)
JOB: Final = render.zpl(BATCH, Size.LARGE)


def read(picture: Image.Image) -> set[str]:
    framed = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    framed.paste(picture.convert("L"), (40, 40))
    return {one.text for one in zxingcpp.read_barcodes(framed)}


def sent_to(printer: Printer, job: bytes = JOB, *, ours: bool = True) -> Told:
    waits = patience_for(printer)
    return send("127.0.0.1", printer.port, job, begin_end=lambda: ours, patience=waits)


def patience_for(printer: Printer) -> Patience:
    """Longer where a printer hangs up: on a busy machine that may take it a while."""
    hangs_up = any(manner.hang_up_after is not None for manner in printer.manners)
    return replace(HASTE, settle_s=1.0) if hangs_up else HASTE


def test_a_printer_that_answers_has_the_label_and_its_raster_reads_back() -> None:
    with Printer() as printer:
        assert sent_to(printer) == Told(Ending.SENT)
    (picture,) = printer.pictures
    assert read(picture) == {BATCH.code, BATCH.qr_text}


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("dpi", [203, 300])
def test_labels_of_every_size_arrive_dot_for_dot(size: Size, dpi: int) -> None:
    with Printer() as printer:
        assert sent_to(printer, render.zpl(BIN, size, dpi)) == Told(Ending.SENT)
    assert read(printer.pictures[0]) == {BIN.code, BIN.qr_text}


@pytest.mark.parametrize("after", [0, 1, 100, 5_000, len(JOB) - 10])
def test_what_breaks_before_the_last_characters_is_certainly_not_printed(after: int) -> None:
    with Printer(manners=[Manner(hang_up_after=after)]) as printer:
        assert sent_to(printer) == Told(Ending.NOT_PRINTED, "broken")
        assert printer.printed == []
        assert sent_to(printer) == Told(Ending.SENT)
        assert len(printer.printed) == 1
        assert read(printer.pictures[0]) == {BATCH.code, BATCH.qr_text}


def test_a_half_label_that_was_left_behind_does_not_spoil_the_next_one() -> None:
    other = render.zpl(BIN, Size.LARGE)
    with Printer(manners=[Manner(hang_up_after=3_000)]) as printer:
        sent_to(printer)
        assert sent_to(printer, other) == Told(Ending.SENT)
    assert [read(picture) for picture in printer.pictures] == [{BIN.code, BIN.qr_text}]


def test_no_answer_after_the_last_characters_leaves_a_doubt() -> None:
    with Printer(manners=[Manner(answer=None)]) as printer:
        assert sent_to(printer) == Told(Ending.DOUBTFUL, "no_answer")
        assert len(printer.printed) == 1


def test_a_printer_that_only_listens_leaves_a_doubt_and_costs_no_more_than_the_wait() -> None:
    with Printer(manners=[Manner(answer=b"")]) as printer:
        began = time.monotonic()
        assert sent_to(printer) == Told(Ending.DOUBTFUL, "no_answer")
        assert time.monotonic() - began < HASTE.answer_s + HASTE.settle_s + 1


def test_a_job_that_somebody_else_took_over_ends_without_a_label() -> None:
    with Printer() as printer:
        assert sent_to(printer, ours=False) == Told(Ending.LEFT)
        assert sent_to(printer) == Told(Ending.SENT)
        assert len(printer.printed) == 1


def test_where_nobody_listens_nothing_is_printed() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        told = send("127.0.0.1", port, JOB, begin_end=lambda: True, patience=HASTE)
    assert told == Told(Ending.NOT_PRINTED, "unreachable")


def test_a_printer_that_takes_nothing_in_is_given_up_before_the_last_characters() -> None:
    big = JOB.replace(b"^FS", b"^FS" + b"^FX" + b" " * (1 << 25) + b"^FS")
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        port = deaf.getsockname()[1]
        told = send("127.0.0.1", port, big, begin_end=lambda: True, patience=HASTE)
    assert told == Told(Ending.NOT_PRINTED, "broken")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (ALL_WELL, ""),
        (NO_PAPER, "paper_out"),
        (HEAD_OPEN, "head_open"),
        (NO_RIBBON, "ribbon_out"),
        (PAUSED, "paused"),
        (b"\x02030,0,0\x03\r\n", ""),
        (b"\x02\x03", ""),
    ],
)
def test_a_printer_says_what_is_the_matter(answer: bytes, problem: str) -> None:
    with Printer(manners=[Manner(answer=answer)]) as printer:
        assert sent_to(printer) == Told(Ending.SENT, problem)


def test_an_answer_without_strings_has_no_problem_in_it() -> None:
    assert problem_in([]) == ""


def test_an_answer_that_comes_in_pieces_is_heard_whole() -> None:
    with socket.socket() as slow:
        slow.bind(("127.0.0.1", 0))
        slow.listen()

        def serve() -> None:
            connection, _ = slow.accept()
            with connection:
                came = b""
                while b"~HS" not in came:
                    came += connection.recv(4096)
                for start in range(0, len(NO_RIBBON), 16):
                    connection.sendall(NO_RIBBON[start : start + 16])
                    time.sleep(0.01)
                connection.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        port = slow.getsockname()[1]
        waits = Patience(settle_s=0.05, answer_s=5, rest_s=2)
        told = send("127.0.0.1", port, JOB, begin_end=lambda: True, patience=waits)
    assert told == Told(Ending.SENT, "ribbon_out")


def test_the_sizes_of_the_register_are_those_that_can_be_drawn() -> None:
    assert list(LABEL_SIZES) == [size.value for size in Size]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::ffff:0.0.0.0"])
def test_no_line_is_opened_to_where_no_printer_can_be(host: str) -> None:
    with Printer() as printer:
        told = send(host, printer.port, JOB, begin_end=lambda: True, patience=HASTE)
        assert told == Told(Ending.NOT_PRINTED, "unreachable")
        assert (printer.connections, printer.printed) == (0, [])
