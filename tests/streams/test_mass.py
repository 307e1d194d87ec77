"""From what people type to grams, and what no batch can weigh."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import Malformed
from streams.mass import HEAVIEST_G, checked_g, from_kilograms, net_g


@pytest.mark.parametrize(
    ("text", "mass_g"),
    [
        ("12,345 kg", 12_345),
        ("12.5", 12_500),
        ("7", 7_000),
        ("0,001", 1),
        (" 12,5 KG ", 12_500),
        ("0", 0),
        ("99999", 99_999_000),
    ],
)
def test_kilograms_are_read_with_comma_or_point(text: str, mass_g: int) -> None:
    assert from_kilograms(text) == mass_g


@pytest.mark.parametrize(
    "text",
    ["", "kg", "1.234,5", "1,234.5", "12,3456", "-1", "+1", "1e3", "12 g", "1 2", ",5", "123456"],
)
def test_what_could_mean_something_else_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        from_kilograms(text, field="gross_g")
    assert refused.value.figures["field"] == "gross_g"


@given(st.integers(0, 99_999_999))
def test_every_gram_comes_back_from_its_kilograms(mass_g: int) -> None:
    assert from_kilograms(f"{mass_g // 1000},{mass_g % 1000:03}") == mass_g


@pytest.mark.parametrize("mass_g", [0, -1, HEAVIEST_G, HEAVIEST_G + 1, True, 1.0, "1", None])
def test_what_no_batch_weighs_is_refused(mass_g: object) -> None:
    with pytest.raises(Malformed):
        checked_g(mass_g, field="mass_g")  # type: ignore[arg-type]


def test_the_lightest_and_the_heaviest_weight_are_accepted() -> None:
    assert checked_g(1, field="mass_g") == 1
    assert checked_g(HEAVIEST_G - 1, field="mass_g") == 39_999_999
    assert checked_g(0, field="tare_g", zero=True) == 0


@pytest.mark.parametrize(("gross_g", "tare_g"), [(10, 10), (10, 11), (0, 0), (10, -1)])
def test_a_net_weight_leaves_something(gross_g: int, tare_g: int) -> None:
    with pytest.raises(Malformed):
        net_g(gross_g, tare_g)
    assert net_g(11, 10) == 1
