"""What somebody means who types a few words into the search box. Pure: words in, a question out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from reporting.periods import YEAR_MAX, YEAR_MIN

NOUNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("partij", "partijen", "doos", "dozen", "batch", "box", "boxes"), "batches"),
    "batches": "batches",
    **dict.fromkeys(("kar", "karren", "bin", "bins"), "bins"),
    **dict.fromkeys(("levering", "leveringen", "delivery", "deliveries"), "deliveries"),
    **dict.fromkeys(("zending", "zendingen", "shipment", "shipments"), "shipments"),
    **dict.fromkeys(("vondst", "vondsten", "find", "finds"), "finds"),
    **dict.fromkeys(("nummer", "nummers", "number", "numbers"), "items"),
    **dict.fromkeys(
        ("verklaring", "verklaringen", "certificaat", "certificaten", "certificate"), "certificates"
    ),
    "certificates": "certificates",
}
STATES: Final[Mapping[str, str]] = {
    "open": "open",
    **dict.fromkeys(("wacht", "wachten", "wachtend", "wachtende", "waits", "waiting"), "waiting"),
    **dict.fromkeys(("vast", "vastgehouden", "hold", "held", "blocked"), "held"),
    **dict.fromkeys(("gesloten", "dicht", "closed"), "closed"),
    **dict.fromkeys(("verwacht", "aangekondigd", "expected", "announced"), "expected"),
    **dict.fromkeys(("onderweg", "travelling", "transit"), "travelling"),
    **dict.fromkeys(("bevestigd", "confirmed"), "confirmed"),
    **dict.fromkeys(("geweigerd", "refused"), "refused"),
    **dict.fromkeys(("ontvangen", "received"), "received"),
}
FILLERS: Final = frozenset(
    re.findall(
        r"\w+",
        "van de het een op in en uit bij voor die dat er is staat staan alle afgelopen "
        "the a an of on from at and all by that",
    )
)
MORNING: Final = (0, 12)
AFTERNOON: Final = (12, 18)
EVENING: Final = (18, 24)
_PARTS: Final = {
    **dict.fromkeys(("ochtend", "morning"), MORNING),
    **dict.fromkeys(("middag", "afternoon"), AFTERNOON),
    **dict.fromkeys(("avond", "evening"), EVENING),
}
_WEEKDAYS: Final = {
    name: day % 7
    for day, name in enumerate(
        re.findall(
            r"\w+",
            "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
            "monday tuesday wednesday thursday friday saturday sunday",
        )
    )
}
_MONTHS: Final = {
    name: place % 12 + 1
    for place, name in enumerate(
        re.findall(
            r"\w+",
            "januari februari maart april mei juni juli augustus september oktober november "
            "december january february march april may june july august september october "
            "november december",
        )
    )
}
NAME_MIN: Final = 3
WORDS_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Name:
    """Something with a name that can be asked for. kind: supplier, outlet, group, find_kind or
    destination. said: its code and its names, in any case."""

    kind: str
    id: int
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One word that has to fit: by a name it is known by, or by what is written. ids: of the names
    that it fits, by kind."""

    text: str
    ids: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def fits(self, kind: str) -> list[int]:
        return sorted(self.ids.get(kind, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: all of it has to hold. since, until: site-local days, half-open; hours:
    of the day, half-open; nouns: only these lists; left_out: words beyond the first few."""

    terms: tuple[Term, ...] = ()
    since: date | None = None
    until: date | None = None
    hours: tuple[int, int] | None = None
    states: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.since or self.states or self.nouns)


@dataclass(slots=True)
class _Reader:
    """Takes words from the front, as many at a time as belong together."""

    words: list[str]
    today: date
    since: date | None = None
    until: date | None = None
    hours: tuple[int, int] | None = None

    def time(self) -> bool:
        """Take a time, if one stands here."""
        for take in (self._span, self._part_of_day, self._single, self._numbers, self._month):
            if take():
                return True
        return False

    def _take(self, count: int, since: date, until: date) -> bool:
        del self.words[:count]
        self.since, self.until = since, until
        return True

    def _day(self, count: int, day: date) -> bool:
        return self._take(count, day, day + timedelta(days=1))

    def _span(self) -> bool:
        """ "this week", "vorige maand": two words."""
        if len(self.words) < 2:
            return False
        back = {"deze": 0, "dit": 0, "this": 0, "vorige": -1, "vorig": -1, "afgelopen": -1}
        back |= {"last": -1, "volgende": 1, "next": 1}
        steps = back.get(self.words[0])
        period = _PERIODS.get(self.words[1])
        if steps is not None and period is not None:
            return self._take(2, *period(self.today, steps))
        if steps == 0 and self.words[1] in _PARTS:
            self.hours = _PARTS[self.words[1]]
            return self._day(2, self.today)
        if steps == -1 and self.words[1] in _WEEKDAYS:
            return self._day(2, _latest(self.today, _WEEKDAYS[self.words[1]]))
        return False

    def _part_of_day(self) -> bool:
        word = self.words[0]
        for start, part in _TODAYS.items():
            if word == start:
                self.hours = part
                return self._day(1, self.today)
        if word in _PARTS and self.since is not None:
            del self.words[0]
            self.hours = _PARTS[word]
            return True
        for end, part in _PARTS.items():
            day = word.removesuffix(end)
            if word == day:
                continue
            if day == "gister":
                self.hours = part
                return self._day(1, self.today - timedelta(days=1))
            if day in _WEEKDAYS:
                self.hours = part
                return self._day(1, _latest(self.today, _WEEKDAYS[day]))
        return False

    def _single(self) -> bool:
        word = self.words[0]
        if word in _DAYS:
            return self._day(1, self.today + timedelta(days=_DAYS[word]))
        if word in _WEEKDAYS:
            return self._day(1, _latest(self.today, _WEEKDAYS[word]))
        return False

    def _numbers(self) -> bool:
        """2026-03-02, 2-3-2026, 2/3 and the like."""
        word = self.words[0]
        if written := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", word):
            year, month, day = (int(part) for part in written.groups())
            found = _date(year, month, day)
        elif written := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}))?", word):
            day, month = int(written[1]), int(written[2])
            found = self._past(month, day, int(written[3]) if written[3] else None)
        else:
            return False
        return found is not None and self._day(1, found)

    def _month(self) -> bool:
        """ "2 maart 2026", "March 2", "maart 2026", "maart"."""
        words = [*self.words[:3], "", ""]
        first, second = words[0], words[1]
        if re.fullmatch(r"\d{1,2}\.?", first) and second in _MONTHS:
            day, month, year, count = int(first.rstrip(".")), _MONTHS[second], words[2], 2
        elif first in _MONTHS and re.fullmatch(r"\d{1,2}", second):
            day, month, year, count = int(second), _MONTHS[first], words[2], 2
        elif first in _MONTHS:
            day, month, year, count = 0, _MONTHS[first], second, 1
        else:
            return False
        has_year = re.fullmatch(r"20\d\d", year) is not None
        found = self._past(month, day or 1, int(year) if has_year else None)
        if found is None:
            return False
        if day:
            return self._day(count + has_year, found)
        return self._take(count + has_year, found, _month_of(found, 1)[0])

    def _past(self, month: int, day: int, year: int | None) -> date | None:
        """The latest such day up to today, unless its year is said."""
        found = _date(year or self.today.year, month, day)
        if year is None and found is not None and found > self.today:
            return _date(self.today.year - 1, month, day)
        return found


def read(text: str, today: date, names: Sequence[Name]) -> Question:
    """The question that a text asks. names: what may be asked for by name, by this viewer."""
    reader = _Reader(re.findall(r"[^\s,;]+", text.lower().replace("?", " ")), today)
    states, nouns = set[str](), set[str]()
    terms: list[Term] = []
    left_out: list[str] = []
    while reader.words:
        if reader.time():
            continue
        word = reader.words.pop(0)
        if word in STATES:
            states.add(STATES[word])
        elif word in NOUNS:
            nouns.add(NOUNS[word])
        elif word in FILLERS:
            continue
        elif len(terms) < WORDS_MAX:
            terms.append(Term(word, _fitting(word, names)))
        else:
            left_out.append(word)
    return Question(
        terms=tuple(terms),
        since=reader.since,
        until=reader.until,
        hours=reader.hours,
        states=frozenset(states),
        nouns=frozenset(nouns),
        left_out=tuple(left_out),
    )


def _fitting(word: str, names: Sequence[Name]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for name in names:
        if _is_said(word, name.said):
            found.setdefault(name.kind, set()).add(name.id)
    return {kind: frozenset(ids) for kind, ids in found.items()}


def _is_said(word: str, said: Collection[str]) -> bool:
    """Whether it is one of these names, or begins a word of one."""
    for one in said:
        plain = one.lower()
        if word == plain:
            return True
        parts = re.findall(r"[^\s\-/&().]+", plain)
        if len(word) >= NAME_MIN and (
            plain.startswith(word) or any(part.startswith(word) for part in parts)
        ):
            return True
    return False


def _date(year: int, month: int, day: int) -> date | None:
    """A day of the years that reports know, so that the day after it is one as well."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if YEAR_MIN <= year <= YEAR_MAX else None


def _latest(today: date, weekday: int) -> date:
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def _week_of(today: date, steps: int) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
    return monday, monday + timedelta(weeks=1)


def _month_of(today: date, steps: int) -> tuple[date, date]:
    months = today.year * 12 + today.month - 1 + steps
    first = date(months // 12, months % 12 + 1, 1)
    return first, date((months + 1) // 12, (months + 1) % 12 + 1, 1)


def _year_of(today: date, steps: int) -> tuple[date, date]:
    return date(today.year + steps, 1, 1), date(today.year + steps + 1, 1, 1)


_PERIODS: Final[Mapping[str, Callable[[date, int], tuple[date, date]]]] = {
    "week": _week_of,
    "maand": _month_of,
    "month": _month_of,
    "jaar": _year_of,
    "year": _year_of,
}
_TODAYS: Final = {
    **dict.fromkeys(("vanmorgen", "vanochtend"), MORNING),
    "vanmiddag": AFTERNOON,
    **dict.fromkeys(("vanavond", "tonight"), EVENING),
}
_DAYS: Final = {
    **dict.fromkeys(("vandaag", "today"), 0),
    **dict.fromkeys(("gisteren", "yesterday"), -1),
    "eergisteren": -2,
    **dict.fromkeys(("morgen", "tomorrow"), 1),
    "overmorgen": 2,
}
