"""A month of a site as it was, and still must be, notified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.rulebook import Rulebook
from nl import queries, rules, views
from nl.lines import Received, Route
from nl.queries import NotifyingSite, NumberRow, Party, Sent
from nl.rules import Counted, Figures, delivered_key

NOTHING: Final = Figures({}, {})


def state_of(month: date, today: date, *, times_sent: int, lacking: Figures) -> str:
    """open, due, overdue, sent, or correction: sent, and something changed since."""
    if rules.month_after(month) > today:
        return "open"
    if times_sent:
        return "sent" if lacking.is_empty else "correction"
    return "overdue" if today > rules.deadline(month) else "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReceipt:
    """What is notified of a stream number. first: never before, so with all its data."""

    number: NumberRow
    counted: Counted
    first: bool
    carriers: tuple[Party, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDelivery:
    """What is notified of what left for one receiver by one destination version."""

    party: Party
    route: Route
    counted: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notification: the month's own (number 1) or a correction, sent or still to be sent.

    sent: None while it is only what would be sent now.
    """

    site: NotifyingSite
    month: date
    number: int
    figures: Figures
    receipts: Sequence[ToldReceipt]
    deliveries: Sequence[ToldDelivery]
    sent: Sent | None

    @property
    def is_nil(self) -> bool:
        """A month without receipts is notified too."""
        return self.number == 1 and not self.receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month with all that was sent of it. due: what must be sent now, or None.

    stands: what the month comes to as the register stands now. unnumbered: receipts that cannot be
    notified, because they have no stream number. small: loads that need not be. as_of: the last
    entry of the site's chain that is counted.
    """

    site: NotifyingSite
    month: date
    deadline: date
    sent: Sequence[Told]
    due: Told | None
    stands: Figures
    unnumbered: Sequence[Received]
    small: Counted
    as_of: int

    def state(self, today: date) -> str:
        """As `MonthLine.state`."""
        lacking = self.due.figures if self.due else NOTHING
        return state_of(self.month, today, times_sent=len(self.sent), lacking=lacking)


def whole_month(
    session: Session, book: Rulebook, viewer: Viewer, *, site: NotifyingSite, month: date
) -> Month:
    """Some twenty statements, whatever the size of the register."""
    numbers = queries.stream_numbers(session, book, viewer, site=site.code)
    end = rules.month_after(month)
    span = {"site": site, "first": month, "end": end, "numbers": numbers}
    came = views.receipts(session, book, viewer, **span)  # type: ignore[arg-type]
    left = views.deliveries(session, book, viewer, **span)  # type: ignore[arg-type]
    stands = views.figures(came, left)
    every = queries.sent_of(session, site.id)
    of_month = [one for one in every if one.month == month]
    lacking = rules.difference(stands, [one.figures for one in of_month])
    words = _Words(
        parties=queries.parties(session),
        numbers={one.number: one for one in numbers},
        routes=views.routes_of(session, book.sites_by_id[site.id].operator_id),
        carriers=_carriers(came),
    )
    sent = [
        words.told(site, month, one.number, one.figures, _before(every, one), one)
        for one in of_month
    ]
    due = None
    if not of_month or not lacking.is_empty:
        due = words.told(site, month, len(of_month) + 1, lacking, every, None)
    return Month(
        site=site,
        month=month,
        deadline=rules.deadline(month),
        sent=sent,
        due=due,
        stands=stands,
        unnumbered=[line for line in came if line.number is None and line.net_g > 0],
        small=_small(came),
        as_of=queries.position(session, book.sites_by_id[site.id].chain),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What the keys of frozen figures stand for."""

    parties: Mapping[str, Party]
    numbers: Mapping[str, NumberRow]
    routes: Mapping[str, Route]
    carriers: Mapping[str, tuple[Party, ...]]

    def told(
        self,
        site: NotifyingSite,
        month: date,
        number: int,
        figures: Figures,
        before: Sequence[Sent],
        sent: Sent | None,
    ) -> Told:
        known = {stream for one in before for stream in one.figures.received}
        return Told(
            site=site,
            month=month,
            number=number,
            figures=figures,
            receipts=[
                ToldReceipt(
                    number=self.numbers[stream],
                    counted=counted,
                    first=stream not in known,
                    carriers=self.carriers.get(stream, ()),
                )
                for stream, counted in sorted(figures.received.items())
            ],
            deliveries=[
                self._delivery(stream, counted)
                for stream, counted in sorted(figures.delivered.items())
            ],
            sent=sent,
        )

    def _delivery(self, stream: str, counted: Counted) -> ToldDelivery:
        outlet, _, route = stream.partition("/")
        party, known = self.parties[outlet], self.routes[route]
        assert delivered_key(party.code, known.code) == stream
        return ToldDelivery(party=party, route=known, counted=counted)


