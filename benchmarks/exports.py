"""An export of movements beside plain ADBC-to-Parquet over the same rows, in alternating slices.

The other side reads the same rows in the same order with every field that an export needs, but
leaves keys as they are: it does less. Each side is a process of its own, so that its memory can
be told, and so that two SQLite libraries never hold one file open in one process.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks.depot import fresh_depot
from benchmarks.ledger import write_movements

MOVEMENTS: Final = 1_000_000
SLICES: Final = 20
RATIO_MIN: Final = 1 / 3
MEMORY_MAX_MB: Final = 300
FIRST, END = "2026-01-01", "2027-01-01"

_PLAIN = """
SELECT movement.entry_id, movement.line, entry.reverses_id, entry.hash, entry.day,
       batch.received_day, batch.code, batch.supplier_id, batch.site_id, batch.group_id,
       source.code AS source, source.destination_id AS source_destination_id,
       source.loss_kind_id AS source_loss_id, target.code AS target,
       target.destination_id AS target_destination_id, target.loss_kind_id AS target_loss_id,
       movement.source_group_id, movement.target_group_id, movement.mass_g, movement.pieces,
       movement.source_quality, movement.target_quality
FROM movement
JOIN entry ON entry.id = movement.entry_id
JOIN batch ON batch.id = movement.batch_id
JOIN place AS source ON source.id = movement.source_id
JOIN place AS target ON target.id = movement.target_id
ORDER BY movement.entry_id, movement.line
"""


Work = Callable[[Path], Iterator[int]]


@dataclass(frozen=True, slots=True)
class Slice:
    """What a side did since it was let go: rows, seconds, and its memory in MB."""

    rows: int
    seconds: float
    memory_mb: float
    peak_mb: float


def run(movements: int = MOVEMENTS) -> None:
    """Print rows a second of both, their ratio, and the memory that the export took."""
    with fresh_depot() as (depot, folder):
        write_movements(depot, movements)
        depot.database.dispose()
        ours = _Side("export", _export, folder, movements)
        plain = _Side("adbc", _adbc, folder, movements)
        for _ in range(SLICES):
            ours.go_on()
            plain.go_on()
        ours.end()
        plain.end()
        bytes_of = {side.name: (folder / f"{side.name}.parquet").stat().st_size
                    for side in (ours, plain)}  # fmt: skip
    assert ours.rows == plain.rows, f"{ours.rows} rows against {plain.rows}"
    ratio = ours.speed / plain.speed
    memory = [one.memory_mb for one in ours.slices[1:]]
    print(
        f"exports {ours.rows} movements to Parquet: {ours.speed:,.0f} rows/s, plain ADBC "
        f"{plain.speed:,.0f} rows/s: ratio {ratio:.2f} (at least {RATIO_MIN:.2f}); memory "
        f"{min(memory):.0f} to {max(memory):.0f} MB, peak {ours.peak_mb:.0f} MB "
        f"(at most {MEMORY_MAX_MB}); {bytes_of['export'] / 1e6:.0f} MB against "
        f"{bytes_of['adbc'] / 1e6:.0f} MB"
    )


class _Side:
    """One side of the comparison, in a process that works only while it is let go."""

    def __init__(self, name: str, work: Work, folder: Path, movements: int) -> None:
        self.name = name
        self.slices: list[Slice] = []
        context = get_context("spawn")
        self._here, there = context.Pipe()
        arguments = (work, folder, movements // SLICES, there)
        self._process = context.Process(target=_work, args=arguments)
        self._process.start()
        assert self._here.recv() == "ready"

    def go_on(self) -> None:
        self._here.send("go")
        done = self._here.recv()
        assert isinstance(done, Slice)
        self.slices.append(done)

    def end(self) -> None:
        """What is left, if anything: the last slice takes the rest."""
        while self.slices[-1].rows:
            self.go_on()
        self._here.send("end")
        self._process.join()

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.slices)

    @property
    def speed(self) -> float:
        return self.rows / sum(one.seconds for one in self.slices)

    @property
    def peak_mb(self) -> float:
        return self.slices[-1].peak_mb


def _work(work: Work, folder: Path, rows_at_once: int, there: Connection) -> None:
    steps = work(folder)
    next(steps)
    there.send("ready")
    while there.recv() == "go":
        begun, rows = perf_counter(), 0
        for done in steps:
            rows += done
            if rows >= rows_at_once:
                break
        seconds = perf_counter() - begun
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        there.send(Slice(rows, seconds, pages * resource.getpagesize() / 1e6, peak))


def _export(folder: Path) -> Iterator[int]:
    """Our export, as the API and the command line make it; first it says that it is ready."""
    from migrations.metadata import every_table
    from reporting.datasets import Dataset
    from reporting.exports import export
    from reporting.formats import Format
    from reporting.questions import question
    from store.engine import Database
    from tests.cast import viewers

    every_table()
    database = Database(f"sqlite:///{folder}/bench.sqlite3")
    with database.read() as session:
        manager = viewers(session)["manager"]
        asked = question(today=date(2026, 6, 1), first=FIRST, end=END)
        yield 0
        done: list[int] = []
        made = export(
            session, manager, asked, dataset=Dataset.MOVEMENTS, format=Format.PARQUET,
            told=done.append,
        )  # fmt: skip
        with (folder / "export.parquet").open("wb") as file:
            for piece in made.pieces:
                file.write(piece)
                yield sum(done)
                done.clear()
    database.dispose()


def _adbc(folder: Path) -> Iterator[int]:
    """The same rows by ADBC, written by Arrow as they come."""
    import adbc_driver_sqlite.dbapi
    import pyarrow.parquet as pq

    with (
        adbc_driver_sqlite.dbapi.connect(f"file:{folder}/bench.sqlite3?mode=ro") as connection,
        connection.cursor() as cursor,
    ):
        yield 0
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": "32768"})
        cursor.execute(_PLAIN)
        batches = cursor.fetch_record_batch()
        target = folder / "adbc.parquet"
        with pq.ParquetWriter(target, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                yield len(batch)
