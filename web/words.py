"""The words people read for the codes that the register keeps."""

from __future__ import annotations

from catalogue.kinds import (
    BatchState,
    BinState,
    DeliveryState,
    Pool,
    Quality,
    Role,
    ShipmentState,
    Stream,
)
from labels.queries import JobState
from web.i18n import message

STREAMS = {
    Stream.REUSE: message("Reuse"),
    Stream.RECYCLE: message("Recycling"),
    Stream.INCINERATION: message("Incineration"),
}

BATCH_STATES = {
    BatchState.RECEIVED: message("Received"),
    BatchState.SORTING: message("Being sorted"),
    BatchState.CLOSED: message("Closed"),
    BatchState.REFUSED: message("Refused"),
    BatchState.REVERSED: message("Undone"),
    BatchState.REPLACED: message("Replaced"),
}

BIN_STATES = {
    BinState.OPEN: message("Open"),
    BinState.CLOSED: message("Closed"),
    BinState.SHIPPED: message("Shipped"),
    BinState.REVERSED: message("Undone"),
}

DELIVERY_STATES = {
    DeliveryState.ANNOUNCED: message("Expected"),
    DeliveryState.RECEIVED: message("Received"),
    DeliveryState.REVERSED: message("Undone"),
}

SHIPMENT_STATES = {
    ShipmentState.SHIPPED: message("On its way"),
    ShipmentState.CONFIRMED: message("Confirmed"),
    ShipmentState.RETURNED: message("Came back"),
    ShipmentState.REVERSED: message("Undone"),
}

PRINT_STATES = {
    JobState.QUEUED: message("Waits"),
    JobState.SENT: message("At the printer"),
    JobState.DOUBTFUL: message("Look whether it is there"),
    JobState.PRINTED: message("Printed"),
    JobState.FAILED: message("Not printed"),
    JobState.CANCELLED: message("Stopped"),
}

PRINT_PROBLEMS = {
    "sending": message("It is being printed."),
    "unreachable": message("The printer does not answer."),
    "broken": message("The printer stopped half way."),
    "no_answer": message("The printer said nothing more."),
    "paper_out": message("The paper is out."),
    "ribbon_out": message("The ribbon is out."),
    "head_open": message("The printer is open."),
    "paused": message("The printer is on pause."),
    "not_found": message("There is nothing with this code any more."),
    "too_small": message("The label is too small."),
    "unreadable": message("This label cannot be printed."),
    "too_late": message("This label waited too long."),
    "replaced": message("It was printed again."),
}

QUALITIES = {
    Quality.MEASURED: message("measured"),
    Quality.ESTIMATED: message("estimated"),
}

FIGURE_QUALITIES = {
    "measured": message("all of it was weighed"),
    "estimated": message("a part of it was estimated"),
    "declared": message("a supplier declared a part of it"),
    "default": message("it rests on numbers of others, not only on weighing"),
}

FACTOR_UNITS = {
    "permille": message("permille"),
    "g_co2e_per_kg": message("g CO₂e per kg"),
    "mg_co2e_per_t": message("mg CO₂e per t"),
}

POOLS = {
    Pool.SUPPLIER: message("At the supplier"),
    Pool.HOLDING: message("Waiting to be sorted"),
    Pool.QUARANTINE: message("In quarantine"),
    Pool.BIN: message("In bins"),
    Pool.SHIPPED: message("On its way"),
    Pool.CONFIRMED: message("Confirmed"),
    Pool.LOSS: message("Lost"),
    Pool.FINDS: message("Found objects"),
}

ROLES = {
    Role.WORKER: message("Worker"),
    Role.TEAM_LEADER: message("Team leader"),
    Role.MANAGER: message("Manager"),
    Role.SUPPLIER: message("Supplier"),
    Role.OUTLET: message("Outlet"),
    Role.AUDITOR: message("Auditor"),
    Role.ADMINISTRATOR: message("Administrator"),
}

SCOPES = {
    "write": message("All that goes with the role"),
    "read": message("Only look"),
    "figures": message("Only reports and exports"),
    "announce": message("Only announce deliveries"),
}
"""What a token of a machine may be used for."""

PERSON_STATES = {
    "active": message("Active"),
    "invited": message("Invited"),
    "shut_out": message("Shut out"),
}

