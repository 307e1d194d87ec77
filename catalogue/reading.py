"""Rows of the tables of yardsticks, as the rulebook holds them."""

from __future__ import annotations

import json
from typing import Any

from catalogue.kinds import AppliesTo, Direction, FactorUnit, Purpose
from catalogue.rows import DeclarationRow, FactorRow, TargetRow


def factor(row: Any) -> FactorRow:
    """A factor out of its row."""
    return FactorRow(
        id=row.id,
        version=row.version,
        code=row.code,
        names=json.loads(row.names),
        purpose=Purpose(row.purpose),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        year=row.year,
        unit=FactorUnit(row.unit),
        low=row.low,
        central=row.central,
        high=row.high,
        region=row.region,
        source=row.source,
        licence=row.licence,
    )


def target(row: Any) -> TargetRow:
    """A target out of its row."""
    return TargetRow(
        id=row.id,
        version=row.version,
        code=row.code,
        names=json.loads(row.names),
        measure=row.measure,
        permille=row.permille,
        direction=Direction(row.direction),
        applies_to=AppliesTo(row.applies_to),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        supplier_id=row.supplier_id,
        source=row.source,
    )


def declaration(row: Any) -> DeclarationRow:
    """A declaration out of its row."""
    return DeclarationRow(
        id=row.id,
        version=row.version,
        code=row.code,
        supplier_id=row.supplier_id,
        article_group_id=row.article_group_id,
        year=row.year,
        recycled_permille=row.recycled_permille,
        reused_permille=row.reused_permille,
        renewable_permille=row.renewable_permille,
        lifetime_permille=row.lifetime_permille,
        use_permille=row.use_permille,
        feed_efficiency_permille=row.feed_efficiency_permille,
        recycling_efficiency_permille=row.recycling_efficiency_permille,
        source=row.source,
    )
