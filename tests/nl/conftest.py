"""The counter of a depot."""

from __future__ import annotations

import pytest

from tests.builders import Depot
from tests.nl.counter import Counter


@pytest.fixture
def counter(depot: Depot) -> Counter:
    return Counter(depot)
