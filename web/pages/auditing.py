"""Who got in, and who changed accounts and rights: to be read and taken away, never changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session
from starlette.responses import Response

from accounts.audit import Doing, note_event
from accounts.auditing import EventRow, Question, Watched, called, events, names_of, watched
from accounts.rules import EVENT_KEPT
from catalogue.rulebook import rulebook
from reporting.text_files import harmless
from web.api.wire import PLAIN
from web.audit_words import DETAILS, DOINGS, METHODS, STRANGERS, VALUES
from web.deps import ReadDb, database_of
from web.i18n import Language, message
from web.noticing import address_of
from web.pages.forms import Form, Options
from web.pages.visiting import Visit, Visitor
from web.reference import sites_for

router = APIRouter(include_in_schema=False)

PAGE: Final = 50
TAKEN_MAX: Final = 100_000
"""Lines of one file: more than a year of a large house."""
HEADS: Final = (
    "at", "event", "actor", "actor_name", "target", "target_name", "address", "details",
)  # fmt: skip

Text = Annotated[str, Query(max_length=60, pattern=PLAIN)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event as it is read. more: what else is known of it."""

    what: str
    who: str
    whom: str
    at: datetime
    address: str
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """What was noted, a page of it. file: the same as a file. days: how long it is kept."""

    rows: Sequence[EventLine]
    filter: Form
    kinds: Options
    filtered: bool
    zone: str
    days: int
    file: str
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What was typed above the list."""

    kind: str
    who: str
    day: str
    order: str
    after: str

    @property
    def kept(self) -> dict[str, str]:
        """What stays the same from page to page."""
        typed = {"kind": self.kind, "who": self.who, "day": self.day, "order": self.order}
        return {name: value for name, value in typed.items() if value}


def filtered(
    kind: Text = "", who: Text = "", day: Text = "", order: Text = "", after: Text = ""
) -> Filter:
    """after: the key of the last event that was seen."""
    return Filter(kind=kind, who=who, day=day, order=order, after=after)


Wanted = Annotated[Filter, Depends(filtered)]


@router.get("/audit")
def audit(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    seen, zone = watched(rulebook(db), visit.viewer), zone_of(visit, db)
    rows = events(db, seen, _question(db, seen, wanted, zone), limit=PAGE)
    names = _names(db, rows)
    kept = wanted.kept
    page = AuditPage(
        rows=[_line(row, names, visit.language) for row in rows],
        filter=Form(values={**dict.fromkeys(("kind", "who", "day", "order"), ""), **kept}),
        kinds=sorted(
            ((kind, visit.language.gettext(text)) for kind, text in DOINGS.items()),
            key=lambda option: option[1],
        ),
        filtered=bool(kept.keys() - {"order"}),
        zone=zone,
        days=EVENT_KEPT.days,
        file=f"/audit/file?{urlencode(kept)}",
        first=f"/audit?{urlencode(kept)}" if wanted.after else None,
        next=f"/audit?{urlencode({**kept, 'after': rows[-1].id})}" if len(rows) == PAGE else None,
    )
    return visit.show("audit.html", page)


@router.get("/audit/file")
def take(visit: Visitor, db: ReadDb, wanted: Wanted) -> Response:
    """The same as CSV, whole. That it was taken is noted too."""
    seen = watched(rulebook(db), visit.viewer)
    question = _question(db, seen, wanted, zone_of(visit, db))
    rows = events(db, seen, question, limit=TAKEN_MAX)
    content = _csv(rows, _names(db, rows))
    with database_of(visit.request).write() as session:
        note_event(
            session,
            Doing.EXPORT_TAKEN,
            now=visit.now,
            actor=visit.me.actor,
            organisation_id=visit.viewer.organisation_id,
            address=address_of(visit.request),
            details={"what": "audit", "lines": len(rows)},
        )
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def zone_of(visit: Visit, db: Session) -> str:
    """The time zone of somebody's first site: a time of day has to be that of some place."""
    sites = sites_for(rulebook(db), visit.viewer)
    return sites[0].timezone if sites else "Europe/Amsterdam"


def _question(db: Session, seen: Watched, wanted: Filter, zone: str) -> Question:
    """What the filter asks; what cannot be read in it filters nothing."""
    try:
        day = date.fromisoformat(wanted.day) if wanted.day else None
    except ValueError:
        day = None
    since = _begin(day, zone) if day else None
    until = _begin(day + timedelta(days=1), zone) if day and day < date.max else None
    after = wanted.after
    return Question(
        kinds=(wanted.kind,) if wanted.kind in DOINGS else (),
        keys=called(db, seen, wanted.who) if wanted.who.strip() else None,
        since=since,
        until=until,
        newest_first=wanted.order != "old",
        beyond=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None,
    )


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _names(db: Session, rows: Iterable[EventRow]) -> dict[str, str]:
    """What the keys in these rows are called, as far as that is known."""
    keys = {key for row in rows for key in (row.actor, row.target) if key}
    homes = {
        f"organisation:{key}": row.name for key, row in rulebook(db).organisations_by_id.items()
    }
    return names_of(db, keys) | {key: homes[key] for key in keys & homes.keys()}


def _line(row: EventRow, names: Mapping[str, str], language: Language) -> EventLine:
    return EventLine(
        what=language.gettext(DOINGS[row.kind]) if row.kind in DOINGS else row.kind,
        who=_called(row.actor, names, language) or _nobody(row.kind, language),
        whom=_called(row.target, names, language) if row.target != row.actor else "",
        at=row.at,
        address=row.address,
        more="; ".join(_detail(*one, language) for one in row.details.items()),
    )


def _called(key: str, names: Mapping[str, str], language: Language) -> str:
    """The name behind a key, while it is known."""
    if key in names or not key:
        return names.get(key, "")
    gone = language.gettext(message("somebody who was erased"))
    return f"{gone} ({key})" if key.startswith("person:") else key


def _nobody(kind: str, language: Language) -> str:
    known = message("Somebody we do not know"), message("On the server itself")
    return language.gettext(known[0] if kind in STRANGERS else known[1])


def _detail(name: str, value: Any, language: Language) -> str:
    if name == "methods":
        ways = [language.gettext(METHODS[one]) for one in str(value).split() if one in METHODS]
        value = ", ".join(ways)
    value = language.gettext(VALUES.get(str(value), str(value)))
    said = language.gettext(DETAILS[name]) if name in DETAILS else name
    return f"{said}: {value}"


def _csv(rows: Iterable[EventRow], names: Mapping[str, str]) -> str:
    """RFC 4180, UTC moments; nothing in it is a formula to a spreadsheet."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(HEADS)
    for row in rows:
        cells = (
            row.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            row.kind,
            row.actor,
            names.get(row.actor, ""),
            row.target,
            names.get(row.target, ""),
            row.address,
            json.dumps(row.details, sort_keys=True, ensure_ascii=False),
        )
        writer.writerow([harmless(cell) for cell in cells])
    return line.getvalue()
