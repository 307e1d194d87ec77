"""The door of the floor: a tablet with a one-time code is let in, and gets a token of its own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from accounts.audit import Doing, note_event
from accounts.devices import Enrolled, enrol
from accounts.queries import lets_a_tablet_in
from catalogue.errors import EnrolmentUnknown
from web.deps import database_of, language_of_person
from web.noticing import address_of
from web.tries import WrongTries

router = APIRouter(include_in_schema=False)


class EnrolIn(BaseModel):
    """What somebody typed on a tablet, or what its camera read."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(max_length=60)]


@router.post("/floor/enrol")
def let_in(request: Request, body: EnrolIn) -> JSONResponse:
    """Let a tablet in: its token, which is told this once, and where it stands from now on.

    Raises EnrolmentUnknown, TooManyTries.
    """
    tries: WrongTries = request.app.state.wrong_tries
    address = request.client.host if request.client else ""
    tries.require_few(address)
    database, now = database_of(request), request.app.state.clock()
    # Who guesses does not stand in line with those who write.
    with database.read() as session:
        if not lets_a_tablet_in(session, body.code, now):
            tries.was_wrong(address)
            raise EnrolmentUnknown

    def work(session: Session) -> Enrolled:
        enrolled = enrol(session, body.code, now=now)
        note_event(
            session,
            Doing.TABLET_LET_IN,
            now=now,
            target=f"device:{enrolled.device_id}",
            organisation_id=enrolled.site.operator_id,
            address=address_of(request),
        )
        return enrolled

    enrolled = database.write_together(work)
    said: dict[str, Any] = {
        "token": enrolled.token,
        "device": {"name": enrolled.name},
        "station": {
            "code": enrolled.station.code,
            "name": enrolled.station.name,
            "kind": enrolled.station.kind.value,
        },
        "site": {"code": enrolled.site.code, "name": enrolled.site.name},
        "language": language_of_person(request, None).code,
    }
    return JSONResponse(said, status_code=201, headers={"Cache-Control": "no-store"})
