"""What changed since a report was issued: was, is, and because of which bookings. All pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from reporting.circularity import Destined, Terms
from reporting.measure import Measure
from reporting.questions import Basis


@dataclass(frozen=True, slots=True)
class Touching:
    """A booking after the report that moved grams of a batch that it covers. entry: `chain#seq`."""

    entry: str
    day: date
    batch: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """All bookings of one kind since: how many, of how many batches, and what they changed.

    named: some of them, the latest first.
    """

    kind: str
    entries: int
    batches: int
    terms: Terms
    destinations: Sequence[Destined]
    named: Sequence[Touching]


@dataclass(frozen=True, slots=True, kw_only=True)
class MassChange:
    """A term in grams. because: by kind of booking; was + all of these = is, or the rest is
    `unexplained_g`, which a whole register does not have."""

    term: str
    was_g: int
    is_g: int
    because: Mapping[str, int]

    @property
    def change_g(self) -> int:
        return self.is_g - self.was_g

    @property
    def unexplained_g(self) -> int:
        return self.change_g - sum(self.because.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A figure whose value changed. why: masses, factors, formula, mapping, or what it lacks."""

    id: str
    unit: str
    was: int | None
    now: int | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A report against what the same question is answered now."""

    masses: Sequence[MassChange]
    figures: Sequence[FigureChange]
    because: Sequence[Because]

    @property
    def is_same(self) -> bool:
        return not self.masses and not self.figures

    @property
    def unexplained_g(self) -> int:
        return sum(abs(one.unexplained_g) for one in self.masses)


def number_of(year: int, serial: int) -> str:
    """The number of a report as people say it: `2026-0007`."""
    return f"{year:04}-{serial:04}"


def mass_terms(found: Terms, destinations: Iterable[Destined], basis: Basis) -> dict[str, int]:
    """Every term in grams under the name that it has in the report, in a fixed order."""
    said = {
        "input_g": found.input_g,
        "returned_g": found.returned_g,
        "estimated_g": found.estimated_g,
    }
    for stream, one in found.streams.items():
        said |= {f"streams.{stream}.{term}": mass_g for term, mass_g in asdict(one).items()}
    said |= {f"losses.{kind}": mass_g for kind, mass_g in found.losses.items()}
    said |= {"loss_g": found.loss_g, "finds_g": found.finds_g, "held_g": found.held_g}
    if basis is Basis.BOOKED:
        said |= {"opening_g": found.opening_g, "closing_g": found.closing_g}
    for route in destinations:
        name = f"destinations.{route.route.code}@{route.route.version}"
        for term, mass_g in asdict(route.outcome).items():
            said[f"{name}.{term}"] = said.get(f"{name}.{term}", 0) + mass_g
    return said


def difference(
    was: tuple[Terms, Sequence[Destined], Sequence[Measure]],
    now: tuple[Terms, Sequence[Destined], Sequence[Measure]],
    because: Sequence[Because],
    basis: Basis,
) -> Difference:
    """What changed between two answers to one question, term by term."""
    before, after = mass_terms(*was[:2], basis), mass_terms(*now[:2], basis)
    by_kind = {one.kind: mass_terms(one.terms, one.destinations, basis) for one in because}
    masses = []
    booked = (term for said in by_kind.values() for term in said)
    for term in dict.fromkeys([*before, *after, *booked]):
        parts = {kind: said[term] for kind, said in by_kind.items() if said.get(term)}
        one = MassChange(
            term=term, was_g=before.get(term, 0), is_g=after.get(term, 0), because=parts
        )
        if one.change_g or one.unexplained_g:
            masses.append(one)
    return Difference(
        masses=masses,
        figures=list(_figures(was[2], now[2], masses_moved=bool(masses))),
        because=because,
    )


def _figures(
    was: Sequence[Measure], now: Sequence[Measure], *, masses_moved: bool
) -> Iterable[FigureChange]:
    before, after = ({one.id: one for one in found} for found in (was, now))
    for id in dict.fromkeys([*before, *after]):
        old, new = before.get(id), after.get(id)
        values = (old.value if old else None, new.value if new else None)
        why = tuple(_why(old, new, masses_moved=masses_moved))
        if values[0] != values[1] or (set(why) - {"masses", "mapping"}):
            known = new or old
            assert known is not None
            yield FigureChange(id=id, unit=known.unit, was=values[0], now=values[1], why=why)


def _why(old: Measure | None, new: Measure | None, *, masses_moved: bool) -> Iterable[str]:
    """The causes of another value: what it is computed by first, what it is computed of then."""
    named = 0
    if old is not None and new is not None:
        if (old.version, old.formula) != (new.version, new.formula):
            named += 1
            yield "formula"
        if old.factors != new.factors:
            named += 1
            yield "factors"
    value = (old.value if old else None) != (new.value if new else None)
    if value and masses_moved:
        yield "masses"
    elif value and not named:
        # Not a gram moved, so the same grams are counted in another cell.
        yield "mapping"
