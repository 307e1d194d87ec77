"""The figures of a report as lines of an export: one line per figure, each with its unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import Stream
from reporting.circularity import Terms
from reporting.columnar import Cell, Column, Kind
from reporting.measures import FactorUsed, Measure
from reporting.queries import circularity_report
from reporting.questions import Basis, By, Question
from reporting.report import Report

COLUMNS = (
    Column("from", Kind.DAY),
    Column("to", Kind.DAY),
    Column("basis"),
    Column("suppliers"),
    Column("sites"),
    Column("section"),
    Column("key"),
    Column("term"),
    Column("value", Kind.NUMBER),
    Column("unit"),
    Column("formula"),
    Column("sources"),
    Column("version", Kind.NUMBER),
    Column("inputs"),
    Column("factors"),
    Column("boundary"),
    Column("quality"),
    Column("missing"),
)
_VALUE, _UNIT = 8, 9


def lines(session: Session, viewer: Viewer, asked: Question) -> list[list[Cell]]:
    """The figures of the report that is asked for, with its rows. The statements of the report."""
    return of_report(circularity_report(session, viewer, asked))


def of_report(report: Report) -> list[list[Cell]]:
    """Every figure of a report, in a fixed order."""
    asked = report.asked
    about: list[Cell] = [
        asked.period.first,
        asked.period.end,
        asked.basis.value,
        " ".join(report.suppliers) or None,
        " ".join(report.sites),
    ]
    return [_whole([*about, *figure]) for figure in _figures(report)]


def _whole(line: list[Cell]) -> list[Cell]:
    """Terms of the balance need no explanation; their cells stay empty."""
    return line + [None] * (len(COLUMNS) - len(line))


def mass_g(found: list[list[Cell]]) -> int:
    """Control total: all values in grams together."""
    total = 0
    for line in found:
        value = line[_VALUE]
        if line[_UNIT] == "g" and isinstance(value, int):
            total += value
    return total


def _figures(report: Report) -> Iterator[list[Cell]]:
    basis = report.asked.basis
    yield from _terms("balance", None, report.terms, basis)
    for destined in report.destinations:
        key = f"{destined.route.code}@{destined.route.version}"
        for term, grams in asdict(destined.outcome).items():
            yield ["destination", key, term, grams, "g", None, None]
        yield ["destination", key, "permille", destined.permille, "permille", None, None]
    for measure in report.measures:
        yield ["figure", None, measure.id, measure.value, *_explained(measure)]
    by = report.asked.by
    for row in report.rows:
        if by is By.ARTICLE_GROUP:
            yield from _streams("article_group", row.key, row.terms)
        elif by is not None and by is not By.DESTINATION:
            yield from _terms(by.value, row.key, row.terms, basis)


def _explained(measure: Measure) -> list[Cell]:
    share = measure.estimated_permille
    return [
        measure.unit,
        measure.formula,
        "; ".join(measure.sources),
        measure.version,
        "; ".join(f"{name} = {value}" for name, value in measure.inputs.items()) or None,
        "; ".join(factor_words(one) for one in measure.factors) or None,
        measure.boundary or None,
        measure.quality if share is None else f"{measure.quality} ({share} permille estimated)",
        measure.missing or None,
    ]


def factor_words(one: FactorUsed) -> str:
    """A factor in one line, with where it comes from."""
    numbers = f"{one.low}/{one.central}/{one.high} {one.unit}"
    return f"{one.code}@{one.version} ({one.year}, {one.region}): {numbers}, {one.source}"


def _terms(section: str, key: str | None, found: Terms, basis: Basis) -> Iterator[list[Cell]]:
    plain = {
        "input_g": found.input_g,
        "returned_g": found.returned_g,
        "estimated_g": found.estimated_g,
        "held_g": found.held_g,
        "loss_g": found.loss_g,
        "finds_g": found.finds_g,
        "in_transit_g": found.in_transit_g,
    }
    if basis is Basis.BOOKED:
        plain |= {"opening_g": found.opening_g, "closing_g": found.closing_g}
    for term, grams in plain.items():
        yield [section, key, term, grams, "g", None, None]
    for kind, grams in found.losses.items():
        yield [section, key, f"losses.{kind}", grams, "g", None, None]
    yield from _streams(section, key, found)


def _streams(section: str, key: str | None, found: Terms) -> Iterator[list[Cell]]:
    shares = found.permille or {}
    for stream in Stream:
        for term, grams in asdict(found.streams[stream]).items():
            yield [section, key, f"{stream}.{term}", grams, "g", None, None]
        yield [section, key, f"{stream}.permille", shares.get(stream), "permille", None, None]
