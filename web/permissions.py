"""Which role may make which call. The code asks this table; a test compares it with one by hand.

What is not in the table does not start: `web.app` refuses to serve a route without a row.
"""

from __future__ import annotations

from typing import Final

from accounts.machines import Scope
from catalogue.kinds import Role

WORKER, LEADER, MANAGER = Role.WORKER, Role.TEAM_LEADER, Role.MANAGER
SUPPLIER, OUTLET, AUDITOR = Role.SUPPLIER, Role.OUTLET, Role.AUDITOR
ADMINISTRATOR = Role.ADMINISTRATOR

FLOOR: Final = frozenset({WORKER, LEADER})
LEADERS: Final = frozenset({LEADER})
STAFF: Final = frozenset({WORKER, LEADER, MANAGER, AUDITOR, ADMINISTRATOR})
FIGURES: Final = frozenset({LEADER, MANAGER, SUPPLIER, AUDITOR})
ISSUED: Final = frozenset({MANAGER, SUPPLIER, AUDITOR})
SEALERS: Final = frozenset({LEADER, MANAGER})
CERTIFIED: Final = frozenset({LEADER, MANAGER, SUPPLIER, AUDITOR, ADMINISTRATOR})
EVERYBODY: Final = frozenset(Role)
COUNTER: Final = frozenset({LEADER, MANAGER, AUDITOR, ADMINISTRATOR})
PAPERWORK: Final = frozenset({MANAGER, ADMINISTRATOR})

API: Final[dict[tuple[str, str], frozenset[Role]]] = {
    ("POST", "/deliveries"): frozenset({LEADER, SUPPLIER}),
    ("POST", "/deliveries/file"): frozenset({LEADER, SUPPLIER}),
    ("POST", "/deliveries/{code}/withdrawal"): frozenset({LEADER, SUPPLIER}),
    ("POST", "/codes"): FLOOR,
    ("POST", "/batches"): FLOOR,
    ("POST", "/batches/{code}/sortings"): FLOOR,
    ("POST", "/bins/{code}/sortings"): FLOOR,
    ("POST", "/batches/{code}/gates"): FLOOR,
    ("POST", "/bins/{code}/gates"): FLOOR,
    ("POST", "/batches/{code}/weighings"): FLOOR,
    ("POST", "/batches/{code}/correction"): LEADERS,
    ("POST", "/batches/{code}/close"): FLOOR,
    ("POST", "/batches/{code}/reopen"): LEADERS,
    ("POST", "/batches/{code}/hold"): FLOOR,
    ("POST", "/batches/{code}/release"): LEADERS,
    ("POST", "/batches/{code}/refusal"): FLOOR,
    ("POST", "/labels/{code}/replacement"): FLOOR,
    ("POST", "/scans/{scan_id}/reversal"): FLOOR,
    ("POST", "/finds"): FLOOR,
    ("POST", "/finds/{code}/handover"): FLOOR,
    ("POST", "/batches/{code}/items"): FLOOR,
    ("POST", "/items/{number}/destruction"): LEADERS,
    ("POST", "/bins"): FLOOR,
    ("POST", "/bins/{code}/close"): FLOOR,
    ("POST", "/shipments"): LEADERS,
    ("POST", "/shipments/{code}/legs"): LEADERS,
    ("POST", "/shipments/{code}/returns"): LEADERS,
    ("POST", "/shipments/{code}/confirmation"): frozenset({LEADER, OUTLET}),
    ("POST", "/shipments/{code}/link"): LEADERS,
    ("POST", "/shipments/{code}/link/revocation"): LEADERS,
    ("POST", "/shipments/{code}/documents"): frozenset({LEADER, OUTLET}),
    ("GET", "/shipments/{code}/documents/{hash}"): STAFF | {OUTLET},
    ("POST", "/sync"): FLOOR,
    ("POST", "/scan"): frozenset({WORKER, LEADER, MANAGER, AUDITOR}),
    ("POST", "/scan/picture"): frozenset({WORKER, LEADER, MANAGER, AUDITOR}),
    ("POST", "/photos"): FLOOR,
    ("GET", "/photos/{hash}"): STAFF,
    ("POST", "/parked/{scan_id}/settlement"): LEADERS,
    ("PUT", "/reference/{noun}/{code}"): frozenset({MANAGER, ADMINISTRATOR}),
    ("GET", "/reference"): EVERYBODY,
    ("GET", "/floor/world"): FLOOR,
    ("GET", "/batches"): STAFF | {SUPPLIER},
    ("GET", "/batches/{code}"): STAFF | {SUPPLIER},
    ("GET", "/bins"): STAFF,
    ("GET", "/bins/{code}"): STAFF,
    ("GET", "/deliveries"): STAFF | {SUPPLIER},
    ("GET", "/deliveries/{code}/proof"): STAFF | {SUPPLIER},
    ("GET", "/batches/{code}/proof"): STAFF | {SUPPLIER},
    ("GET", "/shipments"): STAFF | {OUTLET},
    ("GET", "/shipments/{code}"): STAFF | {OUTLET},
    ("GET", "/shipments/{code}/waybill"): STAFF | {OUTLET},
    ("GET", "/shipments/{code}/waybill.pdf"): STAFF | {OUTLET},
    ("GET", "/shipments/{code}/waybill.xml"): STAFF | {OUTLET},
    ("GET", "/finds"): STAFF,
    ("GET", "/items"): STAFF,
    ("GET", "/parked"): frozenset({LEADER, MANAGER, AUDITOR}),
    ("POST", "/certificates"): SEALERS,
    ("GET", "/certificates"): CERTIFIED,
    ("GET", "/certificates/{code}"): CERTIFIED,
    ("GET", "/certificates/{code}.json"): CERTIFIED,
    ("GET", "/certificates/{code}.pdf"): CERTIFIED,
    ("POST", "/certificates/{code}/withdrawal"): SEALERS,
    ("GET", "/verify/{code}"): EVERYBODY,
    ("GET", "/reports/circularity"): FIGURES,
    ("POST", "/reports/issued"): frozenset({MANAGER}),
    ("GET", "/reports/issued"): ISSUED,
    ("GET", "/reports/issued/{number}"): ISSUED,
    ("GET", "/reports/issued/{number}.json"): ISSUED,
    ("GET", "/reports/issued/{number}.pdf"): ISSUED,
    ("GET", "/reports/issued/{number}.xlsx"): ISSUED,
    ("GET", "/reports/issued/{number}.csv"): ISSUED,
    ("GET", "/exports/{dataset}"): frozenset({MANAGER, SUPPLIER, AUDITOR}),
    ("GET", "/exports/{dataset}.meta.json"): frozenset({MANAGER, SUPPLIER, AUDITOR}),
    ("GET", "/scales/{code}/reading"): FLOOR,
    ("GET", "/labels/{code}"): STAFF,
    ("POST", "/print-jobs"): FLOOR,
    ("GET", "/print-jobs"): FLOOR,
    ("POST", "/print-jobs/{scan_id}/again"): FLOOR,
    ("POST", "/print-jobs/{scan_id}/cancel"): FLOOR,
    ("POST", "/print-jobs/{scan_id}/confirm"): FLOOR,
    ("GET", "/keys"): EVERYBODY,
    ("GET", "/waste/stream-numbers"): COUNTER,
    ("POST", "/waste/stream-numbers"): PAPERWORK,
    ("POST", "/waste/stream-numbers/{number}/carriage"): PAPERWORK,
    ("GET", "/waste/registers/{which}"): COUNTER,
    ("GET", "/waste/notifications/{month}"): COUNTER,
    ("POST", "/waste/notifications"): frozenset({MANAGER}),
    ("GET", "/checkpoints"): EVERYBODY,
    ("GET", "/proofs/consistency"): EVERYBODY,
    ("GET", "/proofs/{entry}"): EVERYBODY,
}
"""Method and path under `/api/v1`."""

