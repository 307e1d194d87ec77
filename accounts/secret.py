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
from catalogue.codes import ALPHABET

TOKEN_PREFIX: Final = "stofstroom_"  # noqa: S105 (the part of a token that everybody may know)
TABLET_PREFIX: Final = TOKEN_PREFIX + "tablet_"
"""How the token of an enrolled tablet begins, by which it is looked for among tablets."""

TOKEN_BYTES: Final = 32
TOKEN_LENGTH_MAX: Final = 80
CODE_LENGTH: Final = 8
"""Characters of a code that lets one tablet in."""

_hasher = PasswordHasher()
# One hash takes 64 MiB on purpose, so a crowd at the door may not take the machine down.
_one_by_one = BoundedSemaphore(2)


def new_token(prefix: str = TOKEN_PREFIX) -> str:
    """256 random bits with a prefix by which a token that leaked can be recognised."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def new_code() -> str:
    """A code that a person types in on a tablet: one of some seven thousand million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_hash(typed: str) -> str | None:
    """What is kept of such a code, or None for a text that cannot be one.

    Forgives case, spaces and hyphens. One round is enough: the code is worth nothing after an hour.
    """
    if len(typed) > TOKEN_LENGTH_MAX or not typed.isascii():
        return None
    squeezed = "".join(letter for letter in typed.upper() if letter not in " -\t\r\n")
    if len(squeezed) != CODE_LENGTH or not set(squeezed) <= set(ALPHABET):
        return None
    return hashlib.sha256(squeezed.encode()).hexdigest()


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
