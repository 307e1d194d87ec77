"""Refusals as problem+json (RFC 9457) or as a page: one place that knows HTTP statuses."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from catalogue import errors
from catalogue.errors import BadInput, NotAllowed, NotFound, Refusal, RuleBroken
from store.gate import Busy
from store.outages import is_out_of_order, took_too_long, waited_too_long
from web import cookies, logs
from web.i18n import choose

PROBLEM_JSON: Final = "application/problem+json"
API: Final = "/api/v1"
KINDS: Final[Mapping[type[Refusal], int]] = {
    BadInput: 422,
    NotFound: 404,
    NotAllowed: 403,
    RuleBroken: 409,
}
BY_STATUS: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("malformed", errors.Malformed.title, errors.Malformed.advice),
    405: ("not_found", NotFound.title, NotFound.advice),
    404: ("not_found", NotFound.title, NotFound.advice),
    413: ("too_large", "This is too large.", "Send less at once."),
    429: (
        "too_many_calls",
        "This was asked too often.",
        "Wait a moment, then try again. Nothing is lost.",
    ),
    500: ("internal", "Something went wrong on our side.", "Nothing was booked. Try again."),
    503: ("busy", "The service is busy.", "Try again in a moment."),
}
AGAIN_S: Final = 2
"""When who was told to come back may do so."""
log = logging.getLogger("stofstroom")


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its kind."""
    if isinstance(refusal, errors.Unauthenticated):
        return 401
    return next(status for kind, status in KINDS.items() if isinstance(refusal, kind))


def problem(
    request: Request,
    status: int,
    code: str,
    title: str,
    advice: str,
    figures: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """The one JSON shape of every refusal, with its title in the language asked for."""
    translate = choose(
        asked=request.query_params.get("lang"),
        cookie=cookies.read(request, cookies.LANGUAGE),
        person=None,
        accept=request.headers.get("accept-language", ""),
    ).gettext
    body = {
        **(figures or {}),
        "type": f"urn:stofstroom:error:{code}",
        "code": code,
        "status": status,
        "title": translate(title),
        "detail": translate(advice),
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def as_problem(request: Request, refusal: Refusal) -> JSONResponse:
    """A refusal as problem+json."""
    return problem(
        request,
        status_of(refusal),
        refusal.code,
        refusal.title,
        refusal.advice,
        refusal.figures,
    )


def by_status(request: Request, status: int, **figures: Any) -> JSONResponse:
    """What the web server itself refuses."""
    code, title, advice = BY_STATUS.get(status, BY_STATUS[400])
    kept = 404 if status == HTTPStatus.METHOD_NOT_ALLOWED else status
    kept = 422 if kept == HTTPStatus.BAD_REQUEST else kept
    return problem(request, kept, code, title, advice, figures)


def install(
    app: FastAPI,
    page_of: Any,
    again_of: Callable[[Request], Awaitable[Response]],
    note: Callable[[Request, Refusal], None],
) -> None:
    """Let the app answer every refusal; `page_of(request, status, refusal)` for people.

    again_of: answers a form of somebody who is not signed in any more. note: told of every
    refusal, before it is answered.
    """

    @app.exception_handler(Refusal)
    def refused(request: Request, refusal: Refusal) -> Response:
        note(request, refusal)
        logs.note_refusal(request, refusal)
        if _is_api(request):
            return as_problem(request, refusal)
        return page_of(request, status_of(refusal), refusal)  # type: ignore[no-any-return]

    app.add_exception_handler(errors.Unauthenticated, _late(refused, again_of))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0] if error.errors() else {"loc": ("body",), "msg": ""}
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
        refusal = errors.Malformed(field=where[:80], problem=str(first["msg"])[:200])
        return refused(request, refusal)

    @app.exception_handler(HTTPException)
    def not_served(request: Request, error: HTTPException) -> Response:
        if _is_api(request):
            return by_status(request, error.status_code)
        refusal = NotFound() if error.status_code != HTTPStatus.FORBIDDEN else NotAllowed()
        return page_of(request, error.status_code, refusal)  # type: ignore[no-any-return]

    @app.exception_handler(Busy)
    @app.exception_handler(NoConnection)
    @app.exception_handler(OperationalError)
    @app.exception_handler(InternalError)
    def busy(request: Request, error: Exception) -> Response:
        if isinstance(error, DBAPIError) and took_too_long(error):
            log.error("the database took too long on %s", logs.where(request))
        elif isinstance(error, DBAPIError) and is_out_of_order(error):
            log.error("the database fails on %s: %s", logs.where(request), error.orig)
        elif isinstance(error, DBAPIError) and not waited_too_long(error):
            return broken(request, error)
        else:
            log.warning("busy on %s: %s", logs.where(request), type(error).__name__)
        api = _is_api(request)
        answer: Response = by_status(request, 503) if api else page_of(request, 503, None)
        answer.headers["Retry-After"] = str(AGAIN_S)
        return answer

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        # The outermost edge: what is not a refusal is a mistake of ours, and is logged whole.
        log.error("unexpected error on %s", logs.where(request), exc_info=error)
        if _is_api(request):
            return by_status(request, 500)
        return page_of(request, 500, None)  # type: ignore[no-any-return]


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(
        (API, "/openapi", "/healthz", "/readyz", "/metrics", "/floor/enrol")
    )


def _late(
    refused: Callable[[Request, Refusal], Response],
    again_of: Callable[[Request], Awaitable[Response]],
) -> Any:
    """Who is not signed in is refused; a form is answered so that it can be sent again."""

    async def unknown(request: Request, refusal: Refusal) -> Response:
        is_form = request.method == "POST" and not _is_api(request)
        return await again_of(request) if is_form else refused(request, refusal)

    return unknown
