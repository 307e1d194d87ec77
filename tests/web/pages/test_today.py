"""The first page of a site: what needs a team leader."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders import Depot
from tests.web.pages.conftest import Browser


def test_a_worry_that_comes_back_with_every_weighing_is_shown_once(
    hall: Depot, browser_of: Callable[[str], Browser]
) -> None:
    for _ in range(3):
        hall.log(50_000, scale="OVERDUE")
    page = browser_of("leader").text("/today")
    assert page.count("De ijking van de weegschaal is verlopen.") == 1
