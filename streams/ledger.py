"""Booking: one accepted command becomes one entry with its lines, balances and totals.

The only place that writes movements, gate lines, balances and totals. Rules are asked before the
chain's head is locked; balances and totals of a site are written under that lock and so never
wait for each other, and sites never wait at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from catalogue.errors import ClockDoubt, Malformed, ReasonNeeded
from catalogue.rows import SiteRow
from catalogue.rulebook import OperatorBook
from chain import actions as chain
from chain.rows import THIS_ENTRY
from streams import keeping as kept
from streams.acts import Act, Command
from streams.rules import Line

NEW_BATCH: Final = THIS_ENTRY
"""Key of a batch that gets its own from the entry that makes it."""

TIMED_BY_SERVER: Final = frozenset(
    {
        "delivery",
        "codes",
        "bin",
        "handover",
        "stream_number",
        "carriage",
        "notification",
        "certificate",
        "withdrawal",
        "report",
    }
)
"""Kinds whose time the server may give: a repeat comes later and still is the same."""

ADDED_LATER: Final = frozenset(
    {
        "reference",
        "photos",
        "codes",
        "frame",
        "refused_g",
        "refused_reason",
        "rest_g",
        "files",
        "receiver_kind",
        "vehicle",
        "to_place",
        "ordered_by",
    }
)
"""Fields that commands of before did not have: left empty they are no part of the content."""

CLOCK_AHEAD_MAX: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Booked:
    """The answer to a command. entry_id: key of its entry; repeated: it was booked before."""

    answer: dict[str, Any]
    entry_id: int
    repeated: bool = False


def site_day(moment: datetime, site: SiteRow) -> date:
    """The day on the site's own calendar."""
    return moment.astimezone(ZoneInfo(site.timezone)).date()


def require_clock(scanned_at: datetime, now: datetime) -> None:
    """Raise Malformed without an offset, ClockDoubt when the scan lies ahead of us."""
    if scanned_at.tzinfo is None:
        raise Malformed(field="scanned_at", problem="no offset")
    if scanned_at > now + CLOCK_AHEAD_MAX:
        raise ClockDoubt(
            scanned_at=chain.instant(scanned_at), now=chain.instant(now.astimezone(UTC))
        )


def require_reason(book: OperatorBook, reason: str | None, act: str) -> None:
    """Raise ReasonNeeded unless the reason is one for this act."""
    row = book.reasons.get(reason or "")
    if row is None or act not in row.more["acts"].split(","):
        raise ReasonNeeded(act=act, reason=reason or "")


def content(kind: str, target: str | None, command: Command) -> str:
    """What "the same content" means: the whole command with its target, but for the note."""
    said = _plain(command)
    if kind in TIMED_BY_SERVER:
        del said["scanned_at"]
    return chain.content_of(kind, target, said)


def book(session: Session, act: Act, *, now: datetime) -> Booked:
    """Book an act as one entry. The rules have been asked; the constraints stand behind them.

    Statements: about 8 with lines, whatever their number.
    """
    require_clock(act.command.scanned_at, now)
    day = site_day(act.command.scanned_at, act.site)
    salt, digest = _note_hash(act.command.note)
    appended = chain.append(
        session,
        act.site.chain,
        chain.Draft(
            kind=act.kind,
            scan_id=act.command.scan_id,
            at=act.command.scanned_at,
            day=day,
            content=content(act.kind, act.target, act.command),
            subject=act.subject,
            reverses=act.reverses,
            body=_body(act, digest),
            answer=act.answer,
            rows=act.rows,
        ),
        now=now,
    )
    lines = [kept.of_entry(line, appended.id) for line in act.lines]
    kept.keep_balances(session, lines)
    kept.keep_totals(session, lines, day)
    gate_uses = [kept.use_of_entry(use, appended.id) for use in act.gate_uses]
    kept.keep_gates(session, gate_uses)
    kept.keep_lines(session, lines, gate_uses, appended.id)
    kept.keep_evidence(session, act, appended.id)
    if salt is not None and act.command.note is not None:
        kept.keep_note(session, appended.id, salt, act.command.note)
    entry = f"{act.site.chain}#{appended.seq}"
    return Booked(said_in_order({**act.answer, "entry": entry}), appended.id)


def said_in_order(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it is kept, so that a repeat is the same to the letter."""
    return dict(sorted(answer.items()))


def _plain(command: Command) -> dict[str, Any]:
    """A command as JSON says it, without its note."""
    said: dict[str, Any] = _plain_value(_fields_of(command))
    del said["note"]
    return said


def _plain_value(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return chain.instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        value = _fields_of(value)
    if isinstance(value, dict):
        return {
            name: _plain_value(inner)
            for name, inner in value.items()
            if inner not in (None, ()) or name not in ADDED_LATER
        }
    if isinstance(value, list | tuple):
        return [_plain_value(inner) for inner in value]
    return value


def _fields_of(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _body(act: Act, note_hash: str | None) -> dict[str, Any]:
    body: dict[str, Any] = dict(act.facts)
    if act.lines:
        body["lines"] = [_said_line(line) for line in act.lines]
    if act.gate_uses:
        body["gate_lines"] = [
            {
                "batch": use.batch.code,
                "gate": use.gate.code,
                "mass_g": use.mass_g,
                "pieces": use.pieces,
            }
            for use in act.gate_uses
        ]
    if act.weighed:
        scale = act.weighed.scale
        body["weighing"] = {
            "subject": act.weighed.subject,
            "gross_g": act.weighed.gross_g,
            "tare_g": act.weighed.tare_g,
            "quality": act.weighed.quality,
            "scale": scale.code if scale else None,
        }
    if act.flags:
        body["flags"] = [
            {"code": flag.code, "subject": flag.subject, "figures": dict(flag.figures)}
            for flag in act.flags
        ]
    if note_hash:
        body["note"] = note_hash
    return body


def _said_line(line: Line) -> dict[str, Any]:
    return {
        "batch": line.batch.code,
        "source": line.source.place.code,
        "target": line.target.place.code,
        "source_group": line.source.group.code,
        "target_group": line.target.group.code,
        "source_quality": line.source.quality.value,
        "target_quality": line.target.quality.value,
        "mass_g": line.mass_g,
        "pieces": line.pieces,
    }


def _note_hash(words: str | None) -> tuple[str | None, str | None]:
    if not words:
        return None, None
    salt = secrets.token_hex(16)
    return salt, hashlib.sha256((salt + words).encode()).hexdigest()
