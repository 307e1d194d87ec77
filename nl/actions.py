"""Load what a Dutch operator starts with."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from catalogue.actions import define
from nl.starting_values import starting_values


def load_starting_values(session: Session, operator: str, now: datetime) -> int:
    """Define the reference data of the first use for an operator; how many pieces that were.

    Each is an entry of the operator's chain; what exists already gets a new version.
    """
    defined = [
        define(session, operator, value.noun, value.code, value.data, now=now)
        for value in starting_values()
    ]
    return len(defined)
