"""A circularity report as one frozen value, and the shape it has for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalogue.kinds import Stream
from reporting.circularity import Destined, Outcome, Row, Terms
from reporting.measure import Measure, as_plain
from reporting.questions import Basis, By, Question
from reporting.targets import Completeness, HeldTarget, targets_plain


@dataclass(frozen=True, slots=True)
class AsOf:
    """The entry up to which a site's figures stand: its place in the chain and its hash.

    root: of the chain's tree up to there, in hexadecimal.
    """

    site: str
    seq: int
    head: str
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """suppliers: codes of those that were asked for; empty when nobody was named. sites: all that
    it covers. open_batches: how many are not closed yet. loss_names: of the kinds in the terms."""

    asked: Question
    suppliers: tuple[str, ...]
    sites: tuple[str, ...]
    terms: Terms
    destinations: Sequence[Destined]
    measures: Sequence[Measure]
    as_of: Sequence[AsOf]
    rows: Sequence[Row]
    open_batches: int
    loss_names: Mapping[str, Mapping[str, str]]
    completeness: Completeness | None = None
    targets: Sequence[HeldTarget] = ()

    def figure(self, id: str) -> Measure | None:
        """One figure with all that explains it, None where it does not exist here."""
        return next((one for one in self.measures if one.id == id), None)

    def measure(self, id: str) -> int | None:
        """The value of one figure, None where it has no meaning or does not exist here."""
        return next((one.value for one in self.measures if one.id == id), None)


def as_json(report: Report) -> dict[str, Any]:
    """The answer of the contract: strings, whole numbers, lists and objects only."""
    asked = report.asked
    return {
        "from": asked.period.first.isoformat(),
        "to": asked.period.end.isoformat(),
        "basis": asked.basis.value,
        "by": asked.by.value if asked.by else None,
        "factors": asked.factors,
        "suppliers": list(report.suppliers),
        "sites": list(report.sites),
        **_terms(report.terms, asked.basis),
        "destinations": [
            {
                "destination": one.route.code,
                "version": one.route.version,
                "operator": one.route.operator,
                "stream": one.route.stream.value,
                "names": dict(one.route.names),
                **asdict(one.outcome),
                "permille": one.permille,
            }
            for one in report.destinations
        ],
        "figures": [as_plain(one) for one in report.measures],
        "targets": targets_plain(report.targets),
        "completeness": asdict(report.completeness) if report.completeness else None,
        "as_of": [asdict(one) for one in report.as_of],
        "rows": [_row(row, asked) for row in report.rows],
        "open_batches": report.open_batches,
    }


def _terms(found: Terms, basis: Basis) -> dict[str, Any]:
    said: dict[str, Any] = {
        "input_g": found.input_g,
        "streams": _streams(found),
        "loss_g": found.loss_g,
        "losses": dict(found.losses),
        "held_g": found.held_g,
        "finds_g": found.finds_g,
        "returned_g": found.returned_g,
        "in_transit_g": found.in_transit_g,
        "estimated_g": found.estimated_g,
    }
    if basis is Basis.BOOKED:
        said |= {"opening_g": found.opening_g, "closing_g": found.closing_g}
    return said


def _streams(found: Terms) -> dict[str, Any]:
    shares: Mapping[Stream, int] = found.permille or {}
    return {
        stream.value: asdict(found.streams[stream]) | {"permille": shares.get(stream)}
        for stream in Stream
    }


def _row(row: Row, asked: Question) -> dict[str, Any]:
    assert asked.by is not None
    said: dict[str, Any] = {asked.by.value: row.key}
    if row.names:
        said["names"] = dict(row.names)
    if row.stream is not None:
        only: Outcome = row.terms.streams[row.stream]
        return said | {"stream": row.stream.value, **asdict(only)}
    if asked.by is By.ARTICLE_GROUP:
        # What is found is known from sorting on, so only outputs have a group.
        return said | {
            "mass_g": row.terms.sorted_g,
            "streams": _streams(row.terms),
            "loss_g": row.terms.loss_g,
            "finds_g": row.terms.finds_g,
        }
    return said | _terms(row.terms, asked.basis)
