"""Reference data that figures need beyond what was weighed: factors, targets, declarations.

Written as all reference data is (`catalogue/tables.py`): every version by an entry of its
operator's chain.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import entry_key, key_to


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, CheckConstraint(f"{name} >= 0"), nullable=False)


class Factor(SQLModel, table=True):
    """What a gram stands for in a figure that is not weighed: low, central and high, as published.

    purpose: what it is for; unit: of the three numbers; year: of the set that it is from. Where it
    holds, and who published it, stand in region and source.
    """

    __tablename__ = "factor"
    __table_args__ = (
        UniqueConstraint("operator_id", "code"),
        CheckConstraint("low <= central AND central <= high", name="factor_in_order"),
    )

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))
    purpose: str = Field(max_length=30)
    valid_from: date
    valid_to: date | None = None
    year: int
    unit: str = Field(max_length=20)
    low: int = Field(sa_column=_number("low"))
    central: int = Field(sa_column=_number("central"))
    high: int = Field(sa_column=_number("high"))
    region: str = Field(default="", max_length=60)
    source: str = Field(sa_column=Column(Text, nullable=False))
    licence: str = Field(default="", max_length=60)


class Target(SQLModel, table=True):
    """A line that a figure is held against: at least, or at most, so many permille.

    measure: id of the figure. applies_to: the operator's own wish (`operator`), or what the law
    asks of producers against their sales (`producers`), which no figure here can meet or miss.
    """

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))
    measure: str = Field(max_length=60)
    permille: int
    direction: str = Field(max_length=10)
    applies_to: str = Field(default="operator", max_length=10)
    valid_from: date
    valid_to: date | None = None
    supplier_id: int | None = Field(
        default=None, sa_column=key_to("organisation.id", nullable=True)
    )
    source: str = Field(sa_column=Column(Text, nullable=False))


class Declaration(SQLModel, table=True):
    """What a supplier says of what it bought, which no sorter can weigh. Empty: it did not say so.

    recycled, reused, renewable: permille of the mass that came in, each gram once. lifetime and
    use: permille of what is usual in the trade. feed_efficiency and recycling_efficiency: permille
    of recycling that made the material in it, and of recycling after it.
    """

    __tablename__ = "declaration"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    supplier_id: int = Field(sa_column=key_to("organisation.id"))
    article_group_id: int | None = Field(
        default=None, sa_column=key_to("article_group.id", nullable=True)
    )
    year: int
    recycled_permille: int | None = None
    reused_permille: int | None = None
    renewable_permille: int | None = None
    lifetime_permille: int | None = None
    use_permille: int | None = None
    feed_efficiency_permille: int | None = None
    recycling_efficiency_permille: int | None = None
    source: str = Field(sa_column=Column(Text, nullable=False))
