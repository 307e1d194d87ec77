"""The batches behind a number of a report: which they are, and their grams, which add up to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select, true, union_all
from sqlalchemy import case as case_
from sqlmodel import Session

from catalogue.access import Viewer, require
from catalogue.errors import Malformed
from catalogue.kinds import Pool, Quality
from catalogue.rows import SiteRow
from catalogue.rulebook import Rulebook, rulebook
from catalogue.tables import Destination
from chain.tables import Chain, Entry
from reporting import access, circularity
from reporting.parts import Part
from reporting.queries import OPEN_STATES, RETURNED
from reporting.questions import Basis, Question
from store.columns import table_of
from streams.tables import Balance, Batch, Movement, Place

_batch = table_of(Batch)
_balance = table_of(Balance)
_movement = table_of(Movement)
_entry = table_of(Entry)
_chain = table_of(Chain)
_place = table_of(Place)
_destination = table_of(Destination)

PAGE: Final = 50
_G_MAX: Final = (1 << 63) - 1
"""More grams than these no database counts."""


class Order(StrEnum):
    """Which batches come first."""

    HEAVIEST = "heaviest"
    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchBehind:
    """A batch with what it brings to the number. mass_g may be below zero (a gain, a return)."""

    code: str
    supplier: str
    site: SiteRow
    group: str
    received_day: date
    state: str
    held: bool
    quality: str
    mass_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """One page of batches; count and mass_g are of all of them. next: where the next page begins.

    mass_g of the part `open` is what is held of them: there the number is the count.
    """

    part: Part
    batches: Sequence[BatchBehind]
    count: int
    mass_g: int
    next: str | None


def behind(
    session: Session,
    viewer: Viewer,
    asked: Question,
    wanted: Part,
    *,
    group: str = "",
    order: Order = Order.HEAVIEST,
    after: str = "",
    limit: int = PAGE,
) -> Behind:
    """The batches behind a number of the report of the same question.

    group: only what was found to be of this article group. Three statements. What was received is
    read from the balances of its batches; what was booked from the movements of its days.
    Raises as `access.scope`, NotFound for a loss or a group that is none, Malformed for a place in
    the list that is none.
    """
    book = rulebook(session)
    seen = access.scope(book, viewer, asked)
    matches = _matching(book, seen, wanted, group)
    sums = _open(seen, asked) if wanted.name == "open" else _summed(seen, asked, wanted, matches)
    count, mass_g = session.execute(
        select(func.count(), func.coalesce(func.sum(sums.c.mass_g), 0)).select_from(sums)
    ).one()
    rows = session.execute(_page(sums, order, after, limit + 1)).all()
    organisations = {row.id: row.code for row in book.organisations.values()}
    groups = {row.id: row.code for one in book.operators.values() for row in one.groups.values()}
    batches = [
        BatchBehind(
            code=row.code,
            supplier=organisations[row.supplier_id],
            site=book.sites_by_id[row.site_id],
            group=groups[row.group_id],
            received_day=row.received_day,
            state=row.state,
            held=row.held,
            quality=row.quality,
            mass_g=int(row.mass_g),
        )
        for row in rows[:limit]
    ]
    return Behind(
        part=wanted,
        batches=batches,
        count=int(count),
        mass_g=int(mass_g),
        next=_cursor(batches[-1], order) if len(rows) > limit else None,
    )


def _cursor(last: BatchBehind, order: Order) -> str:
    key = last.mass_g if order is Order.HEAVIEST else last.received_day.isoformat()
    return f"{key}~{last.code}"


def _page(sums: CTE, order: Order, after: str, limit: int) -> Select[Any]:
    key: ColumnElement[Any] = sums.c.mass_g if order is Order.HEAVIEST else _batch.c.received_day
    statement = (
        select(_batch, sums.c.mass_g.label("mass_g"))
        .join(sums, sums.c.batch_id == _batch.c.id)
        .order_by(key if order is Order.OLDEST else key.desc(), _batch.c.code)
        .limit(limit)
    )
    if not after:
        return statement
    last, code = _place_in_list(after, order)
    beyond = key > last if order is Order.OLDEST else key < last
    return statement.where(or_(beyond, and_(key == last, _batch.c.code > code)))


def _place_in_list(after: str, order: Order) -> tuple[int | date, str]:
    key, _, code = after.partition("~")
    try:
        last = int(key) if order is Order.HEAVIEST else date.fromisoformat(key)
        if isinstance(last, int) and abs(last) > _G_MAX:
            raise ValueError
    except ValueError:
        raise Malformed(field="after", problem="is no place in this list") from None
    return last, code


Matching = Callable[[Any, Any, ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]
"""Whether mass at a place (of a destination), of a quality and a group, is of the part."""


def _matching(book: Rulebook, seen: access.Scope, wanted: Part, group: str) -> Matching:
    operators = [book.operator(site) for site in seen.sites]
    losses = [
        one.loss_kinds[code].id
        for one in operators
        for code in (wanted.codes if wanted.name == "loss" else ())
        if code in one.loss_kinds
    ]
    require(bool(losses) or not (wanted.name == "loss" and wanted.codes))
    groups = [one.groups[group].id for one in operators if group in one.groups]
    require(bool(groups) or not group)
    of_scheme = None
    if wanted.codes[:1] == ("producer_class",):
        # A class of producer responsibility counts only what is in the scheme.
        rows = (row for one in operators for row in one.groups.values())
        of_scheme = [row.id for row in rows if row.in_producer_scheme]

    def matches(
        place: Any, destination: Any, quality: ColumnElement[Any], group_id: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        conditions = [place.c.site_id.in_(seen.site_ids), _of_term(wanted, place, destination)]
        if losses:
            conditions.append(place.c.loss_kind_id.in_(losses))
        if groups:
            conditions.append(group_id.in_(groups))
        if of_scheme is not None:
            conditions.append(group_id.in_(of_scheme))
        if wanted.state is not None:
            conditions.append(_of_state(wanted.state, place, quality))
        return and_(*conditions)

    return matches


def _of_term(wanted: Part, place: Any, destination: Any) -> ColumnElement[bool]:
    pool = place.c.pool
    routed = pool.in_(sorted(one.value for one in circularity.ROUTED_POOLS))
    if wanted.name in ("held", "opening", "closing"):
        held = pool.in_(sorted(one.value for one in circularity.HELD_POOLS))
        return or_(held, and_(routed, place.c.destination_id.is_(None)))
    if wanted.name == "returned":
        return and_(pool == Pool.SUPPLIER.value, place.c.code.endswith(RETURNED))
    plain = {"received": Pool.SUPPLIER, "loss": Pool.LOSS, "finds": Pool.FINDS}
    if wanted.name in plain:
        found: ColumnElement[bool] = pool == plain[wanted.name].value
        return found
    conditions = [routed, place.c.destination_id.is_not(None)]
    if wanted.name == "cell":
        scheme, cell = wanted.codes
        conditions.append(destination.c[scheme] == cell)
    elif wanted.name == "version":
        code, _, version = wanted.codes[0].partition("@")
        conditions += [destination.c.code == code, destination.c.version == _number(version)]
    elif wanted.codes:
        conditions.append(destination.c.stream == wanted.codes[0])
        conditions += [destination.c.code == code for code in wanted.codes[1:]]
    return and_(*conditions)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _of_state(state: str, place: Any, quality: ColumnElement[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = {
        "confirmed": place.c.pool == Pool.CONFIRMED.value,
        "pending": place.c.pool != Pool.CONFIRMED.value,
        "transit": place.c.pool == Pool.SHIPPED.value,
        "estimated": quality == Quality.ESTIMATED.value,
    }[state]
    return found


def _summed(seen: access.Scope, asked: Question, wanted: Part, matches: Matching) -> CTE:
    """Grams per batch, of those that bring any."""
    period = asked.period
    if wanted.name in ("opening", "closing"):
        # What stands there now, without what came and went since.
        since = period.first if wanted.name == "opening" else period.end
        lines = union_all(
            _standing(seen, matches, true()), *_moved(seen, matches, _entry.c.day >= since, sign=-1)
        )
    elif asked.basis is Basis.BOOKED:
        during = and_(_entry.c.day >= period.first, _entry.c.day < period.end)
        lines = union_all(*_moved(seen, matches, during, sign=1))
    else:
        during = and_(_batch.c.received_day >= period.first, _batch.c.received_day < period.end)
        lines = union_all(_standing(seen, matches, during))
    found = lines.subquery()
    # What a supplier handed in is owed to it: it stands there with a minus.
    sign = -1 if wanted.name == "received" else 1
    total = func.sum(sign * found.c.mass_g)
    return (
        select(found.c.batch_id, total.label("mass_g"))
        .group_by(found.c.batch_id)
        .having(total != 0)
        .cte("sums")
    )


def _standing(seen: access.Scope, matches: Matching, during: ColumnElement[bool]) -> Select[Any]:
    joined = (
        _batch.join(_balance, _balance.c.batch_id == _batch.c.id)
        .join(_place, _place.c.id == _balance.c.place_id)
        .outerjoin(_destination, _destination.c.id == _place.c.destination_id)
    )
    matching = matches(_place, _destination, _balance.c.quality, _balance.c.group_id)
    return (
        select(_balance.c.batch_id, _balance.c.mass_g)
        .select_from(joined)
        .where(during, matching, _of_suppliers(seen))
    )


def _moved(
    seen: access.Scope, matches: Matching, during: ColumnElement[bool], *, sign: int
) -> list[Select[Any]]:
    """What came to such places, and what left them."""
    chains = select(_chain.c.id).where(_chain.c.code.in_([site.chain for site in seen.sites]))
    return [
        select(_movement.c.batch_id, (sign * way * _movement.c.mass_g).label("mass_g"))
        .select_from(
            _entry.join(_movement, _movement.c.entry_id == _entry.c.id)
            .join(_batch, _batch.c.id == _movement.c.batch_id)
            .join(_place, _place.c.id == _movement.c[f"{end}_id"])
            .outerjoin(_destination, _destination.c.id == _place.c.destination_id)
        )
        .where(
            _entry.c.chain_id.in_(chains),
            during,
            matches(
                _place,
                _destination,
                _movement.c[f"{end}_quality"],
                _movement.c[f"{end}_group_id"],
            ),
            _of_suppliers(seen),
        )
        for end, way in (("target", 1), ("source", -1))
    ]


def _of_suppliers(seen: access.Scope) -> ColumnElement[bool]:
    if seen.supplier_ids is None:
        return true()
    return _batch.c.supplier_id.in_(sorted(seen.supplier_ids))


def _open(seen: access.Scope, asked: Question) -> CTE:
    """Batches that are not closed yet, as the report counts them, with what is held of each."""
    held = _of_term(Part(name="held"), _place, _destination)
    held_g = func.coalesce(func.sum(case_((held, _balance.c.mass_g), else_=0)), 0)
    conditions = [
        _batch.c.site_id.in_(seen.site_ids),
        _of_suppliers(seen),
        _batch.c.state.in_(OPEN_STATES),
        _batch.c.received_day < asked.period.end,
    ]
    if asked.basis is Basis.RECEIVED:
        conditions.append(_batch.c.received_day >= asked.period.first)
    joined = _batch.outerjoin(_balance, _balance.c.batch_id == _batch.c.id).outerjoin(
        _place, _place.c.id == _balance.c.place_id
    )
    return (
        select(_batch.c.id.label("batch_id"), held_g.label("mass_g"))
        .select_from(joined)
        .where(*conditions)
        .group_by(_batch.c.id)
        .cte("sums")
    )
