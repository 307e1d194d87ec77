"""Every figure of a report equals what plain pandas makes of the exported movements."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from sqlmodel import Session

from catalogue.access import Viewer
from reporting.queries import circularity_report
from tests.reporting.asking import EVER, ask, export_bytes
from tests.reporting.recompute_figures import SCHEMES, Known, figures
from tests.reporting.world import PARENT, STREAMS, SUPPLIERS, World
from tests.reporting.yardsticks import CELLS, DECLARED, DISTANCE_KM, FACTORS

PERIODS = [
    EVER,
    {"first": "2025-11-20", "end": "2026-03-17"},
    {"first": "2026-01-05", "end": "2026-01-29"},
    {"first": "2020-01-01", "end": "2021-01-01"},
]
PER_KG = {"g_co2e_per_kg": 1, "permille": 1_000, "mg_co2e_per_t": 1_000_000}


def known(operator: str) -> Known:
    """The reference data of the register, as it was laid down and not as the database tells it."""
    routes = {}
    for code, stream in STREAMS.items():
        for version in (1, 2) if code == "energy" else (1,):
            cells = CELLS[f"{code}@{version}"] if version == 2 else CELLS[code]
            gri = "306-5" if stream == "incineration" else "306-4"
            blank = {**dict.fromkeys(SCHEMES, ""), "eural": "", "gri": gri}
            routes[f"{code}@{version}"] = {**blank, **cells, "stream": stream}
    return Known(
        routes=routes,
        in_scheme={"jackets"},
        factors={
            purpose: (
                Fraction(low, PER_KG[unit]),
                Fraction(central, PER_KG[unit]),
                Fraction(high, PER_KG[unit]),
            )
            for purpose, (unit, low, central, high) in FACTORS.items()
        },
        declared=DECLARED,
        distances={code: [DISTANCE_KM[operator]] for code in STREAMS},
    )


def told(session: Session, viewer: Viewer, **words: Any) -> dict[str, int | None]:
    return {one.id: one.value for one in circularity_report(session, viewer, ask(**words)).measures}


def again(session: Session, viewer: Viewer, operator: str, **words: Any) -> dict[str, int | None]:
    asked = ask(**words)
    everything = ask(suppliers=asked.suppliers)
    return figures(
        export_bytes(session, viewer, everything).decode(),
        known(operator),
        first=asked.period.first,
        end=asked.period.end,
        basis=asked.basis,
    )


@pytest.mark.parametrize(("basis", "period"), list(product(["received", "booked"], PERIODS)))
def test_every_figure_of_an_operator_is_recomputed_from_its_movements(
    reading: Session, world: World, basis: str, period: dict[str, str]
) -> None:
    for operator in ("OPA", "OPB"):
        staff = world.staff(operator)
        found = told(reading, staff, basis=basis, **period)
        assert found == again(reading, staff, operator, basis=basis, **period)


@pytest.mark.parametrize("supplier", [*SUPPLIERS, PARENT])
def test_every_figure_of_a_supplier_is_recomputed_from_its_movements(
    reading: Session, world: World, supplier: str
) -> None:
    staff = world.staff("OPA")
    found = told(reading, staff, suppliers=[supplier])
    assert found == again(reading, staff, "OPA", suppliers=[supplier])


def test_the_register_of_these_tests_fills_the_figures_that_matter(
    reading: Session, world: World
) -> None:
    found = told(reading, world.staff("OPA"))
    for name in ("mci", "iso59020.a_2_3", "cti.circular_inflow", "avoided.low", "esrs.e5_5_15",
                 "inventory.combustion", "producer_scheme.recycling.confirmed",
                 "gri.306-5.non_hazardous.incineration_without_energy.offsite"):  # fmt: skip
        assert found[name], name
    assert len(found) > 150
