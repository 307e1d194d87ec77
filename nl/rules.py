"""Rules of Dutch waste registers and notifications, pure.

The law behind them: Wet milieubeheer, articles 10.38 to 10.40, and the decree and the ministerial
rule on reporting waste. Have a waste adviser check what a permit says beside them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from catalogue.errors import Malformed, StreamNumberIncomplete, StreamNumberMalformed

NUMBER_LENGTH: Final = 12
PROCESSOR_LENGTH: Final = 5
LAPSES_AFTER_MONTHS: Final = 60
KEPT_YEARS: Final = 5
DEADLINE_DAYS: Final = 28
SMALL_LOAD_G: Final = 50_000
"""Business waste up to this much a delivery is not notified."""

FREE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a number of our own is made of: no sign that looks like another."""

PROCESSING: Final = (
    "A.01", "A.02", "B.01", "B.02", "B.03", "B.04", "B.05", "C.01", "C.02", "C.03", "C.04",
    "D.01", "D.02", "D.03", "D.04", "D.05", "D.06", "E.01", "E.02", "E.03", "E.04", "E.05",
    "F.01", "F.02", "F.03", "F.04", "F.05", "F.06", "F.07", "G.01", "G.02",
)  # fmt: skip
"""Processing methods of the authority for waste notification."""

_NUMBER: Final = re.compile(r"[0-9A-Z]{12}", re.ASCII)
_ADDRESS: Final = re.compile(
    r"(?P<street>[^,]*[^,\d\W][^,]*) +(?P<number>\d{1,5})[ -]?(?P<addition>[A-Za-z0-9-]{0,10}) *,"
    r" *(?P<postcode>[1-9]\d{3} ?[A-Za-z]{2}),? +(?P<town>[^,]{1,80})",
)


class Address(NamedTuple):
    """An address in its parts. postcode: `1234AB`; country: two letters."""

    street: str
    house_number: str
    addition: str
    postcode: str
    town: str
    country: str = "NL"

    @property
    def line(self) -> str:
        """As it is written on one line."""
        number = f"{self.house_number}{self.addition}"
        return f"{self.street} {number}, {self.postcode[:4]} {self.postcode[4:]} {self.town}"


def read_address(text: str) -> Address | None:
    """A Dutch address out of one line, `Straat 12a, 1234 AB Plaats`; None when it is none."""
    found = _ADDRESS.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    postcode = found["postcode"].replace(" ", "").upper()
    return Address(
        found["street"].strip()[:80], found["number"], found["addition"], postcode, found["town"]
    )


def read_number(text: str, begins: str) -> str:
    """A waste stream number as it is kept. begins: with what it must begin; empty: with anything.

    Raises StreamNumberMalformed.
    """
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number) or not number.startswith(begins):
        raise StreamNumberMalformed(number=text[:40], begins=begins)
    return number


def require_processing(code: str) -> str:
    """The method, `C.03`, also from `C03`. Raises Malformed."""
    said = code.strip().upper()
    method = said if "." in said else f"{said[:1]}.{said[1:]}"
    if method not in PROCESSING:
        raise Malformed(field="processing", problem="unknown", read=code[:10])
    return method


def require_whole(found: Mapping[str, str]) -> None:
    """Raise StreamNumberIncomplete unless all that stands behind a number is there."""
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise StreamNumberIncomplete(missing=missing)


def lapses_on(from_day: date, reported: Iterable[date]) -> date:
    """The first day on which a number is void: 60 months after it was last reported, or made.

    reported: the months in which it was, by their first day.
    """
    last = max((month_after(month) for month in reported), default=from_day)
    start = max(last, from_day)
    return _months_on(start, LAPSES_AFTER_MONTHS)


def kept_until(day: date) -> date:
    """The last day on which a line of the register must be kept."""
    return _months_on(day, KEPT_YEARS * 12)


def deadline(month: date) -> date:
    """The last day to notify a month: four weeks after its end."""
    return month_after(month) - timedelta(days=1) + timedelta(days=DEADLINE_DAYS)


def month_after(month: date) -> date:
    """The first day of the month after the one of this day."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before the one of this day."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_of(text: str) -> date:
    """The first day of `2026-03`. Raises Malformed."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if found is None or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2999:
        raise Malformed(field="month", problem="not a month such as 2026-03", read=text[:20])
    return date(int(found[1]), int(found[2]), 1)


def whole_kg(mass_g: int) -> int:
    """Whole kilograms, a half upwards: once per stream, at the very end."""
    return (mass_g + 500) // 1000


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


class Counted(NamedTuple):
    """What is notified of one stream: loads, grams, and the whole kilograms of them."""

    loads: int
    mass_g: int
    kg: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is notified of one month. received: by stream number; delivered: by what
    `delivered_key` makes of receiver and destination version."""

    received: Mapping[str, Counted]
    delivered: Mapping[str, Counted]

    @property
    def is_empty(self) -> bool:
        return not self.received and not self.delivered


class Load(NamedTuple):
    """Mass of one stream that came or left together. stream: what it is counted under."""

    stream: str
    load: str
    mass_g: int


def delivered_key(outlet: str, destination: str) -> str:
    """What a delivered stream is counted under. destination: with its version, `panels@1`."""
    return f"{outlet}/{destination}"


def tally(parts: Iterable[Load], *, small_g: int = 0) -> dict[str, Counted]:
    """Loads and grams per stream. small_g: loads of one stream up to this much are left out.

    A load that came to nothing, because it was sent back or undone, is none.
    """
    loads: dict[tuple[str, str], int] = {}
    for stream, load, mass_g in parts:
        loads[stream, load] = loads.get((stream, load), 0) + mass_g
    found: dict[str, list[int]] = {}
    for (stream, _), mass_g in sorted(loads.items()):
        if mass_g > small_g:
            found.setdefault(stream, []).append(mass_g)
    return {
        stream: Counted(len(masses), sum(masses), whole_kg(sum(masses)))
        for stream, masses in found.items()
    }


def difference(now: Figures, sent: Sequence[Figures]) -> Figures:
    """What must still be notified: exactly what lies between now and all that was sent.

    The whole kilograms of all notifications add up to those of now.
    """
    return Figures(
        _lacking(now.received, [one.received for one in sent]),
        _lacking(now.delivered, [one.delivered for one in sent]),
    )


def _lacking(
    now: Mapping[str, Counted], sent: Sequence[Mapping[str, Counted]]
) -> dict[str, Counted]:
    nothing = Counted(0, 0, 0)
    keys = sorted({*now, *(key for one in sent for key in one)})
    found = {}
    for key in keys:
        is_now = now.get(key, nothing)
        before = [one.get(key, nothing) for one in sent]
        lacking = Counted(
            *(value - sum(each) for value, *each in zip(is_now, *before, strict=True))
        )
        if lacking != nothing:
            found[key] = lacking
    return found


def as_json(figures: Figures) -> dict[str, Any]:
    """The figures as they are frozen: strings and whole numbers."""
    return {
        part: [{"stream": key, **one._asdict()} for key, one in sorted(counted.items())]
        for part, counted in (("received", figures.received), ("delivered", figures.delivered))
    }


def from_json(said: Mapping[str, Any]) -> Figures:
    """Frozen figures, read back."""
    return Figures(
        *(
            {one["stream"]: Counted(one["loads"], one["mass_g"], one["kg"]) for one in said[part]}
            for part in ("received", "delivered")
        )
    )
