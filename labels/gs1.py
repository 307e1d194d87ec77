"""The serial shipping container code (SSCC): the one GS1 number that a label of ours may carry.

Only who holds a GS1 company prefix may mint one; without a prefix a label carries its own code in
plain Code 128. Source: GS1 General Specifications, sections 2.2.1 and 7.9.
"""

from __future__ import annotations

SSCC_LENGTH = 18
_SHORTEST_PREFIX, _LONGEST_PREFIX = 4, 12


class NotGs1(ValueError):
    """The digits break a rule of GS1; the message says which."""


def check_digit(body: str) -> str:
    """The digit that follows `body` in a GTIN, GLN, SSCC and their like.

    From the right the digits weigh 3, 1, 3, ...; the check digit brings the sum to a multiple
    of ten. Raises NotGs1.
    """
    if not body.isascii() or not body.isdigit():
        raise NotGs1(f"{body!r} is not digits alone.")
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def sscc(prefix: str, extension: int, serial: int) -> str:
    """The 18 digits of an SSCC.

    prefix: the company prefix that GS1 gave out, 4 to 12 digits. extension: 0 to 9, free to use.
    serial: not to be used again within twelve months; it fills the digits that are left. Raises
    NotGs1.
    """
    if not _SHORTEST_PREFIX <= len(prefix) <= _LONGEST_PREFIX:
        raise NotGs1(f"A company prefix has 4 to 12 digits, not {len(prefix)}.")
    if not 0 <= extension <= 9:
        raise NotGs1(f"The extension digit is 0 to 9, not {extension}.")
    room = SSCC_LENGTH - 2 - len(prefix)
    if not 0 <= serial < 10**room:
        raise NotGs1(f"The serial number {serial} does not fit in {room} digits.")
    body = f"{extension}{prefix}{serial:0{room}d}"
    return body + check_digit(body)


def is_sscc(text: str) -> bool:
    """Whether `text` is 18 digits with the right check digit."""
    return (
        len(text) == SSCC_LENGTH
        and text.isascii()
        and text.isdigit()
        and check_digit(text[:-1]) == text[-1]
    )


def element_string(sscc_digits: str) -> str:
    """What a GS1-128 symbol encodes after its FNC1: the identifier 00 and the digits."""
    if not is_sscc(sscc_digits):
        raise NotGs1(f"{sscc_digits!r} is not an SSCC with a right check digit.")
    return "00" + sscc_digits


def human_readable(sscc_digits: str) -> str:
    """What is printed under the symbol. The brackets are for people; they are never encoded."""
    return "(00)" + element_string(sscc_digits)[2:]
