"""Mail: what one looks like, and the way to the mail server. Nothing here reads the database."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from web.settings import MailSettings

TIMEOUT_S: Final = 20.0
PERMANENT_FROM: Final = 500


class NotTaken(Exception):
    """The server did not take a mail; the message says why. Whether a later try helps: its kind."""


class TryLater(NotTaken):
    """It may be taken later: nobody answered, the server is busy, or our settings are wrong."""


class GiveUp(NotTaken):
    """It will never be taken: the address does not exist, or the mail itself is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail before it has headers. token: fixes its Message-ID. stop: where to switch it off;
    empty for what cannot be."""

    token: str
    address: str
    name: str | None
    subject: str
    text: str
    html: str
    language: str
    stop: str
    at: datetime


def compose(draft: Draft, settings: MailSettings) -> EmailMessage:
    """The mail with its headers; whatever stands in a name, it stays within its header.

    Raises GiveUp for an address that no header can hold.
    """
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = settings.sender
        mail["To"] = Address(_one_line(draft.name or ""), addr_spec=draft.address)
        mail["Subject"] = _one_line(draft.subject)
    except (MessageError, ValueError, IndexError) as error:
        raise GiveUp("This is not an address that mail can be sent to.") from error
    mail["Date"] = draft.at
    mail["Message-ID"] = f"<{draft.token}@{settings.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if draft.stop:
        mail["List-Unsubscribe"] = f"<{draft.stop}>"
    mail.set_content(draft.text)
    mail.add_alternative(draft.html, subtype="html")
    # Only now: the two parts would have taken it for their own.
    mail["Content-Language"] = draft.language
    return mail


def send(mail: EmailMessage, settings: MailSettings) -> str:
    """Hand a mail to the server; returns what the server was. Raises TryLater, GiveUp."""
    try:
        server = _connected(settings)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        # What goes wrong before the mail is spoken of is no fault of the mail.
        raise TryLater(_said(error)) from error
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        words = "; ".join(_reply(code, text) for code, text in error.recipients.values())
        raise (GiveUp if min(codes) >= PERMANENT_FROM else TryLater)(words) from error
    except smtplib.SMTPSenderRefused as error:
        raise TryLater(_said(error)) from error
    except smtplib.SMTPResponseException as error:
        kind = GiveUp if error.smtp_code >= PERMANENT_FROM else TryLater
        raise kind(_said(error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise GiveUp("The mail server cannot write to this address.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater(_said(error)) from error
    finally:
        # The mail was taken or not: how the server says goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()
    return f"{settings.host}:{settings.port}"


def _connected(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=settings.authorities)
    name = socket.gethostname()
    server: smtplib.SMTP
    if settings.tls == "tls":
        server = smtplib.SMTP_SSL(
            settings.host,
            settings.port,
            local_hostname=name,
            timeout=TIMEOUT_S,
            context=context,
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, local_hostname=name, timeout=TIMEOUT_S)
    with ExitStack() as unless_let_in:
        unless_let_in.callback(server.close)
        if settings.tls == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
        unless_let_in.pop_all()
    return server


def _one_line(text: str) -> str:
    """Without anything that could end a header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return _one_line(f"{type(error).__name__}: {error}")


def _reply(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _one_line(f"{code} {said}")
