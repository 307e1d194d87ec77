"""The circularity report over one period with 10,000 and with 1,000,000 movements in it, and the
first pages that are made of it (`portal.py`)."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from time import perf_counter
from uuid import uuid4

from sqlmodel import Session

from benchmarks import portal
from benchmarks.depot import fresh_depot
from catalogue.kinds import Quality
from catalogue.rulebook import rulebook
from reporting.queries import circularity_report
from reporting.questions import question
from streams import places
from streams.acts import Act, Command
from streams.bins import open_bin
from streams.ledger import book
from streams.mass import Grams
from streams.queries import batch_by_code
from streams.rules import Line, Spot
from tests.builders import Depot

FEW, MANY = 10_000, 1_000_000
ENTRIES = 100
ASKED = 15
LIMIT = 1.2


def run() -> None:
    """Print both times, alternating, and their ratio."""
    with fresh_depot() as (few, _), fresh_depot() as (many, _):
        _fill(few, FEW)
        _fill(many, MANY)
        _asked_ms(few), _asked_ms(many)
        times: dict[str, list[float]] = {"few": [], "many": []}
        for _ in range(ASKED):
            times["few"].append(_asked_ms(few))
            times["many"].append(_asked_ms(many))
    ratio = median(times["many"]) / median(times["few"])
    print(
        f"report  {median(times['few']):.1f} ms over {FEW} movements, "
        f"{median(times['many']):.1f} ms over {MANY}: ratio {ratio:.2f} (at most {LIMIT})"
    )
    portal.run()


def _fill(depot: Depot, movements: int) -> None:
    """Movements of one gram by the ledger itself, in as many entries over ten months."""
    codes = [depot.log(30_000_000, supplier="DUINRAND", article_group="uniform")["code"]
             for _ in range(4)]  # fmt: skip
    for number in range(ENTRIES):
        depot.later(days=300 / ENTRIES)
        with depot.database.write() as session:
            _book_lines(session, depot, codes[number % 4], movements // ENTRIES)


def _book_lines(session: Session, depot: Depot, code: str, lines: int) -> None:
    reference = rulebook(session)
    batch = batch_by_code(session, reference, code, depot.people["leader"])
    operator = reference.operator(batch.site)
    command = Command(scan_id=str(uuid4()), scanned_at=depot.now)
    destination = operator.destination("reuse", depot.now.date())
    bin_row = open_bin(session, batch.site, destination, command, now=depot.now)
    home, target = places.places(
        session,
        [places.holding(batch.site), places.in_bin(batch.site, bin_row.ref, destination.ref)],
    )
    line = Line(
        batch.ref,
        Spot(home, operator.unknown.ref, Quality.MEASURED),
        Spot(target, batch.group.ref, Quality.MEASURED),
        Grams(1),
    )
    act = Act(kind="sort", site=batch.site, command=command, lines=[line] * lines)
    book(session, act, now=depot.now)


def _asked_ms(depot: Depot) -> float:
    today = (depot.now + timedelta(days=1)).date()
    begun = perf_counter()
    with depot.database.read() as session:
        circularity_report(
            session,
            depot.people["manager"],
            question(today=today, first="2026-01-01", end="2027-07-01", by="month"),
        )
    return (perf_counter() - begun) * 1000
