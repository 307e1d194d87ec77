"""Reference data: who takes part and what is possible.

Every row is written by an entry of its operator's chain: `id` is the key of the entry that made
the row (`Destination` keeps a row per version), `version` counts from 1. The history of a row is
the entries whose subject is `noun:code`.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from catalogue.yardsticks import Declaration, Factor, Target
from store.append_only import append_only
from store.columns import entry_key, key_to, table_of


def _mass(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, CheckConstraint(f"{name} >= 0"), nullable=nullable)


class Organisation(SQLModel, table=True):
    """A party. `parent_id`: the organisation that sees this one's figures in its own sum.

    vihb: number of who may carry, collect, trade or broker waste; processor_number: of who treats
    it, as the authority for waste notification gave it.
    """

    __tablename__ = "organisation"

    id: int = Field(sa_column=entry_key())
    version: int = 1
    code: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=120)
    is_operator: bool = False
    parent_id: int | None = Field(default=None, sa_column=key_to("organisation.id", nullable=True))
    address: str = Field(default="", max_length=200)
    registration: str = Field(default="", max_length=20)
    gln: str = Field(default="", max_length=13)
    gs1_prefix: str = Field(default="", max_length=12)
    vihb: str | None = Field(default=None, max_length=12)
    processor_number: str | None = Field(default=None, max_length=5)


class Partner(SQLModel, table=True):
    """What an organisation is to an operator: `roles` and, for an outlet, what it may treat, by
    which permit, and the last day on which that holds (none: until it is taken back). confirm_days:
    so long it may take to confirm a shipment (none: as long as with anybody). distance_km: by road
    to where it works on what it takes, and country: where that is (none: nobody said so)."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("operator_id", "organisation_id"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    organisation_id: int = Field(sa_column=key_to("organisation.id"))
    roles: str = Field(max_length=60)
    treatments: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    permit: str = Field(default="", max_length=60)
    permit_until: date | None = None
    confirm_days: int | None = None
    distance_km: int | None = None
    country: str | None = Field(default=None, max_length=2)


class Site(SQLModel, table=True):
    """A place of an operator. `must_notify`: the duty to report receipts to the authority."""

    __tablename__ = "site"

    id: int = Field(sa_column=entry_key())
    version: int = 1
    code: str = Field(max_length=20, unique=True)
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    name: str = Field(max_length=120)
    timezone: str = Field(max_length=40)
    address: str = Field(default="", max_length=200)
    gln: str = Field(default="", max_length=13)
    processor_number: str = Field(default="", max_length=5)
    must_notify: bool = False
    announced_limit_permille: int = 100


class Station(SQLModel, table=True):
    """A labelled work place at a site."""

    __tablename__ = "station"

    id: int = Field(sa_column=entry_key())
    version: int = 1
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    kind: str = Field(max_length=12)
    name: str = Field(max_length=120)


class Container(SQLModel, table=True):
    """A reusable box, cage or bag with its own label and its own weighed, dated tare."""

    __tablename__ = "container"

    id: int = Field(sa_column=entry_key())
    version: int = 1
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    kind: str = Field(max_length=40)
    tare_g: int = Field(sa_column=_mass("tare_g"))
    tare_on: date
    max_g: int | None = Field(default=None, sa_column=_mass("max_g", nullable=True))


class Scale(SQLModel, table=True):
    """What weighs. After `calibration_due` its weights are estimates.

    address: `tcp://host:port` of its serial-to-Ethernet box; None: a tablet reads it itself.
    """

    __tablename__ = "scale"

    id: int = Field(sa_column=entry_key())
    version: int = 1
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    name: str = Field(max_length=120)
    division_g: int = Field(sa_column=_mass("division_g"))
    max_g: int = Field(sa_column=_mass("max_g"))
    calibration_due: date
    address: str | None = Field(default=None, max_length=80)


