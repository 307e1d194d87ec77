"""Facts to try formulas on: small, in grams that can be added up by head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from catalogue.kinds import FactorUnit, Pool, Purpose, Quality, Stream
from catalogue.rows import FactorRow
from reporting.circularity import Route, Sum, destined, terms
from reporting.formulas.facts import Facts, Flow, Inflow
from reporting.measure import Measure
from reporting.questions import Basis


def route(code: str, stream: str, recovery: str = "", eural: str = "", **cells: str) -> Route:
    return Route(
        operator="OPA",
        code=code,
        version=1,
        stream=Stream(stream),
        cells={"recovery_code": recovery, **cells},
        eural=eural,
    )


REISSUE = route("reissue", "reuse", ladder="R3", producer_class="reuse_nl")
SALE = route("sale", "reuse", "R12", ladder="R3", producer_class="reuse_nl_or_export")
REPAIR = route("repair", "reuse", "R12", ladder="R4", producer_class="reuse_nl")
FIBRE = route(
    "fibre", "recycle", "R3", "191208", ladder="R8", producer_class="recycling_fibre_to_fibre"
)
BATTERY = route("battery", "recycle", "R4", "160601*", ladder="R8")
ENERGY = route("energy", "incineration", "R1", "191210", ladder="R9")
OVEN = route("oven", "incineration", "D10", "191212")
TIP = route("tip", "incineration", "D1", "191212")
WILD = route("wild", "recycle", "", "191208")
EVERY_ROUTE = (REISSUE, SALE, REPAIR, FIBRE, BATTERY, ENERGY, OVEN, TIP, WILD)


def stood(to: Route | None, mass_g: int, pool: Pool = Pool.CONFIRMED, **more: Any) -> Sum:
    quality = Quality.MEASURED if pool is not Pool.BIN else more.pop("quality", Quality.MEASURED)
    return Sum(pool=pool, quality=quality, mass_g=mass_g, route=to, **more)


def facts(sums: Iterable[Sum], *, basis: Basis = Basis.RECEIVED, **more: Any) -> Facts:
    """Facts of what stands where, with a supplier that owes all of it."""
    known = list(sums)
    owed = stood(None, -sum(one.mass_g for one in known), Pool.SUPPLIER)
    found = terms([*known, owed])
    return Facts(terms=found, destinations=destined(known), basis=basis, **more)


def by_id(found: Iterable[Measure]) -> Mapping[str, Measure]:
    known = list(found)
    assert len({one.id for one in known}) == len(known), "an id stands once"
    return {one.id: one for one in known}


def values(found: Iterable[Measure]) -> dict[str, int | None]:
    return {one.id: one.value for one in found}


def factor(purpose: Purpose, low: int, central: int, high: int, **more: Any) -> FactorRow:
    share = purpose in (Purpose.DISPLACEMENT, Purpose.SUBSTITUTION)
    given: dict[str, Any] = {
        "id": 1,
        "version": 1,
        "code": purpose.value,
        "names": {"en": purpose.value},
        "purpose": purpose,
        "valid_from": date(2025, 1, 1),
        "valid_to": None,
        "year": 2025,
        "unit": FactorUnit.PERMILLE if share else FactorUnit.G_CO2E_PER_KG,
        "low": low,
        "central": central,
        "high": high,
        "region": "UK",
        "source": "a book",
        "licence": "",
    }
    return FactorRow(**(given | more))


def inflow(mass_g: int, **said: int) -> Inflow:
    names = ("recycled", "reused", "renewable", "lifetime", "use", "feed", "recovery")
    return Inflow(mass_g=mass_g, **{name: said.get(name) for name in names})


def flow(*declared: Inflow, **grams: int) -> Flow:
    came_g = sum(one.mass_g for one in declared)
    given = {
        "input_g": came_g,
        "put_out_g": came_g,
        "reuse_confirmed_g": 0,
        "recycle_confirmed_g": 0,
    }
    return Flow(declared=declared, **(given | grams))
