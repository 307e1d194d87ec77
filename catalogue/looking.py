"""What in the reference data needs somebody: rules, pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from catalogue.pieces import Piece

SOON: Final = timedelta(days=30)
"""So long before its last day something is said."""
TARE_KEPT: Final = timedelta(days=365)
"""A tare that was weighed longer ago says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that is missing or over. what: a code with words of its own; day: its last day;
    code: of the piece, empty when the whole noun lacks something."""

    noun: str
    code: str
    what: str
    day: date | None = None


def lacking(all_pieces: Mapping[str, Sequence[Piece]], today: date) -> list[Lack]:
    """Everything that needs somebody, in the order of the nouns."""
    roles = _roles(all_pieces.get("partner", ()))
    return [
        *_organisations(all_pieces.get("organisation", ()), roles),
        *_partners(all_pieces.get("partner", ()), today),
        *_sites(all_pieces.get("site", ())),
        *_containers(all_pieces.get("container", ()), today),
        *_scales(all_pieces.get("scale", ()), today),
        *_factors(all_pieces.get("factor"), today),
    ]


def _roles(partners: Iterable[Piece]) -> dict[str, frozenset[str]]:
    return {one.text("organisation"): frozenset(one.words("roles")) for one in partners}


def _organisations(found: Iterable[Piece], roles: Mapping[str, frozenset[str]]) -> Iterator[Lack]:
    """Papers of waste want an address and a registration of everybody who has a part in it."""
    for one in found:
        has_part = bool(one.values.get("is_operator") or roles.get(one.code))
        if not has_part:
            continue
        for name in ("address", "registration"):
            if not one.text(name):
                yield Lack(noun=one.noun, code=one.code, what=f"no_{name}")
        if "carrier" in roles.get(one.code, ()) and not one.text("vihb"):
            yield Lack(noun=one.noun, code=one.code, what="no_vihb")


def _partners(found: Iterable[Piece], today: date) -> Iterator[Lack]:
    for one in found:
        until = one.day("permit_until")
        if until is not None and until < today + SOON:
            what = "permit_over" if until < today else "permit_ends"
            yield Lack(noun=one.noun, code=one.code, what=what, day=until)


def _sites(found: Iterable[Piece]) -> Iterator[Lack]:
    for one in found:
        if not one.text("address"):
            yield Lack(noun=one.noun, code=one.code, what="no_address")
        if one.values.get("must_notify") and not one.text("processor_number"):
            yield Lack(noun=one.noun, code=one.code, what="no_processor_number")


def _containers(found: Iterable[Piece], today: date) -> Iterator[Lack]:
    for one in found:
        weighed = one.day("tare_on")
        if weighed is not None and weighed < today - TARE_KEPT:
            yield Lack(noun=one.noun, code=one.code, what="tare_old", day=weighed)


def _scales(found: Iterable[Piece], today: date) -> Iterator[Lack]:
    for one in found:
        due = one.day("calibration_due")
        if due is not None and due < today + SOON:
            what = "calibration_over" if due < today else "calibration_ends"
            yield Lack(noun=one.noun, code=one.code, what=what, day=due)


def _factors(found: Sequence[Piece] | None, today: date) -> Iterator[Lack]:
    """Figures of this year want factors of this year."""
    if found is not None and not any(one.number("year") == today.year for one in found):
        yield Lack(noun="factor", code="", what="no_factors")
