"""What an entry gives cause to tell, and to whom.

Only kinds that somebody wants to hear of are read; sorting, gates and bins cost nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session

from catalogue.kinds import Role
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook
from chain.queries import EntryRow
from notices.actions import Cause, PageFor, tell
from notices.kinds import NoticeKind
from notices.queries import Audience
from notices.views import batch_facts, entry_of, kind_of_find, shipment_facts

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry at a site, and where to read what else it is about."""

    session: Session
    book: Rulebook
    entry: EntryRow
    site: SiteRow


def tell_of_entry(
    session: Session,
    book: Rulebook,
    entry_id: int,
    *,
    now: datetime,
    but_not: int | None = None,
    by_mail: bool = True,
    page_for: PageFor | None = None,
) -> int:
    """Tell whoever should know of an entry that was just booked; how many were told.

    But one statement for an entry of which nobody is told.
    """
    entry = entry_of(session, entry_id)
    found = _CAUSES.get(entry.kind)
    site = book.sites.get(entry.chain.removeprefix("site:"))
    causes = found(Happened(session, book, entry, site)) if found and site else []
    return sum(
        tell(
            session,
            book,
            cause,
            now=now,
            but_not=but_not,
            by_mail=by_mail,
            page_for=page_for,
        )
        for cause in causes
    )


def of_certificate(
    kind: NoticeKind,
    code: str,
    *,
    operator_id: int,
    supplier_id: int,
    says: str,
    mass_g: int,
    reason: str | None = None,
) -> Cause:
    """That a certificate is ready, or counts no longer. says: what it certifies."""
    figures: Figures = {"certificate": says, "mass_g": mass_g}
    return Cause(
        kind=kind,
        key=f"{kind.value}:{code}",
        operator_id=operator_id,
        site_id=None,
        subject=code,
        audiences=[
            Audience(role=Role.SUPPLIER, operator_id=operator_id, organisation_id=supplier_id)
        ],
        figures={**figures, "reason": reason} if reason else figures,
    )


def of_report(
    code: str,
    *,
    operator_id: int,
    supplier_id: int,
    number: str,
    first: date,
    last: date,
) -> Cause:
    """That a report about a supplier was issued."""
    kind = NoticeKind.REPORT_ISSUED
    return Cause(
        kind=kind,
        key=f"{kind.value}:{code}",
        operator_id=operator_id,
        site_id=None,
        subject=code,
        audiences=[
            Audience(role=Role.SUPPLIER, operator_id=operator_id, organisation_id=supplier_id)
        ],
        figures={"number": number, "first": first.isoformat(), "last": last.isoformat()},
    )


def _received(it: Happened) -> list[Cause]:
    """Once a day for a delivery, however many batches come with it; else once for a batch."""
    code = str(it.entry.answer["code"])
    batch = batch_facts(it.session, code)
    about = batch.delivery or code
    figures: Figures = {"day": it.entry.day.isoformat()}
    if batch.delivery is None:
        figures = {**figures, "mass_g": it.entry.answer["mass_g"]}
    return [
        _to_supplier(
            NoticeKind.DELIVERY_RECEIVED,
            f"{about}:{it.entry.day}",
            it.site,
            subject=about,
            supplier_id=batch.supplier_id,
            figures=figures,
        )
    ]


def _refused(it: Happened) -> list[Cause]:
    code = it.entry.subject or ""
    mass_g = sum(int(line["mass_g"]) for line in it.entry.body.get("lines", ()))
    return [
        _to_supplier(
            NoticeKind.BATCH_REFUSED,
            it.entry.scan_id,
            it.site,
            subject=code,
            supplier_id=batch_facts(it.session, code).supplier_id,
            figures={"mass_g": mass_g, "reason": it.entry.body.get("reason", "")},
        )
    ]


def _held(it: Happened) -> list[Cause]:
    """Only of a whole batch: a bag that is set apart is daily work."""
    if it.entry.body.get("lines"):
        return []
    code = it.entry.subject or ""
    return [
        _to_supplier(
            NoticeKind.BATCH_HELD,
            it.entry.scan_id,
            it.site,
            subject=code,
            supplier_id=batch_facts(it.session, code).supplier_id,
            figures={"reason": it.entry.body.get("reason", "")},
        )
    ]


