"""The mails about notices: put into words, handed to the mail server, and noted how that went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final

from catalogue.rulebook import Rulebook, rulebook
from notices import sending
from notices.kinds import SAFETY, MailState
from notices.queries import Letter
from store.engine import Database
from web.i18n import Language, language, message
from web.mail import Draft, GiveUp, TryLater, compose, send
from web.notice_words import WORDINGS, in_words
from web.rendering import Frame, render
from web.settings import MailSettings, Settings

NOT_SET_UP: Final = "not_set_up"
SETTINGS_PAGE: Final = "/notices/settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice in a mail. ask: what the link says."""

    title: str
    text: str
    link: str | None
    ask: str
    safety: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """What stands in a mail. settings: where its reader chooses; None for who cannot sign in."""

    subject: str
    greeting: str
    notices: Sequence[Told]
    foot: Sequence[str]
    settings: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """Does a job of the queue: one mail. Where no server is set up, the portal is all there is."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime]

    def __call__(self, payload: Mapping[str, Any]) -> None:
        mail_id = int(payload["mail"])
        now, settings = self.clock(), self.settings.mail
        with self.database.write() as session:
            if settings is None:
                sending.end(session, mail_id, MailState.DROPPED, now=now, problem=NOT_SET_UP)
                return
            letter = sending.take_up(session, mail_id, now=now)
        if letter is None:
            return
        with self.database.read() as session:
            book = rulebook(session)
        try:
            mail = written(letter, book, settings, self.settings.public_url, now=now)
            send(mail, settings)
        except TryLater as error:
            with self.database.write() as session:
                sending.put_off(session, mail_id, now=self.clock(), problem=str(error))
        except GiveUp as error:
            self._end(mail_id, MailState.FAILED, str(error))
        else:
            self._end(mail_id, MailState.SENT)

    def _end(self, mail_id: int, state: MailState, problem: str = "") -> None:
        with self.database.write() as session:
            sending.end(session, mail_id, state, now=self.clock(), problem=problem)


def written(
    letter: Letter, book: Rulebook, settings: MailSettings, public_url: str, *, now: datetime
) -> EmailMessage:
    """A letter as the mail that its reader gets, in their language. Raises GiveUp."""
    words = language(letter.language)
    page = _page(letter, book, words, public_url)
    mailto = f"mailto:{settings.sender.addr_spec}?subject=unsubscribe"
    return compose(
        Draft(
            token=letter.token,
            address=letter.address,
            name=letter.name,
            subject=page.subject,
            text=_plain(page, words),
            html=render("mail.html", page, frame=Frame(), language=words),
            language=words.code,
            stop=page.settings or mailto,
            at=now,
        ),
        settings,
    )


def _page(letter: Letter, book: Rulebook, words: Language, public_url: str) -> MailPage:
    has_account = letter.name is not None
    ask = words.gettext(message("Look at it"))
    told = []
    for row in letter.notices:
        said = in_words(row, book, words)
        path = letter.path or (said.path if has_account else None)
        told.append(
            Told(
                title=said.title,
                text=said.text,
                link=f"{public_url}{path}" if path else None,
                ask=words.gettext(message("Tell us what you did with it")) if letter.path else ask,
                safety=said.safety,
            )
        )
    title = words.gettext(WORDINGS[letter.kind].title)
    subject = title if len(told) == 1 else f"{title} ({len(told)})"
    hello = words.gettext(message("Good day"))
    return MailPage(
        subject=subject,
        greeting=f"{hello} {letter.name}," if letter.name else f"{hello},",
        notices=told,
        foot=_foot(letter, book, words),
        settings=f"{public_url}{SETTINGS_PAGE}" if has_account else None,
    )


def _foot(letter: Letter, book: Rulebook, words: Language) -> list[str]:
    operator = book.organisations_by_id[letter.operator_id].name
    lines = [
        words.gettext(message("%(operator)s sends you this by Stofstroom."))
        % {"operator": operator}
    ]
    if letter.kind in SAFETY:
        lines.append(words.gettext(message("This is about safety: it cannot be switched off.")))
    elif letter.name is None:
        lines.append(
            words.gettext(message("Do you not want this mail? Answer it, and we stop sending it."))
        )
    return lines


def _plain(page: MailPage, words: Language) -> str:
    """The same as the page, for who reads without markup."""
    parts = [page.greeting, ""]
    for one in page.notices:
        parts += [one.title, one.text]
        if one.link:
            parts.append(f"{one.ask}: {one.link}")
        parts.append("")
    parts += ["-- ", *page.foot]
    if page.settings:
        choose = words.gettext(message("Choose what you want to be told"))
        parts.append(f"{choose}: {page.settings}")
    return "\n".join(parts) + "\n"
