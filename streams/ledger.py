"""Booking: one accepted command becomes one entry with its lines, balances and totals.

The only place that writes movements, gate lines, balances and totals. Rules are asked before the
chain's head is locked; balances and totals of a site are written under that lock and so never
wait for each other, and sites never wait at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session

from catalogue.errors import ClockDoubt, Malformed, ReasonNeeded
from catalogue.rows import SiteRow
from catalogue.rulebook import OperatorBook
from chain import actions as chain
from chain.rows import THIS_ENTRY, Ref, RowChange
from proof.canonical import canonical
from store.upsert import add_to, insert_or_add
from streams.rules import BatchRef, Line
from streams.tables import Balance, Flag, GateBalance, GateLine, Movement, Note, Total, Weighing

NEW_BATCH: Final = THIS_ENTRY
"""Key of a batch that gets its own from the entry that makes it."""

TIMED_BY_SERVER: Final = frozenset({"delivery", "codes", "bin", "handover"})
"""Kinds whose time the server may give: a repeat comes later and still is the same."""

CLOCK_AHEAD_MAX: Final = timedelta(minutes=5)

_BALANCE_KEYS = ("place_id", "batch_id", "group_id", "quality")
_TOTAL_KEYS = ("basis", "span", "start", "place_id", "supplier_id", "group_id", "quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every write carries. note: free words, kept outside the chain."""

    scan_id: str
    scanned_at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class GateUse:
    """What passed a gate (above zero), or left through it (below)."""

    batch: BatchRef
    gate: Ref
    mass_g: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A weighing to keep. subject: code of the batch or bin."""

    subject: str
    gross_g: int
    tare_g: int
    quality: str
    scale: Ref | None


@dataclass(frozen=True, slots=True)
class Flagged:
    """Something accepted that a team leader should see."""

    code: str
    subject: str
    figures: Mapping[str, int | str]


@dataclass(frozen=True, kw_only=True)
class Act:
    """All that one command brings about at one site."""

    kind: str
    site: SiteRow
    command: Command
    target: str | None = None
    subject: str | None = None
    reverses: tuple[int, str] | None = None
    lines: Sequence[Line] = ()
    gate_uses: Sequence[GateUse] = ()
    rows: Sequence[RowChange] = ()
    weighed: Weighed | None = None
    flags: Sequence[Flagged] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)


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
    lines = [_of_entry(line, appended.id) for line in act.lines]
    _keep_balances(session, lines)
    _keep_totals(session, lines, day)
    gate_uses = [_use_of_entry(use, appended.id) for use in act.gate_uses]
    _keep_gates(session, gate_uses)
    _keep_lines(session, lines, gate_uses, appended.id)
    _keep_evidence(session, act, appended.id)
    if salt is not None:
        session.execute(
            insert(Note.__table__).values(entry_id=appended.id, salt=salt, words=act.command.note)
        )
    entry = f"{act.site.chain}#{appended.seq}"
    return Booked(said_in_order({**act.answer, "entry": entry}), appended.id)


def said_in_order(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it is kept, so that a repeat is the same to the letter."""
    return dict(sorted(answer.items()))


def _plain(command: Command) -> dict[str, Any]:
    said = asdict(command)
    del said["note"]
    return {name: _plain_value(value) for name, value in said.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return chain.instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(inner) for inner in value]
    return value


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


def _keep_balances(session: Session, lines: Sequence[Line]) -> None:
    changes: dict[tuple[int, int, int, str], list[int]] = defaultdict(lambda: [0, 0])
    owing: dict[tuple[int, int, int, str], bool] = {}
    for line in lines:
        for spot, sign in ((line.source, -1), (line.target, 1)):
            key = (spot.place.id, line.batch.id, spot.group.id, spot.quality.value)
            changes[key][0] += sign * line.mass_g
            changes[key][1] += sign * (line.pieces or 0)
            owing[key] = spot.place.may_owe
    more, less = [], []
    for key in sorted(changes):
        mass_g, pieces = changes[key]
        if mass_g == 0 and pieces == 0:
            continue
        row = dict(zip(_BALANCE_KEYS, key, strict=True)) | {"mass_g": mass_g, "pieces": pieces}
        if mass_g >= 0 or owing[key]:
            more.append(row | {"may_owe": owing[key]})
        else:
            less.append(row)
    table = Balance.__table__  # type: ignore[attr-defined]
    if more:
        insert_or_add(session, table, more, keys=_BALANCE_KEYS, adds=("mass_g", "pieces"))
    if less:
        # A proposed row below zero would break the constraint before it met the row it adds to.
        add_to(session, table, less, keys=_BALANCE_KEYS, adds=("mass_g", "pieces"))


