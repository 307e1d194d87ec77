"""What a report or an export is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from catalogue.errors import Malformed
from reporting.periods import Period, period


class Basis(StrEnum):
    """Which day decides: that a batch was received (wherever it is now), or that of a booking."""

    RECEIVED = "received"
    BOOKED = "booked"


class By(StrEnum):
    """What the rows of a report are about."""

    MONTH = "month"
    DESTINATION = "destination"
    ARTICLE_GROUP = "article_group"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """suppliers and sites: codes; empty means all that the viewer may see. A supplier stands for
    itself and everything under it. factors: year of the set of factors to use, instead of what is
    valid in the period."""

    period: Period
    basis: Basis = Basis.RECEIVED
    by: By | None = None
    suppliers: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    factors: int | None = None


Choice = TypeVar("Choice", bound=StrEnum)


def question(
    *,
    today: date,
    first: str | None = None,
    end: str | None = None,
    basis: str | None = None,
    by: str | None = None,
    suppliers: Iterable[str] = (),
    sites: Iterable[str] = (),
    factors: int | None = None,
) -> Question:
    """A question from the words of a caller; `first` and `end` are its `from` and `to`.

    today: the site-local day, for the default period. Raises Malformed with the field.
    """
    return Question(
        period=period(first, end, today=today),
        basis=_choice("basis", basis, Basis) if basis else Basis.RECEIVED,
        by=_choice("by", by, By) if by else None,
        suppliers=tuple(sorted(set(filter(None, suppliers)))),
        sites=tuple(sorted(set(filter(None, sites)))),
        factors=factors,
    )


def _choice(field: str, word: str, choices: type[Choice]) -> Choice:
    try:
        return choices(word)
    except ValueError:
        known = ", ".join(choices)
        raise Malformed(field=field, problem=f"must be one of {known}", read=word[:40]) from None
