"""Every kind of act, once: its wire model and the action behind it. Calls and sync share them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from catalogue.codes import CodeKind
from catalogue.errors import Malformed, NotFound, Refusal, RuleBroken
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from dispatch.bins import close_bin
from dispatch.confirming import confirm
from dispatch.legs import add_leg
from dispatch.returning import take_back
from dispatch.shipping import ship
from intake.actions import log_batch, weigh_batch
from intake.aside import hold_batch, refuse_batch, release_batch
from intake.codes import reserve_codes
from intake.deliveries import announce_delivery, withdraw_delivery
from intake.finds import hand_over, log_find
from intake.items import destroy_item, note_item
from labels.actions import relabel
from sorting.actions import Sort, sort_batch, sort_bin
from sorting.closing import close_batch, reopen_batch
from sorting.gates import PassGate, pass_batch, pass_bin
from sorting.opening import open_new_bin
from streams.acts import Command
from streams.ahead import Wanted
from streams.corrections import correct_batch
from streams.ledger import Booked
from streams.relabellings import own_codes
from streams.reversals import reverse
from web.api import wire, wire_items, wire_out
from web.deps import Call

Run = Callable[..., Booked]


@dataclass(frozen=True, slots=True)
class ActKind:
    """A kind of act. call: path and thereby the roles that may; targeted: it is about a code."""

    kind: str
    path: str
    model: type[wire.Wire]
    run: Run
    targeted: bool


def _kind(kind: str, path: str, model: type[wire.Wire], run: Run) -> ActKind:
    return ActKind(kind, path, model, run, targeted="{" in path)


ACTS: Final = (
    _kind("delivery", "/deliveries", wire.DeliveryIn, announce_delivery),
    _kind(
        "withdraw", "/deliveries/{code}/withdrawal", wire.DeliveryWithdrawalIn, withdraw_delivery
    ),
    _kind("codes", "/codes", wire.CodesIn, reserve_codes),
    _kind("intake", "/batches", wire.BatchIn, log_batch),
    _kind("sort", "/batches/{code}/sortings", wire.SortIn, sort_batch),
    _kind("sort_bin", "/bins/{code}/sortings", wire.SortIn, sort_bin),
    _kind("gate", "/batches/{code}/gates", wire.GateIn, pass_batch),
    _kind("gate_bin", "/bins/{code}/gates", wire.GateIn, pass_bin),
    _kind("weigh", "/batches/{code}/weighings", wire.WeighingIn, weigh_batch),
    _kind("correct", "/batches/{code}/correction", wire.CorrectionIn, correct_batch),
    _kind("close", "/batches/{code}/close", wire.CloseIn, close_batch),
    _kind("reopen", "/batches/{code}/reopen", wire.CloseIn, reopen_batch),
    _kind("hold", "/batches/{code}/hold", wire.AsideIn, hold_batch),
    _kind("release", "/batches/{code}/release", wire.AsideIn, release_batch),
    _kind("refuse", "/batches/{code}/refusal", wire.AsideIn, refuse_batch),
    _kind("relabel", "/labels/{code}/replacement", wire.RelabelIn, relabel),
    _kind("reverse", "/scans/{scan_id}/reversal", wire.ReversalIn, reverse),
    _kind("find", "/finds", wire.FindIn, log_find),
    _kind("handover", "/finds/{code}/handover", wire.HandoverIn, hand_over),
    _kind("serial", "/batches/{code}/items", wire_items.ItemIn, note_item),
    _kind("destroyed", "/items/{number}/destruction", wire_items.DestructionIn, destroy_item),
    _kind("bin", "/bins", wire.BinIn, open_new_bin),
    _kind("bin_close", "/bins/{code}/close", wire.BinCloseIn, close_bin),
    _kind("shipment", "/shipments", wire_out.ShipmentIn, ship),
    _kind("leg", "/shipments/{code}/legs", wire_out.LegIn, add_leg),
    _kind("return", "/shipments/{code}/returns", wire_out.ReturnIn, take_back),
    _kind("confirm", "/shipments/{code}/confirmation", wire_out.ConfirmationIn, confirm),
)
BY_KIND: Final[Mapping[str, ActKind]] = {act.kind: act for act in ACTS}
LEDGER_KINDS: Final = {"sort_bin": "sort", "gate_bin": "gate", "withdraw": "reverse"}
"""Two actions that are one kind of entry: a batch and a bin are sorted alike, and who takes an
announcement back undoes it."""

NOBODY: Final[Mapping[str, Any]] = {}
TABLES: Final = {
    "/batches": "batch",
    "/deliveries": "delivery",
    "/bins": "bin",
    "/shipments": "shipment",
    "/finds": "find",
}


def perform(call: Call, kind: str, target: str | None, body: wire.Wire) -> Booked:
    """Book an act. A rule's refusal is kept beside the register and raised again."""
    act = BY_KIND[kind]
    command = body.command(call.now)
    try:
        return call.book(
            running(call, act, target, command), command, ahead=wanted(act, target, command)
        )
    except RuleBroken as refusal:
        keep_refusal(call, refusal, act, target, body, status="refused")
        raise


