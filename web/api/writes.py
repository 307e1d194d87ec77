"""The writes of the contract: parse, one action, its answer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from web.api import wire, wire_out
from web.api.acts import perform
from web.api.answers import Answer, refusals
from web.deps import Calling, answer

router = APIRouter(tags=["writes"])

Target = Annotated[str, Path(min_length=1, max_length=60, pattern=wire.PLAIN)]


AGAIN = {"model": Answer, "description": "This scan was booked before: the same answer again."}


def writes(*codes: str) -> dict[str, Any]:
    return {
        "status_code": 201,
        "response_model": Answer,
        "responses": {200: AGAIN, **refusals("write", *codes)},
    }


@router.post("/deliveries", **writes())
def announce_delivery(body: wire.DeliveryIn, call: Calling) -> JSONResponse:
    """Announce what will come. A supplier announces its own."""
    return answer(perform(call, "delivery", None, body))


@router.post("/deliveries/{code}/withdrawal", **writes("state_forbids"))
def withdraw_delivery(code: Target, body: wire.DeliveryWithdrawalIn, call: Calling) -> JSONResponse:
    """Take an announcement back, before anything of it came. A supplier takes back its own."""
    return answer(perform(call, "withdraw", code, body))


@router.post("/codes", **writes())
def reserve_codes(body: wire.CodesIn, call: Calling) -> JSONResponse:
    """Reserve label codes for a station, for use without a network."""
    return answer(perform(call, "codes", None, body))


@router.post("/batches", **writes("code_taken", "practice_label", "eural_malformed"))
def log_batch(body: wire.BatchIn, call: Calling) -> JSONResponse:
    """Log a batch at the gate, weighed."""
    return answer(perform(call, "intake", None, body))


SORTING = (
    "mass_exceeded",
    "batch_closed",
    "batch_held",
    "bin_closed",
    "gate_missing",
    "destination_forbidden",
)


@router.post("/batches/{code}/sortings", **writes(*SORTING))
def sort_batch(code: Target, body: wire.SortIn, call: Calling) -> JSONResponse:
    """Book one weighing at a station: parts of a batch into bins."""
    return answer(perform(call, "sort", code, body))


@router.post("/bins/{code}/sortings", **writes(*SORTING))
def sort_bin(code: Target, body: wire.SortIn, call: Calling) -> JSONResponse:
    """Sort out of a bin: divided over the batches in it."""
    return answer(perform(call, "sort_bin", code, body))


@router.post("/batches/{code}/gates", **writes("batch_closed", "batch_held", "mass_exceeded"))
def pass_batch(code: Target, body: wire.GateIn, call: Calling) -> JSONResponse:
    """Record that so much of a batch passed a gate."""
    return answer(perform(call, "gate", code, body))


@router.post("/bins/{code}/gates", **writes("bin_empty", "mass_exceeded"))
def pass_bin(code: Target, body: wire.GateIn, call: Calling) -> JSONResponse:
    """Record that so much of a bin passed a gate: divided over the batches in it."""
    return answer(perform(call, "gate_bin", code, body))


@router.post("/batches/{code}/weighings", **writes("batch_closed", "loss_limit"))
def weigh_batch(code: Target, body: wire.WeighingIn, call: Calling) -> JSONResponse:
    """Weigh what is left of a batch again."""
    return answer(perform(call, "weigh", code, body))


@router.post("/batches/{code}/correction", **writes("batch_closed", "reason_needed"))
def correct_batch(code: Target, body: wire.CorrectionIn, call: Calling) -> JSONResponse:
    """Put a batch right; another supplier makes a new batch that every gram follows."""
    return answer(perform(call, "correct", code, body))


@router.post(
    "/batches/{code}/close",
    **writes("balance_open", "loss_limit", "batch_closed", "batch_held", "reason_needed"),
)
def close_batch(code: Target, body: wire.CloseIn, call: Calling) -> JSONResponse:
    """Close a batch when its balance closes."""
    return answer(perform(call, "close", code, body))


@router.post("/batches/{code}/reopen", **writes("state_forbids", "reason_needed"))
def reopen_batch(code: Target, body: wire.CloseIn, call: Calling) -> JSONResponse:
    """Open a closed batch again, visibly."""
    return answer(perform(call, "reopen", code, body))


ASIDE = ("batch_closed", "mass_exceeded", "reason_needed")


@router.post("/batches/{code}/hold", **writes(*ASIDE, "batch_held"))
def hold_batch(code: Target, body: wire.AsideIn, call: Calling) -> JSONResponse:
    """Hold a batch, or set a mass of it apart."""
    return answer(perform(call, "hold", code, body))


@router.post("/batches/{code}/release", **writes(*ASIDE, "state_forbids"))
def release_batch(code: Target, body: wire.AsideIn, call: Calling) -> JSONResponse:
    """Let a held batch, or a mass set apart, go on."""
    return answer(perform(call, "release", code, body))


@router.post("/batches/{code}/refusal", **writes(*ASIDE))
def refuse_batch(code: Target, body: wire.AsideIn, call: Calling) -> JSONResponse:
    """Send a batch, or a mass of it, back to its supplier."""
    return answer(perform(call, "refuse", code, body))


@router.post(
    "/labels/{code}/replacement", **writes("code_taken", "practice_label", "reason_needed")
)
def relabel(code: Target, body: wire.RelabelIn, call: Calling) -> JSONResponse:
    """Let a blank label stand in the place of a damaged one, which still may be scanned."""
    return answer(perform(call, "relabel", code, body))


@router.post(
    "/scans/{scan_id}/reversal",
    **writes("already_reversed", "moved_on", "not_reversible", "reason_needed"),
)
def reverse(scan_id: UUID, body: wire.ReversalIn, call: Calling) -> JSONResponse:
    """Undo the whole entry of a scan."""
    return answer(perform(call, "reverse", str(scan_id), body))


@router.post("/finds", **writes("mass_exceeded", "batch_closed"))
def log_find(body: wire.FindIn, call: Calling) -> JSONResponse:
    """Log something found."""
    return answer(perform(call, "find", None, body))


@router.post("/finds/{code}/handover", **writes("state_forbids", "two_persons", "reason_needed"))
def hand_over(code: Target, body: wire.HandoverIn, call: Calling) -> JSONResponse:
    """Hand a find over, by two persons."""
    return answer(perform(call, "handover", code, body))


@router.post("/bins", **writes("code_taken", "practice_label"))
def open_bin(body: wire.BinIn, call: Calling) -> JSONResponse:
    """Open a bin for a destination, or a work bin for none."""
    return answer(perform(call, "bin", None, body))


@router.post("/bins/{code}/close", **writes("bin_closed", "bin_empty"))
def close_bin(code: Target, body: wire.BinCloseIn, call: Calling) -> JSONResponse:
    """Close and weigh a bin; a difference is divided over what it holds."""
    return answer(perform(call, "bin_close", code, body))


@router.post(
    "/shipments",
    **writes(
        "bin_open",
        "bin_closed",
        "bin_empty",
        "destination_forbidden",
        "permit_missing",
        "permit_expired",
        "waybill_taken",
    ),
)
def ship(body: wire_out.ShipmentIn, call: Calling) -> JSONResponse:
    """Ship closed bins to one outlet that may take them."""
    return answer(perform(call, "shipment", None, body))


@router.post("/shipments/{code}/legs", **writes("state_forbids", "leg_too_early"))
def add_leg(code: Target, body: wire_out.LegIn, call: Calling) -> JSONResponse:
    """Say with whom and with what a shipment went on."""
    return answer(perform(call, "leg", code, body))


@router.post(
    "/shipments/{code}/returns",
    **writes("mass_exceeded", "bin_closed", "state_forbids", "reason_needed"),
)
def take_back(code: Target, body: wire_out.ReturnIn, call: Calling) -> JSONResponse:
    """Book what an outlet sent back."""
    return answer(perform(call, "return", code, body))


@router.post(
    "/shipments/{code}/confirmation",
    **writes("mass_exceeded", "destination_forbidden", "reason_needed"),
)
def confirm(code: Target, body: wire_out.ConfirmationIn, call: Calling) -> JSONResponse:
    """Confirm what became of a shipment, or of a part of it, per treatment."""
    return answer(perform(call, "confirm", code, body))
