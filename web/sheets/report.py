"""An issued report on paper. All that it says stands in the signed document; words come with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalogue.kinds import Stream
from labels.pictures import qr_picture
from paper.press import Attachment, press
from reporting.circularity import Outcome
from reporting.documents import factor_said
from reporting.flows import outcomes
from reporting.frozen import Frozen
from reporting.issued import WholeIssued
from reporting.measure import Measure
from reporting.questions import Basis, By
from reporting.report import Report
from reporting.words import OUTCOME_WORDS
from web import report_words as words
from web import units
from web.certificate_words import grouped
from web.i18n import Language
from web.sheets import report_pictures as pictures

SHEET: Final = Path(__file__).with_suffix(".typ")
Cells = list[Any]


def report_pdf(whole: WholeIssued, csv: str, language: Language) -> bytes:
    """The paper of a report, with the signed data in it. csv: its figures as a table."""
    kept, say = whole.frozen, language.gettext
    title = words.numbered(kept, language)
    foot = say("%(code)s, signed with key %(key)s")
    return press(
        SHEET.read_text(encoding="utf-8"),
        _said(whole, kept, language),
        title=f"{title}: {words.title(words.supplier_of(kept), language)}",
        language=language.code,
        at=kept.issued_at,
        foot=foot % {"code": f"{title} · {grouped(kept.code)}", "key": whole.key},
        attachments=[
            Attachment(
                "report.json", "application/json", whole.text, say("What was signed, byte for byte")
            ),
            Attachment("report.csv", "text/csv", csv, say("The figures as a table")),
        ],
    )


def _said(whole: WholeIssued, kept: Frozen, language: Language) -> dict[str, Any]:
    say, found = language.gettext, kept.report
    picture = qr_picture(kept.verify_at)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.side} {picture.side}">'
        f'<path d="{picture.path}"/></svg>'
    )
    replaced = say("This report follows up report %(number)s of the same supplier.")
    return {
        "heading": words.title(words.supplier_of(kept), language),
        "issuer": [kept.issuer["name"], kept.issuer["address"]],
        "number": words.numbered(kept, language),
        "period": words.period(found, language),
        "statement": words.statement(found, words.supplier_of(kept), language),
        "numbers": [
            {"head": head, "mass": units.weight(mass_g, language), "said": text}
            for head, mass_g, text in words.numbers(found, language)
        ],
        "qr": svg,
        "qr_alt": say("QR code that leads to %(address)s") % {"address": kept.verify_at},
        "scan": say("Is it real? Scan it, or look at"),
        "address": kept.verify_at.removeprefix("https://").removeprefix("http://"),
        "facts": _facts(kept, language),
        "replaces": replaced % {"number": kept.replaces} if kept.replaces else None,
        "flow_heading": say("From intake to outcome"),
        "flow": pictures.flow(found, language),
        "sections": [one for one in _sections(whole, kept, language) if one["rows"]],
        "months_heading": say("Month by month"),
        "months": pictures.months(kept.parts[By.MONTH], language),
        "appendix_heading": say("Appendix: how every figure is made"),
        "appendix_words": say(
            "Every figure with its formula, what stood in it, the factors that it uses with their"
            " year and source, its boundary, and how its weights were known. Figures that are zero"
            " are left out here; they stand in the attached data."
        ),
        "appendix": [
            _explained(one, language) for one in found.measures if one.value or one.missing
        ],
    }


def _sections(whole: WholeIssued, kept: Frozen, language: Language) -> Iterator[dict[str, Any]]:
    found, say = kept.report, language.gettext
    yield _streams(found, language)
    yield _destinations(found, language)
    yield _balance(found, language)
    yield _months(kept.parts[By.MONTH], language)
    suppliers = kept.parts[By.SUPPLIER]
    if len(suppliers.rows) > 1:
        yield _suppliers(suppliers, language)
    yield _section(
        say("How complete this report is"),
        "",
        [(say("What"), "left", False), (say("How it is"), "left", True)],
        [list(line) for line in words.completeness(found, language)],
    )
    yield _targets(found, language)
    for family, heading in words.FAMILIES.items():
        rows = [one for one in found.measures if words.family_of(one) == family]
        yield _family(say(heading), rows, language)
    yield _proof(whole, kept, language)


def _facts(kept: Frozen, language: Language) -> list[Cells]:
    say = language.gettext
    supplier = kept.supplier["name"] if kept.supplier else say("all suppliers together")
    return [
        [say("Number"), kept.number],
        [say("About"), supplier],
        [say("Locations"), ", ".join(site["name"] for site in kept.sites)],
        [say("Made on"), units.moment(kept.issued_at, kept.timezone, language)],
        *([line[0], line[1]] for line in words.completeness(kept.report, language)[:3]),
    ]


def _section(
    heading: str,
    said: str,
    columns: Sequence[tuple[str, str, bool]],
    rows: list[Cells],
    total: Cells | None = None,
) -> dict[str, Any]:
    """A heading, a sentence and a table. columns: text, alignment, whether it may grow."""
    return {
        "heading": heading,
        "words": said,
        "columns": [list(column) for column in columns],
        "rows": rows,
        "total": total,
    }


def _shaped(stream: str | None, text: str) -> dict[str, Any]:
    """A cell with the shape of a stream before its words."""
    return {"stream": stream, "text": text, "level": 0}


def _outcome(one: Outcome, language: Language) -> Cells:
    masses = (one.mass_g, one.confirmed_g, one.in_transit_g, one.estimated_g)
    return [units.weight(mass_g, language) for mass_g in masses]


def _outcome_columns(first: str, language: Language) -> list[tuple[str, str, bool]]:
    say = language.gettext
    return [
        (first, "left", True),
        (say("Share"), "right", False),
        (say("Weight"), "right", False),
        (say("Confirmed"), "right", False),
        (say("On its way"), "right", False),
        (say("Of it estimated"), "right", False),
    ]


def _streams(found: Report, language: Language) -> dict[str, Any]:
    say, shares = language.gettext, found.terms.permille or {}
    rows: list[Cells] = [
        [
            _shaped(stream.value, say(OUTCOME_WORDS[stream])),
            units.share(shares.get(stream), language),
            *_outcome(found.terms.streams[stream], language),
        ]
        for stream in Stream
    ]
    return _section(
        say("What became of it"),
        say("The shares add up to the whole of what was sorted."),
        _outcome_columns(say("Stream"), language),
        rows,
        _together(found, language),
    )


def _together(found: Report, language: Language) -> Cells:
    terms = found.terms
    estimated_g = sum(one.estimated_g for one in terms.streams.values())
    masses = (terms.sorted_g, terms.confirmed_g, terms.in_transit_g, estimated_g)
    share = units.share(1000 if terms.permille else None, language)
    return [language.gettext("Together"), share, *(units.weight(one, language) for one in masses)]


def _destinations(found: Report, language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[Cells] = []
    for one in found.destinations:
        name = language.own(one.route.names, one.route.code)
        if one.route.version > 1:
            name = f"{name} ({words.version(one.route.version, language)})"
        shaped = _shaped(one.route.stream.value, name)
        share = units.share(one.permille, language)
        rows.append([shaped, share, *_outcome(one.outcome, language)])
    columns = _outcome_columns(say("Destination"), language)
    return _section(say("Where it went"), "", columns, rows, _together(found, language))


def _balance(found: Report, language: Language) -> dict[str, Any]:
    """Every gram that came in, and what it is now."""
    say, terms = language.gettext, found.terms
    booked = found.asked.basis is Basis.BOOKED
    rows: list[Cells] = []
    if booked:
        rows.append([say("Was there at the start"), units.weight(terms.opening_g, language)])
    rows.append([say("Handed in"), units.weight(terms.input_g, language)])
    rows += [
        [_shaped(stream.value, say(OUTCOME_WORDS[stream])), units.weight(-one.mass_g, language)]
        for stream, one in terms.streams.items()
    ]
    rows += [
        [say("Loss: %(kind)s") % {"kind": language.own(found.loss_names.get(kind, {}), kind)},
         units.weight(-mass_g, language)]
        for kind, mass_g in terms.losses.items()
    ]  # fmt: skip
    rows.append([say("Found objects"), units.weight(-terms.finds_g, language)])
    total = [say("Still to be sorted"), units.weight(terms.closing_g, language)]
    told = say("What came in, less what it became, is what still waits: to the gram.")
    columns = [(say("What"), "left", True), (say("Weight"), "right", False)]
    return _section(say("Every gram"), told, columns, rows, total)


def _rows_of(report: Report, names: Sequence[str], language: Language) -> list[Cells]:
    rows: list[Cells] = []
    for name, row in zip(names, report.rows, strict=True):
        found = outcomes(row.terms)
        streams = [found[stream.value] for stream in Stream]
        masses = [row.terms.input_g, *streams, sum(found.values()) - sum(streams)]
        rows.append([name, *(units.weight(mass_g, language) for mass_g in masses)])
    return rows


def _row_columns(first: str, language: Language) -> list[tuple[str, str, bool]]:
    say = language.gettext
    heads = [say("Came in"), *(say(OUTCOME_WORDS[stream]) for stream in Stream), say("All else")]
    return [(first, "left", True), *((head, "right", False) for head in heads)]


def _row_total(report: Report, language: Language) -> Cells:
    found = outcomes(report.terms)
    streams = [found[stream.value] for stream in Stream]
    masses = [report.terms.input_g, *streams, sum(found.values()) - sum(streams)]
    return [language.gettext("Together"), *(units.weight(one, language) for one in masses)]


def _months(monthly: Report, language: Language) -> dict[str, Any]:
    names = [units.month(date.fromisoformat(f"{row.key}-01"), language) for row in monthly.rows]
    columns = _row_columns(language.gettext("Month"), language)
    rows = _rows_of(monthly, names, language)
    heading = language.gettext("Month by month")
    return _section(heading, "", columns, rows, _row_total(monthly, language)) | {"months": True}


def _suppliers(report: Report, language: Language) -> dict[str, Any]:
    names = [language.own(row.names, row.key) for row in report.rows]
    columns = _row_columns(language.gettext("Supplier"), language)
    rows = _rows_of(report, names, language)
    heading = language.gettext("Per organisation")
    return _section(heading, "", columns, rows, _row_total(report, language))


def _targets(found: Report, language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[Cells] = [
        [
            language.own(one.names, one.code),
            units.share(one.permille, language),
            units.share(one.value, language),
            one.source,
        ]
        for one in found.targets
    ]
    columns = [
        (say("Line"), "left", True),
        (say("Asked"), "right", False),
        (say("Here"), "right", False),
        (say("Source"), "left", True),
    ]
    told = say("A line that the law draws for producers is theirs to meet, not the sorter's.")
    return _section(say("Beside the targets"), told, columns, rows)


def _family(heading: str, found: Sequence[Measure], language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[Cells] = [
        [
            words.name_of(one, language),
            words.value_of(one.value, one.unit, language)
            if one.value is not None or not one.missing
            else say(one.missing),
            words.quality(one, language),
        ]
        for one in found
        if one.value or one.missing
    ]
    columns = [
        (say("Figure"), "left", True),
        (say("Value"), "right", False),
        (say("Data quality"), "left", False),
    ]
    return _section(heading, "", columns, rows)


def _proof(whole: WholeIssued, kept: Frozen, language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[Cells] = [
        [head["log"], units.count(head["size"], language), head["root"]] for head in kept.heads
    ]
    columns = [
        (say("Register of"), "left", False),
        (say("Bookings"), "right", False),
        (say("Fingerprint of all of them"), "left", True),
    ]
    told = say(
        "These figures state how things stood after these bookings; what was corrected later does"
        " not change them. The data in this PDF is signed with key %(key)s. Anyone can check it"
        " with the verifier, without trusting us. Whether a later report follows it up stands at"
        " %(address)s."
    ) % {"key": whole.key, "address": kept.verify_at}
    return _section(say("How to check it"), told, columns, rows)


def _explained(one: Measure, language: Language) -> dict[str, Any]:
    say = language.gettext
    lines = [
        (say("Formula"), f"{one.formula} ({words.version(one.version, language)})"),
        (say("Inputs"), "; ".join(f"{name} = {value}" for name, value in one.inputs.items())),
        (say("Factors"), "; ".join(map(factor_said, one.factors))),
        (say("Boundary"), say(one.boundary) if one.boundary else ""),
        (say("Data quality"), words.quality(one, language)),
        (say("Why it has no value"), say(one.missing) if one.missing else ""),
        (say("Sources"), "; ".join(one.sources)),
    ]
    return {
        "name": words.name_of(one, language),
        "id": one.id,
        "value": words.value_of(one.value, one.unit, language),
        "lines": [list(line) for line in lines if line[1]],
    }
