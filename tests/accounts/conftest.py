"""What tests of accounts ask for: the cast on the stage of one database."""

import pytest
from sqlmodel import Session

from tests.cast import take_the_stage


@pytest.fixture
def stage(session: Session) -> Session:
    """A writing session that holds the cast."""
    take_the_stage(session)
    return session
