"""Figures as they are and as they would be, side by side, by the report's own formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from catalogue.kinds import AppliesTo
from reporting import access, previewing
from reporting.measures import Measure
from reporting.periods import Period
from reporting.queries import report_within
from reporting.questions import Question
from web import units
from web.i18n import Language, message
from web.pages.reference.case import Case
from web.pages.reference.things import Effect, FigureRow, FigureTable

ON_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "destination": (),
    "factor": (),
    "declaration": (),
    "article_group": ("in_producer_scheme",),
    "partner": ("distance_km", "treatments", "roles"),
}
"""Nouns on which figures rest, and the fields that they rest on; none: on all of it."""
NO_FIGURE: Final = message("No figure of this year or the year before would read otherwise.")
YEARS: Final = 2
CELLS: Final = ("stream", "recovery_code", "producer_class", "ladder", "gri", "esrs")


def concerns(case: Case) -> bool:
    """Whether figures could read otherwise because of the change."""
    fields = ON_FIELDS.get(case.noun.noun)
    if fields is None:
        return False
    return not fields or (case.before is not None and case.differs(*fields))


def how_many(case: Case, found: Sequence[FigureTable]) -> Effect:
    """How many figures would read otherwise, as a sentence."""
    count = sum(len(table.rows) for table in found)
    if not count:
        return Effect(text=case.say(NO_FIGURE))
    text = case.ngettext(
        "%(num)d figure of this year and the year before would read otherwise.",
        "%(num)d figures of this year and the year before would read otherwise.",
        count,
    )
    return Effect(text=text, strong=True)


def tables(case: Case) -> list[FigureTable]:
    """The figures of this year and the year before that would have another value."""
    this_year = case.visit.now.year
    if case.noun.noun == "destination" and not case.differs(*CELLS):
        return []
    found = [_of_year(case, this_year - back) for back in range(YEARS)]
    return [table for table in found if table is not None]


def _of_year(case: Case, year: int) -> FigureTable | None:
    asked = _asked(year)
    seen = access.scope(case.book, case.visit.viewer, asked)
    if not seen.sites:
        return None
    was = report_within(case.db, case.book, seen, asked).measures
    if case.noun.noun == "destination":
        as_if = previewing.rerouted(case.operator.organisation.code, case.code, case.now)
        would = report_within(case.db, case.book, seen, asked, as_if=as_if).measures
    else:
        book = previewing.book_with(case.book, case.operator, case.noun.noun, case.code, case.now)
        would = report_within(case.db, book, seen, asked).measures
    rows = [_row(one, case.visit.language) for one in previewing.differing(was, would)]
    if not rows:
        return None
    return FigureTable(title=case.say(message("Figures of %(year)s"), year=str(year)), rows=rows)


def _row(one: previewing.Compared, language: Language) -> FigureRow:
    before = one.was.value if one.was else None
    after = one.would.value if one.would else None
    difference = "–"
    if before is not None and after is not None:
        sign = "+" if after > before else "−"
        difference = f"{sign}{_apart(one.any, abs(after - before), language)}"
    return FigureRow(
        name=name_of(one.any, language),
        was=said(one.any, before, language),
        would=said(one.any, after, language),
        difference=difference,
    )


def target(case: Case) -> Iterable[Effect]:
    """Beside which figure the line would stand, and how that figure reads now."""
    line = units.share(case.number("permille"), case.visit.language)
    found = figure_in_years(case, str(case.now["measure"]))
    if not any(one for _, one in found):
        text = message("No report of this year or the year before has this figure.")
        yield Effect(text=case.say(text), strong=True)
    for year, one in found:
        if one is None:
            continue
        yield Effect(
            text=case.say(
                message("“%(figure)s” of %(year)s: %(value)s. The line would be %(line)s."),
                figure=name_of(one, case.visit.language),
                value=said(one, one.value, case.visit.language),
                year=str(year),
                line=line,
            )
        )
    if case.now.get("applies_to") == AppliesTo.PRODUCERS.value:
        text = message("It is about what producers sold, so no figure here meets or misses it.")
        yield Effect(text=case.say(text))
    supplier = case.now.get("supplier")
    if supplier:
        name = case.known.of["organisation"].get(str(supplier), str(supplier))
        text = case.say(message("It stands only on reports about %(supplier)s."), supplier=name)
    else:
        text = case.say(message("It stands on every report that has this figure."))
    yield Effect(text=text)


def figure_in_years(case: Case, id: str) -> list[tuple[int, Measure | None]]:
    """A figure as this year and the year before have it."""
    found = []
    for year in (case.visit.now.year, case.visit.now.year - 1):
        asked = _asked(year)
        seen = access.scope(case.book, case.visit.viewer, asked)
        measures = report_within(case.db, case.book, seen, asked).measures if seen.sites else ()
        found.append((year, next((one for one in measures if one.id == id), None)))
    return found


def _asked(year: int) -> Question:
    return Question(period=Period(date(year, 1, 1), date(year + 1, 1, 1)))


def name_of(measure: Measure, language: Language) -> str:
    """What people call a figure; its id where it has no name."""
    if not measure.title:
        return measure.id
    return language.gettext(measure.title).format(cell=measure.cell)


def _apart(measure: Measure, difference: int, language: Language) -> str:
    """How far two values lie apart; shares in points, for a share of a share is something else."""
    if measure.unit != "permille":
        return said(measure, difference, language)
    points = units.share(difference, language).removesuffix("%")
    return language.gettext(message("%(points)s points")) % {"points": points}


def said(measure: Measure, value: int | None, language: Language) -> str:
    """The value of a figure in its unit."""
    if value is None:
        return "–"
    if measure.unit == "permille":
        return units.share(value, language)
    if measure.unit == "g":
        return units.weight(value, language)
    kilograms = units.weight(value, language)
    return f"{kilograms} CO2e"
