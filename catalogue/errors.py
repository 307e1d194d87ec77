"""Every refusal of Stofstroom: four kinds, and under them one class per stable code.

    Refusal
    ├── BadInput     422  what came cannot be read, or can never be right
    ├── NotFound     404  it does not exist, or not for you: the answer is the same
    ├── NotAllowed   403  the verb is not yours
    └── RuleBroken   409  well said, but the register would no longer be true

`code` never changes; `title` is one English sentence (translated by the web); `figures` explain it,
with the unit in the name. `advice` says what to do now. Those of the door stand in `entry_errors`.
"""

from __future__ import annotations

from catalogue.entry_errors import *  # noqa: F403
from catalogue.refusal import *  # noqa: F403
from catalogue.refusal import BadInput, Refusal, RuleBroken


class Malformed(BadInput):
    """A field is missing, of the wrong shape, or impossible. Figures: `field`, `problem`."""

    code = "malformed"
    title = "This cannot be read."
    advice = "Put the named field right and send it again."


class EuralMalformed(BadInput):
    """This is no waste code of the European list. Figures: `read`."""

    code = "eural_malformed"
    title = "This is not a waste code (Eural)."
    advice = "Type six digits, and an asterisk for hazardous waste, such as 20 01 10 or 15 02 02*."


class ScanReused(BadInput):
    """The same `scan_id` came with other content. Figures: `scan_id`."""

    code = "scan_reused"
    title = "This scan number was used before, for something else."
    advice = "Send it again with a new scan number."


class TwoPersons(BadInput):
    """A find is handed over by two persons, and one was named twice. Figures: `field`."""

    code = "two_persons"
    title = "Two different persons hand over a find."
    advice = "Name a second person, who is there and signs too."


class MassExceeded(RuleBroken):
    """More is taken out than there is. Figures: `held_g`, `sorted_g`, `tolerance_g`."""

    code = "mass_exceeded"
    title = "This is more than there is."
    advice = "Weigh again, or call your team leader."


class BatchClosed(RuleBroken):
    """The batch takes no more bookings. Figures: `batch`, `state`."""

    code = "batch_closed"
    title = "This batch is closed."
    advice = "Reopen the batch first, or scan another."


class BatchHeld(RuleBroken):
    """The batch is on hold. Figures: `batch`."""

    code = "batch_held"
    title = "This batch is on hold."
    advice = "Leave it. Call your team leader."


class BinClosed(RuleBroken):
    """The bin is closed or gone. Figures: `bin`, `state`."""

    code = "bin_closed"
    title = "This bin is closed."
    advice = "Use an open bin."


class BinOpen(RuleBroken):
    """The bin must be closed and weighed first. Figures: `bin`."""

    code = "bin_open"
    title = "This bin is still open."
    advice = "Close and weigh the bin first."


class BinEmpty(RuleBroken):
    """There is nothing in the bin. Figures: `bin`."""

    code = "bin_empty"
    title = "There is nothing in this bin."
    advice = "Choose a bin with something in it."


class GateMissing(RuleBroken):
    """Less passed the gate than would leave through it.

    Figures: `gate`, `destination`, `needed_g`, `passed_g`.
    """

    code = "gate_missing"
    title = "A step is missing before this destination."
    advice = "Do the named step first."


class DestinationForbidden(RuleBroken):
    """This may not go there. Figures: `rule`, `destination`, `article_group`."""

    code = "destination_forbidden"
    title = "This may not go there."
    advice = "Choose another destination."


class PermitMissing(RuleBroken):
    """The outlet has no permit for waste. Figures: `outlet`, `destination`."""

    code = "permit_missing"
    title = "This outlet has no permit for this waste."
    advice = "Choose another outlet, or let your manager fill in the permit number."


class PermitExpired(RuleBroken):
    """The outlet's permit has run out on the day on which the bins leave.

    Figures: `outlet`, `destination`, `permit`, `until`.
    """

    code = "permit_expired"
    title = "The permit of this outlet has run out."
    advice = "Choose another outlet, or let your manager fill in until when the new permit holds."


class WaybillTaken(RuleBroken):
    """Another shipment has this number. Figures: `waybill`, `shipment`."""

    code = "waybill_taken"
    title = "This waybill number is used already."
    advice = "Take the number of the paper in your hand, or leave it empty for a new one."


class LegTooEarly(RuleBroken):
    """A leg would begin before the one before it. Figures: `shipment`, `left_at`."""

    code = "leg_too_early"
    title = "The shipment cannot go on before it got there."
    advice = "Look at the day and the time again."


class BalanceOpen(RuleBroken):
    """The batch does not close. Figures: `difference_g`, `tolerance_g`, `work_bin_g`,
    `quarantine_g`."""

    code = "balance_open"
    title = "The balance does not close."
    advice = "Sort the rest, name the loss, or call your team leader."


class LossLimit(RuleBroken):
    """A loss is above what its kind allows. Figures: `kind`, `limit_g`, `loss_g`."""

    code = "loss_limit"
    title = "This loss is above its limit."
    advice = "Weigh again, or let your team leader book it with a reason."


class AlreadyReversed(RuleBroken):
    """The entry was undone before, or is itself an undoing. Figures: `scan_id`."""

    code = "already_reversed"
    title = "This was undone before."
    advice = "Nothing to do. Book it anew if it was right after all."


