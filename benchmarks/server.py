"""The real application with one bare endpoint beside it, to measure against."""

from __future__ import annotations

from uuid import UUID

from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert

from web.serving import application

BARE = Table(
    "bench_bare", MetaData(), Column("scan_id", Text, primary_key=True), Column("mass_g", Integer)
)


class BareIn(BaseModel):
    """The smallest body that is worth keeping."""

    scan_id: UUID
    mass_g: int


def create_app() -> FastAPI:
    """The application, and a table for the bare endpoint."""
    app = application()
    with app.state.database.connect_to_write() as connection:
        BARE.create(connection, checkfirst=True)

    @app.post("/bare", status_code=201)
    def bare(body: BareIn, request: Request) -> dict[str, str]:
        with request.app.state.database.write() as session:
            session.execute(insert(BARE).values(scan_id=str(body.scan_id), mass_g=body.mass_g))
        return {"scan_id": str(body.scan_id)}

    return app
