"""What a change of a party, a place or a thing touches, in sentences; and how they are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from catalogue.kinds import PartnerRole
from reporting import views
from reporting.views import SHOWN, Standing
from web import units
from web.i18n import message
from web.pages.reference.case import Case
from web.pages.reference.things import Effect


def linked(path: str, codes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Codes as links to their pages."""
    return [(f"/{path}/{quote(code)}", code, "") for code in codes[:SHOWN]]


def named(noun: str, codes: Iterable[str]) -> list[tuple[str, str, str]]:
    """Other pieces of reference data as links."""
    return [(f"/reference/{noun}/{quote(code)}", code, "") for code in sorted(codes)[:SHOWN]]


def touched(
    case: Case, text: str, path: str, found: Sequence[Standing], *, strong: bool = False
) -> list[Effect]:
    """A sentence about bins or shipments, with a link to each; nothing when there are none."""
    if not found:
        return []
    links = [
        (
            f"/{path}/{quote(one.code)}",
            one.code,
            units.weight(one.mass_g, case.visit.language) if one.mass_g else "",
        )
        for one in found[:SHOWN]
    ]
    return [Effect(text=text, links=links, more=max(0, len(found) - SHOWN), strong=strong)]


def container(case: Case) -> Iterable[Effect]:
    """Bins that close in it, and batches that came in it."""
    if case.before is None or not case.differs("tare_g"):
        return
    bins = views.bins_in_container(case.db, case.book, case.visit.viewer, case.before.id)
    difference = case.number("tare_g") - case.number("tare_g", before=True)
    text = case.say(
        message("Bins in this container that are closed from now on count %(mass)s less or more:"),
        mass=units.weight(abs(difference), case.visit.language),
    )
    yield from touched(case, text, "bins", bins)
    batches = views.batches_in_container(case.db, case.book, case.visit.viewer, case.code)
    text = message("These open batches came in it. What they weighed stays as it was booked:")
    yield from touched(case, case.say(text), "batches", batches)
    yield Effect(
        text=case.say(message("What was weighed with the old tare stays as it was booked."))
    )


def scale(case: Case) -> Iterable[Effect]:
    """What it weighed since, and what its weights count as."""
    was, now = case.day("calibration_due", before=True), case.day("calibration_due")
    if case.before is None or was is None or now is None or was == now:
        return
    today = case.visit.now.date()
    first = min(was, now)
    found = views.weighed_between(case.db, case.before.id, first, today)
    yield Effect(
        text=case.say(
            message("Since %(day)s it weighed %(measured)d times measured and %(estimated)d times "
                    "estimated. That stays so: what is booked does not change."),
            day=case.on(first), measured=found.measured, estimated=found.estimated,
        ),
    )  # fmt: skip
    late = now < today
    text = (
        message("What it weighs from now on counts as estimated.")
        if late
        else message("What it weighs up to and with %(day)s counts as measured.")
    )
    yield Effect(text=case.say(text, **({} if late else {"day": case.on(now)})), strong=late)


def partner(case: Case) -> Iterable[Effect]:
    """Shipments, permits and what may go there."""
    organisation = case.book.organisations[str(case.now["organisation"])]
    if case.before is not None and case.differs("permit_until", "permit"):
        under_way = views.shipments_under_way(
            case.db, case.book, case.visit.viewer, organisation.id
        )
        text = case.say(message("These shipments are under way and keep the permit of their day:"))
        yield from touched(case, text, "shipments", under_way)
        until = case.day("permit_until")
        if until is not None and until < case.visit.now.date():
            yield Effect(text=case.say(message("From now on no waste may be sent there.")),
                         strong=True)  # fmt: skip
        elif until is not None:
            yield Effect(text=case.say(message("Waste may be sent there up to and with %(day)s."),
                                       day=case.on(until)))  # fmt: skip
    if case.before is not None and case.differs("confirm_days"):
        yield Effect(
            text=case.say(message("Whether a confirmation is late is judged by it at once.")),
            strong=True,
        )
    gone = case.words("treatments", before=True) - case.words("treatments")
    if gone:
        names = ", ".join(case.known.of["destination"].get(one, one) for one in sorted(gone))
        yield Effect(text=case.say(message("It no longer takes: %(names)s."), names=names))
    if PartnerRole.SUPPLIER.value in case.words("roles", before=True) - case.words("roles"):
        yield Effect(text=case.say(message("Nothing more of it can be logged.")), strong=True)


def site(case: Case) -> Iterable[Effect]:
    """What begins with a place, and what its clock and duties decide."""
    if case.is_new:
        yield Effect(
            text=case.say(message("It gets a register of its own, to which all is added."))
        )
        return
    if case.differs("must_notify"):
        text = (
            message("From now on its months have to be notified.")
            if case.now.get("must_notify")
            else message("From now on its months do not have to be notified.")
        )
        yield Effect(text=case.say(text), strong=True)
    if case.differs("timezone"):
        yield Effect(
            text=case.say(message("From now on another clock decides what day it is there.")),
            strong=True,
        )


def organisation(case: Case) -> Iterable[Effect]:
    """Papers say what stands there on their day."""
    if not case.is_new and case.differs("address", "registration", "vihb", "processor_number"):
        yield Effect(text=case.say(message("Waybills and registers that are made now say this.")))


def find_kind(case: Case) -> Iterable[Effect]:
    """Finds that lie in quarantine are due by the days of their kind as it is now."""
    if case.before is None or not case.differs("retention_days"):
        return
    kept = views.finds_kept(case.db, case.book, case.visit.viewer, case.before.id)
    text = message("These lie in quarantine. Their last day moves with it:")
    yield from touched(case, case.say(text), "finds", kept, strong=True)


def reason(case: Case) -> Iterable[Effect]:
    """Acts beside which it could be chosen, and then no more."""
    field = case.noun.field("acts")
    gone = case.words("acts", before=True) - case.words("acts")
    if field is not None and gone:
        names = ", ".join(sorted(case.known.word(field, act) for act in gone))
        text = message("It can no longer be chosen at: %(names)s.")
        yield Effect(text=case.say(text, names=names))


def renamed(case: Case) -> Iterable[Effect]:
    """Names are not copied: a page looks them up."""
    if not case.is_new and case.differs("name", "names"):
        text = message("The new name stands everywhere at once, also beside what was booked.")
        yield Effect(text=case.say(text))
