"""A change that is looked at before it is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from catalogue.pieces import Piece, Said
from catalogue.rulebook import OperatorBook, Rulebook
from web import units
from web.pages.reference.fields import Choices, Noun
from web.pages.visiting import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A change that is looked at. was and now: the fields before and after."""

    visit: Visit
    db: Session
    book: Rulebook
    operator: OperatorBook
    noun: Noun
    known: Choices
    code: str
    before: Piece | None
    now: Mapping[str, Said]

    @property
    def was(self) -> Mapping[str, Said]:
        return self.before.values if self.before else {}

    @property
    def is_new(self) -> bool:
        return self.before is None

    def differs(self, *names: str) -> bool:
        return any((self.was.get(name) or None) != (self.now.get(name) or None) for name in names)

    def number(self, name: str, *, before: bool = False) -> int:
        value = (self.was if before else self.now).get(name)
        return value if isinstance(value, int) else 0

    def words(self, name: str, *, before: bool = False) -> set[str]:
        value = (self.was if before else self.now).get(name)
        return set(str(value).split(",")) - {""} if value else set()

    def say(self, text: str, **figures: object) -> str:
        said = self.visit.language.gettext(text)
        return said % figures if figures else said

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.visit.language.ngettext(one, many, number) % {"num": number}

    def day(self, name: str, *, before: bool = False) -> date | None:
        value = (self.was if before else self.now).get(name)
        return date.fromisoformat(str(value)) if value else None

    def on(self, day: date) -> str:
        return units.day(day, self.visit.language)
