"""What a site must notify, printed at a terminal."""

from store.engine import Database
from tests.builders import Depot
from tests.nl.counter import Counter, settle_down
from tests.web.terminal import Shell


def test_a_month_is_printed_as_a_table_or_for_the_authority(
    shell: Shell, register: Database
) -> None:
    counter = Counter(Depot(register))
    number = counter.make()
    counter.depot.log(123_400)
    table = shell("notify", "--site", "S1", "--month", "2026-03")
    assert table.code == 0
    assert f"first_receipt,2026-03,1,{number}" in table.out
    assert "Notify by 2026-04-28." in table.err
    message = shell("notify", "--site", "S1", "--month", "2026-03", "--format", "xml")
    assert "<EersteOntvangstMelding>" in message.out
    assert "NOT VERIFIED" in message.out


def test_nothing_is_printed_where_nothing_is_due(shell: Shell, register: Database) -> None:
    settle_down(Depot(register))
    exempt = shell("notify", "--site", "S2", "--month", "2026-02")
    assert (exempt.code, exempt.out) == (1, "")
    assert "no duty to notify" in exempt.err
    early = shell("notify", "--site", "S1", "--month", "2999-01")
    assert (early.code, early.out) == (1, "")
    sent = Counter(Depot(register))
    sent.send(sent.depot.now.date().replace(month=2, day=1))
    done = shell("notify", "--site", "S1", "--month", "2026-02")
    assert (done.code, done.out) == (1, "")
    assert "All of this month is notified." in done.err


def test_what_cannot_be_read_is_said(shell: Shell, register: Database) -> None:
    assert shell("notify", "--site", "S9", "--month", "2026-02").code != 0
    assert shell("notify", "--site", "S1", "--month", "maart").code != 0
