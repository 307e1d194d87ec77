"""Nobody is offered what they may not do."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.builders import Depot
from tests.web.pages.conftest import PEOPLE, Browser

STEPS = 3


@pytest.mark.parametrize("name", PEOPLE)
def test_every_link_that_somebody_sees_opens(
    hall: Depot, browser_of: Callable[[str], Browser], name: str
) -> None:
    delivery = hall.announce(300_000)["code"]
    batch = hall.log(300_000, delivery=delivery)["code"]
    hall.find(batch)
    hall.sort(batch, {"reuse": 100_000, "recycle": 50_000})
    with hall.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT code FROM bin ORDER BY id")
        first = rows.scalars().first() or ""
    hall.close_bin(first, 100_000)
    hall.ship(first)
    browser, seen, here = browser_of(name), dict[str, int](), {"/"}
    for _ in range(STEPS):
        offered = set[str]()
        for path in sorted(here - seen.keys()):
            page = browser.get(path)
            seen[path] = page.status_code
            offered |= set(re.findall(r'<a [^>]*href="(/[^"#?]*)', page.text))
        here = offered
    assert {path: status for path, status in seen.items() if status != 200} == {}
    assert len(seen) >= 4
