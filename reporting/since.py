"""What was booked after a report, of the batches that it covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlmodel import Session

from catalogue.kinds import Pool, Quality, Stream
from catalogue.rulebook import Rulebook
from chain.rows import SEQ_BITS
from chain.tables import Chain, Entry
from reporting import circularity
from reporting.access import Scope
from reporting.circularity import Route, Sum
from reporting.differing import Because, Difference, Touching, difference
from reporting.queries import RETURNED, report_within
from reporting.questions import Basis, Question
from reporting.report import Report
from store.columns import table_of
from streams.tables import Batch, Movement, Place

NAMED_MAX: Final = 100
"""So many bookings of a kind are named; of the others only how many there are."""

_movement = table_of(Movement)
_entry = table_of(Entry)
_batch = table_of(Batch)
_chain = table_of(Chain)
_source = table_of(Place).alias("source")
_target = table_of(Place).alias("target")
_place = table_of(Place)
_JOINED = _movement.join(_entry, _entry.c.id == _movement.c.entry_id).join(
    _batch, _batch.c.id == _movement.c.batch_id
)


def difference_of(
    session: Session, book: Rulebook, seen: Scope, was: Report
) -> tuple[Report, Difference]:
    """The report that the same question gives now, and what changed since. At most eight
    statements, and one more for each kind of booking that came since."""
    now = report_within(session, book, seen, was.asked)
    because = entries_since(session, book, seen, was)
    return now, difference(
        (was.terms, was.destinations, was.measures),
        (now.terms, now.destinations, now.measures),
        because,
        was.asked.basis,
    )


def entries_since(session: Session, book: Rulebook, seen: Scope, was: Report) -> list[Because]:
    """Bookings behind the places in their chains that a report states, by kind: what moved grams
    of the batches that it covers, and what that changes in it."""
    chains = {row.code: row.id for row in session.execute(select(_chain.c.code, _chain.c.id))}
    after = {chains[f"site:{one.site}"]: one.seq for one in was.as_of}
    where = _since(seen, was.asked, after)
    counted = session.execute(
        select(
            _entry.c.kind,
            func.count(_movement.c.entry_id.distinct()).label("entries"),
            func.count(_movement.c.batch_id.distinct()).label("batches"),
        )
        .select_from(_JOINED)
        .where(*where)
        .group_by(_entry.c.kind)
        .order_by(_entry.c.kind)
    ).all()
    if not counted:
        return []
    sums = _sums(session, book, was.asked, where)
    codes = {number: code for code, number in chains.items()}
    return [
        Because(
            kind=row.kind,
            entries=row.entries,
            batches=row.batches,
            terms=circularity.terms(sums[row.kind]),
            destinations=circularity.destined(sums[row.kind]),
            named=list(_named(session, codes, row.kind, where)),
        )
        for row in counted
    ]


def _since(seen: Scope, asked: Question, after: Mapping[int, int]) -> Sequence[ColumnElement[bool]]:
    behind = or_(
        *(
            and_(
                _movement.c.entry_id > (number << SEQ_BITS) + seq,
                _movement.c.entry_id < (number + 1) << SEQ_BITS,
            )
            for number, seq in after.items()
        )
    )
    where = [behind, _batch.c.site_id.in_(seen.site_ids)]
    if seen.supplier_ids is not None:
        where.append(_batch.c.supplier_id.in_(sorted(seen.supplier_ids)))
    if asked.basis is Basis.RECEIVED:
        period = asked.period
        return [*where, _batch.c.received_day >= period.first, _batch.c.received_day < period.end]
    # What was booked before the period changes what waited at its start.
    return [*where, _entry.c.day < asked.period.end]


def _sums(
    session: Session, book: Rulebook, asked: Question, where: Sequence[ColumnElement[bool]]
) -> dict[str, list[Sum]]:
    """By kind of entry, what came to stand where. Two statements."""
    booked = asked.basis is Basis.BOOKED
    before: ColumnElement[int] = literal(0)
    if booked:
        before = case((_entry.c.day < asked.period.first, 1), else_=0)
    ends = [func.coalesce(end.c.within_id, end.c.id) for end in (_source, _target)]
    columns = [
        _entry.c.kind,
        before.label("before"),
        ends[0].label("source"),
        ends[1].label("target"),
        _movement.c.source_quality,
        _movement.c.target_quality,
    ]
    joined = _JOINED.join(_source, _source.c.id == _movement.c.source_id).join(
        _target, _target.c.id == _movement.c.target_id
    )
    rows = session.execute(
        select(*columns, func.sum(_movement.c.mass_g).label("mass_g"))
        .select_from(joined)
        .where(*where)
        .group_by(*(range_of for range_of in columns if range_of is not columns[1] or booked))
    ).all()
    wanted = {row.source for row in rows} | {row.target for row in rows}
    found = session.execute(select(_place).where(_place.c.id.in_(sorted(wanted))))
    places = {row.id: row for row in found}
    sums: dict[str, list[Sum]] = {}
    for row in rows:
        # PostgreSQL sums whole numbers into a decimal type.
        mass_g = int(row.mass_g)
        sums.setdefault(row.kind, []).extend(
            (
                _sum(book, places[row.source], row.source_quality, -mass_g, bool(row.before)),
                _sum(book, places[row.target], row.target_quality, mass_g, bool(row.before)),
            )
        )
    return sums


def _sum(book: Rulebook, place: Any, quality: str, mass_g: int, before: bool) -> Sum:
    operator = book.operator(book.sites_by_id[place.site_id])
    kinds = {row.id: row.code for row in operator.loss_kinds.values()}
    route = None
    if place.destination_id is not None:
        known = operator.destinations_by_id[place.destination_id]
        route = Route(
            operator=operator.organisation.code,
            code=known.code,
            version=known.version,
            stream=Stream(known.stream),
            names=known.names,
        )
    return Sum(
        pool=Pool(place.pool),
        quality=Quality(quality),
        mass_g=mass_g,
        before=before,
        returned=place.pool == Pool.SUPPLIER and place.code.endswith(RETURNED),
        route=route,
        loss_kind=None if place.loss_kind_id is None else kinds[place.loss_kind_id],
    )


def _named(
    session: Session,
    chains: Mapping[int, str],
    kind: str,
    where: Sequence[ColumnElement[bool]],
) -> Iterator[Touching]:
    """The latest bookings of a kind, with the batches that each moved and how much. One
    statement."""
    rows = session.execute(
        select(
            _movement.c.entry_id,
            _entry.c.day,
            _batch.c.code,
            func.sum(_movement.c.mass_g).label("mass_g"),
        )
        .select_from(_JOINED)
        .where(*where, _entry.c.kind == kind)
        .group_by(_movement.c.entry_id, _entry.c.day, _batch.c.code)
        .order_by(_movement.c.entry_id.desc(), _batch.c.code)
        .limit(NAMED_MAX)
    )
    for row in rows:
        entry = f"{chains[row.entry_id >> SEQ_BITS]}#{row.entry_id & ((1 << SEQ_BITS) - 1)}"
        yield Touching(entry=entry, day=row.day, batch=row.code, mass_g=int(row.mass_g))
