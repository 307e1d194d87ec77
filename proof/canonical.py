"""Canonical bytes of a JSON value, so that the same facts always have the same hash.

The bytes are those of RFC 8785 for the values that the chain holds: text, whole numbers, true,
false, null, lists and objects with ASCII keys. Whatever the RFC would have to round or sort in a
way that a reader could get wrong is refused instead: floats and decimals, whole numbers past
2**53 - 1, lone surrogates and keys outside ASCII. With those gone the RFC's order of keys (by
UTF-16 code unit) is the order of Python's `sorted`, and its escapes are those of `json.dumps`.
"""

from __future__ import annotations

import json

LARGEST_INTEGER = 2**53 - 1
"""The largest whole number that every reader of JSON holds exactly (RFC 7493)."""

DEEPEST = 64
"""Lists and objects inside one another, at most; a deeper value is an attack or a mistake."""


class NotCanonical(ValueError):
    """The value cannot be hashed: it holds something outside the agreed subset of JSON."""


def canonical(value: object) -> bytes:
    """UTF-8 bytes of `value` after RFC 8785.

    Tuples count as lists. Raises NotCanonical, naming the place, for floats, decimals and
    other foreign types, whole numbers past 2**53 - 1, lone surrogates, keys outside ASCII, and
    nesting deeper than 64.
    """
    _check(value, "$", DEEPEST)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("A text holds half a character (a lone surrogate).") from error


def _check(value: object, path: str, depth: int) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical(f"{path}: {value} is past 2**53 - 1.")
        return
    if depth == 0:
        raise NotCanonical(f"{path}: nested deeper than {DEEPEST}.")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{path}: a key is {type(key).__name__}, not text.")
            if not key.isascii():
                raise NotCanonical(f"{path}: the key {key!r} is not ASCII.")
            _check(inner, f"{path}.{key}", depth - 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _check(inner, f"{path}[{index}]", depth - 1)
    else:
        raise NotCanonical(f"{path}: {type(value).__name__} has no canonical form.")
