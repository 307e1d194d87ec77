"""In a world where everything of everybody touches, nobody reads a word that is another's.

Every call, page, export, paper and file that the matrix lets somebody have is read, and every page
that they lead to. docs/access.md says in words which fields these are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import pytest

from tests.access.house import House
from tests.access.mixed import MINUTE, NOTE, PEOPLE, Mixed, mix
from tests.access.told import everything

STATIONS: Final = {"S1-IN", "S1-A", "S1-B", "S2-IN", "X1-A"}
ON_THE_FLOOR: Final = re.compile(rf"(?<![\d:])\d\d:{MINUTE}(?!\d)")
CHAINS: Final = r"checkpoints$"
"""The list of all logbooks is public: whose there are, and how long each is."""
CERTIFICATES: Final = r"/certificates/"
"""A certificate is the one paper on which a supplier is told who took its goods."""
WAYBILLS: Final = r"/waybill(\.pdf|\.xml)?$"
"""A waybill says when the lorry left: the law asks it, and it tells nothing of who works."""


@dataclass(frozen=True, slots=True)
class Case:
    """Who reads, what is theirs, and what they never read. but: where a word of a party may stand
    all the same; times: where a time of the floor may; scans: whether numbers of scans may."""

    column: str
    where: str
    own: Callable[[Mixed], Mapping[str, str]]
    hidden: Callable[[Mixed], set[str]]
    but: Mapping[str, str] = field(default_factory=dict)
    times: str | None = None
    scans: bool = False


def words(mixed: Mixed, *parties: str) -> set[str]:
    return set().union(*(mixed[party].words() for party in parties))


def places(mixed: Mixed) -> set[str]:
    """Bins and shipments that grams of both suppliers stand in."""
    taken = (mixed[party].own for party in ("VEZELHOF", "SMELTERIJ", "TAKER"))
    return mixed.shared | {own[what] for own in taken for what in ("bin", "shipment")}


def ours(mixed: Mixed) -> Mapping[str, str]:
    figure = {"figure": "reuse_of_sorted"}
    return {**mixed["VEZELHOF"].own, **mixed["NOORDERHAVEN"].own, **figure}


def of_a_supplier(mixed: Mixed) -> set[str]:
    others = words(mixed, "DUINRAND", "VREEMD", "VEZELHOF", "SMELTERIJ", "TAKER")
    return others - places(mixed) | mixed.floor | STATIONS


def of_an_outlet(mixed: Mixed) -> set[str]:
    others = words(mixed, "NOORDERHAVEN", "DUINRAND", "VREEMD", "SMELTERIJ", "TAKER", "BUITENPOST")
    return others | mixed.shared | mixed.floor | STATIONS


def of_an_operator(mixed: Mixed) -> set[str]:
    there = {mixed["NOORDERHAVEN"].own["at X1"], "X1-A"}
    return words(mixed, "VREEMD", "TAKER", "BUITENPOST") | there


def of_the_office(mixed: Mixed) -> set[str]:
    """Managers see no notes of the floor, and nobody's name."""
    return of_an_operator(mixed) | {NOTE, *PEOPLE}


def of_the_other_operator(mixed: Mixed) -> set[str]:
    ours = mixed["NOORDERHAVEN"].marks - {mixed["NOORDERHAVEN"].own["at X1"]}
    others = words(mixed, "DUINRAND", "VEZELHOF", "SMELTERIJ")
    return others | ours | mixed.shared | mixed.floor


def of_the_other_site(mixed: Mixed) -> set[str]:
    known = (mixed[code].marks for code in ("NOORDERHAVEN", "DUINRAND", "VEZELHOF", "SMELTERIJ"))
    here = {mixed["DUINRAND"].own["at S2"]}
    return set().union(*known) - here | mixed.shared | mixed.floor | of_an_operator(mixed)


