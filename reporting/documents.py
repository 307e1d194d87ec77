"""The report as a workbook for people who calculate on: grams beside kilograms, sums that stay
live, and behind every figure what it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from catalogue.kinds import Stream
from reporting.circularity import Terms
from reporting.flows import OUTCOMES, outcomes
from reporting.measure import FactorUsed, Measure
from reporting.questions import Basis, By
from reporting.report import Report
from reporting.sheets import (
    Permille,
    Sheet,
    Strong,
    Total,
    Value,
    cell,
    weighed,
    weights,
    written,
)
from reporting.words import HANDED_IN, KILOGRAMS, OUTCOME_WORDS, Words, message

BASIS_WORDS = {
    Basis.RECEIVED: message("What was received in the period, wherever it is now"),
    Basis.BOOKED: message("What was booked in the period"),
}
SUMMARY, STREAMS, DESTINATIONS = message("Summary"), message("Streams"), message("Destinations")
MONTHS, GROUPS, SUPPLIERS = message("Months"), message("Article groups"), message("Suppliers")
LOSSES, FIGURES, NOTES = message("Losses"), message("Figures"), message("Sources and notes")
GRAMS, SHARE, TOGETHER = message("g"), message("Share"), message("Together")
TERM_WORDS = {
    "opening_g": message("Waiting at the start"),
    "input_g": HANDED_IN,
    "returned_g": message("Sent back"),
    "sorted_g": message("Sorted"),
    "confirmed_g": message("Confirmed by the outlet"),
    "in_transit_g": message("On its way"),
    "loss_g": message("Lost"),
    "finds_g": message("Found objects"),
    "held_g": message("Not sorted yet"),
    "closing_g": message("Waiting at the end"),
    "estimated_g": message("Estimated, of what was handed in"),
}
ABOUT = (
    message("From"),
    message("Up to and including"),
    message("Basis"),
    message("Suppliers"),
    message("Locations"),
)
ALL_SUPPLIERS = message("All")
OPEN_BATCHES = message("Batches not closed yet")
LEFT_OVER = message("Left over when all is counted: must be zero")
STREAM, WEIGHT, CONFIRMED = message("Stream"), message("Weight"), message("Confirmed by the outlet")
IN_TRANSIT, ESTIMATED = message("On its way"), message("Of it estimated")
DESTINATION, VERSION, MONTH, KIND = (
    message("Destination"),
    message("Version"),
    message("Month"),
    message("Kind"),
)
GROUP, SUPPLIER = message("Article group"), message("Supplier")
FIGURE, CODE, VALUE, UNIT = message("Figure"), message("Code"), message("Value"), message("Unit")
SHOWN = message("As people read it")
FORMULA, INPUTS, FACTORS = message("Formula"), message("Inputs"), message("Factors")
BOUNDARY, QUALITY, SOURCES = message("Boundary"), message("Data quality"), message("Sources")
MISSING = message("Why it has no value")
SITE, LAST_ENTRY, HASH, ROOT = (
    message("Location"),
    message("Last booking"),
    message("Hash of that booking"),
    message("Fingerprint of all of them"),
)
SIGNATURE = message("Signature")
AS_OF = message("These figures stand as of these bookings")
NUMBER, ISSUED_BY, ISSUED_AT = message("Number"), message("Issued by"), message("Issued on (UTC)")
VERIFY, DIGEST, KEY = (
    message("Anyone can check it at"),
    message("SHA-256 of the signed data"),
    message("Signed with key"),
)
NAMES: Final = {
    "input_g": "handed_in_g",
    "returned_g": "sent_back_g",
    "sorted_g": "sorted_g",
    "confirmed_g": "confirmed_g",
    "in_transit_g": "on_its_way_g",
    "loss_g": "lost_g",
    "finds_g": "found_g",
    "held_g": "not_sorted_g",
    "opening_g": "at_the_start_g",
    "closing_g": "at_the_end_g",
    "estimated_g": "estimated_g",
}
"""What cells are called in formulas of others: English and fixed, whatever the language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What an issued report adds to its figures. heads: the signed heads of its chains."""

    number: str
    code: str
    issued_at: datetime
    issuer: str
    supplier: str | None
    digest: str
    key: str
    heads: Sequence[Mapping[str, Any]]
    verify_at: str


def workbook(
    report: Report, parts: Mapping[By, Report], words: Words, *, signed: Signed | None = None
) -> bytes:
    """An XLSX file of a report. parts: the same report with rows, at least by month.

    The same report gives the same bytes.
    """
    say = words.gettext
    sheets = [
        _summary(report, words, signed),
        _streams(report, words),
        _destinations(report, words),
        _months(parts[By.MONTH], words),
        *([_groups(parts[By.ARTICLE_GROUP], words)] if By.ARTICLE_GROUP in parts else []),
        *([_suppliers(parts[By.SUPPLIER], words)] if By.SUPPLIER in parts else []),
        _losses(report, words),
        _figures(report, words),
        _notes(report, words, signed),
    ]
    at = signed.issued_at if signed else datetime(2000, 1, 1, tzinfo=UTC)
    about = {"title": f"{say(NUMBER)} {signed.number}" if signed else "", "created": at}
    return written(sheets, about=about, foot=signed.number if signed else "")


def _summary(report: Report, words: Words, signed: Signed | None) -> Sheet:
    say, asked = words.gettext, report.asked
    suppliers = ", ".join(report.suppliers) or say(ALL_SUPPLIERS)
    about: list[Value] = [
        asked.period.first,
        asked.period.last,
        say(BASIS_WORDS[asked.basis]),
        (signed.supplier if signed else None) or suppliers,
        ", ".join(report.sites),
    ]
    lines: list[Sequence[Value]] = []
    if signed is not None:
        lines += [
            [Strong(say(NUMBER)), Strong(signed.number)],
            [say(ISSUED_BY), signed.issuer],
            [say(ISSUED_AT), signed.issued_at],
            [say(VERIFY), signed.verify_at],
        ]
    lines += [[say(word), value] for word, value in zip(ABOUT, about, strict=True)]
    lines += [[say(OPEN_BATCHES), report.open_batches], []]
    lines.append([None, Strong(say(KILOGRAMS)), Strong(say(GRAMS))])
    where: dict[str, int] = {}
    for term in _terms_shown(asked.basis):
        where[term] = len(lines)
        mass_g = getattr(report.terms, term)
        lines.append([say(TERM_WORDS[term]), *weighed(len(lines), 1, mass_g)])
    grams = {term: cell(line, 2) for term, line in where.items()}
    left = _left_over(report.terms, asked.basis)
    formula = "={}".format("+".join(grams[term] for term in left[0]))
    formula += "".join(f"-{grams[term]}" for term in left[1])
    lines.append([say(LEFT_OVER), None, Total(formula, left[2])])
    return Sheet(
        title=say(SUMMARY),
        lines=lines,
        titled=False,
        widths=(WIDTH_OF_WORDS, 24, 18),
        names={NAMES[term]: cell(line, 2, fixed=True) for term, line in where.items()},
    )


WIDTH_OF_WORDS: Final = 46


def _left_over(found: Terms, basis: Basis) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """What came in, what it became, and the difference: zero where the balance closes."""
    end = "closing_g" if basis is Basis.BOOKED else "held_g"
    came = ("opening_g", "input_g") if basis is Basis.BOOKED else ("input_g",)
    became = ("sorted_g", "loss_g", "finds_g", end)
    left_g = sum(getattr(found, term) for term in came)
    return came, became, left_g - sum(getattr(found, term) for term in became)


def _terms_shown(basis: Basis) -> list[str]:
    at_the_ends = ("opening_g", "closing_g")
    if basis is Basis.BOOKED:
        return [term for term in TERM_WORDS if term != "held_g"]
    return [term for term in TERM_WORDS if term not in at_the_ends]


def _weights_heading(words: Words, parts: Sequence[str]) -> list[str]:
    say = words.gettext
    return [f"{say(part)} ({say(unit)})" for part in parts for unit in (KILOGRAMS, GRAMS)]


OUTCOME_PARTS: Final = (WEIGHT, CONFIRMED, IN_TRANSIT, ESTIMATED)


def _streams(report: Report, words: Words) -> Sheet:
    say, shares = words.gettext, report.terms.permille or {}
    rows: list[tuple[list[Value], list[int]]] = []
    for stream in Stream:
        one = report.terms.streams[stream]
        masses = [one.mass_g, one.confirmed_g, one.in_transit_g, one.estimated_g]
        rows.append(([say(OUTCOME_WORDS[stream]), Permille(shares.get(stream))], masses))
    return weights(
        say(STREAMS),
        [say(STREAM), say(SHARE), *_weights_heading(words, OUTCOME_PARTS)],
        rows,
        together=say(TOGETHER),
        names={
            f"{stream}_g": cell(line, 3, fixed=True) for line, stream in enumerate(Stream, start=1)
        },
        widths=(28,),
    )


def _destinations(report: Report, words: Words) -> Sheet:
    say = words.gettext
    rows: list[tuple[list[Value], list[int]]] = []
    for one in report.destinations:
        done = one.outcome
        about: list[Value] = [
            words.own(one.route.names, one.route.code),
            one.route.version,
            say(OUTCOME_WORDS[one.route.stream]),
            Permille(one.permille),
        ]
        masses = [done.mass_g, done.confirmed_g, done.in_transit_g, done.estimated_g]
        rows.append((about, masses))
    heading = [say(DESTINATION), say(VERSION), say(STREAM), say(SHARE)]
    return weights(
        say(DESTINATIONS),
        [*heading, *_weights_heading(words, OUTCOME_PARTS)],
        rows,
        together=say(TOGETHER),
        widths=(36, 9),
    )


def _months(monthly: Report, words: Words) -> Sheet:
    assert monthly.asked.by is By.MONTH
    say = words.gettext
    return weights(
        say(MONTHS),
        [say(MONTH), *_row_heading(words)],
        [([row.key], _row_masses(row.terms)) for row in monthly.rows],
        together=say(TOGETHER),
        widths=(14,),
    )


def _suppliers(report: Report, words: Words) -> Sheet:
    say = words.gettext
    return weights(
        say(SUPPLIERS),
        [say(SUPPLIER), *_row_heading(words)],
        [([words.own(row.names, row.key)], _row_masses(row.terms)) for row in report.rows],
        together=say(TOGETHER),
        widths=(36,),
    )


def _row_heading(words: Words) -> list[str]:
    return _weights_heading(words, [HANDED_IN, *(OUTCOME_WORDS[one] for one in OUTCOMES)])


def _row_masses(found: Terms) -> list[int]:
    return [found.input_g, *outcomes(found).values()]


def _groups(report: Report, words: Words) -> Sheet:
    """What was found per article group: only outputs have one."""
    say = words.gettext
    parts = [*(OUTCOME_WORDS[stream] for stream in Stream), OUTCOME_WORDS["finds"]]
    return weights(
        say(GROUPS),
        [say(GROUP), *_weights_heading(words, [TERM_WORDS["sorted_g"], *parts])],
        [
            (
                [words.own(row.names, row.key)],
                [
                    row.terms.sorted_g,
                    *(row.terms.streams[stream].mass_g for stream in Stream),
                    row.terms.finds_g,
                ],
            )
            for row in report.rows
        ],
        together=say(TOGETHER),
        widths=(36,),
    )


def _losses(report: Report, words: Words) -> Sheet:
    say = words.gettext
    return weights(
        say(LOSSES),
        [say(KIND), *_weights_heading(words, (WEIGHT,))],
        [
            ([words.own(report.loss_names[kind], kind)], [mass_g])
            for kind, mass_g in report.terms.losses.items()
        ],
        together=say(TOGETHER),
        widths=(36,),
    )


def _figures(report: Report, words: Words) -> Sheet:
    say = words.gettext
    lines: list[list[Value]] = [[say(word) for word in (FIGURE, SHOWN, VALUE, UNIT, CODE, VERSION)]]
    for number, one in enumerate(report.measures, start=1):
        shown: Value = None
        if one.value is not None and one.unit == "permille":
            shown = Total(f"={cell(number, 2)}/1000", Permille(one.value))
        elif one.value is not None:
            shown = Total(f"={cell(number, 2)}/1000", one.value, kilograms=True)
        unit = UNIT_WORDS.get(one.unit, one.unit)
        lines.append([titled(one, words), shown, one.value, say(unit), one.id, one.version])
    return Sheet(title=say(FIGURES), lines=lines, widths=(60, 16, 18, 22, 44, 10))


UNIT_WORDS: Final = {
    "permille": message("permille, shown as per cent"),
    "g": message("g, shown as kg"),
    "g_co2e": message("g CO2e, shown as kg CO2e"),
}
QUALITY_WORDS: Final = {
    "measured": message("measured"),
    "estimated": message("estimated in part"),
    "declared": message("declared by the supplier"),
    "default": message("rests on factors of others"),
}


def titled(one: Measure, words: Words) -> str:
    """What people call a figure."""
    return words.gettext(one.title).format(cell=one.cell) if one.title else one.id


def _notes(report: Report, words: Words, signed: Signed | None) -> Sheet:
    """Every figure with what it stands on, then how far the register had come, and who signed."""
    say = words.gettext
    heads = (FIGURE, VALUE, UNIT, FORMULA, INPUTS, FACTORS, BOUNDARY, QUALITY, MISSING, SOURCES)
    lines: list[Sequence[Value]] = [[say(word) for word in heads]]
    lines += [
        [
            one.id,
            one.value,
            one.unit,
            one.formula,
            "; ".join(f"{name} = {value}" for name, value in one.inputs.items()),
            "; ".join(factor_said(factor) for factor in one.factors),
            say(one.boundary) if one.boundary else "",
            say(QUALITY_WORDS[one.quality]) if one.quality in QUALITY_WORDS else one.quality,
            say(one.missing) if one.missing else "",
            "; ".join(one.sources),
        ]
        for one in report.measures
    ]
    lines += [[], [Strong(say(AS_OF))]]
    lines.append([Strong(say(word)) for word in (SITE, LAST_ENTRY, HASH, ROOT)])
    lines += [[one.site, one.seq, one.head, one.root] for one in report.as_of]
    if signed is not None:
        lines += _signatures(signed, words)
    return Sheet(title=say(NOTES), lines=lines, widths=(40, 18, 18, 50, 50, 50, 40, 18, 40, 50))


def _signatures(signed: Signed, words: Words) -> Iterator[Sequence[Value]]:
    say = words.gettext
    yield []
    yield [Strong(say(NUMBER)), Strong(signed.number), signed.code]
    yield [say(VERIFY), signed.verify_at]
    yield [say(DIGEST), signed.digest]
    yield [say(KEY), signed.key]
    for head in signed.heads:
        yield [f"{say(SIGNATURE)}: {head['log']}#{head['size']}", str(head["signature"])]


def factor_said(one: FactorUsed) -> str:
    """A factor in one line, with its source."""
    low = "" if one.low == one.high else f" ({one.low} … {one.high})"
    return f"{one.code}@{one.version}: {one.central}{low} {one.unit}, {one.year}, {one.source}"
