"""The last step of every way in: somebody proved who they are, and gets a session."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from accounts.actions import open_session
from web import cookies
from web.browsers import browser_name
from web.deps import database_of


def let_in(request: Request, person_id: int, *, methods: str, next_path: str) -> Response:
    """A session for a person who came in by these methods, and on to the page they wanted.

    methods: words out of `password`, `totp`, `recovery`, `passkey`, `sso`, with spaces between.
    next_path: one of our own (`entrance.own_path`).
    """
    state = request.app.state
    with database_of(request).write() as session:
        token = open_session(
            session,
            person_id,
            now=state.clock(),
            methods=methods,
            browser=browser_name(request.headers.get("user-agent", "")),
            kept=state.settings.sessions.whole,
        )
    response = RedirectResponse(next_path, status_code=303)
    set_session_cookie(request, response, token)
    return response


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the browser its session: no script reads it, and no other site sends it."""
    cookies.give(request, response, cookies.SESSION, token)
