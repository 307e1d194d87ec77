"""The Dutch counter: waste registers, stream numbers and monthly notifications."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints

from catalogue.rulebook import rulebook
from nl import views
from nl.actions import (
    MakeStreamNumber,
    MarkSent,
    SayCarriage,
    make_stream_number,
    mark_sent,
    say_carriage,
)
from nl.months import whole_month
from nl.queries import notifying_site, stream_numbers
from nl.rules import month_of
from web.api import nl_shapes as shapes
from web.api.answers import refusals
from web.api.wire import PLAIN, Code, Wire
from web.api.writes import writes
from web.deps import Calling, Me, ReadDb, answer

router = APIRouter(prefix="/waste", tags=["the Netherlands"], responses=refusals("read"))

Word = Annotated[str, Query(min_length=1, max_length=60, pattern=PLAIN)]
Words = Annotated[str | None, Query(max_length=60, pattern=PLAIN)]
Number = Annotated[str, Path(min_length=1, max_length=20, pattern=PLAIN)]
MonthText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]


class StreamNumberIn(Wire):
    """A waste stream number. number: one that was given; none: a new one of your own."""

    site: Code
    direction: Literal["receipt", "delivery"] = "receipt"
    partner: Code
    number: Code | None = None
    eural: Annotated[str, StringConstraints(max_length=20, pattern=PLAIN)]
    usual_name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PLAIN)]
    processing: Annotated[str, StringConstraints(max_length=10, pattern=PLAIN)]
    origin: Line | None = None
    from_day: date | None = None
    route_collection: bool = False
    collector_scheme: bool = False
    carrier: Code | None = None
    ordered_by: Code | None = None

    def command(self, now: Any) -> MakeStreamNumber:
        return MakeStreamNumber(**self.common(now), **self.rest())


class CarriageIn(Wire):
    """Who drives what a stream number stands for, from a day on."""

    from_day: date
    carrier: Code
    ordered_by: Code | None = None

    def command(self, now: Any) -> SayCarriage:
        return SayCarriage(**self.common(now), **self.rest())


class NotificationIn(Wire):
    """A month of a site was notified, with the figures as they stand."""

    site: Code
    month: Annotated[MonthText, Field(description="2026-03")]

    def command(self, now: Any) -> MarkSent:
        return MarkSent(**self.common(now), site=self.site, month=month_of(self.month))


@router.get("/stream-numbers", responses=refusals("read", "not_found"))
def list_stream_numbers(
    me: Me, db: ReadDb, site: Words = None, partner: Words = None, eural: Words = None
) -> list[dict[str, Any]]:
    """Waste stream numbers with the data behind them, newest first."""
    rows = stream_numbers(db, rulebook(db), me.viewer, site=site, partner=partner, eural=eural)
    return [shapes.stream_number(row) for row in rows]


@router.post(
    "/stream-numbers",
    **writes(
        "eural_malformed",
        "stream_number_malformed",
        "stream_number_taken",
        "stream_number_exists",
        "stream_number_incomplete",
    ),
)
def post_stream_number(body: StreamNumberIn, call: Calling) -> JSONResponse:
    """Make or take over a waste stream number. Its data never change from then on."""
    command = body.command(call.now)
    return answer(
        call.book(
            lambda db: make_stream_number(db, command, viewer=call.me.viewer, now=call.now), command
        )
    )


@router.post("/stream-numbers/{number}/carriage", **writes())
def post_carriage(number: Number, body: CarriageIn, call: Calling) -> JSONResponse:
    """Say who drives what a number stands for, from a day on."""
    command = body.command(call.now)
    return answer(
        call.book(
            lambda db: say_carriage(db, number, command, viewer=call.me.viewer, now=call.now),
            command,
        )
    )


@router.get("/registers/{which}", responses=refusals("read", "not_found"))
def get_register(
    which: Literal["receipts", "deliveries"],
    site: Word,
    first: Annotated[date, Query(alias="from")],
    end: Annotated[date, Query(alias="to")],
    me: Me,
    db: ReadDb,
) -> list[dict[str, Any]]:
    """A register with every field of the law, on the days of [from, to), oldest first."""
    book = rulebook(db)
    where = notifying_site(db, book, site, me.viewer)
    span: dict[str, Any] = {"site": where, "first": first, "end": end}
    if which == "receipts":
        return [
            shapes.received(line, where.address)
            for line in views.receipts(db, book, me.viewer, **span)
        ]
    return [
        shapes.delivered(line, where.address)
        for line in views.deliveries(db, book, me.viewer, **span)
    ]


@router.get("/notifications/{month}", responses=refusals("read", "not_found"))
def get_notification(
    month: Annotated[str, Path(pattern=r"^\d{4}-\d{2}$")], site: Word, me: Me, db: ReadDb
) -> dict[str, Any]:
    """A month: what was notified of it, and what still must be."""
    book = rulebook(db)
    where = notifying_site(db, book, site, me.viewer)
    found = whole_month(db, book, me.viewer, site=where, month=month_of(month))
    return shapes.month(found)


@router.post("/notifications", **writes("notification_early", "nothing_to_notify", "state_forbids"))
def post_notification(body: NotificationIn, call: Calling) -> JSONResponse:
    """Note that a month was notified: its figures are frozen; later changes are a difference."""
    command = body.command(call.now)
    return answer(
        call.book(lambda db: mark_sent(db, command, viewer=call.me.viewer, now=call.now), command)
    )
