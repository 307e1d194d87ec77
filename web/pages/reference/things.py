"""What the pages of the reference data show: plain values, already in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from web.pages.forms import Form, Options
from web.pages.reference.fields import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class NounCard:
    """A noun on the overview. lacks: what needs somebody, by its address."""

    noun: str
    title: str
    purpose: str
    count: int
    lacks: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """All nouns in groups. first: what a new operator still has to make, with whether it did."""

    groups: Sequence[tuple[str, Sequence[NounCard]]]
    first: Sequence[tuple[str, str, bool]]
    lacking: int
    may_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that a list can be ordered by. order: ascending, descending or empty; look: the
    classes of its cells; streams: its words are those of streams."""

    title: str
    href: str
    order: str
    look: str
    streams: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A piece in a list: what it is called, and its columns in words."""

    code: str
    href: str
    cells: Sequence[str]
    stream: str
    old: bool
    lacks: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """All pieces of a noun. hidden: how many old ones are not shown."""

    noun: str
    title: str
    purpose: str
    columns: Sequence[Column]
    rows: Sequence[ListRow]
    filter: Form
    filtered: bool
    hidden: int
    total: int
    has_code: bool
    may_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A field with its value in words. lines: a long value, line by line."""

    label: str
    text: str
    help: str = ""
    lines: Sequence[str] = ()
    stream: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A field that a version changed, in words."""

    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version in the history."""

    number: int
    at: datetime
    valid_from: str
    entry: str
    who: str
    changes: Sequence[Changed]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideNode:
    """A question of a sorting guide with what is below it, or where it leads. answer: the word
    before it."""

    answer: str
    question: str
    deciding: bool
    destination: str
    stream: str
    below: Sequence[GuideNode]


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecePage:
    """One piece: its fields, where it is used, and what became of it. next: what to make now;
    role: where to say what an organisation is to us, when nobody said so."""

    noun: str
    noun_title: str
    one: str
    code: str
    href: str
    name: str
    version: int
    old: bool
    facts: Sequence[Fact]
    lacks: Sequence[str]
    guide: GuideNode | None
    uses: Sequence[tuple[str, int, str]]
    history: Sequence[VersionLine]
    zone: str
    may_write: bool
    kept_by: str
    next: tuple[str, str] | None = None
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A field of the form with what can be chosen for it. fixed: its value in words, when it can
    no longer be changed; first: what has to be made before, when there is nothing to choose."""

    field: Field
    options: Options
    fixed: str
    chosen: frozenset[str]
    first: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage:
    """Make or change a piece."""

    form: Form
    noun: str
    noun_title: str
    one: str
    code: str
    code_help: str
    name: str
    path: str
    back: str
    asks: Sequence[Ask]
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change would do, in a sentence, with the things it touches.

    strong: it needs attention. more: how many are not shown."""

    text: str
    strong: bool = False
    links: Sequence[tuple[str, str, str]] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure as it is and as it would be, in words."""

    name: str
    was: str
    would: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """The figures of a year that would read differently."""

    title: str
    rows: Sequence[FigureRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do. lasting: what stays as it is."""

    effects: Sequence[Effect] = ()
    figures: Sequence[FigureTable] = ()
    lasting: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookPage:
    """The look-over before it is booked: what changes, and what that would do."""

    form: Form
    sent: Sequence[tuple[str, str]]
    noun: str
    noun_title: str
    one: str
    code: str
    name: str
    path: str
    back: str
    changes: Sequence[Changed]
    effects: Sequence[Effect]
    figures: Sequence[FigureTable]
    lasting: Sequence[str]
    version: int
    stale: bool
