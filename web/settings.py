"""What an installation can set, all of it in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from accounts.sessions import Limits
from web.hygiene import Hygiene, hygiene_from

DATABASE_URL: Final = "sqlite:///stofstroom.sqlite3"
PUBLIC_URL: Final = "http://localhost:8000"
KEY_FILE: Final = "stofstroom.keys"
BODY_MAX_BYTES: Final = 1 << 20
MAIL_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
MAIL_NAME: Final = "Stofstroom"
IDLE_MINUTES: Final = (5, 24 * 60)
SESSION_HOURS: Final = (1, 24)
"""The shortest and the longest that may be set."""
CONNECTIONS: Final = (4, 400)
NAME_LENGTH_MAX: Final = 60
ISSUER_LENGTH_MAX: Final = 300


class SettingsWrong(Exception):
    """A variable of the environment cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The way to the mail server. tls: `starttls`, `tls` or `none`. sender: address that mail comes
    from. authorities: file of certificates to trust in place of the system's.
    """

    host: str
    port: int
    tls: str
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: str | None = None

    @property
    def domain(self) -> str:
        """What our Message-IDs end with."""
        return str(self.sender.domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """A provider of single sign-on (OpenID Connect). key: its number, which stands in the address
    that it sends people back to. name: what its button says. client_secret: empty for a public
    client. acr, amr: what its tokens must say for it to count as both factors; where nothing is
    named it does. authorities: as of mail.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    authorities: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """keys: the key ring, which never lies in the database or its backup. public_url: where others
    reach this installation, without a slash at the end. body_max_bytes: of one request. mail: None
    where no mail is sent. sessions: how long somebody stays signed in. providers: who may say who
    somebody is. hygiene: what it sets about its own safety. metrics_token:
    what `/metrics` must be shown; empty where nobody watches. connections: how many each process
    opens to the database at most; None: as many as suits it.
    """

    database_url: str
    keys: Path
    public_url: str
    body_max_bytes: int
    mail: MailSettings | None = None
    sessions: Limits = field(default_factory=Limits)
    providers: tuple[ProviderSettings, ...] = ()
    hygiene: Hygiene = field(default_factory=Hygiene)
    metrics_token: str = field(default="", repr=False)
    connections: int | None = None


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; everything has a default. Raises SettingsWrong."""
    url = environment.get("STOFSTROOM_DATABASE_URL") or DATABASE_URL
    keys = environment.get("STOFSTROOM_KEYS")
    return Settings(
        database_url=url,
        keys=Path(keys) if keys else _beside_the_database(url),
        public_url=_public_url(environment.get("STOFSTROOM_PUBLIC_URL") or PUBLIC_URL),
        body_max_bytes=_count(environment, "STOFSTROOM_BODY_MAX_BYTES", BODY_MAX_BYTES),
        mail=_mail(environment),
        sessions=_sessions(environment),
        providers=_providers(environment),
        hygiene=_hygiene(environment),
        metrics_token=_secret(environment, "STOFSTROOM_METRICS_TOKEN"),
        connections=_connections(environment),
    )


def _hygiene(environment: Mapping[str, str]) -> Hygiene:
    try:
        return hygiene_from(environment)
    except ValueError as error:
        raise SettingsWrong(str(error)) from None


def _sessions(environment: Mapping[str, str]) -> Limits:
    """How long somebody stays signed in: minutes without doing anything, and hours in all."""
    usual = Limits()
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    idle = _between(environment, "STOFSTROOM_IDLE_MINUTES", usual.idle // minute, IDLE_MINUTES)
    floor = _between(
        environment, "STOFSTROOM_IDLE_FLOOR_MINUTES", usual.idle_floor // minute, IDLE_MINUTES
    )
    whole = _between(environment, "STOFSTROOM_SESSION_HOURS", usual.whole // hour, SESSION_HOURS)
    return Limits(idle=idle * minute, idle_floor=floor * minute, whole=whole * hour)


def _connections(environment: Mapping[str, str]) -> int | None:
    name = "STOFSTROOM_CONNECTIONS"
    return _between(environment, name, 0, CONNECTIONS) if environment.get(name) else None


def _mail(environment: Mapping[str, str]) -> MailSettings | None:
    """How mail is sent; None without a host."""
    host = environment.get("STOFSTROOM_MAIL_HOST")
    if not host:
        return None
    tls = environment.get("STOFSTROOM_MAIL_TLS") or "starttls"
    if tls not in MAIL_PORTS:
        raise SettingsWrong("STOFSTROOM_MAIL_TLS is starttls, tls or none.")
    user = environment.get("STOFSTROOM_MAIL_USER") or ""
    if user and tls == "none":
        raise SettingsWrong("STOFSTROOM_MAIL_USER needs TLS: a password is not sent in the clear.")
    return MailSettings(
        host=host,
        port=_count(environment, "STOFSTROOM_MAIL_PORT", MAIL_PORTS[tls]),
        tls=tls,
        sender=_sender(environment.get("STOFSTROOM_MAIL_FROM") or ""),
        user=user,
        password=_secret(environment, "STOFSTROOM_MAIL_PASSWORD"),
        authorities=environment.get("STOFSTROOM_MAIL_AUTHORITIES") or None,
    )


def _providers(environment: Mapping[str, str]) -> tuple[ProviderSettings, ...]:
    """The one of STOFSTROOM_OIDC_, and after it those of STOFSTROOM_OIDC_2_, _3_ and so on."""
    found: list[ProviderSettings] = []
    for number in count(1):
        prefix = "STOFSTROOM_OIDC" if number == 1 else f"STOFSTROOM_OIDC_{number}"
        issuer = environment.get(f"{prefix}_ISSUER")
        if not issuer:
            if environment.get(f"{prefix}_CLIENT_ID"):
                raise SettingsWrong(f"{prefix}_ISSUER is the address of the provider.")
            break
        if issuer in {one.issuer for one in found}:
            raise SettingsWrong(f"{prefix}_ISSUER was named before.")
        found.append(_provider(environment, prefix, str(number), issuer))
    return tuple(found)


def _provider(
    environment: Mapping[str, str], prefix: str, key: str, issuer: str
) -> ProviderSettings:
    parts = urlsplit(issuer)
    if not is_guarded(issuer) or parts.query or parts.fragment or len(issuer) > ISSUER_LENGTH_MAX:
        raise SettingsWrong(f"{prefix}_ISSUER begins with https:// and has no ? or # in it.")
    client_id = environment.get(f"{prefix}_CLIENT_ID")
    if not client_id:
        raise SettingsWrong(f"{prefix}_CLIENT_ID is what the provider calls this installation.")
    name = (environment.get(f"{prefix}_NAME") or str(parts.hostname)).strip()
    if not name.isprintable() or not 0 < len(name) <= NAME_LENGTH_MAX:
        raise SettingsWrong(f"{prefix}_NAME is 1 to {NAME_LENGTH_MAX} characters on one line.")
    return ProviderSettings(
        key=key,
        name=name,
        issuer=issuer,
        client_id=client_id,
        client_secret=_secret(environment, f"{prefix}_CLIENT_SECRET"),
        acr=tuple((environment.get(f"{prefix}_ACR") or "").split()),
        amr=tuple((environment.get(f"{prefix}_AMR") or "").split()),
        authorities=environment.get(f"{prefix}_AUTHORITIES") or None,
    )


def is_guarded(url: str) -> bool:
    """Whether nobody can listen in: over TLS, or within this very machine."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _sender(address: str) -> Address:
    try:
        sender = Address(MAIL_NAME, addr_spec=address)
    except (MessageError, ValueError, IndexError):
        sender = Address()
    if not sender.username or not sender.domain or not address.isascii():
        raise SettingsWrong("STOFSTROOM_MAIL_FROM is the address that mail comes from.")
    return sender


def _secret(environment: Mapping[str, str], name: str) -> str:
    """As it is given, or what stands in the file that is named."""
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name) or ""
    try:
        return Path(file).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SettingsWrong(f"{name}_FILE cannot be read.") from None


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


def _between(
    environment: Mapping[str, str], name: str, default: int, bounds: tuple[int, int]
) -> int:
    number = _count(environment, name, default)
    if not bounds[0] <= number <= bounds[1]:
        raise SettingsWrong(f"{name} is a whole number from {bounds[0]} to {bounds[1]}.")
    return number
