"""What one recovery or disposal code is called by each standard: the incineration trap.

Directive 2008/98/EC calls burning with energy (R1) recovery; GRI 306 and ESRS E5-5 put every fire
under disposal. All three are read here from the same code of the destination version, with its
stream and its waste code, so that they cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from catalogue.kinds import Stream
from reporting.circularity import Route

MAPPING_VERSION: Final = 1
"""Goes up when a row of these tables changes; every figure that uses them says it."""

DIRECTIVE_SOURCE: Final = (
    f"Directive 2008/98/EC art. 3, 4, annexes I and II; mapping version {MAPPING_VERSION}"
)


class Directive(StrEnum):
    """The steps of the waste hierarchy, and what has no code that says which."""

    PREVENTION = "prevention"
    PREPARING = "preparing_for_reuse"
    RECYCLING = "recycling"
    OTHER_RECOVERY = "other_recovery"
    DISPOSAL = "disposal"
    UNKNOWN = "unknown"


class Cell(StrEnum):
    """The cells of GRI 306-4 and 306-5. What has no code counts as other disposal."""

    PREPARING = "preparing_for_reuse"
    RECYCLING = "recycling"
    OTHER_RECOVERY = "other_recovery"
    WITH_ENERGY = "incineration_with_energy"
    WITHOUT_ENERGY = "incineration_without_energy"
    LANDFILL = "landfill"
    OTHER_DISPOSAL = "other_disposal"


DIVERTED: Final = (Cell.PREPARING, Cell.RECYCLING, Cell.OTHER_RECOVERY)
DISPOSED: Final = (Cell.WITH_ENERGY, Cell.WITHOUT_ENERGY, Cell.LANDFILL, Cell.OTHER_DISPOSAL)
BURNT: Final = (Cell.WITH_ENERGY, Cell.WITHOUT_ENERGY)

NOT_FINAL: Final = frozenset({"R12", "R13"})
"""Sorting and storing: what they prepare for is what the stream says."""

RECYCLING_CODES: Final = frozenset({"R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9"})
OTHER_RECOVERY_CODES: Final = frozenset({"R10", "R11"})
LANDFILL_CODES: Final = frozenset({"D1", "D5"})
FIRE_CODES: Final = frozenset({"D10", "D11"})


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done with what goes to a destination version. cell None: it is no waste."""

    directive: Directive
    cell: Cell | None
    is_hazardous: bool


def treatment_of(route: Route) -> Treatment:
    """By the code, and where a code is not final, by the stream.

    Something for reuse without a code and without a waste code stays goods: prevention. Something
    for reuse with a recovery code was prepared for reuse, whatever the code.
    """
    code = route.cells.get("recovery_code", "").upper()
    hazardous = route.eural.endswith("*")
    if route.stream is Stream.REUSE and not code and not route.eural:
        return Treatment(Directive.PREVENTION, None, is_hazardous=False)
    return Treatment(*_by_code(code, route.stream), is_hazardous=hazardous)


def _by_code(code: str, stream: Stream) -> tuple[Directive, Cell]:
    if code == "R1":
        return Directive.OTHER_RECOVERY, Cell.WITH_ENERGY
    if code.startswith("R") and stream is Stream.REUSE:
        return Directive.PREPARING, Cell.PREPARING
    if code in RECYCLING_CODES or (code in NOT_FINAL and stream is Stream.RECYCLE):
        return Directive.RECYCLING, Cell.RECYCLING
    if code in OTHER_RECOVERY_CODES or code in NOT_FINAL:
        return Directive.OTHER_RECOVERY, Cell.OTHER_RECOVERY
    if code in LANDFILL_CODES:
        return Directive.DISPOSAL, Cell.LANDFILL
    if code in FIRE_CODES:
        return Directive.DISPOSAL, Cell.WITHOUT_ENERGY
    known = code.startswith("D")
    return Directive.DISPOSAL if known else Directive.UNKNOWN, Cell.OTHER_DISPOSAL
