"""The page of who sees what: the tables that the application asks, and the rules around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from fastapi.routing import APIRoute

from accounts.queries import Signed
from catalogue.access import STAFF, Viewer
from catalogue.kinds import Role
from web.app import API_PREFIX
from web.pages.house import FOR_STRANGERS, ROOMS
from web.pages.visiting import may_open
from web.permissions import API, PUBLIC, may_call

MAY, OWN, NOT = "●", "○", " "
A_THING: Final = re.compile(r"{(code|number|scan_id|hash|entry)}")
WORDS: Final = frozenset(
    {
        ("GET", "/verify/{code}"),
        ("GET", "/exports/{dataset}"),
        ("PUT", "/reference/{noun}/{code}"),
    }
)
"""Calls whose path names no thing of anybody: a word, or what everybody may have in hand."""


def _signed(role: Role, *, kind: str = "session", scope: str = "write") -> Signed:
    operator = 1 if role in STAFF else None
    viewer = Viewer(role=role, organisation_id=1, operator_id=operator)
    return Signed(viewer=viewer, actor="", name="", language=None, kind=kind, scope=scope)


COLUMNS: Final[Mapping[str, Signed | None]] = {
    "worker": _signed(Role.WORKER),
    "team leader": _signed(Role.TEAM_LEADER),
    "manager": _signed(Role.MANAGER),
    "supplier": _signed(Role.SUPPLIER),
    "supplier, reads": _signed(Role.SUPPLIER, scope="read"),
    "outlet": _signed(Role.OUTLET),
    "auditor": _signed(Role.AUDITOR),
    "administrator": _signed(Role.ADMINISTRATOR),
    "nobody": None,
    "tablet": _signed(Role.WORKER, kind="device"),
    "token, reads": _signed(Role.TEAM_LEADER, kind="api", scope="read"),
}
"""Everybody who may ask, in the order of the tables. A token that reads is of a team leader here."""


def access_page() -> str:
    """Who may do what, who never sees what, and what is proven of it."""
    return "\n".join(
        [_ABOUT.rstrip(), *_roles(), _RULES.rstrip(), *_calls(), *_pages(), *_open(), _PROOF.rstrip()]
    ) + "\n"


def _roles() -> Iterator[str]:
    yield from ("", "## The roles", "", "| role | in Dutch screens | may |", "|---|---|---|")
    for role, may in _MAY.items():
        yield f"| {role.value.replace('_', ' ')} | {_DUTCH[role]} | {may} |"


def _calls() -> Iterator[str]:
    yield from ("", "## The calls", "", f"Every path begins with `{API_PREFIX}`.", "")
    yield from _head("call")
    for method, path in sorted(API, key=lambda route: (route[1], route[0])):
        route = (method, path)

        def answered(me: Signed | None, route: tuple[str, str] = route) -> bool:
            if route in PUBLIC or me is None:
                return route in PUBLIC
            return may_call(route, me.viewer.role, kind=me.kind, scope=me.scope)

        is_thing = bool(A_THING.search(path)) and route not in WORDS
        yield _line(method, path, answered, is_thing=is_thing)


def _pages() -> Iterator[str]:
    yield from ("", "## The pages", "", "`POST` is the form on a page. No machine opens a page.", "")
    yield from _head("page")
    for path, method in sorted(served()):

        def answered(me: Signed | None, path: str = path, method: str = method) -> bool:
            return me is not None and may_open(me, method, path)

        yield _line(method, path, answered, is_thing=bool(A_THING.search(path)))


def served() -> set[tuple[str, str]]:
    """Path and method of every page for who signed in."""
    return {
        (route.path, method)
        for room in ROOMS
        for route in room.router.routes
        if isinstance(route, APIRoute) and route.path not in FOR_STRANGERS
        for method in route.methods
    }


def _head(first: str) -> Iterator[str]:
    yield f"| {first} | {' | '.join(COLUMNS)} |"
    yield f"|---|{':-:|' * len(COLUMNS)}"


def _line(
    method: str, path: str, answered: Callable[[Signed | None], bool], *, is_thing: bool
) -> str:
    yes = OWN if is_thing else MAY
    cells = (yes if answered(me) else NOT for me in COLUMNS.values())
    return f"| `{method} {path}` | {' | '.join(cells)} |"


def _open() -> Iterator[str]:
    yield from ("", "## What anybody gets, signed in or not", "")
    yield "Ways in, the empty shell of the floor's app, and what is meant to be checked by anybody."
    yield "None of it tells anything about anybody, but for who holds the secret of a link."
    yield ""
    yield ", ".join(f"`{path}`" for path in sorted(FOR_STRANGERS)) + "."


_DUTCH: Final[Mapping[Role, str]] = {
    Role.WORKER: "medewerker",
    Role.TEAM_LEADER: "teamleider",
    Role.MANAGER: "manager",
    Role.SUPPLIER: "leverancier",
    Role.OUTLET: "afnemer",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "beheerder",
}
_MAY: Final[Mapping[Role, str]] = {
    Role.WORKER: "scan, weigh, sort, note finds and items, and undo, at the own site. No figures, no certificates, no reports.",
    Role.TEAM_LEADER: "all of that, and put right, release, reopen, ship, settle what waits, certify, and see the figures.",
    Role.MANAGER: "see all figures of the operator, issue reports and certificates, export, and keep reference data. Books nothing in the register of matter.",
    Role.SUPPLIER: "see its own batches and those of the organisations under it, at every operator that it hands in to: deliveries, figures, reports, certificates, exports. Announces deliveries, unless its person or token may only read.",
    Role.OUTLET: "see the shipments to it, confirm them and bring papers.",
    Role.AUDITOR: "read everything of one operator, times and stations too, and check the logbooks. Changes nothing.",
    Role.ADMINISTRATOR: "keep people, organisations, sites, stations, tablets and tokens. Sees no figures and books nothing in the register of matter.",
}

_ABOUT: Final = """\
# Who sees what

