"""A proof chain on paper: the picture, what is missing and who acts, and every batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from paper.press import press
from web import units
from web.i18n import Language
from web.proof_picture import ChainRow, GapLine, Picture, StepLine
from web.words import STREAMS

SHEET: Final = Path(__file__).with_suffix(".typ")
FULL: Final = 1000


def proof_chain_pdf(seen: Picture, language: Language) -> bytes:
    """The paper of a proof chain, as it stood when it was asked for."""
    say = language.gettext
    about = say("Delivery %(code)s") if seen.is_delivery else say("Batch %(code)s")
    title = f"{say('Proof chain')}: {about % {'code': seen.code}}"
    moment = units.moment(seen.at, seen.zone, language)
    return press(
        SHEET.read_text(encoding="utf-8"),
        _said(seen, about % {"code": seen.code}, language),
        title=title,
        language=language.code,
        at=seen.at,
        foot=say("%(code)s, as it stood on %(moment)s") % {"code": seen.code, "moment": moment},
    )


def _said(seen: Picture, about: str, language: Language) -> dict[str, Any]:
    say = language.gettext
    facts = [
        [say("Supplier"), seen.supplier],
        [say("Site"), seen.site],
        *(
            [[say("Expected on"), units.day(seen.expected_on, language)]]
            if seen.expected_on
            else []
        ),
        [say("As it stood on"), units.moment(seen.at, seen.zone, language)],
        *([[say("Certificates"), ", ".join(seen.certificates)]] if seen.certificates else []),
    ]
    return {
        "heading": say("Proof chain"),
        "about": about,
        "facts": facts,
        "summary": seen.summary,
        "whole": seen.is_whole,
        "steps": [_step(line, language) for line in seen.steps],
        "legend": [say("Came this far"), say("Missing here"), say("Went aside")],
        "gaps": _gaps(seen, language),
        "aside": {
            "heading": say("What went aside"),
            "rows": [[name, units.weight(mass_g, language)] for name, mass_g in seen.aside],
            "columns": [say("What"), say("Weight")],
        },
        "batches": _batches(seen, language),
    }


def _step(line: StepLine, language: Language) -> dict[str, Any]:
    say = language.gettext
    missing = say("%(mass)s missing") % {"mass": units.weight(line.gap_g, language)}
    return {
        "name": line.name,
        "mass": units.weight(line.reached_g, language),
        "missing": missing if line.gap_g else "",
        "aside": say("%(mass)s aside") % {"mass": units.weight(line.aside_g, language)}
        if line.aside_g
        else "",
        "bar": [
            max(0, part_g) * FULL // line.whole_g
            for part_g in (line.reached_g, line.gap_g, line.aside_g)
        ],
    }


def _gaps(seen: Picture, language: Language) -> dict[str, Any]:
    say = language.gettext
    heads = (
        (say("What is missing"), "left"), (say("Where"), "left"), (say("Weight"), "right"),
        (say("Since"), "left"), (say("Who must act"), "left"),
    )  # fmt: skip
    return {
        "heading": say("What is missing, and who must act"),
        "none": say("Nothing is missing."),
        "columns": [list(head) for head in heads],
        "rows": [_gap(gap, language) for gap in seen.gaps],
    }


def _gap(gap: GapLine, language: Language) -> list[Any]:
    days = language.ngettext("%(num)d day", "%(num)d days", gap.days) % {"num": gap.days}
    return [
        {"stream": gap.stream, "text": gap.what},
        gap.subject,
        units.weight(gap.mass_g, language) if gap.mass_g else "–",
        f"{units.day(gap.since, language)} ({days})",
        gap.who,
    ]


def _batches(seen: Picture, language: Language) -> dict[str, Any]:
    say = language.gettext
    heads = [say("Batch"), *(line.name for line in seen.steps[-5:]), say("Without proof")]
    return {
        "heading": say("Batch by batch"),
        "none": say("There is no batch yet."),
        "columns": [[head, "right" if at else "left"] for at, head in enumerate(heads)],
        "rows": [_row(row, language) for row in seen.rows],
    }


def _row(row: ChainRow, language: Language) -> list[Any]:
    head = f"{row.batch} {row.group}"
    if row.stream:
        head = language.gettext(STREAMS[row.stream])  # type: ignore[index]
    masses = [*row.reached_g, row.missing_g]
    return [
        {"stream": row.stream, "text": head, "level": 1 if row.stream else 0},
        *(_mass(mass_g, language) for mass_g in masses),
    ]


def _mass(mass_g: int | None, language: Language) -> str:
    """Nothing where there is no such step, a dash where nothing came."""
    if mass_g is None:
        return ""
    return units.weight(mass_g, language) if mass_g else "–"
