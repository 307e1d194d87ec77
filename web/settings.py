"""What an installation can set, all of it in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

DATABASE_URL: Final = "sqlite:///stofstroom.sqlite3"
PUBLIC_URL: Final = "http://localhost:8000"
KEY_FILE: Final = "stofstroom.keys"
BODY_MAX_BYTES: Final = 1 << 20


class SettingsWrong(Exception):
    """A variable of the environment cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """keys: the key ring, which never lies in the database or its backup. public_url: where others
    reach this installation, without a slash at the end. body_max_bytes: of one request.
    """

    database_url: str
    keys: Path
    public_url: str
    body_max_bytes: int


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; everything has a default. Raises SettingsWrong."""
    url = environment.get("STOFSTROOM_DATABASE_URL") or DATABASE_URL
    keys = environment.get("STOFSTROOM_KEYS")
    return Settings(
        database_url=url,
        keys=Path(keys) if keys else _beside_the_database(url),
        public_url=_public_url(environment.get("STOFSTROOM_PUBLIC_URL") or PUBLIC_URL),
        body_max_bytes=_count(environment, "STOFSTROOM_BODY_MAX_BYTES", BODY_MAX_BYTES),
    )


def _beside_the_database(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The address may hold a password, so it is not repeated.
        raise SettingsWrong("STOFSTROOM_DATABASE_URL is not the address of a database.") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsWrong("STOFSTROOM_DATABASE_URL begins with sqlite:// or postgresql://.")
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, ":memory:")
    return Path(parsed.database or "").parent / KEY_FILE if is_file else Path(KEY_FILE)


def _public_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise SettingsWrong("STOFSTROOM_PUBLIC_URL begins with http:// or https://.")
    return url.rstrip("/")


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise SettingsWrong(f"{name} is a whole number above zero.")
    return int(text)
