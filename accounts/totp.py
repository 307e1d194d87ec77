"""Codes of six digits that an app shows for half a minute each (RFC 6238): pure."""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from typing import Final

import pyotp

STEP_S: Final = 30
DIGITS: Final = 6
AROUND: Final = 1
"""So many steps before and after now a clock may be off."""
ISSUER: Final = "Stofstroom"
_CODE: Final = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """160 random bits in base32, as long as the hash it is used with."""
    return pyotp.random_base32(length=32)


def link(secret: str, email: str) -> str:
    """What the QR of a new secret says to an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def in_fours(secret: str) -> str:
    """The secret as a person types it in."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def code_in(typed: str) -> str | None:
    """The code in what was typed, spaces and hyphens forgiven; None for what cannot be one."""
    squeezed = "".join(letter for letter in typed if letter not in " -\t")
    return squeezed if _CODE.fullmatch(squeezed) else None


def step_of(at: datetime) -> int:
    """The number of the half minute."""
    return int(at.timestamp()) // STEP_S


def code_of(secret: str, step: int) -> str:
    """The code that an app shows in a half minute."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).generate_otp(step)


def steps_of(secret: str, code: str, now: datetime) -> list[int]:
    """The half minutes around now in which an app shows this code, the last one first.

    All are compared, each in constant time: how long it takes tells nothing.
    """
    here = step_of(now)
    around = range(here + AROUND, here - AROUND - 1, -1)
    fits = [(step, hmac.compare_digest(code_of(secret, step), code)) for step in around]
    return [step for step, is_right in fits if is_right]
