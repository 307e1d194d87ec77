from collections.abc import Iterator

import pytest

from tests.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """What starts servers in a fraction of a second."""
    found = Nursery()
    yield found
    found.close()
