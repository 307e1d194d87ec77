"""A proof chain as people read it: names instead of codes, and only what the reader may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from catalogue.kinds import Stream
from certificates.proof_chain import ProofChain
from certificates.proof_rules import (
    AFTER_RECEIPT,
    Aside,
    Away,
    BatchChain,
    Chain,
    Gap,
    Reached,
    Step,
    Why,
)
from streams.ledger import site_day
from web import proof_words as words
from web import units
from web.i18n import Language
from web.pages.naming import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step: what reached it, and what is missing right before it. aside_g: what went aside
    there; whole_g: of all steps the most, for bars."""

    step: str
    name: str
    reached_g: int
    gap_g: int
    aside_g: int
    whole_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """What is missing, how much, since when, and who acts. noun: the list that the subject stands
    in, empty where the reader may not go there."""

    step: str
    what: str
    who: str
    mass_g: int
    since: date
    days: int
    is_late: bool
    noun: str
    subject: str
    stream: str | None
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRow:
    """A batch, or a stream of it: grams at each step from receipt on; none: it has no such step."""

    batch: str
    group: str
    state: str
    stream: str | None
    reached_g: Sequence[int | None]
    missing_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that a page or a sheet shows of a proof chain."""

    code: str
    is_delivery: bool
    site: str
    supplier: str
    expected_on: date | None
    at: datetime
    day: date
    zone: str
    received_g: int
    certified_g: int
    missing_g: int
    aside_g: int
    is_whole: bool
    summary: str
    steps: Sequence[StepLine]
    gaps: Sequence[GapLine]
    aside: Sequence[tuple[str, int]]
    rows: Sequence[ChainRow]
    left: Sequence[str]
    certificates: Sequence[str]


NOUNS = {"B": "batches", "K": "bins", "Z": "shipments"}


def picture(
    found: ProofChain, names: Names, *, code: str, is_staff: bool, now: datetime
) -> Picture:
    """A proof chain in the reader's words. Suppliers read that an outlet is to act, not which."""
    chain = found.chain
    reached = chain.whole.reached_g
    steps = list(Step) if found.delivery else list(Step)[1:]
    return Picture(
        code=code,
        is_delivery=found.delivery is not None,
        site=found.site.name,
        supplier=names.organisation(found.supplier),
        expected_on=found.delivery.expected_on if found.delivery else None,
        at=now,
        day=site_day(now, found.site),
        zone=found.site.timezone,
        received_g=reached[Step.RECEIVED],
        certified_g=reached[Step.CERTIFIED],
        missing_g=chain.missing_g,
        aside_g=sum(one.mass_g for one in chain.aside),
        is_whole=chain.is_whole,
        summary=_summary(chain, names.language),
        steps=_steps(chain.whole, chain.aside, steps, names),
        gaps=[_gap(gap, names, is_staff) for gap in chain.gaps],
        aside=[(_aside(one, found, names), one.mass_g) for one in chain.aside],
        rows=[row for one in chain.batches for row in _rows(one, found, names)],
        left=found.left,
        certificates=found.certificates,
    )


def _summary(chain: Chain, language: Language) -> str:
    """The chain in one or two sentences."""
    say, reached = language.gettext, chain.whole.reached_g
    if not reached[Step.RECEIVED]:
        return say("Nothing of it has come yet.")
    if chain.is_whole:
        told = say("All that came in is accounted for: %(certified)s of %(received)s is certified.")
    elif reached[Step.CERTIFIED]:
        told = say(
            "Of %(received)s that came in, %(certified)s is certified."
            " Of %(missing)s the proof is still missing."
        )
    else:
        told = say(
            "Of %(received)s that came in, nothing is certified yet."
            " Of %(missing)s the proof is still missing."
        )
    masses = {
        "received": reached[Step.RECEIVED],
        "certified": reached[Step.CERTIFIED],
        "missing": chain.missing_g,
    }
    return told % {name: units.weight(mass_g, language) for name, mass_g in masses.items()}


def _steps(
    whole: Reached, aside: Sequence[Aside], steps: Sequence[Step], names: Names
) -> list[StepLine]:
    aside_g = sum(one.mass_g for one in aside)
    most_g = max(1, *whole.reached_g.values())
    return [
        StepLine(
            step=step.value,
            name=names.language.gettext(words.STEPS[step]),
            reached_g=whole.reached_g[step],
            gap_g=whole.gap_g[step],
            aside_g=aside_g if step is Step.SORTED else 0,
            whole_g=most_g,
        )
        for step in steps
    ]


def _gap(gap: Gap, names: Names, is_staff: bool) -> GapLine:
    say = names.language.gettext
    who = names.organisation(gap.outlet) if gap.outlet and is_staff else ""
    noun = NOUNS.get(gap.subject[:1], "")
    return GapLine(
        step=gap.step.value,
        what=say(words.WHYS[gap.why]),
        who=who or say(words.WHO[gap.who]),
        mass_g=gap.mass_g,
        since=gap.since,
        days=gap.days,
        is_late=gap.why is Why.OVERDUE,
        noun=noun if is_staff or noun == "batches" else "",
        subject=gap.subject,
        stream=gap.stream.value if gap.stream else None,
        why=gap.why,
    )


def _aside(one: Aside, found: ProofChain, names: Names) -> str:
    if one.away is Away.LOSS:
        return names.loss(found.site, one.kind)
    return names.language.gettext(words.AWAY[one.away])


def _rows(chain: BatchChain, found: ProofChain, names: Names) -> list[ChainRow]:
    group = names.group(found.site, found.groups.get(chain.code)) or ""
    rows = [_row(chain, group, None, chain.whole, chain.whole.reached_g[Step.RECEIVED])]
    for stream, reached in chain.streams.items():
        rows.append(_row(chain, group, stream, reached, None))
    return rows


def _row(
    chain: BatchChain, group: str, stream: Stream | None, reached: Reached, received_g: int | None
) -> ChainRow:
    return ChainRow(
        batch=chain.code,
        group=group,
        state=chain.state.value,
        stream=stream.value if stream else None,
        reached_g=[received_g, *(reached.reached_g[step] for step in AFTER_RECEIPT)],
        missing_g=sum(reached.gap_g.values()),
    )
