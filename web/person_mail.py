"""Mails to one person about their own account: invited, a new password, a way in that changed.

A link is made when its mail is written and stands in no job, so a copy of the database lets nobody
in. Where no mail is set up nothing is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final
from uuid import uuid4

from sqlmodel import Session

from accounts import tickets
from accounts.audit import Doing
from accounts.joining import Reader, reader_of, reset_ticket
from accounts.telling import FORGOTTEN, INVITED
from accounts.tickets import Purpose
from catalogue.rulebook import rulebook
from store.engine import Database
from web.i18n import Language, language, message
from web.mail import Draft, GiveUp, TryLater, compose, send
from web.mailing import MailPage, Told
from web.rendering import Frame, render
from web.settings import MailSettings, Settings

log = logging.getLogger(__name__)

CHANGED: Final[Mapping[str, str]] = {
    Doing.PASSWORD_CHANGED.value: message("Your password was changed"),
    Doing.RESET_LINK_MADE.value: message("An administrator made a link for a new password"),
    Doing.SECOND_FACTOR_ADDED.value: message("An app with codes was set up for your account"),
    Doing.SECOND_FACTOR_REMOVED.value: message("The app with codes was taken from your account"),
    Doing.RECOVERY_CODE_USED.value: message("A recovery code was used for your account"),
    Doing.PASSKEY_ADDED.value: message("A passkey was added to your account"),
    Doing.PASSKEY_REMOVED.value: message("A passkey was removed from your account"),
    Doing.IDENTITY_LINKED.value: message("A login of your organisation was linked"),
    Doing.IDENTITY_UNLINKED.value: message("A login of your organisation was unlinked"),
}
"""What is told of each change to somebody's ways in."""
LINKS: Final = {INVITED: Purpose.INVITATION, FORGOTTEN: Purpose.RESET}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A mail before it is put into words. ticket: of the link in it. by: who invites."""

    kind: str
    reader: Reader
    ticket: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMailing:
    """Does a job of the queue: one mail about somebody's own account."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]

    def __call__(self, payload: Mapping[str, Any]) -> None:
        mail = self.settings.mail
        if mail is None:
            return
        now = self.clock()
        with self.database.write() as session:
            letter = _letter(session, payload, now)
        if letter is None:
            return
        try:
            send(written(letter, mail, self.settings.public_url, now=now), mail)
        except (GiveUp, TryLater) as error:
            # Nobody got it: what stood in it shall let nobody in either.
            if letter.ticket:
                with self.database.write() as session:
                    tickets.use(session, LINKS[letter.kind], letter.ticket, now=now)
            if isinstance(error, TryLater):
                raise
            log.warning("A mail about an account (%s) was not taken.", letter.kind)


def _letter(session: Session, payload: Mapping[str, Any], now: datetime) -> _Letter | None:
    """What is to be mailed; None when there is nobody to mail it to any more."""
    kind, person_id = str(payload["kind"]), int(payload["person"])
    reader = reader_of(session, person_id, is_invited=kind == INVITED)
    if reader is None:
        return None
    if kind == INVITED:
        sender = rulebook(session).organisations_by_id[int(payload["by"])].name
        ticket = tickets.issue(session, Purpose.INVITATION, person_id=person_id, now=now)
        return _Letter(kind=kind, reader=reader, ticket=ticket, by=sender)
    if kind == FORGOTTEN:
        found = reset_ticket(session, person_id, now=now)
        return _Letter(kind=kind, reader=reader, ticket=found) if found else None
    return _Letter(kind=kind, reader=reader)


def written(
    letter: _Letter, settings: MailSettings, public_url: str, *, now: datetime
) -> EmailMessage:
    """A letter as its reader gets it, in their language. Raises GiveUp."""
    words = language(letter.reader.language)
    said = _said(letter, words, public_url)
    # What somebody is called was typed by others: it stands in no mail to who is invited.
    name = letter.reader.name if letter.kind != INVITED else ""
    hello = words.gettext(message("Good day"))
    page = MailPage(
        subject=said.title,
        greeting=f"{hello} {name}," if name else f"{hello},",
        notices=[said],
        foot=[words.gettext(message("Stofstroom sends you this about your own account."))],
        settings=None,
    )
    plain = [page.greeting, "", said.title, said.text]
    plain += [f"{said.ask}: {said.link}"] if said.link else []
    plain += ["", "-- ", *page.foot]
    return compose(
        Draft(
            token=uuid4().hex,
            address=letter.reader.email,
            name=name or None,
            subject=page.subject,
            text="\n".join(plain) + "\n",
            html=render("mail.html", page, frame=Frame(), language=words),
            language=words.code,
            stop="",
            at=now,
        ),
        settings,
    )


def _said(letter: _Letter, words: Language, public_url: str) -> Told:
    code = words.code
    if letter.kind == INVITED:
        text = message(
            "%(organisation)s invites you to Stofstroom. You choose your own password. The link"
            " holds for 7 days and for you alone. Did you not expect this? Then do nothing."
        )
        return Told(
            title=words.gettext(message("You are invited to Stofstroom")),
            text=words.gettext(text) % {"organisation": letter.by},
            link=f"{public_url}/invitation/{letter.ticket}?lang={code}",
            ask=words.gettext(message("Accept the invitation")),
            safety=False,
        )
    if letter.kind == FORGOTTEN:
        text = message(
            "Somebody asked for a new password for this address. The link holds for one hour and"
            " works once. Was it not you? Then do nothing: your password stays as it is."
        )
        return Told(
            title=words.gettext(message("A new password for Stofstroom")),
            text=words.gettext(text),
            link=f"{public_url}/reset/{letter.ticket}?lang={code}",
            ask=words.gettext(message("Choose a new password")),
            safety=False,
        )
    text = message(
        "Was it you, or did you ask for it? Then there is nothing to do. Was it not? Choose a new"
        " password at once, and tell your administrator."
    )
    return Told(
        title=words.gettext(CHANGED[letter.kind]),
        text=words.gettext(text),
        link=f"{public_url}/account",
        ask=words.gettext(message("Look at your account")),
        safety=True,
    )
