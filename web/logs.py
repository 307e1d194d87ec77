"""The log of the service: one line of JSON for each thing said, in UTC, and never a secret in it.

Two voices: `stofstroom` says how the service does, `stofstroom.security` whom it sent away. Who did
what stands in the database (`accounts.audit`) and in the register.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from logging.config import dictConfig
from typing import Any, Final

from starlette.requests import Request

from catalogue.errors import BadInput, NotAllowed, Refusal, Unauthenticated
from web import cookies
from web.hygiene import Hygiene

HIDDEN: Final = "***"
SECRETS: Final = (
    # Addresses that let somebody in, and what single sign-on sends back.
    re.compile(r"(/(?:outlet|invitation|reset)/)[^\s/?#\"'\\]+"),
    re.compile(
        r"([?&](?:token|code|state|key|password|secret|session_state|iss)=)[^\s&#\"'\\]+",
        re.IGNORECASE,
    ),
    re.compile(r"(\b(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE),
    re.compile(r"((?:__Host-)?stofstroom=)[^\s;\"'\\]+"),
    re.compile(r"(\w+://[^\s:/@\"']+:)[^\s/@\"']+(?=@)"),
)
GUARDED: Final = (
    "stofstroom",
    "stofstroom.security",
    "uvicorn.access",
    "uvicorn.error",
    "store.jobs",
)
FACT_MAX: Final = 200
API: Final = "/api/v1"
"""What the routes of calls are named without."""
_security = logging.getLogger("stofstroom.security")


def note(request: Request, what: str, **facts: str | int) -> None:
    """Say whom we sent away, why and where: with the shape of the address, not what stood in it."""
    client = request.client
    said = {
        "what": what,
        "method": request.method,
        "where": where(request),
        "address": client.host if client else "",
        "actor": request.scope.get("state", {}).get("actor", ""),
        **{
            name: value[:FACT_MAX] if isinstance(value, str) else value
            for name, value in facts.items()
        },
    }
    _security.warning("%s", what, extra={"facts": said})


def note_refusal(request: Request, refusal: Refusal) -> None:
    """Say that somebody may not do what they asked, is not who they say, or sent what is no input.

    Who only has to sign in yet is nobody's business; what a rule of the work refuses stands in the
    register's own table of scans.
    """
    by_nobody = isinstance(refusal, Unauthenticated) and not (
        "authorization" in request.headers or cookies.read(request, cookies.SESSION)
    )
    if isinstance(refusal, BadInput | NotAllowed) and not by_nobody:
        note(request, "refused", code=refusal.code)


def where(request: Request) -> str:
    """The path as the routes name it, `/outlet/{token}`, or as it was asked, without secrets."""
    route = request.scope.get("route")
    named: str = getattr(route, "path", "")
    if not named:
        return masked(request.url.path)[:FACT_MAX]
    is_call = request.url.path.startswith(API) and not named.startswith(API)
    return f"{API}{named}" if is_call else named


def masked(text: str) -> str:
    """The text without what lets somebody in."""
    for secret in SECRETS:
        text = secret.sub(rf"\1{HIDDEN}", text)
    return text


class WithoutSecrets(logging.Filter):
    """Takes secrets out of what is said, whoever says it and whoever listens."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, with its secrets masked."""
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(value) for value in record.args)
        record.msg = masked(record.msg) if isinstance(record.msg, str) else record.msg
        return True


class JsonLines(logging.Formatter):
    """One line for each record, whatever stands in it: JSON writes line breaks as signs."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            **_said(record.getMessage()),
            **_facts(record),
        }
        if record.exc_info:
            said["error"] = masked("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(said, ensure_ascii=True, default=str)


class OneLine(logging.Formatter):
    """For people who watch a terminal: still one line for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record in words."""
        facts = " ".join(f"{name}={value!r}" for name, value in _facts(record).items())
        said = (
            f"{_at(record)} {record.levelname.lower()} {record.name} {record.getMessage()} {facts}"
        )
        if record.exc_info:
            said += " " + "".join(traceback.format_exception(*record.exc_info))
        return masked(said).encode("unicode_escape").decode("ascii").strip()


def guard() -> None:
    """Let no logger of the service pass on a secret, however the service was started."""
    for name in GUARDED:
        logger = logging.getLogger(name)
        if not any(isinstance(known, WithoutSecrets) for known in logger.filters):
            logger.addFilter(WithoutSecrets())


def configuration(hygiene: Hygiene) -> dict[str, Any]:
    """For the web server: everything goes to standard error, and who looked at what nowhere."""
    for_people = hygiene.log_shape == "text" or (
        hygiene.log_shape == "auto" and sys.stderr.isatty()
    )
    shape = OneLine if for_people else JsonLines
    level = hygiene.log_level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"secrets": {"()": WithoutSecrets}},
        "formatters": {"line": {"()": shape}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
                "filters": ["secrets"],
            }
        },
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "stofstroom": {"level": level},
            "store": {"level": level},
            "uvicorn": {"level": "INFO"},
            "uvicorn.access": {"level": "CRITICAL", "propagate": False},
        },
    }


def configure(hygiene: Hygiene) -> None:
    """Log as the settings say, in this process."""
    dictConfig(configuration(hygiene))
    guard()


def _said(text: str) -> dict[str, Any]:
    """What was said; what is an object already, such as an event of the accounts, as that."""
    if text.startswith("{"):
        with suppress(ValueError):
            return {"event": json.loads(masked(text))}
    return {"said": masked(text)}


def _masked(value: object) -> object:
    return masked(value) if isinstance(value, str) else value


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _facts(record: logging.LogRecord) -> Mapping[str, Any]:
    found = getattr(record, "facts", {})
    if not isinstance(found, Mapping):
        return {}
    return {
        name: masked(value) if isinstance(value, str) else value for name, value in found.items()
    }
