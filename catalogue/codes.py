"""The codes on labels: minting them, reading them back, saying them aloud.

A label code is a letter for its kind, random characters, and one check character:
`BK4M7RXP3FQP`, printed in fours. Why these letters and this length, and what the check character
catches, stands in docs/decisions/0003-label-codes.md. Codes that people choose (a station `S1`, an
organisation `DEMO-DEF`) are not label codes; `is_chosen` tells their shape.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "2345678FJKLMPQRVX"
"""The 17 characters that neither look nor sound alike in Dutch and English. 17 is a prime, on
which the check character rests."""

LABEL_LENGTH = 12
"""Characters of a code on a label: the kind, ten random ones, the check character."""

CERTIFICATE_LENGTH = 16
"""Characters of a certificate's code. Anyone may look one up, so it has to be beyond guessing."""

_BASE = len(ALPHABET)
_STEP = 3  # A primitive root of 17: its first 16 powers differ, so no two places weigh the same.
_SEPARATORS = str.maketrans("", "", " -\t\u00a0\u2010\u2011\u2012\u2013\u2212")
_CHOSEN = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
_CHOSEN_LENGTH = 20


class CodeKind(StrEnum):
    """What a label stands on. The value is the word of the API."""

    BATCH = "batch"
    BIN = "bin"
    STATION = "station"
    CONTAINER = "container"
    DELIVERY = "delivery"
    SHIPMENT = "shipment"
    FIND = "find"
    PRACTICE = "practice"
    CERTIFICATE = "certificate"

    @property
    def letter(self) -> str:
        """First character of every code of this kind."""
        return _LETTERS[self]


_LETTERS = {
    CodeKind.BATCH: "B",
    CodeKind.BIN: "K",
    CodeKind.STATION: "S",
    CodeKind.CONTAINER: "C",
    CodeKind.DELIVERY: "D",
    CodeKind.SHIPMENT: "Z",
    CodeKind.FIND: "V",
    CodeKind.PRACTICE: "P",
    CodeKind.CERTIFICATE: "W",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
# A kind letter of the alphabet keeps its own number there; the others borrow a digit's number, so
# that all kinds differ, and none of them can trade places with the character behind it unnoticed.
_NUMBERS = {character: number for number, character in enumerate(ALPHABET)}
_KIND_NUMBERS = {**dict(zip("BSCDZW", range(6), strict=True)), **{c: _NUMBERS[c] for c in "KVP"}}

_SPELLING = [
    *("Bravo", "Charlie", "Delta", "Foxtrot", "Juliett", "Kilo", "Lima", "Mike"),
    *("Papa", "Quebec", "Romeo", "Sierra", "Victor", "Whiskey", "X-ray", "Zulu"),
]
_WORDS = {word[0]: word for word in _SPELLING}
_DIGITS = {
    "nl": {
        "2": "twee",
        "3": "drie",
        "4": "vier",
        "5": "vijf",
        "6": "zes",
        "7": "zeven",
        "8": "acht",
    },
    "en": {
        "2": "two",
        "3": "three",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
    },
}


class Misreading(StrEnum):
    """What gave a misread code away."""

    LENGTH = "length"
    KIND = "kind"
    CHARACTER = "character"
    CHECK = "check"


class MisreadCode(ValueError):
    """The text is not a label code: misread, mistyped, or something else altogether."""

    def __init__(self, text: str, misreading: Misreading) -> None:
        super().__init__(f"{text!r} is not a label code ({misreading}).")
        self.text = text
        self.misreading = misreading


@dataclass(frozen=True, slots=True)
class Code:
    """A label code whose check character is right. `text` is its one written form."""

    kind: CodeKind
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def grouped(self) -> str:
        """As it is printed for people: in fours, with hyphens."""
        return "-".join(self.groups)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.text[start : start + 4] for start in range(0, len(self.text), 4))


def mint(kind: CodeKind) -> str:
    """A new code from the system's random source; the caller's UNIQUE column has the last word."""
    body = kind.letter + "".join(secrets.choice(ALPHABET) for _ in range(_length(kind) - 2))
    return body + _check_character(body)


def parse(text: str) -> Code:
    """Read a code as typed or scanned: case, spaces and hyphens do not matter.

    Raises MisreadCode with what gave it away. Look-alikes (0 for Q, 1 for J) are never guessed.
    """
    squeezed = text.translate(_SEPARATORS).strip() if len(text) <= 2 * CERTIFICATE_LENGTH else ""
    # `upper` turns some foreign letters into ours: a long s into S, for one.
    written = squeezed.upper() if squeezed.isascii() else ""
    kind = _KINDS.get(written[:1])
    if kind is None:
        raise MisreadCode(text, Misreading.KIND if written else Misreading.LENGTH)
    if len(written) != _length(kind):
        raise MisreadCode(text, Misreading.LENGTH)
    if any(character not in _NUMBERS for character in written[1:]):
        raise MisreadCode(text, Misreading.CHARACTER)
    if _sum(written) != 0:
        raise MisreadCode(text, Misreading.CHECK)
    return Code(kind, written)


def kind_of(text: str) -> CodeKind:
    """The kind of a code. Raises MisreadCode."""
    return parse(text).kind


def is_practice(text: str) -> bool:
    """Whether this is a practice code, which must never enter the figures. Raises MisreadCode."""
    return kind_of(text) is CodeKind.PRACTICE


def spoken(text: str, language: str = "nl") -> str:
    """The code in words for the telephone: "Bravo, Kilo, vier, Mike; zeven, ...".

    Letters are those of the international spelling alphabet; only the digits differ by language
    (nl, en; another one hears them in English). Raises MisreadCode.
    """
    words = _WORDS | _DIGITS.get(language, _DIGITS["en"])
    return "; ".join(", ".join(words[c] for c in group) for group in parse(text).groups)


def is_chosen(text: str) -> bool:
    """Whether a person may choose this as a code: A-Z, 0-9 and single hyphens, 1 to 20 characters.

    What reads as a label code is refused, so that a scan never means two things.
    """
    if len(text) > _CHOSEN_LENGTH or not _CHOSEN.fullmatch(text):
        return False
    try:
        parse(text)
    except MisreadCode:
        return True
    return False


def _length(kind: CodeKind) -> int:
    return CERTIFICATE_LENGTH if kind is CodeKind.CERTIFICATE else LABEL_LENGTH


def _sum(written: str) -> int:
    """The weighted sum of a code modulo 17: zero when its check character is right."""
    total = _KIND_NUMBERS[written[0]]
    for character in written[1:]:
        total = (total * _STEP + _NUMBERS[character]) % _BASE
    return total


def _check_character(body: str) -> str:
    return ALPHABET[-_sum(body) * _STEP % _BASE]
