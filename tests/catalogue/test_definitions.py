"""Reference data is changed only by the operator that registered it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from catalogue.actions import define
from catalogue.errors import NotFound
from tests.cast import take_the_stage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_an_operator_cannot_rename_a_party_that_another_registered(session: Session) -> None:
    take_the_stage(session)
    with pytest.raises(NotFound):
        define(session, "BUITENPOST", "organisation", "NOORDERHAVEN", {"name": "Mine"}, now=NOW)
    renamed = {"name": "Noorderhaven 2"}
    assert (
        define(session, "WATERKANT", "organisation", "NOORDERHAVEN", renamed, now=NOW).version == 2
    )


def test_an_operator_cannot_put_a_station_at_another_operators_site(session: Session) -> None:
    take_the_stage(session)
    station = {"site": "S1", "kind": "sorting", "name": "Mine"}
    with pytest.raises(NotFound):
        define(session, "BUITENPOST", "station", "NEW1", station, now=NOW)
    with pytest.raises(NotFound):
        define(session, "BUITENPOST", "station", "S1-A", station | {"site": "X1"}, now=NOW)


def test_a_new_version_of_a_destination_leaves_the_old_one_for_what_stands_there(
    session: Session,
) -> None:
    take_the_stage(session)
    data = {
        "stream": "recycle", "names": {"nl": "x", "en": "x"}, "accepts": ["open"], "gates": [],
        "valid_from": date(2026, 4, 1),
    }  # fmt: skip
    assert define(session, "WATERKANT", "destination", "recycle", data, now=NOW).version == 2
