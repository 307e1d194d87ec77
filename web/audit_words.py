"""What was noted of accounts and rights, in words; and how somebody came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from accounts.audit import Doing
from web.i18n import message
from web.words import BADGE_RULES, ROLES

DOINGS: Final[Mapping[str, str]] = {
    Doing.SIGNED_IN.value: message("Signed in"),
    Doing.SIGN_IN_FAILED.value: message("Tried to sign in, and failed"),
    Doing.SIGNED_OUT.value: message("Signed out"),
    Doing.LOCKED_OUT.value: message("Locked for a while after wrong tries"),
    Doing.NOT_ALLOWED.value: message("Tried something that is not allowed"),
    Doing.SESSION_ENDED.value: message("Ended a session"),
    Doing.PASSWORD_CHANGED.value: message("Changed a password"),
    Doing.PASSWORD_RESET_ASKED.value: message("Asked for a new password"),
    Doing.SECOND_FACTOR_ADDED.value: message("Set up an app with codes"),
    Doing.SECOND_FACTOR_REMOVED.value: message("Removed an app with codes"),
    Doing.RECOVERY_CODES_MADE.value: message("Made recovery codes"),
    Doing.RECOVERY_CODE_USED.value: message("Used a recovery code"),
    Doing.PASSKEY_ADDED.value: message("Added a passkey"),
    Doing.PASSKEY_REMOVED.value: message("Removed a passkey"),
    Doing.IDENTITY_LINKED.value: message("Linked a login of their own organisation"),
    Doing.IDENTITY_UNLINKED.value: message("Unlinked a login of their own organisation"),
    Doing.RESET_LINK_MADE.value: message("Made a link for a new password"),
    Doing.PERSON_INVITED.value: message("Invited somebody"),
    Doing.INVITATION_ACCEPTED.value: message("Accepted an invitation"),
    Doing.PERSON_CHANGED.value: message("Changed what somebody may do"),
    Doing.PERSON_SHUT_OUT.value: message("Shut somebody out"),
    Doing.PERSON_LET_IN.value: message("Let somebody in again"),
    Doing.PERSON_ERASED.value: message("Erased a person"),
    Doing.ERASURE_ASKED.value: message("Asked to be erased"),
    Doing.DATA_HANDED_OUT.value: message("Took the data of a person"),
    Doing.RULE_CHANGED.value: message("Changed a rule"),
    Doing.TOKEN_MADE.value: message("Made a token for a machine"),
    Doing.TOKEN_REVOKED.value: message("Revoked a token of a machine"),
    Doing.TABLET_CODE_MADE.value: message("Made a code for a tablet"),
    Doing.TABLET_LET_IN.value: message("Let a tablet in"),
    Doing.TABLET_PUT_OUT.value: message("Removed a tablet"),
    Doing.BADGE_MADE.value: message("Made a badge"),
    Doing.BADGE_REVOKED.value: message("Revoked a badge"),
    Doing.EXPORT_TAKEN.value: message("Took a file"),
}
METHODS: Final[Mapping[str, str]] = {
    "password": message("password"),
    "totp": message("code of an app"),
    "recovery": message("recovery code"),
    "passkey": message("passkey"),
    "sso": message("login of their own organisation"),
    "sso_first": message("login of their own organisation"),
    "second_factor": message("second factor"),
}
"""The ways in, in the middle of a sentence."""
DETAILS: Final[Mapping[str, str]] = {
    "methods": message("by"),
    "route": message("what"),
    "role": message("role"),
    "scope": message("scope"),
    "reason": message("reason"),
    "by": message("by"),
    "required": message("second factor needed"),
    "badge": message("badge"),
}
STRANGERS: Final = frozenset(
    {Doing.SIGN_IN_FAILED.value, Doing.LOCKED_OUT.value, Doing.PASSWORD_RESET_ASKED.value}
)
"""What somebody does whom we do not know; all else without a name was done on the server itself."""
VALUES: Final[Mapping[str, str]] = {
    **{role.value: word for role, word in ROLES.items()},
    "yes": message("yes"),
    "no": message("no"),
    **BADGE_RULES,
}
"""Words for what stands in the details of an event."""
