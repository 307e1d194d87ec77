"""Why a password was not taken, in words for who chose it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from accounts import rules
from catalogue.errors import Malformed
from web.i18n import message

PROBLEMS: Final[Mapping[str, str]] = {
    rules.TOO_SHORT: message("This is too short. Use at least 12 characters."),
    rules.TOO_LONG: message("This is too long. Use at most 128 characters."),
    rules.TOO_PLAIN: message("This repeats too few characters. Use more different ones."),
    rules.IS_ADDRESS: message("This is your e-mail address. Choose something else."),
    rules.TOO_COMMON: message(
        "Too many people use this password, so it is tried first. Choose another one, such as some"
        " words that only you would put together."
    ),
    rules.ABOUT_YOU: message(
        "This is little more than your name, your address, your organisation or “stofstroom”."
        " Others try that first. Choose something else."
    ),
}


def problem_of(refusal: Malformed) -> str:
    """The msgid of what is wrong with a password."""
    return PROBLEMS[str(refusal.figures["problem"])]