ENTRY_KINDS = {
    "intake": message("Logged at intake"),
    "weigh": message("Weighed again"),
    "correct": message("Corrected"),
    "hold": message("Held"),
    "release": message("Released"),
    "refuse": message("Refused"),
    "close": message("Closed"),
    "reopen": message("Opened again"),
    "sort": message("Sorted"),
    "gate": message("Passed a step"),
    "find": message("Object found"),
    "handover": message("Object handed over"),
    "serial": message("Number noted"),
    "destroyed": message("Item destroyed"),
    "bin": message("Bin opened"),
    "bin_close": message("Bin closed"),
    "shipment": message("Shipped"),
    "leg": message("Went on with another leg"),
    "return": message("Came back"),
    "confirm": message("Confirmed by the outlet"),
    "reverse": message("Undone"),
    "delivery": message("Announced"),
    "codes": message("Labels reserved"),
    "stream_number": message("Waste stream number made"),
    "carriage": message("Carrier named"),
    "notification": message("Month notified"),
    "reference": message("Reference data changed"),
    "report": message("Report issued"),
    "open_chain": message("Register opened"),
    "restore": message("Restored from a backup"),
    "rotate_key": message("A new key signs"),
}

FLAGS = {
    "scale_overdue": message(
        "The scale is past its calibration day: the weight counts as estimated."
    ),
    "light_for_scale": message("Too light for this scale to weigh well."),
    "heavy_for_container": message("Heavier than the container may hold."),
    "unannounced": message("This batch was not announced."),
    "announced_difference": message("Another weight came than was announced."),
    "closed_with_difference": message("This batch was closed although its balance differed."),
    "stopped_by_find": message("What was found in this batch puts it on hold."),
    "weighing_difference": message("The weighed mass differs more than is allowed."),
    "eural_hazardous": message("The waste code says that this is hazardous waste."),
    "eural_unknown": message("This waste code is new here: look whether it is right."),
    "label_unreserved": message("Nobody had reserved this label: look whether it hangs twice."),
    "weighs_differently": message("The whole weighs more or less than its parts."),
    "refused_by_outlet": message("The outlet refused a part of this shipment: have it come back."),
}

JOB_STATES = {
    "queued": message("A label waits for its printer."),
    "doubtful": message("A label may be printed, but the printer said nothing. Look for it."),
    "failed": message("A label was given up."),
}

JOB_PROBLEMS = {
    "sending": message("It is being sent."),
    "unreachable": message("The printer does not answer."),
    "broken": message("The connection broke."),
    "no_answer": message("The printer said nothing."),
    "paper_out": message("The paper is out."),
    "ribbon_out": message("The ribbon is out."),
    "head_open": message("The printer is open."),
    "paused": message("The printer is paused."),
    "not_found": message("What it hangs on is gone."),
    "too_small": message("The label is too small for it."),
    "unreadable": message("The label could not be read back."),
    "too_late": message("It took too long."),
}

FIGURES = {
    "held_g": message("There is"),
    "sorted_g": message("You want to book"),
    "tolerance_g": message("May differ"),
    "difference_g": message("Differs"),
    "work_bin_g": message("Still in work bins"),
    "quarantine_g": message("Still in quarantine"),
    "needed_g": message("Needed"),
    "passed_g": message("Passed the step"),
    "limit_g": message("Limit"),
    "loss_g": message("Loss"),
    "gross_g": message("Gross"),
    "tare_g": message("Tare"),
    "mass_g": message("Weight"),
    "max_g": message("At most"),
    "division_g": message("Scale division"),
    "given_g": message("Given"),
    "announced_g": message("Announced"),
    "received_g": message("Received"),
    "confirmed_g": message("Confirmed by the outlet"),
    "refused_g": message("Refused by the outlet"),
    "summed_g": message("Adds up to"),
    "weighed_g": message("Weighs"),
    "pending_g": message("Not confirmed yet"),
    "lost_g": message("Lost"),
    "wait_minutes": message("Still to wait, in minutes"),
    "pieces": message("Items that need a number"),
    "numbers": message("Numbers of destroyed items"),
    "field": message("Field"),
    "problem": message("What is wrong"),
    "read": message("Read"),
    "batch": message("Batch"),
    "number": message("Number"),
    "site": message("Site"),
    "noted_on": message("Noted on"),
    "bin": message("Bin"),
    "state": message("State"),
    "gate": message("Step"),
    "outlet": message("Outlet"),
    "destination": message("Destination"),
    "permit": message("Permit"),
    "until": message("Valid until"),
    "left_at": message("Left on"),
    "waybill": message("Waybill"),
    "shipment": message("Shipment"),
    "article_group": message("Article group"),
    "rule": message("Rule"),
    "kind": message("Kind"),
    "act": message("Act"),
    "reason": message("Reason"),
    "subject": message("About"),
    "entries": message("Undo first"),
    "scan_id": message("Scan number"),
    "scanned_at": message("Time of the scan"),
    "now": message("Time now"),
    "calibration_due": message("Calibrate before"),
    "app_version": message("Version"),
    "protocols": message("Understood"),
    "eural": message("Waste code (Eural)"),
    "organisation": message("Organisation"),
    "begins": message("Begins with"),
    "missing": message("Still missing"),
    "month": message("Month"),
}

