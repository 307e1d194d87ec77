"""What an installation sets about its own safety: names it answers to, how often it is asked, where
it may call, and how it keeps its log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from web.outbound import PRIVATE

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
LOG_SHAPES: Final = ("auto", "json", "text")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How much may be asked in a minute, and at once when nothing was asked for a while.

    calls: by one session or token. strangers: by one address, without a session or token that we
    know. costly: exports, papers, uploads and pictures, by one session, token or address. proofs:
    passwords and codes, by one address.
    """

    calls: int = 3_000
    strangers: int = 600
    costly: int = 120
    proofs: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hygiene:
    """hosts: names that we answer to; None where nobody said so: then those that nobody outside
    can own. networks: where scales and label printers may be. scanner: of viruses, `host:port` or
    `unix:` and a path; None where there is none. log_shape: `json`, `text`, or `auto`: text where
    somebody looks on, at a terminal.
    """

    hosts: frozenset[str] | None = None
    rates: Rates = field(default_factory=Rates)
    networks: tuple[IPv4Network | IPv6Network, ...] = PRIVATE
    scanner: str | None = None
    log_shape: str = "auto"
    log_level: str = "info"

    def answers_to(self, host: str) -> bool:
        """Whether a request with this Host header is meant for us.

        A name with a dot in it can belong to anybody, who can let it point to this machine and
        have a browser here ask us in that name. Numbers and names of one word cannot.
        """
        name = urlsplit(f"//{host}").hostname or ""
        if self.hosts is not None:
            return name in self.hosts or name in LOOPBACK
        return "." not in name or _is_number(name)


def hygiene_from(environment: Mapping[str, str]) -> Hygiene:
    """What the environment says. Raises ValueError, which names the variable."""
    usual = Rates()
    return Hygiene(
        hosts=_hosts(environment),
        rates=Rates(
            calls=_count(environment, "STOFSTROOM_CALLS_A_MINUTE", usual.calls),
            strangers=_count(environment, "STOFSTROOM_STRANGERS_A_MINUTE", usual.strangers),
            costly=_count(environment, "STOFSTROOM_COSTLY_A_MINUTE", usual.costly),
            proofs=_count(environment, "STOFSTROOM_PROOFS_A_MINUTE", usual.proofs),
        ),
        networks=_networks(environment),
        scanner=_scanner(environment),
        log_shape=_one_of(environment, "STOFSTROOM_LOG", LOG_SHAPES, "auto"),
        log_level=_one_of(environment, "STOFSTROOM_LOG_LEVEL", LOG_LEVELS, "info"),
    )


def _hosts(environment: Mapping[str, str]) -> frozenset[str] | None:
    """The name in the public address, and those beside it; None when none is given."""
    named = _words(environment.get("STOFSTROOM_HOSTS"))
    public = urlsplit(environment.get("STOFSTROOM_PUBLIC_URL") or "").hostname
    found = {name.lower().strip("[]") for name in named} | ({public} if public else set())
    return frozenset(found) or None


def _networks(environment: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    given = _words(environment.get("STOFSTROOM_DEVICE_NETWORKS"))
    try:
        return tuple(ip_network(network) for network in given) or PRIVATE
    except ValueError:
        raise ValueError(
            "STOFSTROOM_DEVICE_NETWORKS is a list of networks such as 10.1.2.0/24,fd00::/64."
        ) from None


def _scanner(environment: Mapping[str, str]) -> str | None:
    given = environment.get("STOFSTROOM_VIRUS_SCANNER") or None
    if given is not None and not re.fullmatch(r"unix:/.+|[^\s/]+:\d{1,5}", given):
        raise ValueError("STOFSTROOM_VIRUS_SCANNER is host:port, or unix: and a path.")
    return given


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError(f"{name} is a whole number above zero.")
    return int(text)


def _one_of(environment: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    word = (environment.get(name) or default).lower()
    if word not in known:
        raise ValueError(f"{name} is one of: {', '.join(known)}.")
    return word


def _is_number(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
