"""Contexts of the pages about issued reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from web.pages.forms import Form, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLine:
    """A report in a list. key: what its page is asked by; supplier: empty for all together."""

    key: str
    number: str
    supplier: str
    first: date
    last: date
    basis: str
    input_g: int
    proven_permille: int | None
    issued_on: date
    followed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedListPage:
    """The list, its filter and its pages. years: in which reports were issued."""

    rows: Sequence[IssuedLine]
    filter: Form
    suppliers: Options
    years: Sequence[int]
    first: str | None
    next: str | None

    @property
    def filtered(self) -> bool:
        return any(self.filter.values.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a report says in words: sentences, three numbers, and how far it can be relied on."""

    title: str
    period: str
    statement: str
    numbers: Sequence[tuple[str, int, str]]
    complete: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something that is still open in what would be issued. href: what stands behind it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePage:
    """Issue a report: what is asked for, what it would say, and what is still open in it."""

    form: Form
    suppliers: Options
    years: Sequence[int]
    said: Said | None = None
    still_open: Sequence[Open] = ()
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """A stream or a destination of a report."""

    name: str
    stream: str
    permille: int | None
    mass_g: int
    confirmed_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A weight that is another one now. because: kind of booking and what it changed."""

    name: str
    stream: str | None
    was_g: int
    is_g: int
    because: Sequence[tuple[str, int]]
    unexplained_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFigure:
    """A figure that is another one now, as text with its unit."""

    name: str
    was: str
    now: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Bookings of one kind since the report. named: entry, day, batch, grams."""

    kind: str
    entries: int
    batches: int
    named: Sequence[tuple[str, date, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPage:
    """One issued report, and what changed since. flow: a drawing; again: where a follow-up is
    made, for who may and where there is reason to."""

    key: str
    number: str
    code: str
    said: Said
    issued_at: datetime
    timezone: str
    sites: Sequence[str]
    streams: Sequence[OutcomeLine]
    destinations: Sequence[OutcomeLine]
    sorted_g: int
    confirmed_g: int
    flow: str
    replaces: str | None
    followed_by: str | None
    masses: Sequence[Changed]
    parts: Sequence[Changed]
    figures: Sequence[ChangedFigure]
    since: Sequence[Since]
    signed_by: str
    digest: str
    chains: Sequence[tuple[str, int, str]]
    again: str | None

    @property
    def is_same(self) -> bool:
        return not self.masses and not self.parts and not self.figures


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReportPage:
    """The answer to whoever holds a report. said: only when the document itself was presented."""

    form: Form
    code: str | None = None
    verdict: str
    why: str
    number: str | None = None
    real_code: str | None = None
    issuer: str | None = None
    period: str | None = None
    issued_at: datetime | None = None
    timezone: str = "UTC"
    followed_by: str | None = None
    key: str | None = None
    chains: Sequence[tuple[str, int, str]] = ()
    said: Said | None = None
