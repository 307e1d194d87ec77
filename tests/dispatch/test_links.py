"""Links of outlets, the documents that they bring, and whose confirmation is late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalogue.actions import define
from catalogue.errors import Malformed, NotAllowed, NotFound, StateForbids
from catalogue.rulebook import rulebook
from dispatch.documents import (
    OF_A_SHIPMENT_MAX,
    UNSENT_KEPT,
    document_of,
    documents_of,
    erase_unsent,
    keep_document,
)
from dispatch.links import NewLink, admitted, end_link, link_of, make_link, note_opened
from dispatch.queries import shipment_by_code
from dispatch.returning import ReturnLine
from dispatch.views import overdue
from tests.audit import rows
from tests.builders import Depot


def shipped(depot: Depot, outlet: str = "VEZELHOF", to: str = "recycle") -> str:
    code = depot.open_bin(to)
    depot.sort(depot.log(100_000)["code"], {code: 50_000})
    depot.close_bin(code, 50_000)
    return depot.ship(code, outlet=outlet)


def make(depot: Depot, code: str, by: str = "leader", days: int = 60) -> NewLink:
    with depot.database.write() as session:
        book, viewer = rulebook(session), depot.people[by]
        return make_link(session, book, code, days=days, viewer=viewer, now=depot.now)


def lets_in(depot: Depot, token: str) -> str | None:
    with depot.database.read() as session:
        found = admitted(session, token, depot.now)
    return found.shipment if found else None


def id_of(depot: Depot, code: str) -> int:
    with depot.database.read() as session:
        return shipment_by_code(session, rulebook(session), code, depot.people["leader"]).id


def test_a_link_lets_in_for_one_shipment_until_it_ends(parallel_depot: Depot) -> None:
    depot = parallel_depot
    code, other = shipped(depot), shipped(depot)
    first = make(depot, code, days=1)
    assert (lets_in(depot, first.token), len(first.token)) == (code, 43)
    with depot.database.write() as session:
        found = admitted(session, first.token, depot.now)
        assert found is not None
        assert not found.opened
        note_opened(session, found.link_id, depot.now)
    depot.later(hours=1)
    with depot.database.write() as session:
        note_opened(session, found.link_id, depot.now)
        kept = link_of(session, found.shipment_id)
    assert kept is not None
    assert kept.opened_at == depot.now - timedelta(hours=1)
    depot.later(hours=23)
    assert lets_in(depot, first.token) is None
    second, third = make(depot, code), make(depot, code)
    assert [lets_in(depot, link.token) for link in (second, third)] == [None, code]
    of_other = make(depot, other)
    with depot.database.write() as session:
        end_link(session, rulebook(session), code, viewer=depot.people["leader"], now=depot.now)
    assert [lets_in(depot, link.token) for link in (third, of_other)] == [None, other]


def test_only_a_team_leader_of_the_site_makes_a_link(depot: Depot) -> None:
    code = shipped(depot)
    left = depot.scan_id
    for by, why in (("worker", NotAllowed), ("vezelhof", NotFound), ("noorderhaven", NotFound)):
        with pytest.raises(why):
            make(depot, code, by)
    for days in (0, 366):
        with pytest.raises(Malformed):
            make(depot, code, days=days)
    depot.reverse(left)
    with pytest.raises(StateForbids):
        make(depot, code)


def test_a_paper_that_was_not_sent_along_goes_away(parallel_depot: Depot) -> None:
    depot = parallel_depot
    code = shipped(depot)
    key = id_of(depot, code)
    papers = [document_of(b"%PDF-1.7 " + word + b" %%EOF") for word in (b"one", b"two")]
    for known in (False, True):
        with depot.database.write() as session:
            for paper in papers:
                assert keep_document(session, paper, key, now=depot.now) is known
    depot.confirm(code, {"recycle": 50_000}, files=(papers[0].hash,))
    depot.later(seconds=UNSENT_KEPT.total_seconds() + 1)
    with depot.database.write() as session:
        assert erase_unsent(session, depot.now) == 1
        assert [row.hash for row in documents_of(session, key)] == [papers[0].hash]


def test_nobody_fills_the_disk_with_papers(depot: Depot) -> None:
    key = id_of(depot, shipped(depot))
    with pytest.raises(Malformed), depot.database.write() as session:
        for number in range(OF_A_SHIPMENT_MAX + 1):
            paper = document_of(b"%PDF-1.7 " + str(number).encode() + b" %%EOF")
            keep_document(session, paper, key, now=depot.now)
    with pytest.raises(Malformed):
        document_of(b"%PDF-1.7" + b" " * (8 << 20) + b"%%EOF")


def late(depot: Depot, by: str = "leader", site: str | None = None) -> list[tuple[str, int, int]]:
    with depot.database.read() as session:
        found = overdue(session, rulebook(session), depot.people[by], now=depot.now, site=site)
    return [(row.code, row.days, row.mass_g) for row in found]


def test_a_confirmation_is_late_after_what_was_agreed(parallel_depot: Depot) -> None:
    depot = parallel_depot
    agreed = {"organisation": "SMELTERIJ", "roles": ["outlet"], "treatments": ["burn"]}
    with depot.database.write() as session:
        define(
            session, "WATERKANT", "partner", "SMELTERIJ", agreed | {"confirm_days": 3},
            now=depot.now,
        )  # fmt: skip
    usual, soon = shipped(depot), shipped(depot, "SMELTERIJ", "burn")
    depot.later(days=3)
    assert late(depot) == []
    depot.later(days=1)
    assert late(depot) == [(soon, 1, 50_000)]
    depot.later(days=12)
    assert late(depot) == [(soon, 13, 50_000), (usual, 2, 50_000)]
    assert late(depot, site="S1") == late(depot)
    assert late(depot, site="S2") == []
    assert late(depot, "vezelhof") == [(usual, 2, 50_000)]
    assert late(depot, "noorderhaven") == []
    depot.confirm(usual, {"recycle": 20_000}, rest_g=30_000)
    assert late(depot, "vezelhof") == [(usual, 2, 30_000)]
    depot.confirm(usual, {"recycle": 10_000}, refused_g=20_000, refused_reason="mistake")
    assert late(depot, "vezelhof") == []
    depot.take_back(usual, ReturnLine(bin=None, mass_g=20_000))
    assert rows(depot.database, "SELECT state FROM shipment ORDER BY id")[0].state == "confirmed"
    assert late(depot) == [(soon, 13, 50_000)]


def test_an_agreement_has_a_sane_number_of_days(depot: Depot) -> None:
    agreed = {"organisation": "VEZELHOF", "roles": ["outlet"], "confirm_days": 366}
    with pytest.raises(Malformed), depot.database.write() as session:
        define(session, "WATERKANT", "partner", "VEZELHOF", agreed, now=depot.now)
