"""A field of reference data: how it is shown, typed and read. Which there are stands in `nouns`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from catalogue.actions import NOUNS
from catalogue.eural import spaced
from catalogue.pieces import Said
from web import units
from web.i18n import Language, message
from web.pages.booking import NO_COUNT, NO_DAY, NO_MASS, Typed
from web.pages.forms import Options
from web.pages.reference.guides import GuideWrong, parsed, questions_in, written

NONE_CHOSEN: Final = message("Choose one or more.")
NO_NAME: Final = message("Type a name in both languages.")
YES, NO = message("Yes"), message("No")
LANGUAGES: Final = ("nl", "en")
"""The languages that names of reference data are asked in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a noun.

    kind: text, long, eural, kg, permille, count, day, yes, one (of a closed list or of other
    pieces), many (the same, several), names or tree. label and help: msgids. options: the word of
    each value that a closed list has. of: the noun whose pieces can be chosen. suggest: what others
    say here is offered. optional: it may stay empty. fixed: it cannot be changed once it is said.
    """

    name: str
    kind: str
    label: str
    help: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    suggest: bool = False
    optional: bool = False
    fixed: bool = False

    @property
    def typed(self) -> tuple[str, ...]:
        """Names of what is typed for it."""
        if self.kind == "names":
            return tuple(f"{self.name}_{code}" for code in LANGUAGES)
        return (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A noun of reference data. title: of all; one: of a single one; purpose: what it is for, in a
    sentence; code: help for who thinks of a code; columns: fields that a list shows.
    """

    noun: str
    title: str
    one: str
    purpose: str
    fields: Sequence[Field]
    columns: Sequence[str] = ()
    code: str = ""

    @property
    def has_code(self) -> bool:
        """Whether its pieces have a code that somebody thinks of."""
        return bool(self.code)

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Choices:
    """Names of other pieces, by noun: what can be chosen, and what a code is called."""

    language: Language
    of: Mapping[str, Mapping[str, str]]

    def options(self, one: Field) -> Options:
        """Value and text of each choice that a field has."""
        if one.of:
            return list(self.of.get(one.of, {}).items())
        say = self.language.gettext
        return [(value, say(text) if text else value) for value, text in one.options.items()]

    def word(self, one: Field, value: str) -> str:
        """What a value of a field is called."""
        if one.of:
            return self.of.get(one.of, {}).get(value, value)
        text = one.options.get(value)
        return self.language.gettext(text) if text else value


def shown(one: Field, value: Said, choices: Choices) -> str:
    """A value of the register in words; an en dash for nothing."""
    if value is None or value == "":
        return "–"
    if one.kind in ("one", "many"):
        return ", ".join(choices.word(one, word) for word in str(value).split(","))
    if one.kind == "count" and one.name == "year":
        return str(value)
    say = _SHOWN.get(one.kind)
    return say(value, choices.language) if say else str(value)


def _permille(value: Said, language: Language) -> str:
    number = int(value or 0)
    return f"{units.count(number, language)} ‰ ({units.share(number, language)})"


def _questions(value: Said, language: Language) -> str:
    count = questions_in(json.loads(str(value)))
    return language.ngettext("%(num)d question", "%(num)d questions", count) % {"num": count}


_SHOWN: Final[Mapping[str, Callable[[Said, Language], str]]] = {
    "kg": lambda value, language: units.weight(int(value or 0), language),
    "permille": _permille,
    "count": lambda value, language: units.count(int(value or 0), language),
    "day": lambda value, language: units.day(date.fromisoformat(str(value)), language),
    "yes": lambda value, language: language.gettext(YES if value else NO),
    "names": lambda value, language: language.own(_names(value), ""),
    "eural": lambda value, _: spaced(str(value)),
    "tree": _questions,
}


def whole(one: Field, value: Said, choices: Choices) -> str:
    """As `shown`, with the name in every language."""
    if one.kind != "names" or not value:
        return shown(one, value, choices)
    return " · ".join(f"{word} ({code})" for code, word in sorted(_names(value).items()))


def as_typed(one: Field, value: Said, language: Language) -> dict[str, str]:
    """What stands in a form for a value of the register. Several choices: one word, by comma."""
    if one.kind == "names":
        names = _names(value) if value else {}
        return {f"{one.name}_{code}": names.get(code, "") for code in LANGUAGES}
    if value is None:
        return {one.name: ""}
    match one.kind:
        case "kg":
            return {one.name: units.weight_typed(int(value), language)}
        case "yes":
            return {one.name: "1" if value else ""}
        case "eural":
            return {one.name: spaced(str(value))}
        case "tree":
            return {one.name: written(json.loads(str(value)))}
        case _:
            return {one.name: str(value)}


def read(one: Field, sent: Typed, choices: Choices, *, before: Said, empty: Any) -> Any:
    """What was typed, as a definition takes it; what is wrong goes into `sent.errors`.

    before: what stood there; empty: what the register keeps for nothing.
    """
    match one.kind:
        case "names":
            names = _names(before) if before else {}
            typed = {code: sent.text(f"{one.name}_{code}") or "" for code in LANGUAGES}
            for code in (code for code, word in typed.items() if not word):
                sent.errors[f"{one.name}_{code}"] = NO_NAME
            return {**names, **typed}
        case "many":
            chosen = sent.many(one.name)
            if not chosen and not one.optional:
                sent.errors[one.name] = NONE_CHOSEN
            return chosen
        case "yes":
            return sent.text(one.name) is not None
        case "kg":
            value: Any = sent.mass_g(one.name)
        case "permille" | "count":
            value = sent.count(one.name)
        case "tree":
            return _tree(one, sent, choices)
        case "one" if _is_number(one):
            value = sent.count(one.name)
        case _:
            # A browser ends the lines of a long text in its own way.
            value = (sent.text(one.name) or "").replace("\r\n", "\n") or None
    if value is None and one.name not in sent.errors and not one.optional:
        sent.errors[one.name] = _EMPTY.get(one.kind, _EMPTY["text"])
    return empty if value is None else value


_EMPTY: Final = {
    "text": message("Fill this in."),
    "kg": NO_MASS,
    "count": NO_COUNT,
    "permille": NO_COUNT,
    "day": NO_DAY,
    "one": message("Choose one."),
}


def refers(noun: str, one: Field) -> bool:
    """Whether a field points to another piece."""
    return one.name in NOUNS[noun]


def _is_number(one: Field) -> bool:
    return bool(one.options) and all(value.isdigit() for value in one.options)


def _names(value: Said) -> dict[str, str]:
    read: dict[str, str] = json.loads(str(value))
    return read


def _tree(one: Field, sent: Typed, choices: Choices) -> Any:
    text = sent.data.get(one.name)
    try:
        return parsed(text if isinstance(text, str) else "", choices.of.get("destination", {}))
    except GuideWrong as wrong:
        said = choices.language.gettext(wrong.problem)
        line = choices.language.gettext(message("Line %(line)d: %(problem)s"))
        sent.errors[one.name] = line % {"line": wrong.line, "problem": said}
        return None
