"""Two periods beside each other, pure: what changed in the shares, and what is too small to say."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Generic, TypeVar

from catalogue.kinds import Stream
from reporting.periods import Period
from reporting.shares import PERMILLE, split

Key = TypeVar("Key", bound=Hashable)

LEAST_PERMILLE: Final = 10
"""What is less than so much of everything sorted, in either period, says nothing by its share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masses:
    """What one part of the register holds of a period: in, sorted per stream, and proven."""

    input_g: int = 0
    streams: Mapping[Stream, int] = field(default_factory=lambda: dict.fromkeys(Stream, 0))
    confirmed_g: int = 0

    @property
    def sorted_g(self) -> int:
        return sum(self.streams.values())

    @property
    def permille(self) -> Mapping[Stream, int] | None:
        """Share of each stream in what was sorted; they add up to 1000."""
        return split({stream: self.streams[stream] for stream in Stream})

    def share(self, stream: Stream) -> int | None:
        shares = self.permille
        return None if shares is None else shares[stream]


NOTHING: Final = Masses()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Key]):
    """One part, before and now. is_small: too little was sorted for its share to mean much."""

    key: Key
    before: Masses
    now: Masses
    is_small: bool

    def points(self, stream: Stream) -> int | None:
        """By how many permille points the share of a stream changed; None without two shares."""
        before, now = self.before.share(stream), self.now.share(stream)
        return None if before is None or now is None else now - before


def changes(
    before: Mapping[Key, Masses], now: Mapping[Key, Masses], *, least_permille: int = LEAST_PERMILLE
) -> list[Change[Key]]:
    """Every part that is in either period, in the order of `now` and then of `before`.

    least_permille: of all that was sorted in a period; what has less in one of them is small.
    """
    whole_before = sum(one.sorted_g for one in before.values())
    whole_now = sum(one.sorted_g for one in now.values())
    found = []
    for key in dict.fromkeys((*now, *before)):
        was, is_ = before.get(key, NOTHING), now.get(key, NOTHING)
        found.append(
            Change(
                key=key,
                before=was,
                now=is_,
                is_small=_is_small(was.sorted_g, whole_before, least_permille)
                or _is_small(is_.sorted_g, whole_now, least_permille),
            )
        )
    return found


def _is_small(part_g: int, whole_g: int, least_permille: int) -> bool:
    return part_g <= 0 or part_g * PERMILLE < whole_g * least_permille


def by_change(
    found: Iterable[Change[Key]], stream: Stream, *, rising: bool = False
) -> list[Change[Key]]:
    """What fell most first, or rose most. Small ones come after, then those without a share to
    compare."""

    def rank(one: Change[Key]) -> tuple[bool, bool, int, int]:
        points = one.points(stream)
        return (
            points is None,
            one.is_small,
            (points or 0) * (-1 if rising else 1),
            -one.now.sorted_g,
        )

    return sorted(found, key=rank)


def fell_most(found: Iterable[Change[Key]], stream: Stream) -> Change[Key] | None:
    """What fell most of what is not small, if anything fell."""
    first = next(iter(by_change(found, stream)), None)
    if first is None or first.is_small or (first.points(stream) or 0) >= 0:
        return None
    return first


def year_so_far(year: int, today: date) -> Period:
    """A calendar year; the current one up to and with today."""
    first = date(year, 1, 1)
    end = date(year + 1, 1, 1)
    return Period(first, min(end, today + timedelta(days=1)) if year == today.year else end)


def relative_permille(before: int, now: int) -> int | None:
    """How much more (or, below zero, less) it is than before, in permille, rounded half up."""
    if before <= 0:
        return None
    return (2 * PERMILLE * (now - before) + before) // (2 * before)
