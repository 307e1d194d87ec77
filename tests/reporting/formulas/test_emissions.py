"""Avoided emissions in three, inventory emissions apart, and never one total of both."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue.kinds import FactorUnit, Pool, Purpose
from reporting.formulas.avoided import avoided
from reporting.formulas.inventory import inventory
from reporting.knowledge import chosen
from tests.reporting.formulas.facts import (
    ENERGY,
    FIBRE,
    OVEN,
    REISSUE,
    SALE,
    by_id,
    factor,
    facts,
    stood,
    values,
)

MG = {"unit": FactorUnit.MG_CO2E_PER_T}
ALL = {
    one.purpose: one
    for one in (
        factor(Purpose.NEW_PRODUCT, 6_427, 22_310, 22_310),
        factor(Purpose.DISPLACEMENT, 646, 646, 1_000),
        factor(Purpose.REUSE_WORK, 152_250_000, 152_250_000, 152_250_000, **MG),
        factor(Purpose.RAW_MATERIAL, 3_000, 3_000, 3_150),
        factor(Purpose.SUBSTITUTION, 500, 800, 1_000),
        factor(Purpose.RECYCLING_WORK, 4_685_680, 4_685_680, 4_685_680, **MG),
        factor(Purpose.INVENTORY_RECYCLING, 4_685_680, 4_685_680, 4_685_680, **MG),
        factor(Purpose.INVENTORY_COMBUSTION, 4_685_680, 4_685_680, 4_685_680, **MG),
    )
}
FACTORS = {"OPA": ALL}


def test_a_tonne_reused_spares_what_the_standards_work_out_for_it() -> None:
    found = values(avoided(facts([stood(REISSUE, 1_000_000)], factors=FACTORS)))
    assert found == {
        "avoided.low": 3_999_592,  # 4 t: 0.646 * 6.427 - 0.15225 kg per kg
        "avoided.central": 14_260_010,  # 14.3 kg per kg at a displacement of 0.646
        "avoided.high": 22_157_750,  # 22.16 kg per kg: every piece stands for a new one
    }


def test_a_tonne_recycled_spares_raw_material_less_the_work() -> None:
    found = values(avoided(facts([stood(FIBRE, 1_000_000)], factors=FACTORS)))
    assert found["avoided.central"] == 800 * 3_000 - 4_686
    assert found["avoided.low"] == 500 * 3_000 - 4_686
    assert found["avoided.high"] == 3_150_000 - 4_686


def test_an_estimate_names_each_factor_with_its_year_region_and_source() -> None:
    (low, central, high) = avoided(facts([stood(REISSUE, 10)], factors=FACTORS))
    for one in (low, central, high):
        assert [used.purpose for used in one.factors] == [row.value for row in list(ALL)[:6]]
        assert all(used.source and used.year and used.region for used in one.factors)
        assert (one.unit, one.quality) == ("g_co2e", "default")
        assert "must not be added" in one.boundary


def test_only_what_outlets_confirmed_avoids_anything() -> None:
    found = avoided(facts([stood(REISSUE, 10, Pool.SHIPPED), stood(ENERGY, 5)], factors=FACTORS))
    for one in found:
        assert one.value is None
        assert one.missing


@pytest.mark.parametrize("purpose", list(ALL)[:6])
def test_an_estimate_without_one_of_its_factors_is_not_made(purpose: Purpose) -> None:
    fewer = {"OPA": {key: row for key, row in ALL.items() if key is not purpose}}
    for one in avoided(facts([stood(REISSUE, 10)], factors=fewer)):
        assert one.value is None
        assert one.missing.startswith("A factor that this needs")
        assert one.factors == ()


def test_an_inventory_counts_transport_per_treatment_and_adds_nothing_up() -> None:
    sums = [stood(FIBRE, 2_000_000), stood(ENERGY, 700_000), stood(OVEN, 300_000), stood(SALE, 5)]
    found = by_id(inventory(facts(sums, factors=FACTORS)))
    assert {name: one.value for name, one in found.items()} == {
        "inventory.recycling": 9_371,  # 2 t * 4.68568 kg
        "inventory.combustion": 4_686,
        "inventory.landfill": 0,
    }
    assert all("must not be used to compare" in one.boundary for one in found.values())
    assert not any(one.id.endswith("total") for one in found.values())


def test_an_inventory_without_its_factor_says_what_is_missing() -> None:
    found = by_id(inventory(facts([stood(FIBRE, 1)])))
    assert found["inventory.recycling"].value is None
    assert found["inventory.recycling"].missing
    assert found["inventory.combustion"].value == 0


YEARS = [
    factor(
        Purpose.INVENTORY_COMBUSTION, value, value, value, year=year, code=f"set_{year}",
        valid_from=date(year, 1, 1), valid_to=date(year, 12, 31) if year < 2025 else None, **MG,
    )
    for year, value in ((2023, 21_280_810), (2024, 6_410_610), (2025, 4_685_680))
]  # fmt: skip


@pytest.mark.parametrize(
    ("on", "year", "code"),
    [
        (date(2024, 12, 31), None, "set_2024"),
        (date(2026, 12, 31), None, "set_2025"),
        (date(2024, 12, 31), 2025, "set_2025"),
        (date(2026, 12, 31), 2023, "set_2023"),
        (date(2022, 12, 31), None, None),
        (date(2026, 12, 31), 2022, None),
    ],
)
def test_the_factors_are_those_of_the_period_or_of_the_year_that_is_asked_for(
    on: date, year: int | None, code: str | None
) -> None:
    found = chosen(YEARS, on, year).get(Purpose.INVENTORY_COMBUSTION)
    assert (found.code if found else None) == code
