"""Rules of reference data, pure: what every value must look like before it is written for ever.

A row that cannot be read back would stop every operator, because all of them read one rule book.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from catalogue.errors import Malformed
from catalogue.kinds import (
    AppliesTo,
    Direction,
    FactorUnit,
    PartnerRole,
    Purpose,
    Security,
    StationKind,
    Stream,
)

LARGEST: Final = 2_000_000_000
"""The largest number: two thousand tonnes, and within the integers of either database."""

ONE_OF: Final[Mapping[str, type[StrEnum]]] = {
    "station.kind": StationKind,
    "article_group.security": Security,
    "destination.stream": Stream,
    "factor.purpose": Purpose,
    "factor.unit": FactorUnit,
    "target.direction": Direction,
    "target.applies_to": AppliesTo,
}
SOME_OF: Final[Mapping[str, type[StrEnum]]] = {
    "partner.roles": PartnerRole,
    "destination.accepts": Security,
}
LABEL_SIZES: Final = ("100x150", "a6", "62x100", "50x25")
"""The stock that labels are printed on; the room of labels knows their measures."""

LISTED: Final[Mapping[str, tuple[object, ...]]] = {
    "printer.size": LABEL_SIZES,
    "printer.dpi": (203, 300),
}
HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?")
_TCP: Final = re.compile(
    r"tcp://(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,60}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
    r":(?P<port>6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3})",
    re.ASCII,
)
PERMILLE: Final = (
    *("tolerance_permille", "limit_permille", "announced_limit_permille", "permille"),
    *("recycled_permille", "reused_permille", "renewable_permille"),
    *("feed_efficiency_permille", "recycling_efficiency_permille"),
)
MOST: Final[Mapping[str, int]] = {
    **dict.fromkeys(PERMILLE, 1000),
    **dict.fromkeys(("lifetime_permille", "use_permille"), 10_000),
    "confirm_days": 365,
    "distance_km": 20_037,
    "year": 2999,
}
"""How high a number may be."""

PERMILLE_WHOLE: Final = 1000
SHARES: Final = frozenset({Purpose.DISPLACEMENT, Purpose.SUBSTITUTION})
"""Purposes of factors that are a share of something, not what a kilogram gives off."""

INFLOW: Final = ("recycled", "reused", "renewable")
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)


def require_shape(
    noun: str, name: str, value: object, *, kind: type, length: int | None, optional: bool
) -> None:
    """Raise Malformed unless the value is of its column's kind, length and closed list.

    kind: str, int, bool or date. length: of a text, in characters.
    """
    if value is None and optional:
        return
    problem = _problem(value, kind, length) or _not_listed(f"{noun}.{name}", value)
    if not problem and name in MOST and isinstance(value, int) and value > MOST[name]:
        problem = f"above {MOST[name]}"
    if not problem and noun == "printer":
        problem = _no_address(name, value)
    if not problem and name == "timezone":
        problem = _no_zone(str(value))
    if not problem and (noun, name) == ("scale", "address") and not _TCP.fullmatch(str(value)):
        problem = "not tcp://host:port"
    if not problem and name == "country" and not _COUNTRY.fullmatch(str(value)):
        problem = "not a country of two letters"
    if problem:
        raise Malformed(field=name, problem=problem, read=str(value)[:40])


def require_together(noun: str, values: Mapping[str, object]) -> None:
    """Raise Malformed unless the columns of a row agree with each other.

    values: the whole row as it will be.
    """
    starts, ends = values.get("valid_from"), values.get("valid_to")
    if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
        raise Malformed(field="valid_to", problem="before valid_from", read=str(ends))
    if noun == "factor":
        low, central, high = (_whole(values, name) for name in ("low", "central", "high"))
        if not low <= central <= high:
            raise Malformed(field="central", problem="not between low and high", read=str(central))
        if (values.get("purpose") in SHARES) != (values.get("unit") == FactorUnit.PERMILLE):
            raise Malformed(field="unit", problem="not for this purpose", read=str(values["unit"]))
        if values.get("purpose") in SHARES and high > PERMILLE_WHOLE:
            raise Malformed(field="high", problem=f"above {PERMILLE_WHOLE}", read=str(high))
    if noun == "declaration":
        inflow = sum(_whole(values, f"{part}_permille") for part in INFLOW)
        if inflow > PERMILLE_WHOLE:
            raise Malformed(field="recycled_permille", problem="more than all", read=str(inflow))


def _whole(values: Mapping[str, object], name: str) -> int:
    value = values.get(name)
    return value if isinstance(value, int) else 0


class Address(NamedTuple):
    """Where something on the network answers."""

    host: str
    port: int


def scale_address(text: str) -> Address:
    """Where a scale of the register answers. text: as it was written there, `tcp://host:port`."""
    found = _TCP.fullmatch(text)
    assert found is not None, "an address is looked at before it is written"
    return Address(found["host"].strip("[]"), int(found["port"]))


def may_be_addressed(number: str) -> bool:
    """Whether a scale or a printer can have this IP address. The link-local ones are where a cloud
    keeps the secrets of its machines.
    """
    host = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped is not None:
        host = host.ipv4_mapped
    return not (host.is_link_local or host.is_multicast or host.is_unspecified)


def require_names(given: object) -> None:
    """Raise Malformed unless these are names by language."""
    if not isinstance(given, Mapping) or not all(
        isinstance(word, str) for pair in given.items() for word in pair
    ):
        raise Malformed(field="names", problem="not names by language")


def checked_words(name: str, given: Sequence[object]) -> list[str]:
    """Codes that can stand in one column, parted by commas. Raises Malformed."""
    words = [word for word in given if isinstance(word, str) and "," not in word and word]
    if len(words) != len(given):
        raise Malformed(field=name, problem="not a list of codes")
    return words


def _problem(value: object, kind: type, length: int | None) -> str:
    if kind is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and 0 <= value <= LARGEST else "not a number from zero up"  # type: ignore[operator]
    if kind is date:
        return "" if type(value) is date else "not a day"
    if not isinstance(value, kind):
        return "not a text" if kind is str else "not yes or no"
    return f"above {length} characters" if length and len(str(value)) > length else ""


def _not_listed(column: str, value: object) -> str:
    words = str(value).split(",")
    if column in ONE_OF:
        return "" if value in list(ONE_OF[column]) else "unknown"
    if column in LISTED:
        return "" if value in LISTED[column] else "unknown"
    if column in SOME_OF:
        return "" if all(word in list(SOME_OF[column]) for word in words) else "unknown"
    return ""


def _no_address(name: str, value: object) -> str:
    if name == "host":
        return "" if HOST.fullmatch(str(value)) else "not a name or address on the network"
    if name == "port" and isinstance(value, int):
        return "" if 1 <= value <= 65535 else "not a port"
    return ""


def _no_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return "unknown"
    return ""
