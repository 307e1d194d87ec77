"""The door in: announcements, and the boxes that arrive, sometimes not as they were said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from demo.agenda import Life
from demo.halls import Hall
from demo.plan import Box, Delivery
from intake.actions import LogBatch, log_batch
from intake.deliveries import AnnounceDelivery, AnnouncedLine, announce_delivery
from streams.corrections import Correct, correct_batch
from streams.reversals import Reverse, reverse

NEVER_SEEN = (40, 21)
ANNOUNCED_BY_MISTAKE = (35, 17)


def delivery_life(
    hall: Hall,
    delivery: Delivery,
    expected: date,
    box_life: Callable[[Hall, Box], Life],
) -> Life:
    """Announced or not, it comes one day, and its boxes begin their lives."""
    if delivery.announced is not None:
        period, first = ANNOUNCED_BY_MISTAKE
        if delivery.number % period == first:
            _announce(hall, delivery, expected)
            hall.hand.do(
                reverse,
                Reverse,
                hall.hand.last_scan,
                by=hall.hand.people.leader,
                reason="mistake",
            )
        code = _announce(hall, delivery, expected)
        for box in delivery.boxes:
            box.delivery = code
        if delivery.arrives > delivery.announced:
            yield delivery.arrives - delivery.announced
        period, first = NEVER_SEEN
        if hall.loose_ends and delivery.number % period == first:
            # It comes late, and nobody knows any more with which announcement.
            for box in delivery.boxes:
                box.delivery = None
            yield 3
    for box in delivery.boxes:
        hall.agenda.add(box_life(hall, box))


def _announce(hall: Hall, delivery: Delivery, expected: date) -> str:
    masses: dict[str | None, list[int]] = defaultdict(list)
    for box in delivery.boxes:
        masses[box.group].append(box.net_g)
    lines = tuple(
        AnnouncedLine(
            article_group=group,
            containers=len(boxes) + (hall.dice.random() < 0.06),
            mass_g=round(sum(boxes) * hall.dice.uniform(0.92, 1.07) / 1000) * 1000,
        )
        for group, boxes in masses.items()
    )
    answer = hall.hand.do(
        announce_delivery,
        AnnounceDelivery,
        by=hall.hand.people.of[delivery.supplier],
        supplier=delivery.supplier,
        site=hall.code,
        expected_at=datetime.combine(expected, time(9), UTC),
        lines=lines,
    )
    return str(answer["code"])


def receive(hall: Hall, box: Box) -> None:
    """Log a box at the gate, with the mistakes that people make there and put right."""
    container, tare_g = next(hall.containers)
    box.estimated = box.meets("guessed")
    gross_g = box.net_g + tare_g
    if box.estimated:
        gross_g = round(gross_g * hall.dice.uniform(0.96, 1.04) / 5000) * 5000
    wrong_g = 5_000 if box.meets("wrong_tare") else 0
    answer = _log(hall, box, container, gross_g, tare_g + wrong_g)
    if box.meets("logged_twice"):
        _log(hall, box, container, gross_g, tare_g)
        hall.hand.do(reverse, Reverse, hall.hand.last_scan, reason="double_scan")
    box.code = answer["code"]
    box.estimated = box.estimated or "scale_overdue" in answer["flags"]
    box.tare_g, box.left_g, box.left_pieces = tare_g, gross_g - tare_g, box.pieces
    if wrong_g:
        correct(hall, box, "wrong_weight", tare_g=tare_g)
    if box.meets("wrong_group"):
        box.group = box.inside
        correct(hall, box, "wrong_group", article_group=box.inside)


def correct(
    hall: Hall,
    box: Box,
    reason: str,
    *,
    supplier: str | None = None,
    article_group: str | None = None,
    tare_g: int | None = None,
) -> None:
    """A team leader puts a batch right."""
    answer = hall.hand.do(
        correct_batch,
        Correct,
        box.code,
        by=hall.hand.people.leader,
        reason=reason,
        supplier=supplier,
        article_group=article_group,
        gross_g=None,
        tare_g=tare_g,
        quality=None,
    )
    box.code = answer["code"]


def wrong_supplier(box: Box) -> str:
    """For whom a box is taken by mistake."""
    return "DEMO-ZEE" if box.supplier == "DEMO-LUCHT" else "DEMO-LUCHT"


def _log(hall: Hall, box: Box, container: str, gross_g: int, tare_g: int) -> dict[str, str]:
    strange = box.meets("wrong_supplier")
    group = box.group
    if box.meets("wrong_group"):
        group = "footwear" if box.inside == "workwear" else "workwear"
    return hall.hand.do(
        log_batch,
        LogBatch,
        code=None,
        site=hall.code,
        station=hall.station("intake"),
        supplier=wrong_supplier(box) if strange else box.supplier,
        article_group=group,
        containers=(container,),
        gross_g=gross_g,
        tare_g=tare_g,
        scale=None if box.estimated else hall.scales["box"],
        pieces=box.pieces,
        quality="estimated" if box.estimated else None,
        eural=box.eural,
        delivery=None if strange else box.delivery,
    )
