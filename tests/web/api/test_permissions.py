"""Who may make which call, and that a tablet may no more than a call."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.access.matrix import ROWS
from tests.web.api.calling import SEVEN, Hall, command
from tests.web.api.good import GOOD, Good, Route
from web.api.acts import ACTS

MAY: Final[dict[Route, frozenset[str]]] = {
    (row.method, row.bare): row.who() & frozenset(SEVEN) for row in ROWS if row.is_call
}
"""Who may make each call, by name: from the matrix by hand, which asks each of them everything."""


def spelled(route: Route) -> str:
    return " ".join(route)


def test_there_is_a_good_call_of_every_kind() -> None:
    assert set(GOOD) == set(MAY)


KINDS: Final = {
    "delivery": "/deliveries",
    "withdraw": "/deliveries/{code}/withdrawal",
    "codes": "/codes",
    "intake": "/batches",
    "sort": "/batches/{code}/sortings",
    "gate": "/batches/{code}/gates",
    "weigh": "/batches/{code}/weighings",
    "correct": "/batches/{code}/correction",
    "close": "/batches/{code}/close",
    "reopen": "/batches/{code}/reopen",
    "hold": "/batches/{code}/hold",
    "release": "/batches/{code}/release",
    "refuse": "/batches/{code}/refusal",
    "relabel": "/labels/{code}/replacement",
    "reverse": "/scans/{scan_id}/reversal",
    "find": "/finds",
    "handover": "/finds/{code}/handover",
    "serial": "/batches/{code}/items",
    "destroyed": "/items/{number}/destruction",
    "bin": "/bins",
    "bin_close": "/bins/{code}/close",
    "shipment": "/shipments",
    "leg": "/shipments/{code}/legs",
    "return": "/shipments/{code}/returns",
    "confirm": "/shipments/{code}/confirmation",
}
"""What a tablet calls each act, and the call of the same act."""


def by_tablet(kind: str, sent: Good) -> dict[str, Any]:
    """A good call, as a command of a tablet."""
    target = next(iter(sent.named.values()), None)
    return command(kind, target, sent.body or {})


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_tablet_may_no_more_than_a_call(hall: Hall, kind: str) -> None:
    route = ("POST", KINDS[kind])
    for name in MAY["POST", "/sync"]:
        (result,) = hall.sync(by_tablet(kind, GOOD[route](hall)), by=name)["results"]
        if name in MAY[route]:
            assert result["status"] == "accepted", result
        else:
            assert (result["status"], result["answer"]["code"]) == ("refused", "not_allowed")


def test_every_kind_of_act_is_tried_by_a_tablet() -> None:
    ours = {(kind, f"/bins/{path}") for kind, path in (("sort_bin", "{code}/sortings"),
                                                       ("gate_bin", "{code}/gates"))}  # fmt: skip
    assert {(act.kind, act.path) for act in ACTS} - ours == set(KINDS.items())


def entries(hall: Hall) -> int:
    with hall.depot.database.read() as session:
        return int(session.connection().exec_driver_sql("SELECT count(*) FROM entry").scalar_one())
