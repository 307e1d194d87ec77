import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from catalogue.kinds import Stream
from proof.canonical import LARGEST_INTEGER, NotCanonical, canonical

VECTORS = json.loads((Path(__file__).parent / "vectors" / "canonical.json").read_text("ascii"))

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=30,
)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_published_vectors_give_the_published_bytes(vector: dict[str, str]) -> None:
    value = json.loads(vector.get("part", vector["input"]))
    assert canonical(value) == vector["output"].encode()


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if "refused" in v], ids=lambda vector: str(vector["name"])
)
def test_published_vectors_outside_our_subset_are_refused(vector: dict[str, str]) -> None:
    with pytest.raises(NotCanonical, match=vector["refused"]):
        canonical(json.loads(vector["input"]))


@pytest.mark.parametrize(
    ("name", "digest"),
    [("arrays", "099601b1"), ("structures", "605f6500"), ("unicode", "0d99aad9")],
)
def test_published_digests_are_met(name: str, digest: str) -> None:
    vector = next(v for v in VECTORS if v["name"] == name)
    value = json.loads(vector.get("part", vector["input"]))
    assert hashlib.sha256(canonical(value)).hexdigest().startswith(digest)


@given(VALUES)
def test_the_bytes_are_those_of_an_independent_implementation(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(VALUES)
def test_reading_the_bytes_gives_the_value_back(value: object) -> None:
    assert json.loads(canonical(value)) == value


def test_the_order_in_which_keys_were_put_does_not_matter() -> None:
    assert canonical({"b": 1, "a": [2]}) == canonical({"a": [2], "b": 1}) == b'{"a":[2],"b":1}'


def test_enumerations_and_tuples_are_plain_text_and_lists() -> None:
    assert canonical({"stream": Stream.REUSE, Stream.RECYCLE: (1, 2)}) == (
        b'{"recycle":[1,2],"stream":"reuse"}'
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.0, "float"),
        ({"mass": [1, 2.5]}, r"\$\.mass\[1\]: float"),
        (Decimal(1), "Decimal"),
        (float("nan"), "float"),
        (b"bytes", "bytes"),
        ({1, 2}, "set"),
        (LARGEST_INTEGER + 1, "past"),
        (-LARGEST_INTEGER - 1, "past"),
        ("half \ud83d", "surrogate"),
        ({"a": {"\udc00": 1}}, "not ASCII"),
        ({"gewicht_\u00eb": 1}, "not ASCII"),
        ({1: "one"}, "int, not text"),
        ({None: 1}, "NoneType, not text"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(value: object, why: str) -> None:
    with pytest.raises(NotCanonical, match=why):
        canonical(value)


def test_the_largest_whole_numbers_are_taken() -> None:
    assert canonical([LARGEST_INTEGER, -LARGEST_INTEGER]) == b"[9007199254740991,-9007199254740991]"


def test_bottomless_nesting_is_refused_and_not_followed() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonical, match="deeper"):
        canonical(value)