Written by `make docs` from the tables that the application asks (`web/permissions.py`, `web/pages/visiting.py`) and from `docs/access_page.py`: do not edit this page. A test holds it against a second table that was written by hand.

This page is for whoever has to answer for the data: it says who may do what, what nobody sees of others, and what proves it.
"""

_RULES: Final = """
## The rules

1. **Whose it is.** Staff belongs to one operator and sees what is that operator's. A supplier sees what it handed in itself, or what an organisation under it handed in. An outlet sees what was sent to it. Nobody sees anything else, by no call, page, list, search, export, picture or paper.
2. **Which site.** Staff can be tied to one site. Then what stands at another site of the same operator is not there for them, and they change nothing of it: no station, container, scale or printer. What belongs to the operator as a whole (destinations, article groups, partners, factors) they do see.
3. **What is of others is not there.** Who asks for a thing of somebody else gets the very answer that they would get for a thing that never existed: `404 not_found`, to the byte. The same holds for a code in a body: a station of another site, a delivery of another supplier, a bin of another operator. So nobody learns that it exists.
4. **What is not for a role is said so.** `403 not_allowed`, before anything is looked up. It is the same whatever is asked for.
5. **Who is not signed in** gets `401` from a call, and is led to sign in from a page.
6. **Nothing goes along unseen.** A field that a call does not know is refused (`422`), so nobody can set a site, a supplier or a state that the call does not offer.

### What of an answer who never sees

| what | is never told to | and is told to |
|---|---|---|
| name, code, batches, deliveries, items, reports and certificates of another supplier, also where its goods lie in one bin or went in one shipment | suppliers, outlets | staff of the operator |
| whose goods a bin or a shipment holds: supplier, batches | outlets, also by a link and on the waybill | staff of the operator |
| which outlet took the goods | other outlets; suppliers, but on a certificate of their own | staff of the operator |
| station, time of day and `scan_id` of what is done on the floor | suppliers, outlets, managers, administrators | worker and team leader (who undo and put right), auditor |
| when a lorry left | suppliers | staff, and the outlet, on the waybill: the law asks it |
| notes in words | suppliers, outlets, managers, administrators | worker, team leader, auditor |
| who handed a found object over, and to whom | everybody but those named here | worker, team leader and auditor, on the receipt |
| who did what on the floor | everybody | nobody; each person of themselves, in the data that is kept of them |
| who did what to accounts | everybody but those named here | administrator, auditor, on `/audit` |
| figures (shares, masses per period, exports) | workers, outlets, administrators | team leader, manager, auditor; suppliers of their own |
| anything of another operator, also of a supplier that both serve | everybody | |
| passwords, tokens, codes for tablets, addresses of links | everybody, after the one time that they are shown | |

No answer holds a figure per person, nor how fast anybody works.

A code of a bin or of a shipment in which grams of a supplier stand is told to that supplier: it is where they are. It tells nothing of what else stands there.

### Tablets, tokens, and links without an account

- **A tablet** stands at one station. It may make the calls that its screens need and no other; it opens no page. It books for its own station only. Removed in one click, it is nobody.
- **A token** of a machine has a role, an organisation, perhaps a site, a scope and a last day. It opens no page. The scope is everything that the role may, or reading only, or figures only, or announcing only. One that only reads books nothing.
- **A person who may only read** sees what their role sees, and books nothing; what is their own (password, second factor, notices) they keep themselves.
- **A link of a shipment** (`/outlet/...`) lets its holder see that one shipment as its outlet does, confirm it and bring papers, until it ends. The name of a supplier is not on it.
- **A certificate or report in hand** can be checked by anybody who has its code (`/verify`): the answer says what that paper says, and whether it still stands.
- **The logbooks' signed heads** (`/checkpoints`) are public, so that nobody can swap a logbook unseen. They tell which operators and sites there are, and how many entries each logbook has.

## How to read the tables

`●` is answered, with what is one's own. `○` is answered for a thing of one's own, and `404` for a thing of anybody else. An empty place is `403`, or to sign in. *supplier, reads* is a person who may only read; *token, reads* is that of a machine of a team leader.
"""

_PROOF: Final = """
## What proves it

| what | by |
|---|---|
| every route, by every column above, about one's own, another site's or partner's, and another operator's things that exist, and by the same call about nothing | `tests/access/test_matrix.py` against `tests/access/matrix.txt` |
| no route without a row, and this page says what that table says | `tests/access/test_tables.py`, `tests/access/test_document.py` |
| no word of others in any answer, page, export, paper or file, in a world where they share bins and shipments | `tests/access/test_canaries.py` |
| codes of others in a body, in lists, in questions, from tablets | `tests/web/api/test_isolation.py`, `tests/access/test_bodies.py` |
| a field that a call does not know is refused | `tests/web/api/test_bad_input.py`, `tests/access/test_bodies.py` |
| no pace of anybody | `tests/house/test_no_pace.py` |
"""
