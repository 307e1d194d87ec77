"""What an address and a password must be, and what a role must belong to: pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from accounts.common_passwords import is_about, is_common, words_about
from catalogue.errors import Malformed
from catalogue.kinds import Role

PASSWORD_LENGTH_MIN: Final = 12
PASSWORD_LENGTH_MAX: Final = 128
PASSWORD_VARIETY_MIN: Final = 5
"""Different characters a password needs at least: only a repeated key has fewer."""
TOO_SHORT: Final = f"shorter than {PASSWORD_LENGTH_MIN} characters"
TOO_LONG: Final = f"longer than {PASSWORD_LENGTH_MAX} characters"
TOO_PLAIN: Final = "too few different characters"
IS_ADDRESS: Final = "the same as the email address"
TOO_COMMON: Final = "among the passwords that most people use"
ABOUT_YOU: Final = "a name that others would try first, and little else"

EMAIL_LENGTH_MAX: Final = 200
NAME_LENGTH_MAX: Final = 120
ACTOR_KEPT: Final = timedelta(days=90)
"""How long it is known who did something; after that only the register remains."""
EVENT_KEPT: Final = timedelta(days=365)
"""How long it is known who got in, and who changed accounts and rights."""


def email(given: str) -> str:
    """The address as it is kept: trimmed, in lower case. Raises Malformed."""
    kept = unicodedata.normalize("NFC", given).strip().lower()
    local, at, host = kept.rpartition("@")
    whole = at and local and "." in host and not host.startswith(".") and not host.endswith(".")
    if not whole or "@" in local or len(kept) > EMAIL_LENGTH_MAX or not _is_one_word(kept):
        raise Malformed(field="email", problem="not an email address")
    return kept


def name(given: str) -> str:
    """What somebody or something is called, trimmed. Raises Malformed."""
    kept = unicodedata.normalize("NFC", given).strip()
    if not kept or len(kept) > NAME_LENGTH_MAX or not kept.isprintable():
        raise Malformed(field="name", problem=f"1 to {NAME_LENGTH_MAX} characters on one line")
    return kept


def password(given: str, *, email: str, about: Iterable[str] = ()) -> str:
    """A new password as it is hashed. Length counts, composition does not. Raises Malformed.

    about: names of the person and of their organisation, which others would try first.
    Source: NIST SP 800-63B-4 section 3.1.1.2, OWASP ASVS 5.0 V6.2.
    """
    kept = as_typed(given)
    if len(kept) < PASSWORD_LENGTH_MIN:
        problem = TOO_SHORT
    elif len(kept) > PASSWORD_LENGTH_MAX:
        problem = TOO_LONG
    elif len(set(kept)) < PASSWORD_VARIETY_MIN:
        problem = TOO_PLAIN
    elif kept.casefold() == email.casefold():
        problem = IS_ADDRESS
    elif is_common(kept):
        problem = TOO_COMMON
    elif is_about(kept, words_about(email, *about)):
        problem = ABOUT_YOU
    else:
        return kept
    raise Malformed(field="password", problem=problem)


def as_typed(password: str) -> str:
    """A password in the form that is hashed, whichever keyboard it came from."""
    return unicodedata.normalize("NFKC", password)


def require_home(role: Role, *, is_staff: bool, at_site: bool) -> None:
    """Raise Malformed when somebody who is no staff is tied to a site."""
    if at_site and not is_staff:
        raise Malformed(field="site", problem=f"not for the role {role.value}")


def erase_on(day: date) -> date:
    """From when on nobody knows any more who did what was done on `day`."""
    return day + ACTOR_KEPT


def _is_one_word(text: str) -> bool:
    return text.isprintable() and not any(letter.isspace() for letter in text)
