"""What answers look like to OpenAPI: the common shape of a write's, and of every refusal."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from catalogue.errors import BadInput, NotAllowed, NotFound, Refusal, RuleBroken, concrete


class Answer(BaseModel):
    """What a write brought about; more fields by kind. `entry`: its place in the logbook."""

    model_config = ConfigDict(extra="allow")

    entry: str
    code: str | None = None
    mass_g: int | None = None
    held_g: int | None = None
    state: str | None = None


class Problem(BaseModel):
    """A refusal (RFC 9457): a stable `code`, and the figures that explain it."""

    model_config = ConfigDict(extra="allow")

    type: str
    code: str
    status: int
    title: str
    detail: str


ALWAYS: dict[str, dict[int, tuple[str, ...]]] = {
    "public": {422: ("malformed",), 429: ("too_many_calls",), 503: ("busy",)},
    "read": {
        401: ("unauthenticated",),
        403: ("not_allowed",),
        422: ("malformed",),
        429: ("too_many_calls",),
        503: ("busy",),
    },
    "question": {
        401: ("unauthenticated",),
        403: ("not_allowed",),
        413: ("too_large",),
        422: ("malformed",),
        429: ("too_many_calls",),
        503: ("busy",),
    },
    "write": {
        401: ("unauthenticated",),
        403: ("not_allowed",),
        404: ("not_found",),
        409: ("clock_doubt", "parked"),
        413: ("too_large",),
        422: ("malformed", "scan_reused"),
        429: ("too_many_calls",),
        503: ("busy",),
    },
}
"""What any call can be refused with: a public read, a read, a body that books no scan, a
write."""


def refusals(what: str, *codes: str) -> dict[int | str, dict[str, Any]]:
    """The refusals of a call, by status, for OpenAPI. Every code given must exist."""
    known = concrete()
    found: dict[int, list[str]] = {status: list(own) for status, own in ALWAYS[what].items()}
    for code in codes:
        found.setdefault(_status(known[code]), []).append(code)
    return {
        status: {"description": ", ".join(sorted(named)), **_problem()}
        for status, named in sorted(found.items())
    }


def _status(refusal: type[Refusal]) -> int:
    kinds: dict[type[Refusal], int] = {
        BadInput: 422,
        NotFound: 404,
        NotAllowed: 403,
        RuleBroken: 409,
    }
    return next(status for kind, status in kinds.items() if issubclass(refusal, kind))


def _problem() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"content": {"application/problem+json": {"schema": schema}}}


def every_code() -> set[str]:
    """Every code that a refusal can carry, those of the web server itself included."""
    return set(concrete()) | {"too_large", "too_many_calls", "internal", "busy"}