class Printer(SQLModel, table=True):
    """A label printer on the network that understands ZPL. size and dpi: of the stock in it."""

    __tablename__ = "printer"
    __table_args__ = (CheckConstraint("port BETWEEN 1 AND 65535", name="printer_port"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    code: str = Field(max_length=20, unique=True)
    site_id: int = Field(sa_column=key_to("site.id"))
    name: str = Field(max_length=120)
    host: str = Field(max_length=120)
    port: int = 9100
    size: str = Field(default="100x150", max_length=10)
    dpi: int = 203


class ArticleGroup(SQLModel, table=True):
    """What it is. `tolerance_permille` of a batch may stay unexplained; piece_g: typical piece."""

    __tablename__ = "article_group"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))
    fibre: str = Field(default="", max_length=40)
    security: str = Field(max_length=10)
    in_producer_scheme: bool = False
    customs_chapter: str = Field(default="", max_length=4)
    tolerance_permille: int = Field(
        sa_column=Column(
            "tolerance_permille",
            BigInteger,
            CheckConstraint("tolerance_permille BETWEEN 0 AND 1000"),
            nullable=False,
        )
    )
    piece_g: int | None = Field(default=None, sa_column=_mass("piece_g", nullable=True))


class Gate(SQLModel, table=True):
    """A proven step before a destination."""

    __tablename__ = "gate"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))


class Destination(SQLModel, table=True):
    """A route of an operator under one stream: one row per version, valid from a day on.

    `accepts`: security classes that may go there, by comma. `gates`: gate codes, by comma.
    `usual_name`: what the law wants on a waybill, the everyday name of what goes there.
    `customs_code`: the code of the combined nomenclature of what is no longer waste.
    """

    __tablename__ = "destination"
    __table_args__ = (
        UniqueConstraint("operator_id", "code", "version"),
        CheckConstraint("stream IN ('reuse', 'recycle', 'incineration')", name="stream_is_main"),
        Index("ix_destination_operator_code", "operator_id", "code"),
    )

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    valid_from: date
    stream: str = Field(max_length=12)
    names: str = Field(sa_column=Column(Text, nullable=False))
    accepts: str = Field(max_length=60)
    gates: str = Field(default="", max_length=200)
    active: bool = True
    recovery_code: str = Field(default="", max_length=4)
    processing_code: str = Field(default="", max_length=4)
    eural: str = Field(default="", max_length=7)
    customs_code: str | None = Field(default=None, max_length=8)
    producer_class: str = Field(default="", max_length=40)
    ladder: str = Field(default="", max_length=8)
    gri: str = Field(default="", max_length=20)
    esrs: str = Field(default="", max_length=40)
    note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    usual_name: str | None = Field(default=None, max_length=80)


class LossKind(SQLModel, table=True):
    """A named loss; `limit_permille` of a batch's input may go there without a team leader."""

    __tablename__ = "loss_kind"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))
    limit_permille: int


class FindKind(SQLModel, table=True):
    """What can be found in a pocket; `stops_batch`: the batch is held at once."""

    __tablename__ = "find_kind"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))
    stops_batch: bool = False
    eural: str = Field(default="", max_length=7)
    retention_days: int = 365


class Reason(SQLModel, table=True):
    """Why somebody did something; `acts`: the kinds of act it may stand beside, by comma."""

    __tablename__ = "reason"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    names: str = Field(sa_column=Column(Text, nullable=False))
    acts: str = Field(max_length=200)


class OwnerRule(SQLModel, table=True):
    """Where a supplier lets an article group go: destination codes, by comma. None: by security."""

    __tablename__ = "owner_rule"
    __table_args__ = (UniqueConstraint("operator_id", "supplier_id", "article_group_id"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    supplier_id: int = Field(sa_column=key_to("organisation.id"))
    article_group_id: int = Field(sa_column=key_to("article_group.id"))
    destinations: str = Field(sa_column=Column(Text, nullable=False))


class SortingGuide(SQLModel, table=True):
    """A tree of yes/no questions whose leaves are destinations, as canonical JSON."""

    __tablename__ = "sorting_guide"
    __table_args__ = (UniqueConstraint("operator_id", "code"),)

    id: int = Field(sa_column=entry_key())
    version: int = 1
    operator_id: int = Field(sa_column=key_to("organisation.id"))
    code: str = Field(max_length=40)
    tree: str = Field(sa_column=Column(Text, nullable=False))


class ReservedCode(SQLModel, table=True):
    """A label code minted in advance for a station; bound by the first act that uses it."""

    __tablename__ = "reserved_code"
    __table_args__ = (Index("ix_reserved_code_station", "station_id"),)

    code: str = Field(primary_key=True, max_length=20)
    entry_id: int = Field(sa_column=key_to("entry.id"))
    station_id: int = Field(sa_column=key_to("station.id"))
    kind: str = Field(max_length=12)


append_only(table_of(ReservedCode))

YARDSTICKS = (Factor, Target, Declaration)
"""The tables of this room that have a file of their own."""
