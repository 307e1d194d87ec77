"""Acts as plain values: a command, and all that it brings about before it is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalogue.labels import FreshLabel
from catalogue.rows import SiteRow
from chain.rows import Ref, RowChange
from streams.rules import BatchRef, Line


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


def unreserved(label: FreshLabel) -> list[Flagged]:
    """What a team leader should know of a label: that nobody had reserved it."""
    return [Flagged("label_unreserved", label.code, {})] if label.unreserved else []


def shown(photos: Sequence[str]) -> Mapping[str, Any]:
    """The pictures of an act as a fact of its entry: their hashes. No pictures, no fact."""
    return {"photos": list(photos)} if photos else {}


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
