"""No refusal without somebody who is refused: every code is provoked, and says its figures."""

from __future__ import annotations

import re

import pytest

from catalogue.errors import Refusal, concrete
from tests.builders import Depot
from tests.entry_refusals import PROVOKED

FIGURES = re.compile(r"`(\w+)`")


def test_every_refusal_is_provoked() -> None:
    assert sorted(PROVOKED) == sorted(concrete())


@pytest.mark.parametrize("code", sorted(PROVOKED))
def test_refusal_is_what_it_says(code: str, depot: Depot) -> None:
    with pytest.raises(Refusal) as refused:
        PROVOKED[code](depot)
    assert (refused.value.code, type(refused.value)) == (code, concrete()[code])
    said = set(FIGURES.findall((type(refused.value).__doc__ or "").partition("Figures:")[2]))
    assert set(refused.value.figures) >= said


@pytest.mark.parametrize("code", sorted(concrete()))
def test_refusal_has_words_for_people(code: str) -> None:
    kind = concrete()[code]
    for words in (kind.title, kind.advice):
        assert words[0].isupper()
        assert words.endswith(".")
