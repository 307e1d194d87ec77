"""Which codes a misread one may have been meant as."""

from __future__ import annotations

import pytest

from catalogue.codes import CodeKind
from catalogue.near_codes import near, prefix

CODE = "BXJ3KRXVLX6K"


@pytest.mark.parametrize(
    "read",
    [
        "BXJ3KRXVLX6X",  # the last one wrong
        "BXJ3K8XVLX6K",  # one in the middle wrong
        "BXJ3K0XVLX6K",  # one that no code has
        "BXJ3K01VLX6K",  # two that no code has
        "BXJK3RXVLX6K",  # two changed places
        "BXJ3KRXVL6K",  # one too few
        "BXJ3KKRXVLX6K",  # one too many
        "KXJ3KRXVLX6K",  # another kind
        "bxj3-krxv-lx6x",
        "BXJ3 KRXV LX6X",
    ],
)
def test_a_code_that_was_misread_is_found_again(read: str) -> None:
    assert CODE in near(read)


def test_few_codes_are_near_and_none_of_them_is_for_practice() -> None:
    assert len(near("BXJ3KRXVLX6X")) < 20
    assert not any(code.startswith("P") for code in near("BXJ3KRXVLX6X"))


@pytest.mark.parametrize("text", ["", "landmacht", "BXJ3", "BXJ0K01VLX6K", "ß" * 12, "B" * 40])
def test_what_is_no_code_is_near_none(text: str) -> None:
    assert near(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bxj3", (CodeKind.BATCH, "BXJ3")),
        ("bxj3-kr", (CodeKind.BATCH, "BXJ3KR")),
        ("DXJ30RXV", (CodeKind.DELIVERY, "DXJ3")),
        ("BX", None),
        ("brandweer", None),
        ("landmacht", None),
        ("", None),
    ],
)
def test_a_beginning_is_a_kind_and_what_can_be_read(
    text: str, expected: tuple[CodeKind, str] | None
) -> None:
    assert prefix(text) == expected
