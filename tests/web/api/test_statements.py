"""A call asks the database a fixed number of questions, however much there is to tell.

Lists, of calls and of pages, stand in tests/web/pages/test_lists.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.web.api.calling import AT, Hall, command, scan, sorting, tablet
from tests.web.api.counting import statements
from tests.web.api.good import YEAR, filled_bin, number_noted, shipped
from web.remembering import Remembered

GROUPS: Final = ("uniform", "towel")
FEW, MANY = 2, 12


def fill(hall: Hall, times: int) -> None:
    """So many of everything that a list shows."""
    for _ in range(times):
        hall.depot.announce(40_000)
        shipped(hall.depot)
        hall.depot.find(hall.depot.log()["code"])
        number_noted(hall.depot)
        hall.park()


def asked_for(hall: Hall, call: Callable[[], Any]) -> int:
    """How many statements a call takes from somebody who has just called before."""
    # Time stands still, so that who has just called is not looked up again on a slow machine.
    hall.app.state.remembered = Remembered(clock=lambda: 0.0)
    hall.get("/checkpoints")
    with statements(hall.depot.database) as asked:
        answer = call()
    assert answer.is_success, answer.text
    return len(asked)


def test_a_batch_takes_at_most_twelve_statements_however_long_its_history(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    hall.depot.sort(batch, {"reuse": 1})
    short = asked_for(hall, lambda: hall.get(f"/batches/{batch}"))
    for mass_g in range(1, MANY):
        hall.depot.sort(batch, {"reuse": mass_g, "recycle": mass_g, "burn": mass_g})
    assert asked_for(hall, lambda: hall.get(f"/batches/{batch}")) == short <= 12


def test_a_bin_takes_at_most_twelve_statements_however_many_batches_are_in_it(hall: Hall) -> None:
    code = filled_bin(hall.depot)
    short = asked_for(hall, lambda: hall.get(f"/bins/{code}"))
    for _ in range(MANY):
        hall.depot.sort(hall.depot.log()["code"], {code: 1_000})
    assert asked_for(hall, lambda: hall.get(f"/bins/{code}")) == short <= 12


def test_the_report_takes_at_most_six_statements_however_much_was_booked(hall: Hall) -> None:
    fill(hall, FEW)

    def ask() -> Any:
        return hall.caller("leader").get("/reports/circularity", **YEAR, by="month")

    short = asked_for(hall, ask)
    fill(hall, MANY)
    assert asked_for(hall, ask) == short <= 6


def test_a_sorting_takes_at_most_eighteen_statements_with_one_part_or_twelve(hall: Hall) -> None:
    batch = hall.depot.log()["code"]
    hall.depot.sort(batch, {"reuse": 1, "recycle": 1, "burn": 1})

    def sort(*parts: tuple[str, str]) -> int:
        said = [{"destination": to, "mass_g": 10, "article_group": group} for to, group in parts]
        body = scan(station="S1-A", scanned_at=AT, parts=said)
        return asked_for(hall, lambda: hall.post(f"/batches/{batch}/sortings", body))

    outcomes = [(to, group) for to in ("reuse", "recycle", "burn") for group in GROUPS]
    assert sort(("reuse", "uniform")) <= 18
    assert sort(*outcomes, *outcomes) <= 18


def test_a_queue_takes_as_many_statements_as_a_short_one(hall: Hall) -> None:
    batches = [hall.depot.log()["code"] for _ in range(3)]
    for batch in batches:
        hall.depot.sort(batch, {"reuse": 1, "burn": 1})

    def sent(count: int) -> Callable[[], Any]:
        weighed = [
            command("sort", batches[n % 3], sorting(1, "reuse" if n % 2 else "burn"))
            for n in range(count)
        ]
        return lambda: hall.post("/sync", tablet(*weighed), by="worker")

    short = asked_for(hall, sent(4))
    assert asked_for(hall, sent(60)) <= short + 1 <= 24, "the tree of the chain grows at times"


def test_the_same_sorting_again_takes_fewer_statements_than_the_first_time(hall: Hall) -> None:
    path, body = f"/batches/{hall.depot.log()['code']}/sortings", sorting()
    first = asked_for(hall, lambda: hall.post(path, body))
    again = asked_for(hall, lambda: hall.post(path, body))
    assert again < first