def running(
    call: Call, act: ActKind, target: str | None, command: Command
) -> Callable[[Session], Booked]:
    """The action of an act, ready to be run within a transaction."""
    named = (target,) if act.targeted else ()

    def run(session: Session) -> Booked:
        return act.run(session, *named, command, viewer=call.me.viewer, now=call.now)

    return run


def wanted(act: ActKind, target: str | None, command: Command) -> Wanted | None:
    """What an act is going to ask; None of acts that lock otherwise than what is asked ahead."""
    if isinstance(command, Sort):
        of_batch = act.path.startswith("/batches/")
        return Wanted(
            scan_id=command.scan_id,
            batch=target if of_batch else None,
            station=command.station,
            destinations=frozenset(p.destination for p in command.parts if p.destination),
            bins=frozenset(p.bin for p in command.parts if p.bin).union(
                [target] if target and not of_batch else []
            ),
        )
    if isinstance(command, PassGate) and act.path.startswith("/batches/"):
        return Wanted(scan_id=command.scan_id, batch=target, station=command.station)
    return None


def ledger_kind(act: ActKind) -> str:
    """The kind of entry that an act makes."""
    return LEDGER_KINDS.get(act.kind, act.kind)


def keep_refusal(
    call: Call,
    refusal: Refusal,
    act: ActKind,
    target: str | None,
    body: wire.Wire,
    *,
    status: str,
    said_by: Mapping[str, Any] = NOBODY,
    otherwise: SiteRow | None = None,
) -> None:
    """Keep a scan that was refused, when it can be said at which site.

    said_by: which tablet sent it; otherwise: the site of what does not say where it was.
    """
    with call.read() as session:
        site = site_of(session, act, target, body) or otherwise
    if site is not None:
        call.keep(
            refusal,
            status=status,
            kind=ledger_kind(act),
            target=target,
            command=body.command(call.now),
            request={"kind": act.kind, "target": target, "body": said(body), **said_by},
            site=site,
        )


def said(body: wire.Wire) -> dict[str, Any]:
    """A body as it came, without its note: what is kept must be erasable."""
    return body.model_dump(mode="json", exclude={"note", "first", "second", "receiver"})


def site_of(session: Session, act: ActKind, target: str | None, body: wire.Wire) -> SiteRow | None:
    """The site that an act is about. At most three statements."""
    book = rulebook(session)
    named = getattr(body, "site", None)
    station = book.stations.get(getattr(body, "station", "") or "")
    if named is not None:
        return book.sites.get(named)
    if station is not None:
        return book.sites_by_id[station.site_id]
    if act.kind == "reverse":
        return _site_of_scan(session, book, target)
    code = target or (getattr(body, "bins", None) or [""])[0]
    table = next((TABLES[p] for p in TABLES if act.path.startswith(p)), "bin")
    if act.kind == "relabel" and code.startswith(CodeKind.BATCH.letter):
        table = "batch"
    rows = SQLModel.metadata.tables["bin" if act.kind == "shipment" else table]
    site_of_code = select(rows.c.site_id)
    site_id = session.execute(site_of_code.where(rows.c.code == code)).scalar()
    if site_id is None:
        own = own_codes(session, [code])[code]
        site_id = session.execute(site_of_code.where(rows.c.code == own)).scalar()
    return book.sites_by_id.get(site_id or 0)


def _site_of_scan(session: Session, book: Rulebook, scan_id: str | None) -> SiteRow | None:
    entry, chain = (SQLModel.metadata.tables[name] for name in ("entry", "chain"))
    code = session.execute(
        select(chain.c.code)
        .select_from(entry.join(chain, chain.c.id == entry.c.chain_id))
        .where(entry.c.scan_id == scan_id)
    ).scalar()
    return book.sites.get((code or "").removeprefix("site:"))


def act_of(kind: str, target: str | None) -> ActKind:
    """The act of a sync command: a sort or gate of a bin is told by its target's code.

    Raises Malformed when the kind is not known, NotFound without a target that it needs.
    """
    if kind in ("sort", "gate") and (target or "").strip().upper().startswith("K"):
        kind = f"{kind}_bin"
    if kind not in BY_KIND:
        raise Malformed(field="kind", problem="unknown", read=kind[:20])
    if BY_KIND[kind].targeted and not target:
        raise NotFound
    return BY_KIND[kind]