BADGE_RULES = {
    "none": message("Nobody is asked"),
    "optional": message("A badge, or go on without one"),
    "required": message("Only with a badge"),
}
"""Whether a station asks for a badge."""

STATION_KINDS = {
    "intake": message("Intake"),
    "inspection": message("Inspection"),
    "sorting": message("Sorting"),
    "dispatch": message("Dispatch"),
}

CERTIFICATE_KINDS = {
    "recycling": message("Recycling"),
    "reuse": message("Reuse"),
    "destruction": message("Destruction"),
}

CERTIFICATE_STATES = {
    "valid": message("Valid"),
    "withdrawn": message("Withdrawn"),
    "outdated": message("No longer right"),
}

FOUND_STATES = {
    "kept": message("Kept safe"),
    "handed_over": message("Handed over"),
    "noted": message("Not destroyed yet"),
    "destroyed": message("Destroyed"),
    "signed": message("Signed"),
    "withdrawn": message("Withdrawn"),
}
"""What a search says of a find, an item and a certificate."""

ASKED_STATES = {
    "open": message("open"),
    "waiting": message("waiting"),
    "held": message("on hold"),
    "closed": message("closed"),
    "expected": message("expected"),
    "travelling": message("on its way"),
    "confirmed": message("confirmed"),
    "refused": message("refused"),
    "received": message("received"),
}
"""States that a search understands, in the words it says them back with."""

DONE = {
    "certified": message("The certificate is signed."),
    "issued": message("The report is issued and signed."),
    "withdrawn": message("The certificate is withdrawn."),
    "account_kept": message("What you are called, and your language, are kept."),
    "password_changed": message("Your password is changed. Your other sessions have ended."),
    "session_ended": message("That session has ended."),
    "sessions_ended": message("All your other sessions have ended."),
    "person_erased": message("The person is erased."),
    "person_changed": message("What this person may do is changed."),
    "person_shut_out": message("This person is shut out, and signed out everywhere."),
    "person_let_in": message("This person can come in again."),
    "person_withdrawn": message("The invitation is taken back."),
    "person_app_taken": message("The app with codes is taken from this account."),
    "erasure_asked": message("You asked to be erased. An administrator sees to it."),
    "notices_read": message("All notices are read."),
    "notices_chosen": message("What you want to be told is kept."),
    "contact_kept": message("The address is kept."),
    "announced": message("The delivery is announced."),
    "announced_anew": message("The delivery is announced anew, and the earlier one taken back."),
    "announced_beside": message(
        "The delivery is announced. The earlier one could not be taken back: look at it."
    ),
    "taken_back": message("The announcement is taken back."),
    "logged": message("The batch is logged. Stick its label on now."),
    "sorted": message("The sorting is booked."),
    "gate": message("The step is booked."),
    "held": message("The batch is on hold."),
    "released": message("The batch is released."),
    "refused": message("What went back is booked."),
    "weighed": message("The weight is booked."),
    "found": message("The find is booked. Do not touch it. Call your team leader."),
    "corrected": message("The batch is put right."),
    "reopened": message("The batch is open again."),
    "returned": message("What came back is booked."),
    "closed": message("The batch is closed."),
    "bin_closed": message("The bin is closed. Stick its label on now."),
    "number_made": message("The waste stream number is made."),
    "carriage_said": message("It is noted who drives."),
    "notified": message("It is noted that this is notified."),
    "bin_opened": message("The bin is open. Stick its label on now."),
    "shipped": message("The shipment is booked."),
    "leg": message("It is noted how the shipment went on."),
    "link_ended": message("The link is ended. It lets nobody in any more."),
    "confirmed": message("The confirmation is booked."),
    "undone": message("The booking is undone."),
    "handed_over": message("The hand-over is booked."),
    "items_noted": message("The numbers are noted."),
    "item_destroyed": message("The destruction is booked."),
    "settled": message("The decision is made."),
    "label_settled": message("That is noted of the label."),
    "defined": message("It is booked, as a version of its own."),
    "tablet_removed": message("The tablet is removed. What it has not sent stays on it."),
    "badge_revoked": message("The badge is revoked. No tablet takes it any more."),
    "badge_rule_kept": message("It is kept. The tablet hears it within a minute."),
    "token_revoked": message("The token is revoked. It lets no machine in any more."),
    "passkey_added": message("The passkey is made. You can sign in with it from now on."),
    "passkey_removed": message("The passkey is removed. It lets nobody in any more."),
    "second_factor_added": message("The app is set up. The one of before shows no good codes now."),
    "second_factor_removed": message("The app is removed, and the recovery codes with it."),
    "rules_kept": message("It is kept, and holds from the next sign-in on."),
    "identity_linked": message("The account is linked. You can sign in with it from now on."),
    "identity_unlinked": message("The account is unlinked."),
}
