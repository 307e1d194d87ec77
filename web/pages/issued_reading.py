"""An issued report and what changed since, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from catalogue.kinds import Stream
from reporting.differing import Difference, MassChange
from reporting.frozen import Frozen
from reporting.issued import IssuedRow, WholeIssued
from reporting.pictures import flow_svg
from reporting.questions import By
from reporting.report import Report
from reporting.words import OUTCOME_WORDS
from web import report_words as words
from web.i18n import Language
from web.pages.drawing import words_of
from web.pages.issued_pages import (
    Changed,
    ChangedFigure,
    IssuedPage,
    OutcomeLine,
    Said,
    Since,
)
from web.pages.visiting import Visit


def key_of(visit: Visit, row: IssuedRow) -> str:
    """What a page asks a report by: a supplier may have the same number of two operators."""
    return row.number if visit.viewer.is_staff else row.code


def page_of(visit: Visit, whole: WholeIssued, now: Report, changed: Difference) -> IssuedPage:
    kept, row, language = whole.frozen, whole.row, visit.language
    found = kept.report
    masses = [one for one in changed.masses if not one.term.startswith("destinations.")]
    parts = [one for one in changed.masses if one.term.startswith("destinations.")]
    label = language.gettext("Flow from what came in to what became of it")
    return IssuedPage(
        key=key_of(visit, row),
        number=row.number,
        code=row.code,
        said=said(kept, language),
        issued_at=kept.issued_at,
        timezone=kept.timezone,
        sites=[site["name"] for site in kept.sites],
        streams=_streams(found, language),
        destinations=_destinations(found, language),
        sorted_g=found.terms.sorted_g,
        confirmed_g=found.terms.confirmed_g,
        flow=flow_svg(kept.parts[By.SUPPLIER], words_of(language), label),
        replaces=row.replaces,
        followed_by=row.followed_by,
        masses=_changed(masses, found, now, language),
        parts=_changed(parts, found, now, language),
        figures=_figures(changed, found, now, language),
        since=_since(changed, language),
        signed_by=whole.key,
        digest=row.digest,
        chains=[(head["log"], head["size"], head["root"]) for head in kept.heads],
        again=_again(visit, row, kept) if changed.masses or changed.figures else None,
    )


def said(kept: Frozen, language: Language) -> Said:
    """A report in words."""
    return Said(
        title=words.title(words.supplier_of(kept), language),
        period=words.period(kept.report, language),
        statement=words.statement(kept.report, words.supplier_of(kept), language),
        numbers=words.numbers(kept.report, language),
        complete=words.completeness(kept.report, language),
    )


def _streams(found: Report, language: Language) -> list[OutcomeLine]:
    shares = found.terms.permille or {}
    return [
        OutcomeLine(
            name=language.gettext(OUTCOME_WORDS[stream]),
            stream=stream.value,
            permille=shares.get(stream),
            mass_g=found.terms.streams[stream].mass_g,
            confirmed_g=found.terms.streams[stream].confirmed_g,
        )
        for stream in Stream
    ]


def _destinations(found: Report, language: Language) -> list[OutcomeLine]:
    return [
        OutcomeLine(
            name=language.own(one.route.names, one.route.code),
            stream=one.route.stream.value,
            permille=one.permille,
            mass_g=one.outcome.mass_g,
            confirmed_g=one.outcome.confirmed_g,
        )
        for one in found.destinations
    ]


def _changed(
    masses: Iterable[MassChange], was: Report, now: Report, language: Language
) -> list[Changed]:
    lines = []
    for one in masses:
        found = was if one.was_g else now
        name, stream = words.term(one.term, found, language)
        because = [(words.kind(kind, language), mass_g) for kind, mass_g in one.because.items()]
        lines.append(
            Changed(
                name=name,
                stream=stream,
                was_g=one.was_g,
                is_g=one.is_g,
                because=because,
                unexplained_g=one.unexplained_g,
            )
        )
    return lines


def _figures(
    changed: Difference, was: Report, now: Report, language: Language
) -> list[ChangedFigure]:
    known = {one.id: one for one in (*was.measures, *now.measures)}
    return [
        ChangedFigure(
            name=words.name_of(known[one.id], language),
            was=words.value_of(one.was, one.unit, language),
            now=words.value_of(one.now, one.unit, language),
            why=", ".join(language.gettext(words.WHY[why]) for why in one.why),
        )
        for one in changed.figures
    ]


def _since(changed: Difference, language: Language) -> list[Since]:
    return [
        Since(
            kind=words.kind(one.kind, language),
            entries=one.entries,
            batches=one.batches,
            named=[(each.entry, each.day, each.batch, each.mass_g) for each in one.named],
        )
        for one in changed.because
    ]


def _again(visit: Visit, row: IssuedRow, kept: Frozen) -> str | None:
    """Where the same is issued anew, as the follow-up of this one."""
    if "issue_report" not in visit.may or row.followed_by is not None:
        return None
    asked = {
        "supplier": kept.supplier["code"] if kept.supplier else "",
        "from": row.first_day.isoformat(),
        "to": row.end_day.isoformat(),
        "basis": row.basis,
        "replaces": row.number,
    }
    return f"/reports/issued/new?{urlencode({key: one for key, one in asked.items() if one})}"
