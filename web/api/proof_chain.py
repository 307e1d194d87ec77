"""The proof chain over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from catalogue.rulebook import rulebook
from certificates.proof_chain import ProofChain, proof_of_batch, proof_of_delivery
from certificates.proof_rules import BatchChain, Gap, Reached, Step
from web.api.answers import refusals
from web.api.reads import Code
from web.deps import Calling, ReadDb

router = APIRouter(tags=["reads"], responses=refusals("read", "not_found"))


@router.get("/deliveries/{code}/proof")
def delivery(code: Code, call: Calling, db: ReadDb) -> dict[str, Any]:
    """How far every gram of a delivery came, what is missing, and who must act."""
    viewer = call.me.viewer
    found = proof_of_delivery(db, rulebook(db), code, viewer, now=call.now)
    return said(found, is_staff=viewer.is_staff)


@router.get("/batches/{code}/proof")
def batch(code: Code, call: Calling, db: ReadDb) -> dict[str, Any]:
    """The same of one batch."""
    viewer = call.me.viewer
    found = proof_of_batch(db, rulebook(db), code, viewer, now=call.now)
    return said(found, is_staff=viewer.is_staff)


def said(found: ProofChain, *, is_staff: bool) -> dict[str, Any]:
    """received_g of the chain = certified + every gap after receipt + everything aside."""
    chain, delivery = found.chain, found.delivery
    return {
        "delivery": delivery.code if delivery else None,
        "site": found.site.code,
        "supplier": found.supplier,
        "announced_g": delivery.announced_g if delivery else None,
        "expected_on": delivery.expected_on.isoformat() if delivery else None,
        "whole": chain.is_whole,
        "missing_g": chain.missing_g,
        "steps": _steps(chain.whole, tuple(Step) if delivery else tuple(Step)[1:]),
        "gaps": [_gap(gap, is_staff) for gap in chain.gaps],
        "aside": [
            {"to": one.away.value, "loss_kind": one.kind or None, "mass_g": one.mass_g}
            for one in chain.aside
        ],
        "batches": [_batch(one, found.groups) for one in chain.batches],
        "left": list(found.left),
        "certificates": list(found.certificates),
    }


def _steps(reached: Reached, steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    return [
        {"step": step.value, "mass_g": reached.reached_g[step], "missing_g": reached.gap_g[step]}
        for step in steps
    ]


def _gap(gap: Gap, is_staff: bool) -> dict[str, Any]:
    """Only staff read which outlet it is."""
    return {
        "step": gap.step.value,
        "why": gap.why.value,
        "who": gap.who.value,
        "outlet": (gap.outlet or None) if is_staff else None,
        "mass_g": gap.mass_g,
        "batch": gap.batch or None,
        "subject": gap.subject or None,
        "stream": gap.stream.value if gap.stream else None,
        "since": gap.since.isoformat(),
        "days": gap.days,
    }


def _batch(chain: BatchChain, groups: Mapping[str, str]) -> dict[str, Any]:
    after = tuple(Step)[2:]
    return {
        "code": chain.code,
        "article_group": groups.get(chain.code),
        "state": chain.state.value,
        "steps": _steps(chain.whole, tuple(Step)[1:]),
        "streams": {
            stream.value: _steps(reached, after) for stream, reached in chain.streams.items()
        },
    }
