"""The command that tries whether mail can be sent."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from accounts.rules import email
from web.settings import from_environment
from web.terminal import NotReady, now, tell


def mail_test(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where the mail goes.")],
) -> None:
    """Send one mail with the settings of STOFSTROOM_MAIL_*, and say what happened."""
    settings = from_environment()
    if settings.mail is None:
        raise NotReady("No mail is sent here: STOFSTROOM_MAIL_HOST is not set.")
    from web.mail import Draft, NotTaken, TryLater, compose, send

    words = "This is a test of Stofstroom. Mail can be sent."
    draft = Draft(
        token=uuid4().hex,
        address=email(address),
        name=None,
        subject="Stofstroom: test",
        text=f"{words}\n",
        html=f"<!doctype html><html lang='en'><p>{words}</p></html>",
        language="en",
        stop=f"{settings.public_url}/notices/settings",
        at=now(),
    )
    try:
        server = send(compose(draft, settings.mail), settings.mail)
    except NotTaken as error:
        later = " It would be tried again." if isinstance(error, TryLater) else ""
        raise NotReady(f"The mail was not taken. {error}{later}") from error
    tell(f"{server} took the mail to {draft.address}.")


def add_to(app: typer.Typer) -> None:
    """Let the application know this command."""
    app.command(name="mail-test")(mail_test)
