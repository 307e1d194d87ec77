"""Who did what, and photos, are forgotten when their time is up, without anybody asking."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from sqlalchemy import text
from starlette.testclient import TestClient

from accounts import wrong_tries
from accounts.actions import note_actor
from catalogue.rulebook import rulebook
from chain.checkpoints import all_given_out
from intake.photos import KEPT, keep_photo, kept_photos, photo_of
from proof.signing import load_or_create_ring, save_ring
from store.engine import Database
from streams.views import history_of
from tests.audit import breaches
from tests.builders import Depot
from web.app import create_app
from web.housekeeping import begin, erase, keep_heads
from web.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _noted(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(text("SELECT count(*) FROM actor")).scalar_one())


def _waiting(database: Database) -> int:
    with database.read() as session:
        waiting = text("SELECT count(*) FROM job WHERE done_at IS NULL AND kind = 'erase_actors'")
        return int(session.execute(waiting).scalar_one())


def test_a_server_erases_old_notes_when_it_starts_and_plans_the_next_time(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.write() as session:
        note_actor(session, "old", "person:1", (datetime.now(UTC) - timedelta(days=400)).date())
        note_actor(session, "new", "person:1", datetime.now(UTC).date())
    settings = Settings(
        database_url="", keys=tmp_path / "keys", public_url="http://localhost", body_max_bytes=1000
    )
    with TestClient(create_app(settings, database=sqlite_database)):
        patience = time.monotonic() + 20
        while _noted(sqlite_database) > 1 and time.monotonic() < patience:
            time.sleep(0.05)
    assert _noted(sqlite_database) == 1
    assert _waiting(sqlite_database) == 1


def test_starting_twice_plans_it_once_and_old_wrong_tries_are_forgotten(database: Database) -> None:
    begin(database, NOW)
    begin(database, NOW)
    assert _waiting(database) == 1
    with database.write() as session:
        wrong_tries.take(session, "somebody", "", now=NOW - wrong_tries.KEPT)
        wrong_tries.take(session, "somebody", "", now=NOW - wrong_tries.KEPT / 2)
    erase(database, NOW)
    assert _waiting(database) == 1
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM wrong_try")).scalar_one() == 1


def test_a_photo_goes_after_a_year_and_its_hash_stays_in_the_entry(depot: Depot) -> None:
    old, young = photo(depot, 20, NOW - KEPT - timedelta(days=1)), photo(depot, 21, NOW - KEPT)
    batch = depot.log(photos=(old, young))["code"]
    erase(depot.database, NOW)
    with depot.database.read() as session:
        assert kept_photos(session, [old, young]) == {young}
        told = [one.entry.body.get("photos") for one in history_of(session, batch)]
    assert told == [[old, young]]
    assert breaches(depot.database) == []


def photo(depot: Depot, width: int, now: datetime) -> str:
    out = io.BytesIO()
    Image.new("L", (width, 20)).save(out, "PNG")
    taken = photo_of(out.getvalue(), "image/png")
    with depot.database.write() as session:
        site = rulebook(session).sites["S1"]
        return keep_photo(session, taken, site=site, now=now)[0]


def _kept(database: Database) -> dict[str, list[int]]:
    kept: dict[str, list[int]] = {}
    with database.read() as session:
        for signed in all_given_out(session):
            kept.setdefault(str(signed["log"]), []).append(int(str(signed["size"])))
    return kept


def test_once_a_day_every_chain_that_has_grown_is_signed(depot: Depot, tmp_path: Path) -> None:
    database, keys = depot.database, tmp_path / "keys"
    keep_heads(database, keys, NOW)
    first = _kept(database)
    assert all(len(sizes) == 1 for sizes in first.values())
    depot.log(100_000)
    keep_heads(database, keys, NOW + timedelta(days=1))
    grown = {chain: sizes for chain, sizes in _kept(database).items() if len(sizes) == 2}
    assert grown == {"site:S1": [*first["site:S1"], first["site:S1"][0] + 1]}
    with database.read() as session:
        planned = text("SELECT not_before FROM job WHERE kind = 'keep_heads'")
        assert len(session.execute(planned).all()) == 1
    assert breaches(database) == []


def test_a_server_says_by_itself_what_a_rotation_left_unsaid(depot: Depot, tmp_path: Path) -> None:
    database, keys = depot.database, tmp_path / "keys"
    ring = load_or_create_ring(keys, now=NOW).with_new_key(now=NOW)
    save_ring(keys, ring)
    keep_heads(database, keys, NOW)
    with database.read() as session:
        said = text("SELECT count(*) FROM entry WHERE kind = 'rotate_key'")
        operators = text("SELECT count(*) FROM chain WHERE code LIKE 'operator:%'")
        assert session.execute(said).scalar_one() == session.execute(operators).scalar_one() > 0