class MovedOn(RuleBroken):
    """What the entry brought about has been used since. Figures: `entries` to undo first."""

    code = "moved_on"
    title = "This cannot be undone: more happened after it."
    advice = "Undo the named bookings first, the last one first."


class NotReversible(RuleBroken):
    """This kind of entry is not undone but booked anew. Figures: `kind`."""

    code = "not_reversible"
    title = "This kind of booking cannot be undone."
    advice = "Make the opposite booking."


class PracticeLabel(RuleBroken):
    """A practice label can never enter the figures. Figures: `read`."""

    code = "practice_label"
    title = "This is a practice label."
    advice = "Scan a real label."


class CodeTaken(RuleBroken):
    """The code is in use, or was reserved for something else. Figures: `read`."""

    code = "code_taken"
    title = "This label is used already."
    advice = "Take a new label."


class NumberTaken(RuleBroken):
    """An item with this number is noted already. Figures: `number`, `batch`, `site`, `noted_on`."""

    code = "number_taken"
    title = "This number is noted already."
    advice = "Look at the number on the item again. It stands with the named batch."


class NothingToCertify(RuleBroken):
    """Nothing of this kind is confirmed yet. Figures: `received_g`, `confirmed_g` (of any kind),
    `pending_g`, `lost_g`."""

    code = "nothing_to_certify"
    title = "There is nothing to certify yet."
    advice = "Wait until the outlet has confirmed it, or choose another kind of certificate."


class NumberMissing(RuleBroken):
    """An item that must be followed by its number has none, or its destruction is not noted.

    Figures: `batch`, `article_group`, `pieces` that need a number, `numbers` of destroyed items.
    """

    code = "number_missing"
    title = "The number of an item is missing."
    advice = "Note the number and the destruction of every item of this batch first."


class StateForbids(RuleBroken):
    """It is not in a state for this. Figures: `subject`, `state`."""

    code = "state_forbids"
    title = "This is not possible now."
    advice = "Look at its state first."


class NoPrinter(RuleBroken):
    """Nobody said which printer, and the site has none, or several. Figures: `printers`."""

    code = "no_printer"
    title = "Choose a printer."
    advice = "Name one of the printers of this site, or print the label as a PDF."


class StreamNumberMalformed(BadInput):
    """A waste stream number has 12 characters, the first 5 of them the receiver's own.

    Figures: `number`, `begins` (with what it must begin, if that is known).
    """

    code = "stream_number_malformed"
    title = "This is not a waste stream number."
    advice = "It has 12 capitals and digits. The first 5 are the number of who receives the waste."


class StreamNumberTaken(RuleBroken):
    """The waste stream number is in use for other data, and those never change.

    Figures: `number`, `organisation`, `eural`.
    """

    code = "stream_number_taken"
    title = "This waste stream number is taken, for other waste."
    advice = "Take another number, or let one be made."


class StreamNumberExists(RuleBroken):
    """There is a number in use with exactly these data. Figures: `number`."""

    code = "stream_number_exists"
    title = "There is a waste stream number for exactly this already."
    advice = "Use that number, or change what is different about this waste."


class StreamNumberIncomplete(RuleBroken):
    """Data behind a waste stream number are missing, and could not be added later.

    Figures: `missing` (names of what must be filled in first).
    """

    code = "stream_number_incomplete"
    title = "Something is missing, and it cannot be added to a waste stream number later."
    advice = "Fill in what is missing at the organisation or the location first."


class NotificationEarly(RuleBroken):
    """The month is not over yet. Figures: `month`."""

    code = "notification_early"
    title = "This month is not over yet."
    advice = "Notify when the month has ended."


class NothingToNotify(RuleBroken):
    """All of the month was notified before. Figures: `month`."""

    code = "nothing_to_notify"
    title = "All of this month was notified before."
    advice = "There is nothing to send. A later correction will show here."


class ClockDoubt(RuleBroken):
    """The scan lies ahead, or far back without a reason. Figures: `scanned_at`, `now`."""

    code = "clock_doubt"
    title = "The time of this scan cannot be right."
    advice = "Put the clock of the device right."


class ReasonNeeded(RuleBroken):
    """This act needs a reason that fits it. Figures: `act`, `reason`."""

    code = "reason_needed"
    title = "Give a reason that fits."
    advice = "Choose one of the reasons for this act."


class Parked(RuleBroken):
    """The scan was kept for a team leader, who decides. Figures: `scan_id`."""

    code = "parked"
    title = "This scan waits for a team leader."
    advice = "Go on with your work. Your team leader decides."


class NeedsLeader(RuleBroken):
    """A tablet sent what only a team leader does: kept, for one to decide. Figures: `kind`."""

    code = "needs_leader"
    title = "A team leader decides on this."
    advice = "Go on with your work. Your team leader decides."


class AppOutdated(BadInput):
    """A tablet speaks as no version that is understood. Figures: `app_version`, `protocols`."""

    code = "app_outdated"
    title = "The app on this tablet is of another version."
    advice = "Nothing is lost. Let the tablet load the app anew."


def concrete(kind: type[Refusal] = Refusal) -> dict[str, type[Refusal]]:
    """Every refusal that can be raised, by code."""
    found = {}
    for below in kind.__subclasses__():
        if "code" in vars(below):
            found[below.code] = below
        found |= concrete(below)
    return found
