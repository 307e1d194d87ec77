"""Contexts of the pages of the Dutch counter: registers, stream numbers, notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nl.lines import Delivered, Received
from nl.months import Month, MonthLine
from nl.queries import NotifyingSite, NumberRow
from nl.rules import month_after
from web.pages.forms import Form, Options
from web.pages.portal_pages import Download


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that the law asks for and is not there: in how many lines, and what to do."""

    what: str
    do: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPage:
    """A register of one site and period. last: its last day. shown: how many lines stand here;
    the files hold all of them."""

    form: Form
    sites: Options
    site: NotifyingSite
    which: str
    first: date
    last: date
    receipts: Sequence[Received]
    deliveries: Sequence[Delivered]
    lines: int
    mass_g: int
    lacking: Sequence[Lack]
    downloads: Sequence[Download]

    @property
    def shown(self) -> int:
        return len(self.receipts) or len(self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersPage:
    """Stream numbers of the viewer's sites. today: to tell those in use from the others."""

    rows: Sequence[NumberRow]
    first: str | None
    next: str | None
    names: Mapping[str, str]
    today: date
    filter: Form
    sites: Options
    partners: Options
    may_make: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """Make a stream number, or take over one that exists."""

    form: Form
    direction: str
    sites: Options
    partners: Options
    methods: Options
    carriers: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPage:
    """One stream number, and the form that says who drives."""

    row: NumberRow
    names: Mapping[str, str]
    site: str
    today: date
    form: Form
    carriers: Options
    may_make: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsPage:
    """The latest months of a site."""

    sites: Options
    site: NotifyingSite
    months: Sequence[MonthLine]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPage:
    """One month of a site: what was sent and what is due."""

    month: Month
    state: str
    today: date
    form: Form
    may_send: bool
    names: Mapping[str, str]

    @property
    def over_on(self) -> date:
        """The first day on which the month can be notified."""
        return month_after(self.month.month)
