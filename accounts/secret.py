"""Passwords and tokens: how they are made, kept and compared. Only hashes are ever stored."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from accounts.rules import PASSWORD_LENGTH_MAX, as_typed

TOKEN_PREFIX: Final = "stofstroom_"  # noqa: S105 (the part of a token that everybody may know)
TOKEN_BYTES: Final = 32
TOKEN_LENGTH_MAX: Final = 80

_hasher = PasswordHasher()
# One hash takes 64 MiB on purpose, so a crowd at the door may not take the machine down.
_one_by_one = BoundedSemaphore(2)


def new_token() -> str:
    """256 random bits with a prefix by which a token that leaked can be recognised."""
    return TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str | None:
    """What is kept of a token, or None for a text that cannot be one.

    A token is random, so one round of SHA-256 is enough, and trying wrong ones costs us nothing.
    """
    if not token.startswith(TOKEN_PREFIX) or len(token) > TOKEN_LENGTH_MAX:
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def password_hash(password: str) -> str:
    """Argon2id with the parameters of RFC 9106 for little memory."""
    with _one_by_one:
        return _hasher.hash(as_typed(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the password of this hash; None (nobody) takes as long and is never true."""
    stand_in = _hash_of_nobody()
    with _one_by_one:
        try:
            _hasher.verify(kept or stand_in, as_typed(password)[:PASSWORD_LENGTH_MAX])
        except VerifyMismatchError:
            return False
    return kept is not None


@cache
def _hash_of_nobody() -> str:
    return password_hash(secrets.token_hex())
