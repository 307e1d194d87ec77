"""Which passwords too many people use. The list is read when it is asked for first: it is long."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Final

WORD_LENGTH_MIN: Final = 4
"""A shorter word about somebody stands in too many good passwords by chance."""
LEFT_LENGTH_MIN: Final = 8
"""So many letters and digits at least a password has beside the words about its person."""
EVERYBODY: Final = ("stofstroom",)
ROWS: Final = tuple(
    row * 3 if forwards else row[::-1] * 3
    for row in (
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "azertyuiop",
        "qwertyuiop",
    )
    for forwards in (True, False)
)
"""What fingers type by themselves."""


def is_common(password: str) -> bool:
    """Whether it is among the passwords used most, however it is written, with whatever digits and
    signs stand around it, and also twice or more in a row; or only digits, or a piece of a row."""
    folded = password.casefold()
    if folded.isdigit() or any(folded in row for row in ROWS):
        return True
    return any(_once(text) in _common() for text in (folded, _bare(folded)))


def words_about(*texts: str) -> frozenset[str]:
    """The words of names and addresses that everybody who knows somebody would try first."""
    found = {word for text in (*texts, *EVERYBODY) for word in _words(text)}
    return frozenset(word for word in found if len(word) >= WORD_LENGTH_MIN)


def is_about(password: str, words: Collection[str]) -> bool:
    """Whether it has one of these words in it, and little or nothing else that is hard to guess."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    if left == password.casefold():
        return False
    letters = "".join(_words(left))
    return len(letters) < LEFT_LENGTH_MIN or is_common(left.strip()) or is_common(letters)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _bare(text: str) -> str:
    """Without the digits and signs at both ends."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _once(text: str) -> str:
    """What is repeated in it, where it is nothing else."""
    return re.sub(r"^(.+?)\1+$", r"\1", text)


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
