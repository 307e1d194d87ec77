"""What a change would do, in sentences: what it touches now, which figures would read otherwise,
and what stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlmodel import Session

from catalogue.pieces import Piece, Said, operator_of
from catalogue.rulebook import Rulebook
from reporting import previewing, views
from reporting.views import SHOWN
from web.i18n import message
from web.pages.reference import effects, figuring
from web.pages.reference.case import Case
from web.pages.reference.effects import linked, named, renamed, touched
from web.pages.reference.fields import Choices, Noun
from web.pages.reference.things import Effect, FigureTable, Preview
from web.pages.visiting import Visit

ONLY_LATER: Final = message(
    "It counts for what is booked from now on. Nothing changes before that."
)
REGISTERED: Final = message("The version before stays in the register, with its own entry.")
PAPERS_STAY: Final = message(
    "Issued reports, certificates and waybills stay as they are, word for word."
)
BOOKED_STAYS: Final = message("What is booked keeps the version that it was booked for.")
FIGURES_FOLLOW: Final = message(
    "Reports that are opened from now on use it. A report that was issued does not change."
)


def preview(
    visit: Visit,
    db: Session,
    book: Rulebook,
    noun: Noun,
    known: Choices,
    code: str,
    *,
    before: Piece | None,
    values: Mapping[str, Said],
) -> Preview:
    """What would happen if a piece got these values."""
    case = Case(
        visit=visit, db=db, book=book, operator=operator_of(book, visit.viewer), noun=noun,
        known=known, code=code, before=before, now=values,
    )  # fmt: skip
    tell = _TOLD.get(noun.noun)
    told = [*(tell(case) if tell else ()), *renamed(case)]
    tables: Sequence[FigureTable] = ()
    lasting = [case.say(PAPERS_STAY), *([] if case.is_new else [case.say(REGISTERED)])]
    if figuring.concerns(case):
        tables = figuring.tables(case)
        told.append(figuring.how_many(case, tables))
        stays = BOOKED_STAYS if noun.noun == "destination" else FIGURES_FOLLOW
        lasting.insert(0, case.say(stays))
    if not told:
        told = [Effect(text=case.say(ONLY_LATER))]
    return Preview(effects=told, figures=tables, lasting=lasting)


def _destination(case: Case) -> Iterable[Effect]:
    day = case.day("valid_from")
    assert day is not None
    yield Effect(
        text=case.say(
            message("Bins that are opened from %(day)s on are for this version."), day=case.on(day)
        )
    )
    if case.is_new:
        yield Effect(
            text=case.say(message("No sorting guide leads to it yet, and no outlet takes it."))
        )
        return
    ids = views.versions_of_destination(case.operator, case.code)
    bins = views.bins_for(case.db, case.book, case.visit.viewer, ids)
    text = case.ngettext(
        "%(num)d bin that has not left yet keeps the version before.",
        "%(num)d bins that have not left yet keep the version before.", len(bins),
    )  # fmt: skip
    yield from touched(case, text, "bins", bins)
    yield from _refer_to_destination(case, gone=not case.now.get("active"))
    if case.differs("accepts"):
        yield from _accepted(case, ids)
    if case.differs("gates"):
        added = case.words("gates") - case.words("gates", before=True)
        if added:
            names = ", ".join(case.known.of["gate"].get(one, one) for one in sorted(added))
            yield Effect(
                text=case.say(message("Before anything goes there it must first pass: %(steps)s."),
                              steps=names),
            )  # fmt: skip


def _refer_to_destination(case: Case, *, gone: bool) -> Iterable[Effect]:
    guides = [
        code for code, tree in case.operator.guides.items()
        if case.code in previewing.leads_to(tree)
    ]  # fmt: skip
    if guides:
        text = (
            message("Sorting guides still lead there, and would lead nowhere:")
            if gone
            else (message("Sorting guides lead there:"))
        )
        yield Effect(text=case.say(text), links=named("sorting_guide", guides), strong=gone)
    rules = [_pair(case, key) for key, to in case.operator.owner_rules.items() if case.code in to]
    if rules:
        yield Effect(text=case.say(message("Owner's rules name it:")),
                     links=named("owner_rule", rules), strong=gone)  # fmt: skip
    outlets = [
        case.book.organisations_by_id[row.organisation_id].code
        for row in case.operator.partners.values()
        if case.code in row.treatments
    ]
    if outlets:
        yield Effect(text=case.say(message("Outlets take it:")), links=named("partner", outlets))


def _pair(case: Case, key: tuple[int, int]) -> str:
    supplier = case.book.organisations_by_id[key[0]].code
    return f"{supplier}:{case.operator.groups_by_id[key[1]].code}"


def _accepted(case: Case, ids: Sequence[int]) -> Iterable[Effect]:
    """Stock of groups whose security would no longer be accepted there."""
    lost = case.words("accepts", before=True) - case.words("accepts")
    for group in case.operator.groups.values():
        if group.security.value not in lost:
            continue
        bins = views.bins_with(
            case.db, case.book, case.visit.viewer, group_id=group.id, destination_ids=ids
        )
        name = case.visit.language.own(group.names, group.code)
        text = case.say(
            message("By its security %(group)s may no longer go there. It lies in these bins:"),
            group=name,
        )
        yield from touched(case, text, "bins", bins, strong=True)


def _article_group(case: Case) -> Iterable[Effect]:
    if case.before is None:
        return
    if case.differs("tolerance_permille"):
        yield from _tolerated(case, case.before.id)
    if case.differs("security"):
        yield from _secured(case, case.before.id)


def _tolerated(case: Case, group_id: int) -> Iterable[Effect]:
    """Open batches of the group for which the answer to closing them would be another."""
    batches = views.open_batches(case.db, case.book, case.visit.viewer, group_id)
    if not batches:
        yield Effect(text=case.say(message("No batch of this group is open now.")))
        return
    was, would = (case.number("tolerance_permille", before=before) for before in (True, False))
    now, no_longer = previewing.closes_otherwise(batches, was, would)
    yield Effect(
        text=case.ngettext(
            "It is looked whether %(num)d open batch of this group could close.",
            "It is looked whether %(num)d open batches of this group could close.",
            len(batches),
        )
    )
    if now:
        yield Effect(text=case.say(message("These could be closed now as they stand:")),
                     links=linked("batches", now), more=max(0, len(now) - SHOWN))  # fmt: skip
    if no_longer:
        yield Effect(
            text=case.say(message("These could be closed as they stand, and then no more:")),
            links=linked("batches", no_longer), more=max(0, len(no_longer) - SHOWN),
            strong=True,
        )  # fmt: skip
    if not now and not no_longer:
        yield Effect(text=case.say(message("For none of them the answer changes.")))


def _secured(case: Case, group_id: int) -> Iterable[Effect]:
    """What lies in bins for destinations that would not accept the new class."""
    refusing = [
        row for row in case.operator.destinations if case.now["security"] not in row.accepts
    ]
    bins = views.bins_with(
        case.db, case.book, case.visit.viewer, group_id=group_id,
        destination_ids=[row.id for row in refusing],
    )  # fmt: skip
    text = message("This lies in bins for destinations that do not accept this class:")
    yield from touched(case, case.say(text), "bins", bins, strong=True)
    names = sorted({case.known.of["destination"].get(row.code, row.code) for row in refusing})
    if names:
        yield Effect(text=case.say(message("It may not go to: %(names)s."), names=", ".join(names)))


def _loss_kind(case: Case) -> Iterable[Effect]:
    if case.before is None or not case.differs("limit_permille"):
        return
    since = date(case.visit.now.year - 1, 1, 1)
    losses = views.losses_of_kind(case.db, case.book, case.visit.viewer, case.before.id, since)
    was = previewing.beyond_limit(losses, case.number("limit_permille", before=True))
    would = previewing.beyond_limit(losses, case.number("limit_permille"))
    yield Effect(
        text=case.say(
            message("Since %(day)s %(was)d of %(all)d batches with this loss lost more than the "
                    "limit. With the new one that would be %(would)d."),
            day=case.on(since), was=len(was), all=len(losses), would=len(would),
        )
    )  # fmt: skip
    other = sorted(set(was) ^ set(would))
    if other:
        yield Effect(text=case.say(message("For these the answer would have been another:")),
                     links=linked("batches", other), more=max(0, len(other) - SHOWN))  # fmt: skip


def _owner_rule(case: Case) -> Iterable[Effect]:
    allowed = case.words("destinations")
    supplier = case.book.organisations[str(case.now["supplier"])]
    group = case.operator.groups[str(case.now["article_group"])]
    bins = views.bins_with(
        case.db,
        case.book,
        case.visit.viewer,
        group_id=group.id,
        supplier_ids=[supplier.id],
        destination_ids=[row.id for row in case.operator.destinations if row.code not in allowed],
    )
    text = message("This lies in bins for destinations to which it may then not go:")
    yield from touched(case, case.say(text), "bins", bins, strong=True)
    if not bins:
        yield Effect(text=case.say(message("Nothing of it lies where it may then not go.")))


def _guide(case: Case) -> Iterable[Effect]:
    was, now = previewing.tree_of(case.was), previewing.tree_of(case.now)
    steps = list(previewing.guide_changes(was, now))
    yield Effect(
        text=case.ngettext(
            "%(num)d place in the guide is other than before.",
            "%(num)d places in the guide are other than before.", len(steps),
        )
    )  # fmt: skip
    for step in steps[:SHOWN]:
        way = " › ".join(case.say(message("Yes") if one == "yes" else message("No"))
                         for one in step.path)  # fmt: skip
        yield Effect(
            text=f"{way or case.say(message('Begin'))}: "
            f"{_in_guide(case, step.was)} → {_in_guide(case, step.now)}"
        )


def _in_guide(case: Case, said: Any) -> str:
    if isinstance(said, Mapping):
        return case.visit.language.own(said, "")
    return case.known.of["destination"].get(str(said), str(said)) if said else "–"


_TOLD: Final[Mapping[str, Callable[[Case], Iterable[Effect]]]] = {
    "destination": _destination,
    "article_group": _article_group,
    "loss_kind": _loss_kind,
    "container": effects.container,
    "scale": effects.scale,
    "partner": effects.partner,
    "owner_rule": _owner_rule,
    "sorting_guide": _guide,
    "site": effects.site,
    "target": figuring.target,
    "organisation": effects.organisation,
    "find_kind": effects.find_kind,
    "reason": effects.reason,
}