ELSEWHERE: Final = dict.fromkeys(("BUITENPOST", "X1"), CHAINS)
TAKERS: Final = dict.fromkeys(("VEZELHOF", "Vezelhof"), CERTIFICATES)
CASES: Final = (
    Case("supplier", "own", ours, of_a_supplier, but=TAKERS),
    Case("outlet", "own", lambda mixed: mixed["VEZELHOF"].own, of_an_outlet, ELSEWHERE, WAYBILLS),
    Case("manager", "own", ours, of_the_office, ELSEWHERE, WAYBILLS),
    Case("leader", "beside", lambda mixed: {"batch": mixed["DUINRAND"].own["at S2"]},
         of_the_other_site, ELSEWHERE, ".", scans=True),
    Case("leader", "elsewhere", lambda mixed: mixed["VREEMD"].own, of_the_other_operator,
         times=".", scans=True),
)  # fmt: skip


@pytest.fixture(scope="module")
def mixed(open_house: House) -> Mixed:
    open_house.back()
    made = mix(open_house)
    open_house.app.state.clock = lambda: open_house.depot.now
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.column} {case.where}")
def test_nobody_reads_what_is_not_theirs_to_read(
    open_house: House, mixed: Mixed, case: Case
) -> None:
    told = everything(open_house.asker(case.column, case.where), case.column, case.own(mixed))
    assert len([text for text in told.values() if len(text) > 3]) > 20
    assert dict(leaks(mixed, case, told)) == {}


def leaks(mixed: Mixed, case: Case, told: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """What stands where it may not, by address."""
    hidden = {word: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)") for word in case.hidden(mixed)}
    for address, text in told.items():
        path = address.partition("?")[0]
        found = [
            word
            for word, pattern in hidden.items()
            if pattern.search(text) and not re.search(case.but.get(word, "(?!)"), path)
        ]
        if not re.search(case.times or "(?!)", path):
            found += set(ON_THE_FLOOR.findall(text))
        if not case.scans:
            found += [scan for scan in mixed.scans if scan in text]
        if found:
            yield address, found


def test_what_is_looked_for_is_found_by_whoever_may_read_it(
    open_house: House, mixed: Mixed
) -> None:
    """A word that stands nowhere at all would be hidden from nobody."""
    told = everything(open_house.asker("auditor"), "auditor", ours(mixed))
    case = Case("auditor", "own", ours, of_an_operator, ELSEWHERE, ".", scans=True)
    assert dict(leaks(mixed, case, told)) == {}
    text = "\n".join(told.values())
    wanted = words(mixed, "DUINRAND", "SMELTERIJ") - mixed["SMELTERIJ"].marks | STATIONS - {"X1-A"}
    wanted |= {mixed["SMELTERIJ"].own["shipment"], *mixed.shared}
    wanted -= {mixed["DUINRAND"].own["report"], mixed["DUINRAND"].own["report code"]}
    assert {word for word in wanted if word not in text} == set()
    assert ON_THE_FLOOR.search(text)
    assert any(scan in text for scan in mixed.scans)


def test_a_link_without_an_account_tells_of_one_shipment(open_house: House, mixed: Mixed) -> None:
    """Whoever holds the address of a shipment sees that shipment, as its outlet does."""
    nobody, shipment = open_house.asker("nobody"), mixed["VEZELHOF"].own["shipment"]
    made = open_house.post(f"/shipments/{shipment}/link", {"days": 30}).json()
    path = "/outlet/" + made["url"].rpartition("/")[2]
    page = nobody.open(path)
    assert page.status_code == 200
    assert shipment in page.text
    case = Case("stranger", "own", ours, of_an_outlet)
    assert dict(leaks(mixed, case, {path: page.text})) == {}
    for address in ("/verify", "/checkpoints", "/privacy", f"/verify/{certificate(mixed)}"):
        page = nobody.open(address)
        assert page.status_code == 200, address
        hidden = Case("stranger", "own", ours, of_a_stranger, ELSEWHERE)
        assert dict(leaks(mixed, hidden, {address: page.text})) == {}


def certificate(mixed: Mixed) -> str:
    return mixed["NOORDERHAVEN"].own["certificate"]


def of_a_stranger(mixed: Mixed) -> set[str]:
    """All that a certificate of Noorderhaven does not say itself."""
    others = words(mixed, "DUINRAND", "VREEMD", "SMELTERIJ", "TAKER", "BUITENPOST")
    return others | mixed.shared | mixed.floor | STATIONS
