"""A file of announcements: every line gets its own answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from catalogue.errors import Malformed
from catalogue.rulebook import rulebook
from intake.announcing_files import read_file
from web.announcing import Done, Plan, announce, facts_of, plan, why
from web.api.answers import refusals
from web.deps import Calling
from web.reference import sites_for

router = APIRouter(tags=["writes"])

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
FILES: Final[dict[str, Any]] = {"text/csv": BINARY, WORKBOOK: BINARY}

Status = Literal["accepted", "repeated", "refused", "good"]


class LineProblem(BaseModel):
    """Why a line is refused. column: where; read: what stood there."""

    column: str
    problem: str
    read: str


class LineOut(BaseModel):
    """How one line ended. line: as a calculation program counts it; code: of its delivery. good:
    it would be announced, but was only looked at."""

    line: int
    reference: str
    status: Status
    code: str | None
    problems: list[LineProblem]


class FileOut(BaseModel):
    """unread: heads of columns that mean nothing here."""

    results: list[LineOut]
    unread: list[str]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A body that is a file of announcements."""

    content: bytes


async def sent_file(request: Request) -> SentFile:
    """The body as it came. Raises Malformed for a type that is not taken."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in FILES:
        raise Malformed(field="content-type", problem=", ".join(FILES), read=media_type[:40])
    return SentFile(await request.body())


@router.post(
    "/deliveries/file",
    openapi_extra={"requestBody": {"required": True, "content": FILES}},
    responses=refusals("question"),
)
def announce_file(
    sent: Annotated[SentFile, Depends(sent_file)], call: Calling, dry_run: bool = False
) -> FileOut:
    """Announce what a file holds: lines with one reference are one delivery. Sending it again
    announces nothing twice. dry_run: only look at it."""
    table = read_file(sent.content)
    with call.database.read() as session:
        planned = plan(session, table, viewer=call.me.viewer, now=call.now)
        sites = {site.code: site for site in sites_for(rulebook(session), call.me.viewer)}
    done = [] if dry_run else announce(call, planned.deliveries, sites)
    return FileOut(results=_results(planned, done), unread=list(planned.judged.unread))


def _results(planned: Plan, done: list[Done]) -> list[LineOut]:
    ends = {number: one for one in done for number in one.planned.said.numbers}
    known = {number: one.code for one in planned.known for number in one.said.numbers}
    found = []
    for line in planned.judged.lines:
        number = line.line.number
        end = ends.get(number)
        problems = list(line.problems)
        status: Status = "refused" if line.said is None else "good"
        code = known.get(number)
        if end is not None:
            status = end.status  # type: ignore[assignment]
            code = end.code
            problems += [why(end)] if end.status == "refused" else []
        elif code is not None:
            status = "repeated"
        found.append(
            LineOut(
                line=number,
                reference=line.reference,
                status=status,
                code=code,
                problems=[LineProblem(**facts_of(one)) for one in problems],
            )
        )
    return found
