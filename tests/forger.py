"""Somebody who can write the database, and knows it as well as we do; only the keys are missing.

The history is written anew from one entry on: payloads, hashes, nodes, head, movements, weighings,
register rows, balances and totals, and checkpoints that would tell are thrown away. What is left
adds up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from proof.canonical import canonical
from proof.merkle import Frontier, append, leaf_hash
from store.engine import Database


def forge_intake(database: Database, batch: str, *, more_g: int) -> None:
    """Let a batch have come in with so many grams more, and everything after it agree."""
    with _without_guards(database) as session:
        entry = _one(
            session,
            "SELECT id, chain_id, seq, payload FROM entry"
            " WHERE kind = 'intake' AND subject = :batch",
            batch=batch,
        )
        said = json.loads(entry["payload"])
        line = said["body"]["lines"][0]
        line["mass_g"] += more_g
        row = next(row for row in said["body"]["rows"] if row["table"] == "batch")
        row["set"]["gross_g"] += more_g
        said["body"]["weighing"]["gross_g"] += more_g
        said["answer"]["mass_g"] += more_g
        said["answer"]["held_g"] += more_g
        changes = {"id": entry["id"], "more": more_g}
        for statement in (
            "UPDATE movement SET mass_g = mass_g + :more WHERE entry_id = :id",
            "UPDATE weighing SET gross_g = gross_g + :more WHERE id = :id",
            "UPDATE batch SET gross_g = gross_g + :more WHERE id = :id",
        ):
            assert _run(session, statement, **changes) == 1, statement
        _move(session, entry["id"], more_g)
        _write_anew(session, entry["chain_id"], {entry["seq"]: said})
    database.dispose()


def _move(session: Session, entry_id: int, more_g: int) -> None:
    moved = _one(session, "SELECT * FROM movement WHERE entry_id = :id", id=entry_id)
    for side, change in (("source", -more_g), ("target", more_g)):
        where = {
            "place": moved[f"{side}_id"],
            "group": moved[f"{side}_group_id"],
            "quality": moved[f"{side}_quality"],
            "change": change,
        }
        balance = (
            "UPDATE balance SET mass_g = mass_g + :change WHERE place_id = :place"
            " AND group_id = :group AND quality = :quality AND batch_id = :batch"
        )
        assert _run(session, balance, batch=moved["batch_id"], **where) == 1
        # The one batch of its supplier on this day: four totals, by two days and two spans.
        total = (
            "UPDATE total SET mass_g = mass_g + :change WHERE place_id = :place"
            " AND group_id = :group AND quality = :quality AND supplier_id ="
            " (SELECT supplier_id FROM batch WHERE id = :batch)"
        )
        assert _run(session, total, batch=moved["batch_id"], **where) == 4


def _write_anew(session: Session, chain_id: int, changed: dict[int, dict[str, Any]]) -> None:
    """Every entry from the first changed one on, and the tree over all of them."""
    prev, frontier = "0" * 64, Frontier()
    first = min(changed)
    nodes: list[dict[str, Any]] = []
    rows = session.execute(
        text("SELECT seq, payload FROM entry WHERE chain_id = :chain ORDER BY seq"),
        {"chain": chain_id},
    ).all()
    for seq, payload in rows:
        said = changed.get(seq, json.loads(payload))
        said["prev"] = prev
        plain = canonical(said).decode()
        leaf = leaf_hash(plain.encode())
        prev = leaf.hex()
        frontier, completed = append(frontier, leaf)
        nodes += [
            {"level": one.level, "place": one.position, "hash": one.digest.hex()}
            for one in completed
        ]
        if seq >= first:
            written = "UPDATE entry SET payload = :payload, hash = :hash WHERE chain_id = :chain"
            _run(session, f"{written} AND seq = :seq", payload=plain, hash=prev,
                 chain=chain_id, seq=seq)  # fmt: skip
    for node in nodes:
        statement = (
            "UPDATE node SET hash = :hash WHERE chain_id = :chain AND level = :level"
            ' AND "index" = :place'
        )
        assert _run(session, statement, chain=chain_id, **node) == 1
    peaks = ",".join(peak.hex() for peak in frontier.peaks)
    head = "UPDATE chain SET head_hash = :prev, peaks = :peaks WHERE id = :chain"
    assert _run(session, head, prev=prev, peaks=peaks, chain=chain_id) == 1
    told = "DELETE FROM checkpoint WHERE chain_id = :chain AND size >= :first"
    _run(session, told, chain=chain_id, first=first)


def forge_payload(
    database: Database,
    kind: str,
    change: Callable[[dict[str, Any]], None],
    *,
    chain: str = "operator:WATERKANT",
) -> None:
    """Let the first entry of a kind say something else, and everything after it agree."""
    with _without_guards(database) as session:
        entry = _one(
            session,
            "SELECT chain_id, seq, payload FROM entry WHERE kind = :kind AND chain_id ="
            " (SELECT id FROM chain WHERE code = :chain) ORDER BY id LIMIT 1",
            kind=kind,
            chain=chain,
        )
        said = json.loads(entry["payload"])
        change(said)
        _write_anew(session, entry["chain_id"], {entry["seq"]: said})
    database.dispose()


def pass_off_as_restored(database: Database, chain: str, seq: int) -> None:
    """Let an entry of a chain say that a backup was restored there, as nobody signed it."""
    with _without_guards(database) as session:
        number = _one(session, "SELECT id FROM chain WHERE code = :chain", chain=chain)["id"]
        entry = _one(
            session,
            "SELECT payload FROM entry WHERE chain_id = :chain AND seq = :seq",
            chain=number,
            seq=seq,
        )
        said = json.loads(entry["payload"])
        last = _one(session, "SELECT epoch FROM chain WHERE id = :chain", chain=number)["epoch"]
        said |= {"kind": "restore", "subject": chain, "reverses": None, "answer": {}}
        said["body"] = {"epoch": last}
        _run(
            session,
            "UPDATE entry SET kind = 'restore', subject = :name"
            " WHERE chain_id = :chain AND seq = :seq",
            name=chain,
            chain=number,
            seq=seq,
        )
        _write_anew(session, number, {seq: said})
    database.dispose()


@contextmanager
def _without_guards(database: Database) -> Iterator[Session]:
    """A session to which no row is append-only."""
    with database.write() as session:
        if database.dialect == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
            yield session
            return
        guards = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _ in guards:
            session.execute(text(f'DROP TRIGGER "{name}"'))
        yield session
        for _, statement in guards:
            session.execute(text(statement))


def _one(session: Session, statement: str, **values: Any) -> dict[str, Any]:
    return dict(session.execute(text(statement), values).one()._mapping)


def _run(session: Session, statement: str, **values: Any) -> int:
    return session.execute(text(statement), values).rowcount  # type: ignore[attr-defined,no-any-return]
