"""The circularity figures, read from the totals that are kept with every booking."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, null, or_, select
from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import BatchState, Pool, Quality, Stream
from catalogue.rulebook import Rulebook, rulebook
from catalogue.tables import Destination
from chain.tables import Chain, Entry
from proof.merkle import Frontier, root
from reporting import access, circularity, knowledge
from reporting.circularity import Route, Sum
from reporting.formulas.facts import Facts
from reporting.measures import SCHEMES, Measure, figures
from reporting.periods import Spans, month_of, months_between
from reporting.questions import Basis, By, Question
from reporting.report import AsOf, Report
from reporting.targets import completeness, held_targets
from store.columns import table_of
from streams.tables import Batch, Place, Total

_total = table_of(Total)
_place = table_of(Place)
_batch = table_of(Batch)
_entry = table_of(Entry)
_chain = table_of(Chain)
_destination = table_of(Destination)

RETURNED = "/returned"
_POOLS = {pool.value: pool for pool in Pool}
_QUALITIES = {quality.value: quality for quality in Quality}
_PLAIN = 9
"""How many columns of a row of totals come before the cells of its destination."""
OPEN_STATES = (BatchState.RECEIVED.value, BatchState.SORTING.value)


def circularity_report(session: Session, viewer: Viewer, asked: Question) -> Report:
    """The circularity report as the viewer may see it.

    Four statements, whatever the size of the register: the edition of the rulebook (which is read
    anew when it changed), the heads of the chains, the totals, and the open batches; a fifth where
    a supplier declared what it bought. The session
    should see one state throughout (`Database.read`), or `as_of` may lie before the figures.
    Raises NotFound and NotAllowed as `access.scope`.
    """
    book = rulebook(session)
    return report_within(session, book, access.scope(book, viewer, asked), asked)


def report_within(
    session: Session,
    book: Rulebook,
    seen: access.Scope,
    asked: Question,
    *,
    as_if: Callable[[Route], Route] | None = None,
) -> Report:
    """The report of a part of the register that is known already. Three statements.

    as_if: what each destination version would be, to see how the report would read then.
    """
    sums = _sums(session, book, seen, asked, as_if)
    found = circularity.terms(sums)
    known = _figures(session, book, seen, asked, sums, found)
    open_batches = _open_batches(session, seen, asked)
    return Report(
        asked=asked,
        suppliers=asked.suppliers,
        sites=tuple(site.code for site in seen.sites),
        terms=found,
        destinations=known.destinations,
        measures=known.measures,
        as_of=as_of(session, seen),
        rows=_rows(book, asked, sums, found.opening_g),
        open_batches=open_batches,
        loss_names=_loss_names(book, found.losses),
        completeness=completeness(found, open_batches),
        targets=held_targets(book, seen, asked, known.measures),
    )


def terms_and_rows(
    session: Session, book: Rulebook, seen: access.Scope, asked: Question
) -> tuple[circularity.Terms, list[circularity.Row]]:
    """Only the terms of a report and its rows, to stand beside another one. One statement."""
    sums = _sums(session, book, seen, asked)
    found = circularity.terms(sums)
    return found, _rows(book, asked, sums, found.opening_g)


class _Figures(NamedTuple):
    destinations: list[circularity.Destined]
    measures: list[Measure]


def _figures(
    session: Session,
    book: Rulebook,
    seen: access.Scope,
    asked: Question,
    sums: list[Sum],
    found: circularity.Terms,
) -> _Figures:
    """Every figure. One statement more where suppliers declared what they bought."""
    destinations = circularity.destined(sums)
    facts = Facts(
        terms=found,
        destinations=destinations,
        basis=asked.basis,
        factors=knowledge.factors(book, seen, asked),
        flows=knowledge.flows(
            book, seen, asked, lambda suppliers: _per_supplier(session, seen, asked, suppliers)
        ),
        distances=knowledge.distances(book, seen),
    )
    return _Figures(destinations, figures(facts))


def _rows(
    book: Rulebook, asked: Question, sums: list[Sum], opening_g: int
) -> list[circularity.Row]:
    if asked.by is None:
        return []
    if asked.by is By.DESTINATION:
        return circularity.destination_rows(sums)
    keys = {one.key for one in sums if one.key is not None}
    found = circularity.rows(sums, _names(book, asked.by, keys))
    if asked.by is By.MONTH and asked.basis is Basis.BOOKED:
        return circularity.opened_on(found, opening_g)
    return found


def _names(book: Rulebook, by: By, keys: set[str]) -> dict[str, Mapping[str, str]]:
    """Names of the rows, in the order of the rows. Months have none, but leave no gap."""
    if by is By.SUPPLIER:
        return {key: {"en": book.organisations[key].name} for key in sorted(keys)}
    if by is By.ARTICLE_GROUP:
        named = {row.code: row.names for o in book.operators.values() for row in o.groups.values()}
        return {key: named[key] for key in sorted(keys)}
    if not keys:
        return {}
    first, last = (date.fromisoformat(f"{key}-01") for key in (min(keys), max(keys)))
    return {month_of(month): {} for month in months_between(first, last)}


def _sums(
    session: Session,
    book: Rulebook,
    seen: access.Scope,
    asked: Question,
    as_if: Callable[[Route], Route] | None = None,
) -> list[Sum]:
    routes: dict[int | None, Route | None] = {None: None}
    losses: dict[int | None, str | None] = {None: None}
    for operator in book.operators.values():
        losses |= {row.id: row.code for row in operator.loss_kinds.values()}
    keys = _keys(book, asked.by)
    sums = []
    # Unpacked and looked up, not by name and by the enumeration: there are thousands of rows.
    for row in session.execute(_grouped(book, seen, asked)):
        pool, code, loss_id, route_id, quality, before, key, in_scheme, mass_g = row[:_PLAIN]
        if route_id not in routes:
            known = _route(book, row)
            routes[route_id] = as_if(known) if as_if else known
        sums.append(
            Sum(
                pool=_POOLS[pool],
                quality=_QUALITIES[quality],
                # PostgreSQL sums whole numbers into a decimal type.
                mass_g=int(mass_g),
                key=_key(key, asked.by, keys),
                before=bool(before),
                returned=pool == Pool.SUPPLIER and code.endswith(RETURNED),
                route=routes[route_id],
                loss_kind=losses[loss_id],
                in_scheme=bool(in_scheme),
            )
        )
    return sums


def _loss_names(book: Rulebook, kinds: Iterable[str]) -> dict[str, Mapping[str, str]]:
    operators = book.operators.values()
    named = {row.code: row.names for one in operators for row in one.loss_kinds.values()}
    return {kind: named[kind] for kind in kinds}


def _keys(book: Rulebook, by: By | None) -> Mapping[int, str]:
    if by is By.SUPPLIER:
        return {row.id: row.code for row in book.organisations.values()}
    if by is By.ARTICLE_GROUP:
        return {row.id: row.code for o in book.operators.values() for row in o.groups.values()}
    return {}


def _key(value: Any, by: By | None, keys: Mapping[int, str]) -> str | None:
    if value is None:
        return None
    return month_of(value) if by is By.MONTH else keys[value]


def _route(book: Rulebook, row: Row[Any]) -> Route:
    for operator in book.operators.values():
        known = operator.destinations_by_id.get(row.destination_id)
        if known is not None:
            return Route(
                operator=operator.organisation.code,
                code=known.code,
                version=known.version,
                stream=Stream(known.stream),
                names=known.names,
                cells={scheme: getattr(row, scheme) for scheme in SCHEMES},
                eural=known.eural,
            )
    raise AssertionError("A place refers to a destination that no operator has.")


def _grouped(book: Rulebook, seen: access.Scope, asked: Question) -> Select[Any]:
    """Totals of the period (and for booked of the time before) per place, quality and row."""
    first = asked.period.first
    keys: dict[By, ColumnElement[Any]] = {
        By.MONTH: case((_total.c.start >= first, _total.c.start), else_=null()),
        By.SUPPLIER: _total.c.supplier_id,
        By.ARTICLE_GROUP: _total.c.group_id,
    }
    inner = (
        select(
            _total.c.place_id,
            _total.c.quality,
            _total.c.mass_g,
            case((_total.c.start < first, 1), else_=0).label("before"),
            (keys[asked.by] if asked.by in keys else null()).label("key"),
            case((_total.c.group_id.in_(_scheme_groups(book, seen)), 1), else_=0).label(
                "in_scheme"
            ),
        )
        .join(_place, _place.c.id == _total.c.place_id)
        .where(_total.c.basis == asked.basis.value, _within(seen), _when(asked))
        .subquery()
    )
    by = (inner.c.place_id, inner.c.quality, inner.c.before, inner.c.key, inner.c.in_scheme)
    # Summed before places are joined: they are few, and the totals of a year are many.
    summed = select(*by, func.sum(inner.c.mass_g).label("mass_g")).group_by(*by).subquery()
    cells = [_destination.c[scheme] for scheme in SCHEMES]
    return (
        select(
            _place.c.pool,
            _place.c.code,
            _place.c.loss_kind_id,
            _place.c.destination_id,
            summed.c.quality,
            summed.c.before,
            summed.c.key,
            summed.c.in_scheme,
            summed.c.mass_g,
            *cells,
        )
        .join(_place, _place.c.id == summed.c.place_id)
        .outerjoin(_destination, _destination.c.id == _place.c.destination_id)
    )


def _per_supplier(
    session: Session, seen: access.Scope, asked: Question, suppliers: Collection[int]
) -> Iterable[Row[Any]]:
    """Grams of these suppliers by pool and stream; what came in also by article group."""
    came_in = _place.c.pool == Pool.SUPPLIER.value
    inner = (
        select(
            _place.c.site_id,
            _total.c.supplier_id,
            case((came_in, _total.c.group_id), else_=null()).label("group_id"),
            _place.c.pool,
            _destination.c.stream,
            _total.c.mass_g,
        )
        .join(_place, _place.c.id == _total.c.place_id)
        .outerjoin(_destination, _destination.c.id == _place.c.destination_id)
        .where(
            _total.c.basis == asked.basis.value,
            _total.c.supplier_id.in_(sorted(suppliers)),
            _within(seen),
            _when(asked),
        )
        .subquery()
    )
    by = [column for column in inner.c if column.name != "mass_g"]
    summed = select(*by, func.sum(inner.c.mass_g).label("mass_g")).group_by(*by)
    return session.execute(summed)


def _scheme_groups(book: Rulebook, seen: access.Scope) -> list[int]:
    """The article groups that producers answer for."""
    return [
        group.id
        for operator in knowledge.operators_of(book, seen)
        for group in operator.groups.values()
        if group.in_producer_scheme
    ]


def _within(seen: access.Scope) -> ColumnElement[bool]:
    sites: ColumnElement[bool] = _place.c.site_id.in_(seen.site_ids)
    if seen.supplier_ids is None:
        return sites
    return and_(sites, _total.c.supplier_id.in_(sorted(seen.supplier_ids)))


def _when(asked: Question) -> ColumnElement[bool]:
    during = covered(asked.period.spans())
    if asked.basis is Basis.RECEIVED:
        return during
    held = or_(
        _place.c.pool.in_(sorted(pool.value for pool in circularity.HELD_POOLS)),
        and_(
            _place.c.pool.in_(sorted(pool.value for pool in circularity.ROUTED_POOLS)),
            _place.c.destination_id.is_(None),
        ),
    )
    return or_(during, and_(held, covered(asked.period.spans_before())))


def covered(spans: Spans) -> ColumnElement[bool]:
    """The totals that cover these months and days exactly once."""
    months = () if spans.months is None else (("month", spans.months),)
    ranges: Iterable[Any] = (*months, *(("day", days) for days in spans.days))
    return or_(
        false(),
        *(
            and_(_total.c.span == span, _total.c.start >= first, _total.c.start < end)
            for span, (first, end) in ranges
        ),
    )


def as_of(session: Session, seen: access.Scope) -> list[AsOf]:
    """Where the chains of these sites stand. One statement."""
    by_chain = {site.chain: site.code for site in seen.sites}
    heads = session.execute(
        select(_chain.c.code, _chain.c.size, _chain.c.head_hash, _chain.c.peaks)
        .where(_chain.c.code.in_(sorted(by_chain)))
        .order_by(_chain.c.code)
    )
    return [
        AsOf(by_chain[row.code], row.size, row.head_hash, _root(row.size, row.peaks))
        for row in heads
    ]


def _root(size: int, peaks: str) -> str:
    return root(Frontier(size, tuple(bytes.fromhex(peak) for peak in peaks.split(",")))).hex()


def asked_for(
    seen: access.Scope, asked: Question, *, by_index: bool = True
) -> list[ColumnElement[bool]]:
    """Conditions on batch and entry, for a statement that joins both: the lines of exports.

    by_index: False keeps the database from looking batches up by their site or supplier first.
    """
    day = _batch.c.received_day if asked.basis is Basis.RECEIVED else _entry.c.day
    return [
        day >= asked.period.first,
        day < asked.period.end,
        *_batches_within(seen, by_index=by_index),
    ]


def _batches_within(seen: access.Scope, *, by_index: bool = True) -> list[ColumnElement[bool]]:
    site: ColumnElement[int] = _batch.c.site_id
    supplier: ColumnElement[int] = _batch.c.supplier_id
    if not by_index:
        # What is computed stands in no index.
        site, supplier = site + 0, supplier + 0
    where: list[ColumnElement[bool]] = [site.in_(seen.site_ids)]
    if seen.supplier_ids is not None:
        where.append(supplier.in_(sorted(seen.supplier_ids)))
    return where


def _open_batches(session: Session, seen: access.Scope, asked: Question) -> int:
    """Batches not closed yet: of those received in the period, or before its end (booked)."""
    where = [
        # By site and state, for few are open: not by whose they are, for those are many.
        _batch.c.site_id.in_(seen.site_ids),
        *_batches_within(seen, by_index=False),
        _batch.c.state.in_(OPEN_STATES),
        _batch.c.received_day < asked.period.end,
    ]
    if asked.basis is Basis.RECEIVED:
        where.append(_batch.c.received_day >= asked.period.first)
    counted = session.execute(select(func.count()).select_from(_batch).where(*where))
    return int(counted.scalar_one())
