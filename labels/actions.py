"""Another label in the place of a damaged one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.codes import CodeKind, MisreadCode, kind_of
from catalogue.errors import NotFound
from catalogue.labels import label_for
from catalogue.rulebook import rulebook
from chain.rows import RowChange
from streams.acts import Act, Command, unreserved
from streams.ledger import Booked, book, require_reason
from streams.queries import batch_by_code, bin_by_code
from streams.relabellings import require_unused
from streams.scans import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabel(Command):
    """A blank label was hung on a batch or a bin. code: what the blank one says."""

    code: str
    reason: str


def relabel(
    session: Session, code: str, command: Relabel, *, viewer: Viewer, now: datetime
) -> Booked:
    """Let a blank label stand for a batch or a bin as well. Its own code stays what it is.

    Raises NotFound, Malformed, CodeTaken, PracticeLabel, ReasonNeeded, ScanReused.
    """
    if before := answered(session, "relabel", code, command):
        return before
    reference = rulebook(session)
    kind = _kind_of(code)
    find = batch_by_code if kind is CodeKind.BATCH else bin_by_code
    row = find(session, reference, code, viewer, lock=True)
    site = row.site
    require(viewer.sees_site(operator_id=site.operator_id, site_id=site.id))
    require_reason(reference.operator(site), command.reason, "relabel")
    label = label_for(session, reference, kind, command.code, site, viewer)
    new = label.code
    require_unused(session, new)
    act = Act(
        kind="relabel",
        site=site,
        command=command,
        target=code,
        subject=row.code,
        rows=[
            RowChange(table="relabelling", key=new, values={"code": new, "stands_for": row.code})
        ],
        flags=unreserved(label),
        facts={"reason": command.reason},
        answer={"code": row.code, "label": new},
    )
    return book(session, act, now=now)


def _kind_of(code: str) -> CodeKind:
    """Batch or bin: nothing else has its label replaced. Raises NotFound."""
    try:
        kind = kind_of(code)
    except MisreadCode as error:
        raise NotFound from error
    require(kind in (CodeKind.BATCH, CodeKind.BIN))
    return kind
