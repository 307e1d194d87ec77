"""Changes of batch and bin rows that more than one room makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalogue.kinds import BatchState
from catalogue.rows import DestinationRow, SiteRow
from chain.rows import Ref, RowChange, Value
from streams.queries import BatchRow, BinRow
from streams.rules import Line, PlaceRef, Spot, Standing, after, state_by_balance


def batch_change(
    batch: BatchRow, *, was: Mapping[str, Value], now: Mapping[str, Value]
) -> RowChange:
    """New values of a batch, with the ones they replace."""
    return RowChange(table="batch", key=batch.code, row_id=batch.id, was=was, values=now)


def bin_change(bin: BinRow, *, was: Mapping[str, Value], now: Mapping[str, Value]) -> RowChange:
    """New values of a bin, with the ones they replace."""
    return RowChange(table="bin", key=bin.code, row_id=bin.id, was=was, values=now)


def state_change(batch: BatchRow, state: BatchState) -> list[RowChange]:
    """The change to a state; none when it is in it already."""
    if batch.state is state:
        return []
    return [batch_change(batch, was={"state": batch.state.value}, now={"state": state.value})]


def follow_balance(
    batch: BatchRow, standings: Sequence[Standing], lines: Iterable[Line]
) -> list[RowChange]:
    """The batch's state after the lines, as the balance says it."""
    own = [line for line in lines if line.batch.id == batch.id]
    return state_change(batch, state_by_balance(after(standings, own)))


def new_bin(
    code: str, site: SiteRow, destination: DestinationRow | None, container: Ref | None
) -> RowChange:
    """The row of a bin that is opened."""
    return RowChange(
        table="bin",
        key=code,
        values={
            "code": code,
            "site": site.ref,
            "destination": destination.ref if destination else None,
            "container": container,
            "state": "open",
            "gross_g": None,
            "tare_g": None,
        },
    )


def counted_pieces(standing: Standing) -> int | None:
    """The pieces that a line takes along: none where nobody counted, or fewer than went out."""
    return standing.pieces if standing.pieces > 0 else None


def to_place(taken: Iterable[Standing], place: PlaceRef, *, counted: bool = True) -> list[Line]:
    """Lines that bring standings to a place as they are: same group, same quality.

    counted: whether their pieces go along (moisture and dust have none).
    """
    return [
        Line(
            standing.batch,
            standing.spot,
            Spot(place, standing.spot.group, standing.spot.quality),
            standing.mass_g,
            counted_pieces(standing) if counted else None,
        )
        for standing in taken
    ]
