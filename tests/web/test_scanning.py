"""What a scanner reads: our codes in every wrapping, GS1 symbols, waybills, and rubbish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.actions import define
from catalogue.rulebook import rulebook
from chain.rows import SEQ_BITS
from labels.gs1 import sscc
from store.engine import Database
from tests.builders import Depot
from tests.cast import BEGIN, take_the_stage
from web.label_values import label_of
from web.scanning import cleaned, recognise, sscc_parts, sscc_serial


@pytest.fixture
def depot_with_prefix(database: Database) -> Depot:
    with database.write() as session:
        take_the_stage(session)
        data = {"name": "Waterkant", "is_operator": True, "gs1_prefix": "8712345"}
        define(session, "WATERKANT", "organisation", "WATERKANT", data, now=BEGIN)
    return Depot(database)


@given(
    prefix=st.integers(10**6, 10**9 - 1).map(str),
    chain=st.integers(1, 99),
    seq=st.integers(1, 10**6 - 1),
)
def test_an_sscc_leads_back_to_the_entry_that_made_the_label(
    prefix: str, chain: int, seq: int
) -> None:
    extension, serial = sscc_parts(prefix, (chain << SEQ_BITS) + seq)
    number, place, modulus = sscc_serial(prefix, sscc(prefix, extension, serial))
    assert (number, place) == (chain, seq % modulus)


@pytest.mark.parametrize("wrapped", ["{}", "]C1{}", "\x1d{}", "https://id.gs1.org/00/{digits}"])
def test_the_sscc_of_a_label_finds_its_batch(depot_with_prefix: Depot, wrapped: str) -> None:
    depot = depot_with_prefix
    depot.log()
    batch = depot.log()["code"]
    depot.log()
    with depot.database.read() as session:
        book, viewer = rulebook(session), depot.people["worker"]
        label = label_of(session, book, batch, viewer, language="nl").label
        assert label.sscc is not None
        text = wrapped.format(f"00{label.sscc}", digits=label.sscc)
        assert recognise(session, book, text, viewer).code == batch
        outsider = depot.people["outsider"]
        assert recognise(session, book, text, outsider).kind == "unknown"


@pytest.mark.parametrize(
    ("read", "plain"),
    [
        ("]C0BATCH\r\n", "BATCH"),
        ("\tBATCH ", "BATCH"),
        ("https://stof.example/c/BATCH", "BATCH"),
        ("]Q1HTTPS://STOF.EXAMPLE/C/BATCH/", "BATCH"),
    ],
)
def test_the_scanners_own_marks_and_our_address_fall_away(read: str, plain: str) -> None:
    assert cleaned(read) == plain


def test_rubbish_is_unknown_and_says_what_was_read(depot_with_prefix: Depot) -> None:
    depot = depot_with_prefix
    with depot.database.read() as session:
        book, viewer = rulebook(session), depot.people["worker"]
        for rubbish in ("", "\x00", "%%%", "4006381333931", "BATCH-OF-YESTERDAY", "\x1d00123"):
            seen = recognise(session, book, rubbish, viewer)
            assert (seen.kind, seen.code, seen.read) == ("unknown", None, rubbish)
