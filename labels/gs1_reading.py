"""What a GS1 code of somebody else says: element strings and Digital Links, as on freight.

Source: GS1 General Specifications, section 3; GS1 Digital Link, URI syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from labels.gs1 import check_digit

FNC1: Final = "\x1d"
LENGTHS: Final[Mapping[str, int]] = {
    "00": 18,
    **dict.fromkeys(("01", "02"), 14),
    "20": 2,
    "402": 17,
    "422": 3,
    "8018": 18,
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
    **{f"41{last}": 13 for last in range(8)},
    **dict.fromkeys(("10", "21", "22", "420"), -20),
    **dict.fromkeys(("30", "37"), -8),
    **dict.fromkeys(("240", "241", "250", "251", "400", "401", "403", "8003", "8004"), -30),
    **dict.fromkeys(("421", "8008"), -12),
    "8200": -70,
    "90": -30,
    **{str(own): -90 for own in range(91, 100)},
}
"""Characters per identifier: exactly so many digits; below zero, up to so many characters."""
CHECKED: Final = frozenset({"00", "01", "02", "402", "410", "411", "412", "413", "414", "8018"})
SAYS_GS1: Final = re.compile(r"\](C1|e[01]|d2|Q3|J1)")
AIM: Final = re.compile(r"^\][A-Za-z][0-9A-Fa-f]")
ALLOWED: Final = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
BRACKETS: Final = re.compile(r"\((\d{2,4})\)([^(]+)")
LINK_KEYS: Final = frozenset({"00", "01", "401", "402", "400", "8003", "8004", "8018", "414"})
REFERENCES: Final = ("400", "401", "8004", "00", "10")
"""Where a supplier may say its own number of a delivery, the likeliest first."""


def parts(text: str) -> dict[str, str] | None:
    """Value per application identifier; None when it is no GS1 code, or a misread one."""
    trimmed = text.strip("\r\n\t \x00")
    plain = AIM.sub("", trimmed)
    if plain.lower().startswith(("http://", "https://")):
        return _checked(_of_link(plain))
    if plain.startswith("("):
        found = BRACKETS.findall(plain)
        whole = "".join(f"({name}){value}" for name, value in found)
        return _checked((name, value.strip()) for name, value in found) if whole == plain else None
    sure = SAYS_GS1.match(trimmed) is not None or FNC1 in plain
    fields = _checked(_of_elements(plain.lstrip(FNC1)))
    # A number that happens to begin like an identifier is not GS1 yet.
    return fields if fields and (sure or CHECKED & fields.keys()) else None


def _checked(found: Iterable[tuple[str, str]]) -> dict[str, str] | None:
    fields = dict(found)
    right = all(_is_right(name, value) for name, value in fields.items())
    return fields if fields and right else None


def _of_elements(text: str) -> Iterator[tuple[str, str]]:
    rest = text
    while rest:
        name = next((rest[:size] for size in (2, 3, 4) if _length(rest[:size])), None)
        if name is None:
            yield "", rest
            return
        length, after = _length(name), rest[len(name) :]
        value = after[:length] if length > 0 else after.partition(FNC1)[0]
        yield name, value
        rest = after[len(value) :].removeprefix(FNC1)


def _of_link(address: str) -> Iterator[tuple[str, str]]:
    split = urlsplit(address)
    steps = [unquote(step) for step in split.path.split("/") if step]
    start = next((at for at, step in enumerate(steps) if step in LINK_KEYS), len(steps))
    yield from zip(steps[start::2], steps[start + 1 :: 2], strict=False)
    if start < len(steps):
        yield from (pair for pair in parse_qsl(split.query) if pair[0].isdigit())


def _length(name: str) -> int:
    """Zero for what is no identifier."""
    if re.fullmatch(r"3[1-6]\d\d", name):
        return 6
    if re.fullmatch(r"39[0-4]\d", name):
        return -18
    return LENGTHS.get(name, 0)


def _is_right(name: str, value: str) -> bool:
    length = _length(name)
    if not value.isascii() or not ALLOWED.fullmatch(value):
        return False
    if length <= 0:
        return 0 < len(value) <= -length
    return (
        len(value) == length
        and value.isdigit()
        and (name not in CHECKED or check_digit(value[:-1]) == value[-1])
    )
