"""Refusals at the door: who comes in, by what, and who not. All others: `catalogue.errors`."""

from __future__ import annotations

from catalogue.refusal import NotAllowed, RuleBroken


class Unauthenticated(NotAllowed):
    """401: nobody is signed in, or the token is unknown, expired or revoked."""

    code = "unauthenticated"
    title = "Sign in first."
    advice = "Sign in again, or ask for a new token."


class SignInFailed(NotAllowed):
    """The address and the password do not belong together; which is wrong is not said."""

    code = "sign_in_failed"
    title = "This address and password do not fit."
    advice = "Try again, or ask your administrator for a new password."


class EnrolmentUnknown(NotAllowed):
    """The code of an enrolment is wrong, was used, or is too old; which of them is not said."""

    code = "enrolment_unknown"
    title = "This code does not let a tablet in."
    advice = "Ask your team leader for a new code."


class TicketUnknown(NotAllowed):
    """What somebody came with is wrong, was used, or is too old; which of them is not said."""

    code = "ticket_unknown"
    title = "This link or this step has run out, or was used already."
    advice = "Begin again, or ask for a new link."


class TooManyTries(NotAllowed):
    """Too many wrong codes came from one address. Figures: `wait_minutes`."""

    code = "too_many_tries"
    title = "Too many wrong codes were tried from here."
    advice = "Wait some minutes, then try again."


class SignOnFailed(NotAllowed):
    """Single sign-on did not come to an end. Figures: `problem`, a word for who looks after it."""

    code = "sign_on_failed"
    title = "Signing in at the other service did not succeed."
    advice = "Try again. If it fails again, tell your administrator what stands here."


class IdentityUnknown(NotAllowed):
    """The provider knows who it is, and here nobody is linked to that account."""

    code = "identity_unknown"
    title = "Nobody here belongs to this account yet."
    advice = "Open your invitation again, or sign in as before and link the account at yourself."


class IdentityTaken(RuleBroken):
    """The account at the provider lets somebody else in."""

    code = "identity_taken"
    title = "This account belongs to somebody else here."
    advice = "Use another account, or ask your administrator."


class LastWayIn(RuleBroken):
    """Without it the person could not sign in any more."""

    code = "last_way_in"
    title = "This is your last way in."
    advice = "Choose a password or add another way in first."


class LastAdministrator(RuleBroken):
    """Without this person nobody could look after the accounts here any more."""

    code = "last_administrator"
    title = "This is the last administrator."
    advice = "Make somebody else an administrator first."
