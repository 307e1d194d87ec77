"""Every story is played line by line; at its end the whole ledger is looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit import breaches
from tests.builders import Depot
from tests.stories.reporting import REPORTING
from tests.stories.sealing import SEALING
from tests.stories.telling import VERBS, Story

VERBS.update(SEALING)
VERBS.update(REPORTING)
STORIES = sorted(Path(__file__).parent.glob("*.txt"))


def acts(story: Path) -> Iterator[tuple[int, str, str]]:
    """Number, act and expectation of every line that is one."""
    for number, line in enumerate(story.read_text("utf-8").splitlines(), 1):
        said = line.split("#")[0].strip()
        if said:
            act, arrow, expected = said.partition(" -> ")
            assert arrow, f"{story.name}:{number} expects nothing"
            yield number, act.strip(), expected.strip()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_story_goes_as_it_is_told(story: Path, depot: Depot) -> None:
    told = Story(depot)
    for number, act, expected in acts(story):
        assert f"{act} -> {told.tell(act)}" == f"{act} -> {expected}", f"{story.name}:{number}"
    assert breaches(depot.database) == []
