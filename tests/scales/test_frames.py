"""What scales say, against the vectors that the floor's own parser reads too."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scales.frames import FRAME_MAX, Reading, State, read_frame

VECTORS: Final[list[list[Any]]] = json.loads(
    (Path(__file__).parent / "frames.json").read_text("utf-8")
)["frames"]


@pytest.mark.parametrize("vector", VECTORS, ids=[str(vector[3]) for vector in VECTORS])
def test_a_frame_is_read_as_the_vectors_say(vector: list[Any]) -> None:
    line, state, mass_g, _, *net = vector
    read = read_frame(line)
    assert (read.state, read.mass_g, read.net) == (state, mass_g, bool(net))


def test_the_vectors_hold_every_state_that_a_frame_can_have() -> None:
    assert {vector[1] for vector in VECTORS} == set(State) - {State.DISCONNECTED}


def test_bytes_are_read_as_texts_are() -> None:
    assert read_frame(b"S S     12.345 kg\r\n") == Reading(
        State.STABLE, 12_345, "S S     12.345 kg"
    )
    assert read_frame(b"S S 12.345 kg\xff").raw == "S S 12.345 kg?"


@given(st.binary(max_size=90))
def test_whatever_comes_is_read_and_its_frame_can_be_kept(line: bytes) -> None:
    read = read_frame(line)
    assert len(read.raw) <= FRAME_MAX
    assert read.raw.isascii()
    assert read.raw.isprintable() or not read.raw
    assert (read.mass_g is None) == (read.state not in (State.STABLE, State.MOVING))


@given(
    st.decimals(min_value=-99_999, max_value=99_999, places=5),
    st.sampled_from([("g", 1), ("kg", 1_000), ("t", 1_000_000)]),
)
def test_grams_are_those_of_exact_decimals(mass: Decimal, unit: tuple[str, int]) -> None:
    name, factor = unit
    exact = (mass * factor).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    assert read_frame(f"S S {mass:>10f} {name}").mass_g == int(exact)
