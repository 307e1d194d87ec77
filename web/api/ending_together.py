"""How many commands of a tablet end: in few transactions, each as it would by itself.

Commands that follow each other share a transaction, and what they ask and write (`store.sheet`):
the queue of a whole shift costs few statements. Where that fails for a reason that is no answer to
any of them, they are taken one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.exc import DBAPIError

from catalogue.errors import Refusal
from store.upsert import RowMissing
from streams.ahead import read_ahead
from web.api.ending import Read, Sending, SyncCommand, SyncResult, ended, read

log = logging.getLogger("stofstroom")

AT_ONCE_MAX: Final = 250
"""So many commands at most share a transaction: meanwhile nobody else can write on SQLite."""

_Known = tuple[SyncCommand, Read | Refusal]


def every_end(sending: Sending, commands: Sequence[SyncCommand]) -> list[SyncResult]:
    """The end of each command, in order; all is committed when this returns."""
    known = [(command, read(sending, command)) for command in commands]
    results: list[SyncResult] = []
    for run in _runs(sending, known):
        results += _ended_together(sending, run)
    return results


def _runs(sending: Sending, commands: Sequence[_Known]) -> Iterator[list[_Known]]:
    """Commands that may share a transaction. PostgreSQL lets several writers in, and then only
    those may that lock all that they need in one order (`streams.ahead`)."""
    any_may = sending.call.database.dialect == "sqlite"
    run: list[_Known] = []
    for command, how in commands:
        may_share = any_may or (isinstance(how, Read) and how.ahead is not None)
        if run and (not may_share or len(run) == AT_ONCE_MAX):
            yield run
            run = []
        if may_share:
            run.append((command, how))
        else:
            yield [(command, how)]
    if run:
        yield run


def _ended_together(sending: Sending, run: Sequence[_Known]) -> list[SyncResult]:
    if len(run) > 1:
        # What the attempt learnt of parked commands counts only when it is committed.
        trying = replace(sending, unmade=set(sending.unmade))
        try:
            results = _in_one_transaction(trying, run)
        except (DBAPIError, RowMissing):
            log.warning("%d commands of /sync are taken one by one", len(run), exc_info=True)
        else:
            sending.unmade.clear()
            sending.unmade.update(trying.unmade)
            return results
    return [ended(sending, command, how) for command, how in run]


def _in_one_transaction(sending: Sending, run: Sequence[_Known]) -> list[SyncResult]:
    with sending.call.database.write_many() as session:
        within = replace(sending, call=replace(sending.call, within=session))
        ahead = [how.ahead for _, how in run if isinstance(how, Read) and how.ahead is not None]
        if ahead:
            read_ahead(session, ahead)
        return [ended(within, command, how) for command, how in run]
