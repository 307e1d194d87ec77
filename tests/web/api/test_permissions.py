"""Who may make which call: a table by hand, against the one that the code asks, and against it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.web.api.calling import CALLERS, SEVEN, Hall, command
from tests.web.api.good import GOOD, Good, Route, send
from web.api.acts import ACTS
from web.permissions import API, PUBLIC

MATRIX: Final = """
                                      worker leader manager supplier outlet auditor administrator
POST /deliveries                        .      x      .       x        .      .       .
POST /deliveries/file                   .      x      .       x        .      .       .
POST /deliveries/{code}/withdrawal      .      x      .       x        .      .       .
POST /codes                             x      x      .       .        .      .       .
POST /batches                           x      x      .       .        .      .       .
POST /batches/{code}/sortings           x      x      .       .        .      .       .
POST /bins/{code}/sortings              x      x      .       .        .      .       .
POST /batches/{code}/gates              x      x      .       .        .      .       .
POST /bins/{code}/gates                 x      x      .       .        .      .       .
POST /batches/{code}/weighings          x      x      .       .        .      .       .
POST /batches/{code}/correction         .      x      .       .        .      .       .
POST /batches/{code}/close              x      x      .       .        .      .       .
POST /batches/{code}/reopen             .      x      .       .        .      .       .
POST /batches/{code}/hold               x      x      .       .        .      .       .
POST /batches/{code}/release            .      x      .       .        .      .       .
POST /batches/{code}/refusal            x      x      .       .        .      .       .
POST /labels/{code}/replacement         x      x      .       .        .      .       .
POST /scans/{scan_id}/reversal          x      x      .       .        .      .       .
POST /finds                             x      x      .       .        .      .       .
POST /finds/{code}/handover             x      x      .       .        .      .       .
POST /batches/{code}/items              x      x      .       .        .      .       .
POST /items/{number}/destruction        .      x      .       .        .      .       .
POST /bins                              x      x      .       .        .      .       .
POST /bins/{code}/close                 x      x      .       .        .      .       .
POST /shipments                         .      x      .       .        .      .       .
POST /shipments/{code}/legs             .      x      .       .        .      .       .
POST /shipments/{code}/returns          .      x      .       .        .      .       .
POST /shipments/{code}/confirmation     .      x      .       .        x      .       .
POST /shipments/{code}/link             .      x      .       .        .      .       .
POST /shipments/{code}/link/revocation  .      x      .       .        .      .       .
POST /shipments/{code}/documents        .      x      .       .        x      .       .
GET  /shipments/{code}/documents/{hash} x      x      x       .        x      x       x
POST /sync                              x      x      .       .        .      .       .
POST /scan                              x      x      x       .        .      x       .
POST /scan/picture                      x      x      x       .        .      x       .
POST /photos                            x      x      .       .        .      .       .
GET  /photos/{hash}                     x      x      x       .        .      x       x
POST /parked/{scan_id}/settlement       .      x      .       .        .      .       .
PUT  /reference/{noun}/{code}           .      .      x       .        .      .       x
GET  /reference                         x      x      x       x        x      x       x
GET  /floor/world                       x      x      .       .        .      .       .
GET  /batches                           x      x      x       x        .      x       x
GET  /batches/{code}                    x      x      x       x        .      x       x
GET  /bins                              x      x      x       .        .      x       x
GET  /bins/{code}                       x      x      x       .        .      x       x
GET  /deliveries                        x      x      x       x        .      x       x
GET  /deliveries/{code}/proof           x      x      x       x        .      x       x
GET  /batches/{code}/proof              x      x      x       x        .      x       x
GET  /shipments                         x      x      x       .        x      x       x
GET  /shipments/{code}                  x      x      x       .        x      x       x
GET  /shipments/{code}/waybill          x      x      x       .        x      x       x
GET  /shipments/{code}/waybill.pdf      x      x      x       .        x      x       x
GET  /shipments/{code}/waybill.xml      x      x      x       .        x      x       x
GET  /finds                             x      x      x       .        .      x       x
GET  /items                             x      x      x       .        .      x       x
GET  /parked                            .      x      x       .        .      x       .
POST /certificates                      .      x      x       .        .      .       .
GET  /certificates                      .      x      x       x        .      x       x
GET  /certificates/{code}               .      x      x       x        .      x       x
GET  /certificates/{code}.json          .      x      x       x        .      x       x
GET  /certificates/{code}.pdf           .      x      x       x        .      x       x
POST /certificates/{code}/withdrawal    .      x      x       .        .      .       .
GET  /verify/{code}                     x      x      x       x        x      x       x
GET  /reports/circularity               .      x      x       x        .      x       .
POST /reports/issued                    .      .      x       .        .      .       .
GET  /reports/issued                    .      .      x       x        .      x       .
GET  /reports/issued/{number}           .      .      x       x        .      x       .
GET  /reports/issued/{number}.json      .      .      x       x        .      x       .
GET  /reports/issued/{number}.pdf       .      .      x       x        .      x       .
GET  /reports/issued/{number}.xlsx      .      .      x       x        .      x       .
GET  /reports/issued/{number}.csv       .      .      x       x        .      x       .
GET  /exports/{dataset}                 .      .      x       x        .      x       .
GET  /exports/{dataset}.meta.json       .      .      x       x        .      x       .
GET  /scales/{code}/reading             x      x      .       .        .      .       .
GET  /labels/{code}                     x      x      x       .        .      x       x
POST /print-jobs                        x      x      .       .        .      .       .
GET  /print-jobs                        x      x      .       .        .      .       .
POST /print-jobs/{scan_id}/again        x      x      .       .        .      .       .
POST /print-jobs/{scan_id}/cancel       x      x      .       .        .      .       .
POST /print-jobs/{scan_id}/confirm      x      x      .       .        .      .       .
GET  /keys                              x      x      x       x        x      x       x
GET  /proofs/consistency                x      x      x       x        x      x       x
GET  /waste/stream-numbers              .      x      x       .        .      x       x
POST /waste/stream-numbers              .      .      x       .        .      .       x
POST /waste/stream-numbers/{number}/carriage . .      x       .        .      .       x
GET  /waste/registers/{which}           .      x      x       .        .      x       x
GET  /waste/notifications/{month}       .      x      x       .        .      x       x
POST /waste/notifications               .      .      x       .        .      .       .
GET  /checkpoints                       x      x      x       x        x      x       x
GET  /proofs/{entry}                    x      x      x       x        x      x       x
"""


def read_matrix(text: str) -> dict[Route, frozenset[str]]:
    """Who may make each call, by name."""
    head, *lines = text.strip("\n").splitlines()
    names = head.split()
    found = {}
    for line in lines:
        method, path, *marks = line.split()
        assert len(marks) == len(names), line
        found[method, path] = frozenset(
            name for name, mark in zip(names, marks, strict=True) if mark == "x"
        )
    return found


MAY: Final = read_matrix(MATRIX)
ROUTES: Final = sorted(MAY)
SEVEN_LESS: Final = {route: [name for name in SEVEN if name not in MAY[route]] for route in MAY}


def spelled(route: Route) -> str:
    return " ".join(route)


def test_the_table_by_hand_is_the_table_that_the_code_asks() -> None:
    by_role = {CALLERS[name][0]: name for name in SEVEN}
    assert {
        route: frozenset(by_role[role] for role in roles) for route, roles in API.items()
    } == MAY


def test_there_is_a_good_call_of_every_kind() -> None:
    assert set(GOOD) == set(MAY)


@pytest.mark.parametrize("route", ROUTES, ids=spelled)
def test_who_may_is_answered(hall: Hall, route: Route) -> None:
    told = {
        name: send(hall.caller(name), route, GOOD[route](hall)).status_code for name in MAY[route]
    }
    done = 201 if route[0] != "GET" and route[1] not in ANSWERED_WITH_200 else 200
    assert told == dict.fromkeys(MAY[route], done)


@pytest.mark.parametrize("route", ROUTES, ids=spelled)
def test_who_may_not_is_refused_and_changes_nothing(hall: Hall, route: Route) -> None:
    sent = GOOD[route](hall)
    before = entries(hall)
    told = {name: refusal(send(hall.caller(name), route, sent)) for name in SEVEN_LESS[route]}
    assert told == dict.fromkeys(SEVEN_LESS[route], (403, "not_allowed"))
    stranger = send(hall.caller("nobody"), route, sent)
    if route in PUBLIC:
        assert stranger.status_code == 200
        return
    assert refusal(stranger) == (401, "unauthenticated")
    assert stranger.headers["www-authenticate"] == "Bearer"
    assert entries(hall) == before


ANSWERED_WITH_200: Final = {
    "/sync",
    "/deliveries/file",
    "/scan",
    "/scan/picture",
    "/shipments/{code}/link/revocation",
    "/print-jobs/{scan_id}/cancel",
    "/print-jobs/{scan_id}/confirm",
}
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


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def entries(hall: Hall) -> int:
    with hall.depot.database.read() as session:
        return int(session.connection().exec_driver_sql("SELECT count(*) FROM entry").scalar_one())
