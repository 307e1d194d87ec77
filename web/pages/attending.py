"""What the list of what needs a person shows, gathered from all over the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.errors import Refusal, concrete
from catalogue.kinds import PartnerRole
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from labels.queries import JobRow
from streams.ledger import site_day
from streams.paging import Asked
from streams.relabellings import carried
from streams.views import Flagging, KeptScan, flags, list_batches, sites_of
from streams.waiting import waiting_scans
from web.api.acts import BY_KIND, act_of, ledger_kind
from web.pages.counting import silent_tablets, slow_labels
from web.pages.forms import Form, Options
from web.pages.naming import NOUN_OF_LETTER, Names
from web.pages.putting_right import Correctable, correctable
from web.pages.rows import BatchLine, FlagLine
from web.pages.visiting import Visit

SCANS_MAX: Final = 200
FLAGGED_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLine:
    """A kept scan in plain words: who did what, and what the rule said.

    kind: of entry; noun: the list that the target stands in; mass_g: of all its parts; at: when,
    if it says so; why: what was answered then; wrong: why a decision on it was refused just now.
    """

    scan_id: str
    status: str
    kind: str
    target: str
    noun: str | None
    mass_g: int | None
    tablet: str
    station: str
    at: datetime | None
    zone: str
    why: Refusal
    fields: Sequence[Correctable]
    reasons: Options
    can_be_read: bool
    wrong: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TabletLine:
    """A tablet in which scans wait, and that nobody heard of for a while."""

    name: str
    station: str
    waiting: int
    seen_at: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A label that does not come out of its printer."""

    scan_id: str
    code: str
    noun: str | None
    printer: str
    state: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionPage:
    """One list of what needs a person. settled: how many decisions were made just now."""

    form: Form
    may_settle: bool
    scans: Sequence[ScanLine]
    held: Sequence[BatchLine]
    releases: Options
    tablets: Sequence[TabletLine]
    jobs: Sequence[JobLine]
    flags: Sequence[FlagLine]
    reasons: Options
    days: int = FLAGGED_DAYS
    settled: int = 0
    wrongs: Mapping[str, Form] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.scans or self.held or self.tablets or self.jobs or self.flags)


def attention_page(
    visit: Visit,
    db: Session,
    form: Form,
    *,
    wrongs: Mapping[str, Form] | None = None,
    settled: int = 0,
) -> AttentionPage:
    """Some ten statements, whatever waits. wrongs: decisions that were refused, by scan."""
    book, viewer, wrong = rulebook(db), visit.viewer, wrongs or {}
    names = Names(visit.language, book)
    site = book.sites_by_id[sites_of(book, viewer)[0]]
    # A scale past its calibration says so with every weighing: once is enough here.
    worries: dict[tuple[str, str], Flagging] = {}
    since = site_day(visit.now, site) - timedelta(days=FLAGGED_DAYS)
    for flag in flags(db, book, viewer, since=since, limit=200):
        worries.setdefault((flag.code, flag.subject), flag)
    waiting = waiting_scans(db, book, viewer, limit=SCANS_MAX)
    # A label that stands for nothing yet leads nowhere.
    known = carried(db, {row.target for row in waiting if row.target})
    held = list_batches(db, book, viewer, Asked(state="held", limit=200))
    return AttentionPage(
        form=form,
        may_settle="settle" in visit.may,
        scans=[
            _scan(names, row, wrong.get(row.scan_id), visit.now, row.target in known)
            for row in waiting
        ],
        held=[names.batch(row) for row in held],
        releases=names.reasons(site, "release"),
        tablets=_tablets(db, book, viewer, visit.now),
        jobs=[_job(book, row) for row in slow_labels(db, book, viewer, visit.now)],
        flags=[names.flag(flag) for flag in worries.values()],
        reasons=names.reasons(site, "settlement"),
        settled=settled,
        wrongs=wrong,
    )


def _choices(names: Names, site: SiteRow, now: datetime) -> Mapping[str, Options]:
    """What a destination and a supplier can be put to."""
    operator, own = names.book.operator(site), names.language.own
    destinations = operator.current_destinations(site_day(now, site))
    partners = operator.partners.values()
    suppliers = [
        names.book.organisations_by_id[one.organisation_id]
        for one in partners
        if PartnerRole.SUPPLIER in one.roles
    ]
    return {
        "destination": [(one.code, own(one.names, one.code)) for one in destinations],
        "supplier": sorted(((one.code, one.name) for one in suppliers), key=lambda one: one[1]),
    }


def _can_be_read(row: KeptScan) -> bool:
    """Whether it could be booked as it came, if no rule stood in the way."""
    try:
        act = act_of(row.command["kind"], row.target)
        act.model.model_validate({**row.command["body"], "scan_id": row.scan_id})
    except (Refusal, ValidationError):
        return False
    return True


def _scan(
    names: Names, row: KeptScan, wrong: Form | None, now: datetime, is_known: bool
) -> ScanLine:
    site = names.book.sites[row.site]
    command: Mapping[str, Any] = row.command
    device = command.get("device") or {}
    station = names.book.stations.get(str(device.get("station", "")))
    act = BY_KIND.get(row.kind)
    target = row.target or ""
    return ScanLine(
        scan_id=row.scan_id,
        status=row.status,
        kind=ledger_kind(act) if act else row.kind,
        target=target,
        noun=NOUN_OF_LETTER.get(target[:1]) if is_known else None,
        mass_g=_mass_g(command.get("body")),
        tablet=str(device.get("name", "")),
        station=station.name if station else "",
        at=_at(command),
        zone=site.timezone,
        why=concrete()[row.problem["code"]](**row.problem["figures"]),
        fields=correctable(command, row.problem, site, names.language, _choices(names, site, now)),
        reasons=names.reasons(site, "settlement"),
        can_be_read=_can_be_read(row),
        wrong=wrong,
    )


def _mass_g(body: Any) -> int | None:
    """What a scan says that it weighed, of all its parts."""
    if not isinstance(body, dict):
        return None
    lines = [body, *(line for line in body.get("parts") or () if isinstance(line, dict))]
    masses = [line["mass_g"] for line in lines if isinstance(line.get("mass_g"), int)]
    gross_g, tare_g = body.get("gross_g"), body.get("tare_g")
    if isinstance(gross_g, int) and isinstance(tare_g, int):
        masses.append(gross_g - tare_g)
    return sum(masses) if masses else None


def _at(command: Mapping[str, Any]) -> datetime | None:
    body = command.get("body")
    said = body.get("scanned_at") if isinstance(body, dict) else None
    for text in (said, command.get("captured_at")):
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return moment
    return None


def _tablets(db: Session, book: Rulebook, viewer: Viewer, now: datetime) -> list[TabletLine]:
    found = []
    for row in silent_tablets(db, book, viewer, now):
        station = book.stations_by_id[row.station_id]
        assert row.seen_at is not None, "it said how many scans wait in it"
        found.append(
            TabletLine(
                name=row.name,
                station=station.name,
                waiting=row.waiting,
                seen_at=row.seen_at,
                zone=book.sites_by_id[station.site_id].timezone,
            )
        )
    return found


def _job(book: Rulebook, row: JobRow) -> JobLine:
    printers = {each.id: each.name for each in book.printers.values()}
    return JobLine(
        scan_id=row.scan_id,
        code=row.code,
        noun=NOUN_OF_LETTER.get(row.code[:1]) if len(row.code) == 12 else None,
        printer=printers.get(row.printer_id, ""),
        state=row.state.value,
        problem=row.problem,
    )