PUBLIC: Final = frozenset(
    {
        ("GET", "/keys"),
        ("GET", "/checkpoints"),
        ("GET", "/proofs/consistency"),
        ("GET", "/verify/{code}"),
    }
)
"""The calls of these that anybody may make, without a token."""

TABLET: Final = frozenset(
    {
        ("POST", "/sync"),
        ("POST", "/codes"),
        ("POST", "/photos"),
        ("POST", "/scan"),
        ("POST", "/scan/picture"),
        ("GET", "/floor/world"),
        ("GET", "/batches/{code}"),
        ("GET", "/bins/{code}"),
        ("GET", "/scales/{code}/reading"),
        ("GET", "/labels/{code}"),
        ("POST", "/print-jobs"),
        ("GET", "/print-jobs"),
        ("POST", "/print-jobs/{scan_id}/again"),
        ("POST", "/print-jobs/{scan_id}/cancel"),
        ("POST", "/print-jobs/{scan_id}/confirm"),
    }
)
"""All that a tablet may ask: what its screens need. A stolen one sees no more, and of one batch or
bin only by its code: no list of them beyond what stands at its site."""

QUESTIONS: Final = frozenset({("POST", "/scan"), ("POST", "/scan/picture")})
"""Calls that send something and book nothing."""


_FOR_ALL: Final = {route for route in API if API[route] == EVERYBODY and route[0] == "GET"}
SCOPES: Final[dict[str, frozenset[tuple[str, str]]]] = {
    Scope.WRITE: frozenset(API),
    Scope.READ: frozenset(route for route in API if route[0] == "GET") | QUESTIONS,
    Scope.FIGURES: frozenset(
        {
            *_FOR_ALL,
            *(route for route in API if route[0] == "GET" and route[1].startswith("/reports/")),
            ("GET", "/exports/{dataset}"),
            ("GET", "/exports/{dataset}.meta.json"),
        }
    ),
    Scope.ANNOUNCE: frozenset(
        {
            *_FOR_ALL,
            ("POST", "/deliveries"),
            ("POST", "/deliveries/file"),
            ("POST", "/deliveries/{code}/withdrawal"),
            ("GET", "/deliveries"),
        }
    ),
}
"""What a token may call, by its scope, where its role may too. Every call is in one, by a test."""


_MEANT_FOR: Final = {
    Scope.FIGURES: ("GET", "/reports/circularity"),
    Scope.ANNOUNCE: ("POST", "/deliveries"),
}
"""The call that a narrow scope is made for."""


def is_of_use(scope: str, role: Role) -> bool:
    """Whether a token of this role can do with this scope what the scope is made for."""
    return scope not in _MEANT_FOR or role in API[_MEANT_FOR[Scope(scope)]]


def may_call(route: tuple[str, str], role: Role, *, kind: str, scope: str) -> bool:
    """Whether a call may be made. kind: "session", "api" or "device"; scope: one of SCOPES, and
    for one that nobody knows, nothing."""
    if kind == "device" and route not in TABLET:
        return False
    return route in SCOPES.get(scope, frozenset()) and role in API[route]
