"""Contexts of the manager's desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from catalogue.kinds import Stream
from reporting.changes import Masses, relative_permille
from reporting.circularity import Terms
from web.pages.desk_worries import Worry
from web.pages.drawing import Addresses
from web.pages.portal_pages import Drawn, MonthShare, TargetLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A year so far beside the same days a year before. proven_permille: of what was sorted."""

    first: date
    last: date
    before_first: date
    before_last: date
    now: Terms
    before: Masses
    proven_permille: int | None
    months: Sequence[MonthShare]
    chart: Drawn | None
    targets: Sequence[TargetLine]
    to: Addresses

    @property
    def more_permille(self) -> int | None:
        """By how much more came in than a year before; None when nothing came in then."""
        return relative_permille(self.before.input_g, self.now.input_g)

    def share(self, stream: str) -> int | None:
        return (self.now.permille or {}).get(Stream(stream))

    def points(self, stream: str) -> int | None:
        """The change of a share in permille points."""
        now, before = self.now.permille, self.before.permille
        if now is None or before is None:
            return None
        return now[Stream(stream)] - before[Stream(stream)]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to set up, once. text, help: msgids; href: empty where this person cannot."""

    text: str
    help: str
    href: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """The desk. figures: None for who sees none; years: those to look at; steps: only while
    nothing has come in yet."""

    operator: str
    today: date
    year: int
    years: Sequence[int]
    figures: Figures | None
    worries: Sequence[Worry]
    steps: Sequence[Step] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A batch that waits. days: since it came in."""

    code: str
    supplier: str
    group: str
    site: str
    received_day: date
    days: int
    held_g: int
    apart_g: int
    state: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnprovenLine:
    """A shipment that is not proven. late_days: 0 when its outlet still has time."""

    code: str
    outlet: str
    site: str
    waybill: str
    shipped_on: date
    days: int
    mass_g: int
    refused_g: int
    due_on: date
    late_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLine:
    """An announcement of which nothing came. days: past its day."""

    code: str
    supplier: str
    site: str
    reference: str | None
    expected_on: date
    days: int
    announced_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """Two weights that differ. noun: where its subject has a page; mass_g: None when not said."""

    code: str
    noun: str | None
    subject: str
    day: date
    days: int
    mass_g: int | None


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A scale or a permit with its last day. days: past it; below zero: still to go."""

    name: str
    code: str
    until: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """One of the lists of the desk; only the one of `what` holds rows. count, mass_g: of all of it,
    not only of this page of it."""

    what: str
    waiting: Sequence[WaitingLine] = ()
    unproven: Sequence[UnprovenLine] = ()
    missing: Sequence[MissingLine] = ()
    differences: Sequence[DifferenceLine] = ()
    scales: Sequence[KeptLine] = ()
    permits: Sequence[KeptLine] = ()
    count: int = 0
    mass_g: int = 0
    first: str | None = None
    next: str | None = None
