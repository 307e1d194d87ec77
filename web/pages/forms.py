"""What every form carries: what was typed, what was wrong with it, and its own scan number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias
from uuid import uuid4

from catalogue.errors import Refusal
from labels.pictures import QrPicture
from web.single_sign_on import Offer

Options: TypeAlias = Sequence[tuple[str, str]]
"""Value and text of each choice, in the order in which they are shown."""


def _fresh() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it is shown. scan_id: made when the form was first shown and kept until it is
    booked, so that sending it twice books once. at: when it was shown, which is part of what is
    booked. errors: a msgid per field.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None
    scan_id: str = field(default_factory=_fresh)
    at: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def is_wrong(self) -> bool:
        """Whether it is shown again because something in it was not right."""
        return bool(self.errors) or self.refusal is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """E-mail address and password. next: where to go afterwards. providers: who else may say who
    somebody is. forgotten, passkey: whether there is a page for it."""

    form: Form
    next: str = "/"
    providers: Sequence[Offer] = ()
    forgotten: bool = False
    passkey: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainPage:
    """Prove once more who one is. name: whose password; has_password: whether there is one."""

    form: Form
    name: str
    next: str
    has_password: bool
    providers: Sequence[Offer] = ()
    passkey: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPage:
    """The second factor, after the first one. app: whether an app shows codes; passkey: whether
    a passkey will do. next: where to go afterwards."""

    form: Form
    app: bool
    passkey: bool
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPage:
    """An app to set up. picture, secret: for its camera, and to type in. path: where the form goes.
    is_asked: whether nothing else opens before it is done. passkey: whether one will do."""

    form: Form
    picture: QrPicture
    link: str
    secret: str
    path: str
    is_asked: bool
    passkey: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesPage:
    """Recovery codes that were just made. next: where to go on to. is_first: they came with an app
    that was just set up."""

    codes: Sequence[str]
    made_on: date
    next: str
    email: str
    is_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePage:
    """Log a batch at intake. delivery: the announced one that it comes with, if one was chosen."""

    form: Form
    stations: Options
    suppliers: Options
    groups: Options
    scales: Options
    deliveries: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a part of a batch can go: a destination, or an open work bin. key: of its fields."""

    key: str
    name: str
    stream: str | None
    open_bin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SortPage:
    """Divide what is left of a batch (or of a bin) over destinations."""

    form: Form
    noun: str
    code: str
    supplier: str | None
    group: str | None
    held_g: int
    net_g: int
    stations: Options
    groups: Options
    targets: Sequence[Target]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePage:
    """Book what passed a gate: by weight or by pieces."""

    form: Form
    code: str
    stations: Options
    gates: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class LossField:
    """A loss that can be named at closing. limit_g: what it may be without a team leader."""

    kind: str
    name: str
    limit_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePage:
    """Close a batch: what came in, what went out, what is left to name."""

    form: Form
    code: str
    net_g: int
    sorted_g: int
    lost_g: int
    held_g: int
    tolerance_g: int
    stations: Options
    losses: Sequence[LossField]
    reasons: Options
    by_leader: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BinOpenPage:
    """Open a bin for a destination, or a work bin without one."""

    form: Form
    sites: Options
    destinations: Options
    containers: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class BinClosePage:
    """Close a bin by weighing it. booked_g: what its parts add up to."""

    form: Form
    code: str
    destination: str | None
    stream: str | None
    booked_g: int
    scales: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class BinChoice:
    """A closed bin that can leave."""

    code: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """An outlet that may have what goes to a destination. permit: empty for what is no waste;
    until: its last day; soon: that day is near."""

    name: str
    permit: str = ""
    until: date | None = None
    soon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Closed bins for one destination, with who may have them.

    barred: outlets that treat it but have no (valid) permit, each with the msgid that says why and
    the last day of the permit; others: how many outlets do not treat it.
    """

    destination: str
    stream: str
    is_waste: bool
    bins: Sequence[BinChoice]
    takers: Sequence[Taker]
    barred: Sequence[tuple[str, str, date | None]]
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipPage:
    """Send bins to one outlet."""

    form: Form
    outlets: Options
    carriers: Options
    clients: Options
    waiting: Sequence[Waiting]
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPage:
    """How a shipment went on. last: where the leg before it ended."""

    form: Form
    code: str
    outlet: str
    last: str
    carriers: Options
    clients: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPage:
    """The outlet says what it did with a shipment. treatments: code, name and stream of each."""

    form: Form
    code: str
    outlet: str
    shipped_on: date
    open_g: int
    reasons: Options
    treatments: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a small form. kind: choice, mass, count or text; label, nothing and help are
    msgids; nothing: the word for no choice, where none may be made."""

    name: str
    kind: str
    label: str
    options: Options = ()
    nothing: str = ""
    help: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """A small act about one thing. title and lead are msgids; path: where the form goes."""

    form: Form
    title: str
    lead: str
    noun: str
    code: str
    path: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPage:
    """Undo one booking: what it was, and why it is undone."""

    form: Form
    scan_id: str
    what: str
    subject: str
    back: str
    reasons: Options
