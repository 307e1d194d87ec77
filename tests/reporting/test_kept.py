"""A file is made once: what was streamed is known, until something was booked since."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlmodel import Session

from catalogue.kinds import Role
from reporting.datasets import Dataset
from reporting.exports import control, export
from reporting.formats import Format
from reporting.kept import Fingerprint, Kept, key_of
from tests.reporting.asking import ask
from tests.reporting.world import World


class Counted(Kept):
    """Counts how many files were made for it."""

    made = 0

    def keep(self, key: str, fingerprint: Fingerprint) -> None:
        self.made += 1
        super().keep(key, fingerprint)


def test_a_file_that_was_streamed_is_not_made_again_for_its_control_file(
    reading: Session, world: World
) -> None:
    staff, kept = world.staff("OPA"), Counted()
    wanted: dict[str, Any] = {"dataset": Dataset.BATCHES, "format": Format.CSV}
    made = export(reading, staff, ask(), kept=kept, **wanted)
    assert made.size is None
    content = b"".join(made.pieces)
    for _ in range(2):
        said = control(reading, staff, ask(), kept=kept, **wanted)
        assert said["sha256"] == hashlib.sha256(content).hexdigest()
    again = export(reading, staff, ask(), kept=kept, **wanted)
    assert (again.size, b"".join(again.pieces)) == (len(content), content)
    assert kept.made == 1


def test_a_file_that_was_broken_off_is_not_taken_for_whole(reading: Session, world: World) -> None:
    staff, kept = world.staff("OPA"), Counted()
    wanted: dict[str, Any] = {"dataset": Dataset.MOVEMENTS, "format": Format.PARQUET}
    next(export(reading, staff, ask(), kept=kept, **wanted).pieces)
    assert kept.made == 0
    assert control(reading, staff, ask(), kept=kept, **wanted)["bytes"] > 1_000
    assert kept.made == 1


def test_what_was_kept_is_found_only_for_the_very_same_question(
    reading: Session, world: World
) -> None:
    staff = world.staff("OPA")

    def key(**words: Any) -> str:
        return key_of(reading, staff, ask(**words), "movements", "csv")

    others = [
        key(basis="booked"),
        key(by="month"),
        key(suppliers=["NOORD"]),
        key(sites=["S1"]),
        key(end="2026-03-01"),
        key_of(reading, staff, ask(), "movements", "jsonl"),
        key_of(reading, staff, ask(), "batches", "csv"),
        key_of(reading, world.staff("OPA", Role.AUDITOR), ask(), "movements", "csv"),
        key_of(reading, world.staff("OPB"), ask(), "movements", "csv"),
        key_of(reading, world.supplier("NOORD"), ask(), "movements", "csv"),
        key_of(reading, world.supplier("ZUID"), ask(), "movements", "csv"),
    ]
    assert key() == key()
    assert len({key(), *others}) == 1 + len(others)


def test_only_so_many_are_kept(reading: Session, world: World) -> None:
    kept = Kept()
    for number in range(600):
        for _ in kept.keeping(f"{number}", iter([b"x" * number])):
            pass
    assert kept.find("0") is None
    found = kept.find("599")
    assert found is not None
    assert found.size == 599
