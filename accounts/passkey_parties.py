"""Between whom a passkey is: apart from the proofs, whose library is large and seldom needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Options = dict[str, Any]
"""What `navigator.credentials` is asked, with bytes in base64url."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who passkeys are for. name: of the host, without a port; origin: what browsers must say."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """For whom a passkey is made. handle: how a device knows them, in base64url. known: the
    credentials that they have already, each with its transports."""

    handle: str
    email: str
    name: str
    known: Sequence[tuple[str, str]]
