"""Every route, every role, every organisation: what is answered is what the matrix by hand says.

Things are asked for that exist. So a 404 for others' is told from a wrong path by the same call of
somebody whose thing it is, which is answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from tests.access.asking import Answer, Asker
from tests.access.house import House
from tests.access.matrix import ROWS, WHERE, Row
from tests.access.nothing import nothing_like
from tests.access.pages import FORMS, NEVER, PERSONAL, QUERIES, carried, named
from tests.web.api.good import GOOD, Good, send
from tests.web.pages.conftest import words

CLOSED: Final = [row for row in ROWS if row.is_call or row.cells["stranger"] == "-"]
OPEN: Final = [row for row in ROWS if row not in CLOSED]
ANSWERED_WITH_200: Final = {
    "/sync",
    "/deliveries/file",
    "/scan",
    "/scan/picture",
    "/shipments/{code}/link/revocation",
    "/print-jobs/{scan_id}/cancel",
    "/print-jobs/{scan_id}/confirm",
}
"""Calls by POST that book nothing, or that undo."""
AT_THE_DOOR: Final = {"/codes", "/batches", "/scans/{scan_id}/reversal"}
"""Calls whose good ones are of the station where goods come in."""
LEADER: Final = ("leader", "own")
PARTNERS: Final = ("supplier", "viewer", "outlet")
LOOKED_AT: Final = ("entry", "scan", "actor", "print_job", "photo", "outlet_document")
"""Where a call would leave something behind."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call or page with all that it takes, for anybody to send."""

    row: Row
    call: Good | None = None
    named: Mapping[str, str] | None = None
    form: Mapping[str, Any] | None = None
    own: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, name: str, where: str) -> Ask:
        """About what is theirs, where each has a thing of their own; else a team leader's."""
        if not self.own:
            return self
        whose = (name, where) if where == "own" and (name, where) in self.own else LEADER
        return replace(self, named={"code": self.own[whose]})

    def by(self, asker: Asker) -> Answer:
        if self.call is not None:
            route = (self.row.method, self.row.bare)
            answer: Answer = send(asker, route, self.call)  # type: ignore[arg-type]
            return answer
        path = self.row.path.format(**(self.named or {}))
        if self.form is not None:
            return asker.fill_in(path, self.form)
        question = QUERIES.get(self.row.path)
        return asker.open(f"{path}?{question}" if question else path)

    def about_nothing(self) -> Ask:
        """The same about what nobody has."""
        if self.call is not None:
            return Ask(self.row, nothing_like(self.row.bare, self.call))
        own = self.named or {}
        nothing = {name: own[name] if name == "noun" else NEVER for name in own}
        return replace(self, named=nothing, own={})

    def said(self, answer: Answer) -> tuple[int, bytes | str]:
        """An answer without what was asked for in it."""
        if self.call is not None:
            return answer.status_code, answer.content
        said = words(answer)
        for own in (self.named or {}).values():
            # As a whole: a number may be short, and stand within others.
            said = re.sub(rf"(?<![\w-]){re.escape(own)}(?![\w-])", NEVER, said)
        return answer.status_code, said


def asked(house: House, row: Row) -> Ask:
    """A good one: made of things that are there by now."""
    if row.is_call:
        return Ask(row, GOOD[row.method, row.bare](house))
    form = FORMS[row.path](house) if row.method == "POST" else None
    ask = Ask(row, named=form.named if form else named(row.path, house.things))
    if form:
        ask = replace(ask, form=carried(house, form.form))
    if row.path in PERSONAL:
        own = {key: PERSONAL[row.path](house, who) for key, who in house.persons.items()}
        ask = replace(ask, named={"code": own[LEADER]}, own=own)
    return ask


def asker_of(house: House, row: Row, name: str, where: str) -> Asker:
    """Somebody of a column. A tablet speaks for its own station only."""
    if (name, where) == ("tablet", "own") and row.bare in AT_THE_DOOR:
        where = "at the door"
    return house.asker(name, where)


def sign(row: Row, answer: Answer) -> str:
    """What an answer is, as the matrix has it; in words if it is none of these."""
    status = answer.status_code
    if row.is_call:
        code = answer.json()["code"] if status >= 400 else ""
        known = {(403, "not_allowed"): ".", (404, "not_found"): "-", (401, "unauthenticated"): "?"}
        booked = row.method != "GET" and row.bare not in ANSWERED_WITH_200
        if status == (201 if booked else 200):
            return "x"
        return known.get((status, code), f"{status} {code}")
    if status == 303 and answer.headers["location"].startswith("/login"):
        return "?"
    if status in (200, 303):
        return "x" if status == 200 or row.method == "POST" or row.path == "/" else "moved"
    return {403: ".", 404: "-"}.get(status, f"{status} {words(answer)[:300]}")


@pytest.mark.parametrize("row", CLOSED, ids=lambda row: row.spelled)
def test_the_answer_is_what_the_matrix_says(house: House, row: Row) -> None:
    ask = asked(house, row)
    nothing = ask.about_nothing()
    house.keep()
    before = house.left(LOOKED_AT)
    told, wanted, compared = {}, {}, set()
    for name, where in ((name, where) for where in WHERE for name in row.cells):
        expected = row.told(name, where)
        if name == "stranger" or not expected:
            continue
        asker, own = asker_of(house, row, name, where), ask.of(name, where)
        answer = own.by(asker)
        wanted[name, where], told[name, where] = expected, sign(row, answer)
        if told[name, where] == "x" and row.method != "GET":
            house.again()
        kind = name if name in PARTNERS else "staff"
        if told[name, where] == "-" and "{" in row.path and (kind, where) not in compared:
            # What is of others is like what is not there.
            compared.add((kind, where))
            assert own.said(answer) == nothing.said(nothing.by(asker)), (name, where)
    stranger = ask.by(house.asker("nobody"))
    wanted["stranger", "own"] = {"-": "?"}.get(row.cells["stranger"], row.cells["stranger"])
    told["stranger", "own"] = sign(row, stranger)
    assert told == wanted, row.spelled
    assert house.left(LOOKED_AT) == before
    if row.is_call and stranger.status_code == 401:
        assert stranger.headers["www-authenticate"] == "Bearer"
