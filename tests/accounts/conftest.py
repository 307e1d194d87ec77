"""What tests of accounts ask for: the cast on the stage of one database."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from tests.builders import Depot


@pytest.fixture
def stage(depot: Depot) -> Iterator[Session]:
    """A writing session that holds the cast; nothing of it is kept."""
    with depot.database.write() as session:
        yield session
        session.rollback()
