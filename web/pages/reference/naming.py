"""Pieces of reference data in the reader's words: names, choices, and rows of pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalogue.kinds import PartnerRole
from catalogue.looking import Lack
from catalogue.pieces import Change, Piece, Said, Version, operator_of
from catalogue.rulebook import OperatorBook, Rulebook
from web import units
from web.i18n import Language
from web.pages.reference import words
from web.pages.reference.fields import Choices, Field, Noun, shown
from web.pages.reference.things import Changed, Fact, GuideNode, VersionLine
from web.pages.visiting import Visit
from web.reference import sites_for


def choices(visit: Visit, book: Rulebook) -> Choices:
    """What every code is called. No statement."""
    language = visit.language
    operator = operator_of(book, visit.viewer)
    organisations = {row.code: row.name for row in _organisations(book, operator)}
    suppliers = {
        row.code: row.name
        for row in _organisations(book, operator)
        if row.id in operator.partners and PartnerRole.SUPPLIER in operator.partners[row.id].roles
    }
    named: dict[str, Mapping[str, Any]] = {
        "article_group": operator.groups,
        "gate": operator.gates,
        "destination": {row.code: row for row in operator.destinations},
    }
    return Choices(
        language,
        {
            "organisation": _by_name(organisations),
            "supplier": _by_name(suppliers),
            "site": {row.code: row.name for row in sites_for(book, visit.viewer)},
            **{
                noun: _by_name({code: language.own(row.names, code) for code, row in rows.items()})
                for noun, rows in named.items()
            },
        },
    )


def _organisations(book: Rulebook, operator: OperatorBook) -> list[Any]:
    """Those that the operator registered itself, and those that it has to do with."""
    own = operator.organisation.id
    return [
        row
        for row in book.organisations.values()
        if row.id == own or row.id in operator.partners or row.ref.id >> 40 == own >> 40
    ]


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))


def name_of(one: Piece, noun: Noun, known: Choices) -> str:
    """What a piece is called on its page and in lists."""
    if "name" in one.values and one.text("name"):
        return one.text("name")
    if "names" in one.values and one.text("names"):
        return known.language.own(json.loads(one.text("names")), one.code)
    parts = [field for field in noun.fields if field.fixed and field.of not in ("", "site")]
    if parts and not noun.has_code:
        return ", ".join(shown(field, one.values.get(field.name), known) for field in parts)
    return one.code


def facts(noun: Noun, values: Mapping[str, Said], known: Choices) -> list[Fact]:
    """Every field of a piece with its value in words."""
    found = []
    for field in noun.fields:
        if field.kind == "tree":
            continue
        value = values.get(field.name)
        lines: Sequence[str] = ()
        if field.kind == "names" and value:
            lines = [f"{word} ({code})" for code, word in _sorted_names(value)]
        elif field.kind == "many" and value:
            lines = [known.word(field, word) for word in str(value).split(",")]
        help_ = known.language.gettext(field.help) if field.help else ""
        label = known.language.gettext(field.label)
        stream = str(value) if field.name == "stream" else ""
        found.append(
            Fact(
                label=label,
                text=shown(field, value, known),
                help=help_,
                lines=lines,
                stream=stream,
            )
        )
    return found


def changed(noun: Noun, changes: Iterable[Change], known: Choices) -> list[Changed]:
    """Changes field by field, in the order of the form."""
    by_name = {change.field: change for change in changes}
    return [
        Changed(
            label=known.language.gettext(field.label),
            was=_in_full(field, by_name[field.name].was, known),
            now=_in_full(field, by_name[field.name].now, known),
        )
        for field in noun.fields
        if field.name in by_name and _differs(by_name[field.name])
    ]


def _differs(change: Change) -> bool:
    return (change.was or None) != (change.now or None)


def _in_full(field: Field, value: Said, known: Choices) -> str:
    if field.kind == "names" and value:
        return " · ".join(f"{word} ({code})" for code, word in _sorted_names(value))
    return shown(field, value, known)


def _sorted_names(value: Said) -> list[tuple[str, str]]:
    return sorted(json.loads(str(value)).items(), key=lambda pair: pair[0] != "nl")


def history(noun: Noun, found: Sequence[Version], known: Choices, *, who: str) -> list[VersionLine]:
    """The versions of a piece, the last one first."""
    valid = noun.field("valid_from")
    return [
        VersionLine(
            number=one.number,
            at=one.at,
            valid_from=shown(valid, one.values.get("valid_from"), known) if valid else "",
            entry=one.entry,
            who=who,
            changes=changed(noun, one.changes, known),
        )
        for one in reversed(found)
    ]


def lack(one: Lack, language: Language) -> str:
    """What needs somebody, as a sentence."""
    text = language.gettext(words.LACKS[one.what])
    return text % {"day": units.day(one.day, language)} if one.day else text


def guide_of(
    tree: Any, operator: OperatorBook, known: Choices, answer: str = ""
) -> GuideNode | None:
    """A sorting guide, question by question; None for what is none."""
    if not isinstance(tree, Mapping):
        return None
    question, to = tree.get("question"), str(tree.get("destination", ""))
    streams = {row.code: row.stream.value for row in operator.destinations}
    below = [guide_of(tree.get(each), operator, known, each) for each in ("yes", "no")]
    return GuideNode(
        answer=answer,
        question=known.language.own(question, "") if isinstance(question, Mapping) else "",
        deciding=bool(tree.get("deciding")),
        destination=known.of["destination"].get(to, to),
        stream=streams.get(to, ""),
        below=[node for node in below if node is not None],
    )
