"""The command that writes movements, batches or figures into a file: the same as the API gives."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from reporting.datasets import Dataset
from reporting.formats import Format
from reporting.questions import Basis, By
from web.terminal import NotReady, now, open_database, progress, ring_of, tell


class As(StrEnum):
    """As whom. Only an auditor gets the time, the station and the number of each scan."""

    MANAGER = "manager"
    AUDITOR = "auditor"


_STDOUT = "-"
_IS_TEXT = (Format.CSV, Format.CSV_NL, Format.JSONL)


def export(
    dataset: Annotated[Dataset, typer.Argument(help="What to export.")],
    format: Annotated[Format, typer.Option("--format", help="Kind of file.")] = Format.CSV,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day; none: this year.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="First day after the period.")
    ] = None,
    supplier: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only these; may be repeated.")
    ] = None,
    site: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only these; may be repeated.")
    ] = None,
    basis: Annotated[Basis, typer.Option(help="Which day counts.")] = Basis.RECEIVED,
    by: Annotated[By | None, typer.Option(help="Rows of the figures.")] = None,
    operator: Annotated[
        str | None, typer.Option(metavar="CODE", help="Whose; the only one, if not given.")
    ] = None,
    role: Annotated[As, typer.Option(help="As whom; auditors see scans.")] = As.MANAGER,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to; - is stdout.")] = _STDOUT,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write movements, batches or figures, the very same as the API gives.

    Control totals are said on stderr. Beside a file comes FILE.meta.json, signed, with the totals
    and the hash of the file. A file is there when it is whole, and not before.
    """
    from reporting.exports import control
    from reporting.kept import Kept
    from reporting.questions import question
    from web.exporting import seal_of, signed_control

    if out == _STDOUT and format not in _IS_TEXT and sys.stdout.isatty():
        raise typer.BadParameter("That is no text for a terminal: give --out FILE.")
    file = None if out == _STDOUT else Path(out)
    if file is not None and file.exists() and not force:
        raise NotReady(f"{file} is there already: give --force to replace it.")
    asked = question(
        today=now().date(),
        first=first,
        end=end,
        basis=basis.value,
        by=by.value if by else None,
        suppliers=supplier or (),
        sites=site or (),
    )
    with open_database() as (database, settings), database.read() as session:
        viewer, ring, kept = _viewer(session, operator, role), ring_of(settings), Kept()
        wanted: dict[str, Any] = {"dataset": dataset, "format": format, "kept": kept}
        wanted["seal"] = seal_of(ring)
        _write(file, session, viewer, asked, wanted)
        said = control(session, viewer, asked, **wanted)
        if file is not None:
            control_file = json.dumps(signed_control(ring, said, now()), indent=1) + "\n"
            with _target(file.with_name(f"{file.name}.meta.json")) as target:
                target.write(control_file.encode())
    tell(f"{dataset}: {said['rows']} rows, {said['mass_g']} g, {said['bytes']} bytes.")
    tell(f"sha256: {said['sha256']}")
    tell("; ".join(f"{one['site']} up to entry {one['seq']}" for one in said["as_of"]))


def _write(file: Path | None, session: Any, viewer: Any, asked: Any, wanted: Any) -> None:
    """Write the file, or to stdout, and show how far it is."""
    from reporting.exports import export as exported

    with progress(f"Exporting {wanted['dataset']}") as bar:
        done = 0

        def told(rows: int) -> None:
            nonlocal done
            done += rows
            bar(done, made.lines)

        made = exported(session, viewer, asked, told=told, **wanted)
        with _target(file) as target:
            for piece in made.pieces:
                target.write(piece)


def _viewer(session: Any, operator: str | None, role: As) -> Any:
    from catalogue.access import Viewer
    from catalogue.errors import NotFound
    from catalogue.kinds import Role
    from catalogue.rulebook import rulebook

    book = rulebook(session)
    if operator is None and len(book.operators) != 1:
        raise typer.BadParameter("There is not one operator: give --operator CODE.")
    known = {one.organisation.code: id for id, one in book.operators.items()}
    id = known.get(operator) if operator else next(iter(book.operators))
    if id is None:
        raise NotFound(operator=operator)
    return Viewer(role=Role(role.value), organisation_id=id, operator_id=id)


@contextmanager
def _target(file: Path | None) -> Iterator[IO[bytes]]:
    """Where the bytes go. A file gets its name when it is whole."""
    if file is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def add_to(app: typer.Typer) -> None:
    """Let the application know this command."""
    app.command("export")(export)
