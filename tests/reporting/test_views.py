"""Where reference data is used and what a change would touch, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from catalogue.pieces import how_many, piece
from catalogue.rulebook import rulebook
from reporting import views
from reporting.previewing import OpenBatch
from tests.builders import Depot


def test_what_a_change_would_touch_is_counted_to_the_gram(parallel_depot: Depot) -> None:
    depot = parallel_depot
    day = depot.now.date()
    first = depot.log(100_000, scale="SCALE1")["code"]
    depot.sort(first, {"reuse": 60_000, "recycle": 30_000})
    depot.close(first, losses_g={"moisture": 5_000}, reason="mistake")
    second = depot.log(50_000, scale="OVERDUE", containers=("BOX1",))["code"]
    depot.hold(second, 10_000)
    depot.later(days=1)
    bins = dict(_bins(depot))
    shipment = depot.ship(depot.close_bin(bins_of(bins, 30_000), 30_000)["code"])
    manager = depot.people["leader"]
    with depot.database.read() as session:
        book = rulebook(session)
        operator = book.operators[manager.operator_id or 0]
        group, loss = operator.group("uniform"), operator.loss_kind("moisture")
        reuse = views.versions_of_destination(operator, "reuse")
        used = {
            key: views.uses_of(session, book, manager, piece(session, book, manager, *key))
            for key in (
                ("organisation", "NOORDERHAVEN"), ("partner", "VEZELHOF"), ("site", "S1"),
                ("scale", "SCALE1"), ("article_group", "uniform"), ("destination", "reuse"),
                ("loss_kind", "moisture"), ("gate", "logo"), ("reason", "damp"),
            )
        }  # fmt: skip
        assert used["organisation", "NOORDERHAVEN"]["batches"] == 2
        assert used["organisation", "NOORDERHAVEN"]["parts"] == 1
        assert used["partner", "VEZELHOF"]["shipments"] == 1
        assert used["site", "S1"]["batches"] == 2
        assert used["scale", "SCALE1"] == {"weighings": 1}
        assert used["article_group", "uniform"]["open_batches"] == 1
        assert used["destination", "reuse"]["bins"] == 1
        assert used["loss_kind", "moisture"] == {"losses": 1}
        assert used["gate", "logo"]["destinations"] == 2
        assert used["reason", "damp"] == {}
        assert how_many(session, book, manager)["destination"] == 5
        for found in (
            views.bins_for(session, book, manager, reuse),
            views.bins_with(session, book, manager, group_id=group.id, destination_ids=reuse),
            views.bins_with(
                session, book, manager, group_id=group.id, destination_ids=reuse,
                supplier_ids=[book.organisation("NOORDERHAVEN").id],
            ),
        ):  # fmt: skip
            assert [one.mass_g for one in found] == [60_000]
        boxed = views.batches_in_container(session, book, manager, "BOX1")
        assert boxed == [views.Standing(second, 50_000)]
        assert views.batches_in_container(session, book, manager, "BOX") == []
        assert views.bins_in_container(session, book, manager, book.containers["BOX1"].id) == []
        assert views.open_batches(session, book, manager, group.id) == [
            OpenBatch(code=second, input_g=50_000, held_g=40_000, quarantine_g=10_000,
                      work_bin_g=0, difference_g=0)
        ]  # fmt: skip
        losses = views.losses_of_kind(session, book, manager, loss.id, day)
        assert losses == [(first, 100_000, 5_000)]
        late = views.weighed_between(
            session, book.scales["OVERDUE"].id, date(2025, 1, 1), day + timedelta(days=1)
        )
        assert (late.measured, late.estimated) == (0, 1)
        before = views.weighed_between(session, book.scales["SCALE1"].id, day, day)
        assert (before.measured, before.estimated) == (0, 0)
        outlet = book.organisation("VEZELHOF").id
        under_way = views.shipments_under_way(session, book, manager, outlet)
        assert [one.code for one in under_way] == [shipment]


def bins_of(bins: dict[str, int], mass_g: int) -> str:
    return next(code for code, found in bins.items() if found == mass_g)


def _bins(depot: Depot) -> list[tuple[str, int]]:
    with depot.database.read() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT bin.code, sum(balance.mass_g) FROM bin JOIN place ON place.bin_id = bin.id"
            " JOIN balance ON balance.place_id = place.id GROUP BY bin.code"
        )
        return [(row[0], int(row[1])) for row in rows]
