"""A form that comes after its session ended: nothing is booked, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from web import cookies
from web.pages.visiting import show_to_stranger

SECRET: Final = (
    "/account", "/forgotten", "/invitation", "/login", "/people", "/reset", "/tokens",
)  # fmt: skip
"""Where what is typed lets somebody in, or says who may: that is typed again."""
FILES_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredPage:
    """What was sent, to be sent again. path: where to. has_file: a file has to be chosen again."""

    path: str
    fields: Sequence[tuple[str, str]]
    has_file: bool


async def form_again(request: Request) -> Response:
    """Show a form that came too late, so that it can be sent again after signing in.

    It goes to whoever sent it, in the same answer, and is kept nowhere. `web.safety` has seen that
    it is a form of our own: another site's would be sent on with the rights of who signs in.
    Somebody who never had a session is a stranger, and goes to sign in.
    """
    path = request.url.path
    secret = any(path == place or path.startswith(f"{place}/") for place in SECRET)
    if secret or cookies.read(request, cookies.SESSION) is None:
        return RedirectResponse("/login", status_code=303)
    try:
        async with request.form(max_files=FILES_MAX) as form:
            page = _page(request, path, form)
    except (HTTPException, ClientDisconnect):
        return RedirectResponse("/login", status_code=303)
    return show_to_stranger(request, "expired.html", page, status=401)


def _page(request: Request, path: str, form: FormData) -> ExpiredPage:
    sent = form.multi_items()
    return ExpiredPage(
        path=f"{path}?{request.url.query}".rstrip("?"),
        fields=[(name, value) for name, value in sent if isinstance(value, str)],
        has_file=any(not isinstance(value, str) and value.filename for _, value in sent),
    )
