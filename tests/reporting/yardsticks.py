"""What the register of these tests is held against: cells, factors, declarations, distances."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from catalogue.actions import define

CELLS = {
    "reissue": {"ladder": "R3", "producer_class": "reuse_nl"},
    "sale": {"ladder": "R4", "producer_class": "reuse_nl_or_export", "recovery_code": "R12"},
    "panels": {
        "ladder": "R8",
        "producer_class": "recycling_other",
        "recovery_code": "R3",
        "eural": "191208",
    },
    "energy": {"ladder": "R9", "recovery_code": "R1", "eural": "191210*"},
    "energy@2": {"recovery_code": "D10", "eural": "191212"},
}
"""What destinations are to other reports; the second version of one has cells of its own."""

DECLARED = {
    "LAND": {
        "recycled": 120,
        "reused": 30,
        "renewable": 200,
        "lifetime": 1_250,
        "use": 900,
        "feed": 800,
        "recovery": 700,
    },
    "ZUID": {"recycled": 40},
}
"""What suppliers say of what they bought, in permille."""

NAMES_OF = {"feed": "feed_efficiency_permille", "recovery": "recycling_efficiency_permille"}
FACTORS = {
    "new_product": ("g_co2e_per_kg", 6_427, 22_310, 22_310),
    "displacement": ("permille", 646, 646, 1_000),
    "reuse_work": ("mg_co2e_per_t", 152_250_000, 152_250_000, 160_000_000),
    "raw_material": ("g_co2e_per_kg", 3_000, 3_000, 3_150),
    "substitution": ("permille", 500, 800, 1_000),
    "recycling_work": ("mg_co2e_per_t", 4_685_680, 4_685_680, 6_410_610),
    "inventory_recycling": ("mg_co2e_per_t", 4_685_680, 4_685_680, 4_685_680),
    "inventory_combustion": ("mg_co2e_per_t", 4_685_680, 4_685_680, 4_685_680),
    "inventory_landfill": ("mg_co2e_per_t", 496_782_280, 496_782_280, 496_782_280),
}
DISTANCE_KM = {"OPA": 85, "OPB": None}


def yardsticks(session: Session, operator: str, now: datetime) -> None:
    """Write factors and declarations for an operator."""
    for purpose, (unit, low, central, high) in FACTORS.items():
        factor = {"names": {"en": purpose}, "purpose": purpose, "unit": unit, "low": low}
        factor |= {"central": central, "high": high, "year": 2025, "source": "a book"}
        factor |= {"valid_from": date(2020, 1, 1)}
        define(session, operator, "factor", purpose, factor, now=now)
    for supplier, said in DECLARED.items():
        parts = {NAMES_OF.get(name, f"{name}_permille"): value for name, value in said.items()}
        declared = {"supplier": supplier, "year": 2025, "source": "a letter", **parts}
        define(session, operator, "declaration", f"{supplier}_2025", declared, now=now)
