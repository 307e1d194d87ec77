"""The words of a proof chain, on pages and on paper."""

from __future__ import annotations

from certificates.proof_rules import Away, Step, Who, Why
from web.i18n import message

STEPS = {
    Step.ANNOUNCED: message("Announced"),
    Step.RECEIVED: message("Received"),
    Step.SORTED: message("Sorted"),
    Step.SHIPPED: message("Shipped"),
    Step.CONFIRMED: message("Confirmed"),
    Step.CERTIFIED: message("Certified"),
}

WHYS = {
    Why.NOT_COME: message("Announced, but it did not come"),
    Why.OTHER_WEIGHT: message("More came than was announced"),
    Why.TO_SORT: message("Still to be sorted"),
    Why.ON_HOLD: message("The batch is on hold"),
    Why.IN_QUARANTINE: message("Stands in quarantine"),
    Why.IN_WORK_BIN: message("Lies in a work bin, without a destination"),
    Why.NOT_CLOSED: message("All is sorted, but the batch is not closed"),
    Why.BIN_OPEN: message("The bin is not closed"),
    Why.BIN_CLOSED: message("The bin is closed, but it did not leave"),
    Why.NOT_CONFIRMED: message("The outlet has not confirmed it yet"),
    Why.OVERDUE: message("The outlet is late with its confirmation"),
    Why.REFUSED: message("The outlet refused it, and it is to come back"),
    Why.NOT_CERTIFIED: message("There is no certificate of it"),
}

WHO = {
    Who.SUPPLIER: message("The supplier"),
    Who.FLOOR: message("The sorting floor"),
    Who.TEAM_LEADER: message("The team leader"),
    Who.OUTLET: message("The outlet"),
    Who.CERTIFIER: message("The team leader or the manager"),
}

DOING = {
    Why.NOT_COME: message("Log a batch of it"),
    Why.OTHER_WEIGHT: message("Look at the delivery"),
    Why.TO_SORT: message("Sort"),
    Why.ON_HOLD: message("Release"),
    Why.IN_QUARANTINE: message("Release"),
    Why.IN_WORK_BIN: message("Sort the bin"),
    Why.NOT_CLOSED: message("Close the batch"),
    Why.BIN_OPEN: message("Close the bin"),
    Why.BIN_CLOSED: message("Send a shipment"),
    Why.NOT_CONFIRMED: message("Look at the shipment"),
    Why.OVERDUE: message("Look at the shipment"),
    Why.REFUSED: message("Book what came back"),
    Why.NOT_CERTIFIED: message("Make a certificate"),
}

AWAY = {
    Away.RETURNED: message("Sent back to the supplier"),
    Away.FIND: message("Taken out as a find"),
}
