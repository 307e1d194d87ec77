"""Codes that a misread or mistyped one may have been meant as. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from catalogue.codes import (
    ALPHABET,
    CERTIFICATE_LENGTH,
    LABEL_LENGTH,
    CodeKind,
    MisreadCode,
    parse,
)

UNREADABLE_MAX: Final = 2
"""With more signs that no code has, what is left says too little."""
PREFIX_MIN: Final = 3

_LETTERS: Final = {kind.letter: kind for kind in CodeKind}
_MARKS: Final = str.maketrans("", "", " -\t\u00a0")


def squeezed(text: str) -> str:
    """The text as codes are written: upper case, without spaces and hyphens."""
    plain = text.translate(_MARKS)
    return plain.upper() if plain.isascii() else ""


def near(text: str) -> tuple[str, ...]:
    """Codes one slip away: a wrong sign, two that changed places, one too many or too few, or up to
    two that cannot be in a code. The check character leaves about one for each place.
    """
    written = squeezed(text)
    kind = _LETTERS.get(written[:1])
    wanted = CERTIFICATE_LENGTH if kind is CodeKind.CERTIFICATE else LABEL_LENGTH
    if abs(len(written) - wanted) > 1:
        return ()
    found = {each for each in _slips(written, wanted) if _is_code(each)}
    return tuple(sorted(found - {written}))


def prefix(text: str) -> tuple[CodeKind, str] | None:
    """The kind and the readable beginning of a code; None where too little of it is readable."""
    written = squeezed(text)
    kind = _LETTERS.get(written[:1])
    if kind is None or len(written) > CERTIFICATE_LENGTH:
        return None
    end = 1
    while end < len(written) and written[end] in ALPHABET:
        end += 1
    return (kind, written[:end]) if end >= PREFIX_MIN else None


def _slips(written: str, wanted: int) -> Iterator[str]:
    unreadable = [at for at in range(1, len(written)) if written[at] not in ALPHABET]
    if len(written) > wanted:
        yield from (written[:at] + written[at + 1 :] for at in range(len(written)))
    elif len(written) < wanted:
        places = product(range(1, len(written) + 1), ALPHABET) if not unreadable else ()
        yield from (written[:at] + sign + written[at:] for at, sign in places)
    elif 0 < len(unreadable) <= UNREADABLE_MAX:
        for signs in product(ALPHABET, repeat=len(unreadable)):
            yield _with(written, dict(zip(unreadable, signs, strict=True)))
    elif not unreadable:
        yield from (letter + written[1:] for letter in _LETTERS)
        for at in range(1, len(written)):
            yield from (_with(written, {at: sign}) for sign in ALPHABET)
            if at > 1:
                yield _with(written, {at - 1: written[at], at: written[at - 1]})


def _with(written: str, signs: dict[int, str]) -> str:
    return "".join(signs.get(at, sign) for at, sign in enumerate(written))


def _is_code(text: str) -> bool:
    try:
        return parse(text).kind is not CodeKind.PRACTICE
    except MisreadCode:
        return False
