"""The figures of a report: each with the formula, the factors and the sources that it stands on."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.circularity import Destined, Terms
from reporting.formulas.avoided import avoided
from reporting.formulas.cells import SCHEMES, cells
from reporting.formulas.cti import cti
from reporting.formulas.directive import directive
from reporting.formulas.esrs import esrs
from reporting.formulas.facts import Facts
from reporting.formulas.gri306 import gri306
from reporting.formulas.inventory import inventory
from reporting.formulas.iso59020 import iso59020
from reporting.formulas.ladder import ladder
from reporting.formulas.local import local
from reporting.formulas.mci import mci
from reporting.formulas.producers import producers
from reporting.formulas.proof import proof
from reporting.formulas.streams import streams
from reporting.measure import FactorUsed, Measure
from reporting.questions import Basis

__all__ = ["FAMILIES", "SCHEMES", "FactorUsed", "Measure", "figures", "measures"]

FAMILIES = (
    streams,
    cells,
    proof,
    directive,
    ladder,
    gri306,
    esrs,
    producers,
    iso59020,
    cti,
    mci,
    avoided,
    inventory,
    local,
)
"""Every formula file, in the order in which its figures stand in a report."""


def measures(found: Terms, destinations: Sequence[Destined], basis: Basis) -> list[Measure]:
    """All figures that these terms support, with nothing known beside them."""
    return figures(Facts(terms=found, destinations=destinations, basis=basis))


def figures(facts: Facts) -> list[Measure]:
    """All figures that these facts support, in a fixed order."""
    return [one for family in FAMILIES for one in family(facts)]