def _keep_totals(session: Session, lines: Sequence[Line], day: date) -> None:
    changes: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        spans = (
            ("booked", "day", day),
            ("booked", "month", day.replace(day=1)),
            ("received", "day", line.batch.received_day),
            ("received", "month", line.batch.received_day.replace(day=1)),
        )
        for spot, sign in ((line.source, -1), (line.target, 1)):
            where = (
                spot.place.total_id,
                line.batch.supplier_id,
                spot.group.id,
                spot.quality.value,
            )
            for span in spans:
                changes[span + where][0] += sign * line.mass_g
                changes[span + where][1] += sign * (line.pieces or 0)
    rows = [
        dict(zip(_TOTAL_KEYS, key, strict=True)) | {"mass_g": mass_g, "pieces": pieces}
        for key, (mass_g, pieces) in sorted(changes.items())
        if mass_g or pieces
    ]
    if rows:
        table = Total.__table__  # type: ignore[attr-defined]
        insert_or_add(session, table, rows, keys=_TOTAL_KEYS, adds=("mass_g", "pieces"))


def _keep_gates(session: Session, uses: Sequence[GateUse]) -> None:
    changes: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for use in uses:
        changes[use.batch.id, use.gate.id][0] += use.mass_g
        changes[use.batch.id, use.gate.id][1] += use.pieces
    table = GateBalance.__table__  # type: ignore[attr-defined]
    more, less = [], []
    for (batch_id, gate_id), (mass_g, pieces) in sorted(changes.items()):
        row = {"batch_id": batch_id, "gate_id": gate_id, "free_g": mass_g, "free_pieces": pieces}
        (more if mass_g >= 0 and pieces >= 0 else less).append(row)
    keys, adds = ("batch_id", "gate_id"), ("free_g", "free_pieces")
    if more:
        insert_or_add(session, table, more, keys=keys, adds=adds)
    if less:
        add_to(session, table, less, keys=keys, adds=adds)


def _of_entry(line: Line, entry_id: int) -> Line:
    """The line with the key of the batch that this very entry makes."""
    if line.batch.id != NEW_BATCH:
        return line
    return replace(line, batch=replace(line.batch, id=entry_id))


def _use_of_entry(use: GateUse, entry_id: int) -> GateUse:
    """As `_of_entry`, for what passed a gate."""
    if use.batch.id != NEW_BATCH:
        return use
    return replace(use, batch=replace(use.batch, id=entry_id))


def _keep_lines(
    session: Session, lines: Sequence[Line], gate_uses: Sequence[GateUse], entry_id: int
) -> None:
    if lines:
        session.execute(
            insert(Movement.__table__),  # type: ignore[attr-defined]
            [
                {
                    "entry_id": entry_id,
                    "line": number,
                    "batch_id": line.batch.id,
                    "source_id": line.source.place.id,
                    "target_id": line.target.place.id,
                    "source_group_id": line.source.group.id,
                    "target_group_id": line.target.group.id,
                    "source_quality": line.source.quality.value,
                    "target_quality": line.target.quality.value,
                    "mass_g": line.mass_g,
                    "pieces": line.pieces,
                }
                for number, line in enumerate(lines)
            ],
        )
    if gate_uses:
        session.execute(
            insert(GateLine.__table__),  # type: ignore[attr-defined]
            [
                {
                    "entry_id": entry_id,
                    "line": number,
                    "batch_id": use.batch.id,
                    "gate_id": use.gate.id,
                    "mass_g": use.mass_g,
                    "pieces": use.pieces,
                }
                for number, use in enumerate(gate_uses)
            ],
        )


def _keep_evidence(session: Session, act: Act, entry_id: int) -> None:
    if act.weighed:
        weighed = act.weighed
        session.execute(
            insert(Weighing.__table__).values(
                id=entry_id,
                subject=weighed.subject,
                gross_g=weighed.gross_g,
                tare_g=weighed.tare_g,
                quality=weighed.quality,
                scale_id=weighed.scale.id if weighed.scale else None,
            )
        )
    if act.flags:
        session.execute(
            insert(Flag.__table__),  # type: ignore[attr-defined]
            [
                {
                    "entry_id": entry_id,
                    "code": flag.code,
                    "subject": flag.subject,
                    "figures": canonical(dict(flag.figures)).decode(),
                }
                for flag in act.flags
            ],
        )
