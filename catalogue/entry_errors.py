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
    advice = "Sign in as before, and link this account on the page of your own account."


class IdentityTaken(RuleBroken):
    """The account at the provider lets somebody else in."""

    code = "identity_taken"
    title = "This account belongs to somebody else here."
    advice = "Use another account, or ask your administrator."


class PasskeyFailed(NotAllowed):
    """A passkey could not be made or believed. Figures: `problem`, a word for who looks after it:
    answer, place or many."""

    code = "passkey_failed"
    title = "The passkey did not work."
    advice = "Try again. If it fails again, sign in another way and tell your administrator."


class PasskeyUnknown(NotAllowed):
    """Nobody has this passkey here, or whoever has it was shut out; which of them is not said."""

    code = "passkey_unknown"
    title = "This passkey lets nobody in here."
    advice = "Sign in another way. Take it off your device if you removed it here."


class PasskeyCopied(NotAllowed):
    """The passkey counts its uses, and counted back: another device may hold a copy of it."""

    code = "passkey_copied"
    title = "This passkey may have been copied."
    advice = "Sign in another way, remove this passkey and tell your administrator."


class PasskeyTaken(RuleBroken):
    """The same passkey lets somebody in already."""

    code = "passkey_taken"
    title = "This passkey is in use already."
    advice = "Make a new one on this device, or use another device."


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


class OwnAccount(RuleBroken):
    """Nobody changes their own rights, or shuts themselves out."""

    code = "own_account"
    title = "This is your own account."
    advice = "Ask another administrator or colleague to do it."


class LockedOut(NotAllowed):
    """Too many wrong tries for one account by browsers unlike its own. Figures: `wait_minutes`."""

    code = "locked_out"
    title = "There were too many wrong tries."
    advice = "Wait as long as it says here, or use another way in. Your own browser may still work."


class SecondFactorWrong(NotAllowed):
    """The code of the second factor is wrong, was used, or is too old."""

    code = "second_factor_wrong"
    title = "This code does not fit."
    advice = "Wait for the next code in your app and type that one."


class SecondFactorLost(NotAllowed):
    """The secret of the app was sealed under a key that this installation has no more."""

    code = "second_factor_lost"
    title = "Codes of your app cannot be checked here any more."
    advice = "Use a recovery code or a passkey, or ask an administrator. Then set it up anew."


class SecondFactorNeeded(RuleBroken):
    """The rule for this role asks for a second factor, and this is the only one."""

    code = "second_factor_needed"
    title = "Your role needs a second factor."
    advice = "Add a passkey first, or set up another app in place of this one."


class ProofTooOld(NotAllowed):
    """What is asked for needs a sign-in of a moment ago; a page leads there by itself."""

    code = "proof_too_old"
    title = "Show once more that it is you."
    advice = "Sign in again, then do this within a quarter of an hour."

    def __init__(self, *, back: str = "") -> None:
        super().__init__()
        self.back = back