def _found(it: Happened) -> list[Cause]:
    """Of what is dangerous: the kinds of find that stop a batch, with a batch or without one."""
    code = str(it.entry.answer["code"])
    kind_id = kind_of_find(it.session, code)
    kind = next(row for row in it.book.operator(it.site).find_kinds.values() if row.id == kind_id)
    if not kind.more["stops_batch"]:
        return []
    leaders = Audience(role=Role.TEAM_LEADER, operator_id=it.site.operator_id, site_id=it.site.id)
    if not it.entry.answer["batch_held"]:
        return [
            _at_site(
                NoticeKind.DANGEROUS_FIND,
                it.entry.scan_id,
                it.site,
                subject=code,
                audiences=[leaders],
                figures={"find_kind": kind.code},
            )
        ]
    batch = it.entry.subject or ""
    supplier = Audience(
        role=Role.SUPPLIER,
        operator_id=it.site.operator_id,
        organisation_id=batch_facts(it.session, batch).supplier_id,
    )
    return [
        _at_site(
            NoticeKind.BATCH_STOPPED,
            it.entry.scan_id,
            it.site,
            subject=batch,
            audiences=[leaders, supplier],
            figures={"find_kind": kind.code},
        )
    ]


def _shipped(it: Happened) -> list[Cause]:
    code = str(it.entry.answer["code"])
    shipment = shipment_facts(it.session, code)
    outlet = Audience(
        role=Role.OUTLET, operator_id=it.site.operator_id, organisation_id=shipment.outlet_id
    )
    return [
        _at_site(
            NoticeKind.SHIPMENT_COMES,
            code,
            it.site,
            subject=code,
            audiences=[outlet],
            figures={"mass_g": shipment.mass_g, "day": shipment.shipped_on.isoformat()},
        )
    ]


def _confirmed(it: Happened) -> list[Cause]:
    """What it refuses, and what differs by more than the goods in it may."""
    answer, found = it.entry.answer, []
    if answer.get("refused_g"):
        figures = {"refused_g": answer["refused_g"], "reason": it.entry.body.get("reason") or ""}
        found.append(_to_leaders(NoticeKind.OUTLET_REFUSED, it, figures))
    if "weighs_differently" in answer["flags"]:
        shipped_g = int(answer["shipped_g"])
        figures = {"shipped_g": shipped_g, "mass_g": shipped_g + int(answer["difference_g"])}
        found.append(_to_leaders(NoticeKind.OUTLET_DIFFERS, it, figures))
    return found


def _returned(it: Happened) -> list[Cause]:
    mass_g = sum(int(line["mass_g"]) for line in it.entry.body.get("lines", ()))
    figures = {"mass_g": mass_g, "reason": it.entry.body.get("reason", "")}
    return [_to_leaders(NoticeKind.SHIPMENT_RETURNED, it, figures)]


def _to_supplier(
    kind: NoticeKind,
    what: str,
    site: SiteRow,
    *,
    subject: str,
    supplier_id: int,
    figures: Figures,
) -> Cause:
    audience = Audience(
        role=Role.SUPPLIER, operator_id=site.operator_id, organisation_id=supplier_id
    )
    return _at_site(kind, what, site, subject=subject, audiences=[audience], figures=figures)


def _to_leaders(kind: NoticeKind, it: Happened, figures: Figures) -> Cause:
    entry, site = it.entry, it.site
    audience = Audience(role=Role.TEAM_LEADER, operator_id=site.operator_id, site_id=site.id)
    return _at_site(
        kind,
        entry.scan_id,
        site,
        subject=entry.subject or "",
        audiences=[audience],
        figures=figures,
    )


def _at_site(
    kind: NoticeKind,
    what: str,
    site: SiteRow,
    *,
    subject: str,
    audiences: Sequence[Audience],
    figures: Figures,
) -> Cause:
    """what: told of once; a code or the scan that caused it."""
    return Cause(
        kind=kind,
        key=f"{kind.value}:{what}",
        operator_id=site.operator_id,
        site_id=site.id,
        subject=subject,
        audiences=audiences,
        figures=figures,
    )


_CAUSES: Final[Mapping[str, Callable[[Happened], list[Cause]]]] = {
    "intake": _received,
    "refuse": _refused,
    "hold": _held,
    "find": _found,
    "shipment": _shipped,
    "confirm": _confirmed,
    "return": _returned,
}
TOLD_OF: Final = frozenset(_CAUSES)
"""Kinds of entries that somebody may be told of."""
