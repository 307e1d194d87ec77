"""Close a bin: weigh it whole, and divide what it weighs differently over what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.kinds import WEIGHING_DIFFERENCE, BinState, Pool, Quality
from catalogue.rows import SiteRow
from catalogue.rulebook import OperatorBook, Rulebook, rulebook
from dispatch import rules
from streams import places
from streams.acts import Act, Command, Flagged
from streams.changes import bin_change, counted_pieces
from streams.ledger import Booked, book, site_day
from streams.mass import Grams, net_g
from streams.queries import bin_by_code, contents_of_bin
from streams.rules import Line, PlaceRef, Spot, Standing, after, mass_in, tolerance_g
from streams.scans import answered
from streams.weights import frame_of, weight


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseBin(Command):
    """A full bin on the scale."""

    gross_g: int
    tare_g: int
    scale: str | None
    frame: str | None = None


def close_bin(
    session: Session, code: str, command: CloseBin, *, viewer: Viewer, now: datetime
) -> Booked:
    """Close a bin at its weighed mass, which is what the waybill will say.

    The difference is a weighing difference, divided; estimates take it first and become measured.
    Beyond tolerance it is flagged, never refused. Raises NotFound, Malformed, BinClosed, BinEmpty,
    ScanReused.
    """
    if before := answered(session, "bin_close", code, command):
        return before
    reference = rulebook(session)
    row = bin_by_code(session, reference, code, viewer, lock=True)
    said, code = code, row.code
    rules.require_open(code, row.state)
    mass_g = net_g(command.gross_g, command.tare_g)
    contents = contents_of_bin(session, row.id)
    summed_g = mass_in(contents, Pool.BIN)
    rules.require_filled(code, summed_g)
    weighed, flags = weight(
        reference,
        row.site,
        gross_g=command.gross_g,
        tare_g=command.tare_g,
        quality=None,
        scale=command.scale,
        day=site_day(command.scanned_at, row.site),
    )
    lines = weighed_anew(session, reference, row.site, contents, mass_g, weighed.quality)
    flags += difference_flags(
        reference.operator(row.site), code, contents, summed_g=summed_g, weighed_g=mass_g
    )
    closed = bin_change(
        row,
        was={"state": row.state.value, "gross_g": row.gross_g, "tare_g": row.tare_g},
        now={
            "state": BinState.CLOSED.value,
            "gross_g": command.gross_g,
            "tare_g": command.tare_g,
        },
    )
    act = Act(
        kind="bin_close",
        site=row.site,
        command=command,
        target=said,
        subject=code,
        lines=lines,
        rows=[closed],
        weighed=weighed.weighed(code),
        flags=flags,
        facts=frame_of(command),
        answer={
            "code": code,
            "mass_g": mass_g,
            "state": BinState.CLOSED.value,
            "difference_g": mass_g - summed_g,
            "flags": [flag.code for flag in flags],
        },
    )
    return book(session, act, now=now)


def weighed_anew(
    session: Session,
    reference: Rulebook,
    site: SiteRow,
    contents: Sequence[Standing],
    whole_g: int,
    quality: Quality | None,
) -> list[Line]:
    """Lines that make the contents weigh what they weigh as a whole, all of this quality.

    quality: None where only a part was weighed: then the rest is known as well as before.
    """
    operator = reference.operator(site)
    kind = operator.loss_kinds[WEIGHING_DIFFERENCE]
    lines = []
    if changes := rules.spread_difference(contents, whole_g):
        (loss,) = places.places(session, [places.loss(site, kind)])
        lines = [_difference(change, loss, quality) for change in changes]
    if quality is None:
        return lines
    remade = []
    for standing in after(contents, lines):
        spot = standing.spot
        if spot.place.pool in (Pool.BIN, Pool.SHIPPED) and spot.quality is not quality:
            known = Spot(spot.place, spot.group, quality)
            remade.append(
                Line(standing.batch, spot, known, standing.mass_g, counted_pieces(standing))
            )
    return lines + remade


def _difference(change: rules.Change, loss: PlaceRef, quality: Quality | None) -> Line:
    standing, spot = change.standing, change.standing.spot
    named = Spot(loss, spot.group, Quality.MEASURED)
    if change.gain_g > 0:
        into = Spot(spot.place, spot.group, quality or spot.quality)
        return Line(standing.batch, named, into, Grams(change.gain_g))
    return Line(standing.batch, spot, named, Grams(-change.gain_g))


def difference_flags(
    operator: OperatorBook,
    subject: str,
    contents: Sequence[Standing],
    *,
    summed_g: int,
    weighed_g: int,
) -> list[Flagged]:
    """A flag when the whole differs more than the groups in it tolerate together."""
    tolerated_g = sum(
        tolerance_g(s.mass_g, operator.groups[s.spot.group.code].tolerance_permille)
        for s in contents
    )
    if abs(weighed_g - summed_g) <= tolerated_g:
        return []
    figures = {"summed_g": summed_g, "weighed_g": weighed_g, "tolerance_g": tolerated_g}
    return [Flagged("weighs_differently", subject, figures)]
