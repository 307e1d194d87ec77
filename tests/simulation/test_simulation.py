"""A seed makes a day; plain dicts foretell every answer and every balance of it.

`make simulate SEED=7` plays one seed, a longer day, and tells every act when something is wrong.
"""

from __future__ import annotations

import os

import pytest

from tests.audit import breaches
from tests.builders import Depot
from tests.simulation.day import Day

GIVEN = os.environ.get("STOFSTROOM_SEED")
SEEDS = [int(GIVEN)] if GIVEN else [1, 2, 3, 4]
ACTS = 600 if GIVEN else 150


def play(depot: Depot, seed: int, acts: int) -> None:
    """A whole day, looked through again and again; a mistake is told with all that led to it."""
    day = Day(depot, seed)
    try:
        for number in range(acts):
            day.act()
            if number % 10 == 0:
                day.check()
        day.check()
        assert breaches(depot.database) == []
    except Exception as error:
        error.add_note("\n".join([f"seed {seed}, act {len(day.told)}:", *day.told[-60:]]))
        raise


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_goes_as_foretold(depot: Depot, seed: int) -> None:
    play(depot, seed, ACTS)


def test_a_day_goes_the_same_on_either_database(parallel_depot: Depot) -> None:
    play(parallel_depot, SEEDS[0] + 100, ACTS // 2)