def _before(every: Sequence[Sent], sent: Sent) -> list[Sent]:
    """What had been notified when this was: a site's notifications follow each other."""
    return [one for one in every if one.as_of < sent.as_of]


def _carriers(came: Sequence[Received]) -> dict[str, tuple[Party, ...]]:
    found: dict[str, dict[str, Party]] = {}
    for line in came:
        if line.number is not None and line.carrier is not None:
            found.setdefault(line.number.number, {})[line.carrier.code] = line.carrier
    return {number: tuple(by_code.values()) for number, by_code in found.items()}


def _small(came: Sequence[Received]) -> Counted:
    """Loads that are too light to be notified."""
    loads: dict[tuple[str, str], int] = {}
    for line in came:
        if line.number is not None:
            key = (line.number.number, line.load)
            loads[key] = loads.get(key, 0) + line.net_g
    light = [mass_g for mass_g in loads.values() if 0 < mass_g <= rules.SMALL_LOAD_G]
    return Counted(len(light), sum(light), rules.whole_kg(sum(light)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """A month in a list. lacking: what must still be notified of it; sent_on: of the last time."""

    month: date
    deadline: date
    times_sent: int
    sent_on: date | None
    stands: Figures
    lacking: Figures

    def state(self, today: date) -> str:
        return state_of(self.month, today, times_sent=self.times_sent, lacking=self.lacking)

    @property
    def received_g(self) -> int:
        return sum(one.mass_g for one in self.stands.received.values())

    @property
    def delivered_g(self) -> int:
        return sum(one.mass_g for one in self.stands.delivered.values())


def latest_months(
    session: Session,
    book: Rulebook,
    viewer: Viewer,
    *,
    site: NotifyingSite,
    today: date,
    months: int,
) -> list[MonthLine]:
    """The month of today and so many before it, latest first; none of before the site was here.

    Some twenty statements.
    """
    here_since = queries.opened_on(session, book.sites_by_id[site.id].chain)
    starts = [today.replace(day=1)]
    while len(starts) <= months and starts[-1] > here_since:
        starts.append(rules.month_before(starts[-1]))
    numbers = queries.stream_numbers(session, book, viewer, site=site.code)
    end = rules.month_after(starts[0])
    span = {"site": site, "first": starts[-1], "end": end, "numbers": numbers}
    came = views.receipts(session, book, viewer, **span)  # type: ignore[arg-type]
    left = views.deliveries(session, book, viewer, **span)  # type: ignore[arg-type]
    sent = queries.sent_of(session, site.id)
    found = []
    for month in starts:
        of_month = [one for one in sent if one.month == month]
        stands = views.figures(
            [line for line in came if line.day.replace(day=1) == month],
            [line for line in left if line.day.replace(day=1) == month],
        )
        found.append(
            MonthLine(
                month=month,
                deadline=rules.deadline(month),
                times_sent=len(of_month),
                sent_on=of_month[-1].sent_on if of_month else None,
                stands=stands,
                lacking=rules.difference(stands, [one.figures for one in of_month]),
            )
        )
    return found
