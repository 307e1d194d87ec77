"""What people read of an issued report, on paper and on pages: the words for what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from catalogue.kinds import Stream
from reporting.documents import BASIS_WORDS, QUALITY_WORDS, TERM_WORDS
from reporting.frozen import Frozen
from reporting.measure import Measure
from reporting.report import Report
from reporting.words import OUTCOME_WORDS
from web import units
from web.i18n import Language, message
from web.words import ENTRY_KINDS

FAMILIES: Final = {
    "directive": message("Waste directive 2008/98/EC"),
    "gri": message("GRI 306: Waste 2020"),
    "esrs": message("ESRS E5-5: resource outflows"),
    "ladder": message("R-ladder"),
    "producer_class": message("Producer responsibility for textiles, in kilograms"),
    "producer_scheme": message("What the producer scheme asks for, in kilograms"),
    "iso59020": message("With reference to ISO 59020:2024"),
    "cti": message("Circular Transition Indicators"),
    "mci": message("Material Circularity Indicator"),
    "local": message("Used again nearby"),
    "avoided": message("Emissions avoided: an estimate"),
    "inventory": message("Emissions of treatment and transport"),
    "recovery_code": message("Recovery and disposal codes"),
}
"""Figures by the standard that asks for them: the part of their id before the point."""

WHY: Final = {
    "masses": message("other weights"),
    "factors": message("other factors"),
    "formula": message("another formula"),
    "mapping": message("counted in another cell"),
}
NO_VALUE: Final = message("not known")


def supplier_of(kept: Frozen) -> str | None:
    """Whose goods a report is about; None for all together."""
    return kept.supplier["name"] if kept.supplier else None


def title(supplier: str | None, language: Language) -> str:
    """What became of it, and whose it was."""
    if supplier is None:
        return language.gettext("What became of it")
    return language.gettext("What became of it: %(supplier)s") % {"supplier": supplier}


def numbered(kept: Frozen, language: Language) -> str:
    """What a report is called: its number, and that it is one."""
    return language.gettext("Report %(number)s") % {"number": kept.number}


def version(number: int, language: Language) -> str:
    """Which version of a destination or of a formula it is."""
    return language.gettext("version %(number)s") % {"number": number}


def period(found: Report, language: Language) -> str:
    """The days that count, and by which of them: one line under the title."""
    days = found.asked.period
    first, last = (units.day(one, language) for one in (days.first, days.end - timedelta(days=1)))
    said = language.gettext("%(first)s to %(last)s") % {"first": first, "last": last}
    return f"{said}. {language.gettext(BASIS_WORDS[found.asked.basis])}."


def statement(found: Report, supplier: str | None, language: Language) -> str:
    """What was handed in, what became of it and what is proven, in sentences."""
    return " ".join(_sentences(found, supplier, language))


def _sentences(found: Report, supplier: str | None, language: Language) -> Iterator[str]:
    say, terms = language.gettext, found.terms
    mass = whole(terms.input_g, language)
    if supplier is None:
        yield say("%(mass)s came in.") % {"mass": mass}
    else:
        yield say("%(supplier)s handed in %(mass)s.") % {"supplier": supplier, "mass": mass}
    shares = terms.permille
    if shares is None:
        return
    parts = {stream.value: units.share(shares[stream], language) for stream in Stream}
    yield (
        say(
            "Of what was sorted, %(reuse)s went to reuse, %(recycle)s to recycling and"
            " %(incineration)s to incineration."
        )
        % parts
    )
    proven = units.share(found.measure("confirmed_of_sorted"), language)
    yield say("For %(share)s of it the outlet confirmed what became of it.") % {"share": proven}
    if terms.confirmed_g < terms.sorted_g:
        yield say("We still wait for proof of the rest.")


def whole(mass_g: int, language: Language) -> str:
    """A weight that is read whole: its unit does not stand on the next line."""
    return units.weight(mass_g, language).replace(" ", "\u00a0")


def numbers(found: Report, language: Language) -> list[tuple[str, int, str]]:
    """The three numbers: what each is, its grams, and a few words with it."""
    say, terms = language.gettext, found.terms
    shares = terms.permille
    waits = whole(terms.closing_g, language)
    pending = whole(terms.sorted_g - terms.confirmed_g, language)
    sorted_words = ", ".join(
        f"{say(OUTCOME_WORDS[stream])} {units.share(shares[stream], language)}"
        for stream in Stream
        if shares
    )
    return [
        (
            say("Handed in"),
            terms.input_g,
            say("%(mass)s waits to be sorted") % {"mass": waits}
            if terms.closing_g
            else say("all of it is sorted"),
        ),
        (say("Sorted"), terms.sorted_g, sorted_words),
        (
            say("Proven"),
            terms.confirmed_g,
            say("%(mass)s still waits for proof") % {"mass": pending}
            if terms.confirmed_g != terms.sorted_g
            else say("all that was sorted is confirmed"),
        ),
    ]


def completeness(found: Report, language: Language) -> list[tuple[str, str]]:
    """How far the report can be relied on: what each line is about, and what it says."""
    say, terms = language.gettext, found.terms
    badge = found.completeness
    open_batches = language.ngettext(
        "%(num)d batch is not closed yet.", "%(num)d batches are not closed yet.",
        found.open_batches,
    )  # fmt: skip
    measured = units.share(found.measure("measured_of_input"), language)
    lines = [
        (
            say("Measured"),
            say("%(share)s of what came in was weighed; the rest was estimated.")
            % {"share": measured},
        ),
        (say("Open batches"), open_batches % {"num": found.open_batches}),
        (
            say("Without proof"),
            say("%(mass)s is sorted, but not confirmed by an outlet; %(way)s of it is under way.")
            % {
                "mass": whole(terms.sorted_g - terms.confirmed_g, language),
                "way": whole(terms.in_transit_g, language),
            },
        ),
    ]
    if badge is not None:
        words = say("%(mass)s could not be explained: %(share)s of what came in.")
        said = {
            "mass": whole(badge.difference_g, language),
            "share": units.share(badge.difference_permille, language),
        }
        lines.append((say("Tolerance used"), words % said))
    return lines


def name_of(one: Measure, language: Language) -> str:
    """What people call a figure."""
    return language.gettext(one.title).format(cell=one.cell) if one.title else one.id


def value_of(value: int | None, unit: str, language: Language) -> str:
    """The value of a figure with its unit."""
    if value is None:
        return language.gettext(NO_VALUE)
    if unit == "permille":
        return units.share(value, language)
    if unit == "g_co2e":
        return f"{whole(value, language)} CO2e"
    return whole(value, language)


def family_of(one: Measure) -> str:
    """The standard that a figure is of; empty for those of the balance itself."""
    family = one.id.partition(".")[0]
    return family if family in FAMILIES else ""


def quality(one: Measure, language: Language) -> str:
    """How the weights under a figure were known."""
    words = QUALITY_WORDS.get(one.quality)
    return language.gettext(words) if words else ""


def kind(code: str, language: Language) -> str:
    """What a kind of booking is called."""
    return language.gettext(ENTRY_KINDS.get(code, code))


PARTS: Final = {
    "mass_g": message("Weight"),
    "confirmed_g": message("Confirmed by the outlet"),
    "in_transit_g": message("On its way"),
    "estimated_g": message("Of it estimated"),
}


def term(name: str, found: Report, language: Language) -> tuple[str, str | None]:
    """A term in grams as people call it, and the stream that it is of."""
    say = language.gettext
    group, _, rest = name.partition(".")
    if group == "streams":
        stream, _, part = rest.partition(".")
        return f"{say(OUTCOME_WORDS[stream])}: {say(PARTS[part])}", stream
    if group == "losses":
        kind_of_loss = language.own(found.loss_names.get(rest, {}), rest)
        return say("Loss: %(kind)s") % {"kind": kind_of_loss}, None
    if group == "destinations":
        label, _, part = rest.rpartition(".")
        for one in found.destinations:
            if f"{one.route.code}@{one.route.version}" == label:
                own = language.own(one.route.names, one.route.code)
                return f"{own}: {say(PARTS[part])}", one.route.stream.value
        return f"{label}: {say(PARTS[part])}", None
    return say(TERM_WORDS[name]), None
