"""The headline figures: shares of the streams, what is proven, and how well it is known.

Unit: permille. Splits go by largest remainder and add up to 1000; single ratios are rounded half
up. Source: the balance of the register, term by term (`reporting/circularity.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalogue.kinds import Stream
from reporting.circularity import Terms
from reporting.formulas.facts import PROOF, REGISTER, Facts, Grade, grade
from reporting.measure import Measure
from reporting.questions import Basis
from reporting.shares import ratio, split, split_with_gain
from reporting.words import message

ISO_59020: Final = "calculated with reference to ISO 59020:2024, {indicator}"
SORTED: Final = "streams.reuse.mass_g + streams.recycle.mass_g + streams.incineration.mass_g"
PUT_OUT: Final = f"({SORTED} + loss_g + finds_g)"
SORTED_TITLES: Final = {
    Stream.REUSE: message("Reuse, of what was sorted"),
    Stream.RECYCLE: message("Recycling, of what was sorted"),
    Stream.INCINERATION: message("Incineration, of what was sorted"),
}
INPUT_TITLES: Final = {
    "reuse": message("Reuse, of what was handed in"),
    "recycle": message("Recycling, of what was handed in"),
    "incineration": message("Incineration, of what was handed in"),
    "held": message("Not sorted yet, of what was handed in"),
    "finds": message("Found objects, of what was handed in"),
    "loss": message("Lost in work, of what was handed in"),
}
CONFIRMED_TITLES: Final = {
    Stream.REUSE: message("Reuse: how much of it is confirmed"),
    Stream.RECYCLE: message("Recycling: how much of it is confirmed"),
    Stream.INCINERATION: message("Incineration: how much of it is confirmed"),
}
OUTFLOW_TITLES: Final = {
    Stream.REUSE: message("Confirmed reuse, of all that left the work"),
    Stream.RECYCLE: message("Confirmed recycling, of all that left the work"),
}
SORTED_ONLY: Final = message(
    "Of what was sorted. What waits, was lost in work or was found in pockets is not in it."
)
HANDED_IN: Final = message(
    "Of what was handed in, less what was sent back. Everything that became of it is in the split."
)
PROVEN: Final = message("Proven is what the outlet confirmed by weight; nothing else is.")
KNOWN: Final = message("Estimated is what nobody weighed on a scale that was in order.")


def streams(facts: Facts) -> list[Measure]:
    """Everything that the first page says, in a fixed order."""
    by_input = _of_input(facts.terms) if facts.basis is Basis.RECEIVED else []
    return [*_of_sorted(facts), *by_input, *_proven(facts), *_quality(facts.terms)]


def _of_sorted(facts: Facts) -> list[Measure]:
    found = facts.terms
    shares = found.permille or {}
    return [
        Measure(
            id=f"{stream}_of_sorted",
            value=shares.get(stream),
            unit="permille",
            title=SORTED_TITLES[stream],
            formula=f"1000 * streams.{stream}.mass_g / ({SORTED}), by largest remainder",
            sources=(REGISTER,),
            inputs=_masses(found),
            boundary=SORTED_ONLY,
            **_known(found, stream),
        )
        for stream in Stream
    ]


def _known(found: Terms, stream: Stream) -> Grade:
    one = found.streams[stream]
    return grade(one.estimated_g, one.mass_g)


def _masses(found: Terms) -> dict[str, int]:
    return {f"streams.{stream}.mass_g": found.streams[stream].mass_g for stream in Stream}


def _of_input(found: Terms) -> list[Measure]:
    """What became of what was handed in. A gain in weighing may make the loss negative."""
    outputs = {f"{stream}": found.streams[stream].mass_g for stream in Stream}
    outputs |= {"held": found.held_g, "finds": found.finds_g}
    shares: Mapping[str, int] | None = split({**outputs, "loss": found.loss_g})
    if shares is None and all(mass_g >= 0 for mass_g in outputs.values()):
        shares = split_with_gain({**outputs, "loss": found.loss_g})
    terms_of = {f"{stream}": f"streams.{stream}.mass_g" for stream in Stream}
    masses = {**outputs, "loss": found.loss_g}
    known = grade(found.estimated_g, found.input_g)
    return [
        Measure(
            id=f"{name}_of_input",
            value=(shares or {}).get(name),
            unit="permille",
            title=INPUT_TITLES[name],
            formula=f"1000 * {terms_of.get(name, f'{name}_g')} / input_g, by largest remainder",
            sources=(REGISTER,),
            inputs={terms_of.get(name, f"{name}_g"): mass_g, "input_g": found.input_g},
            boundary=HANDED_IN,
            **known,
        )
        for name, mass_g in masses.items()
    ]


def _proven(facts: Facts) -> list[Measure]:
    found = facts.terms
    indicators = {
        Stream.REUSE: "A.3.3 actual reused products and components derived from outflow",
        Stream.RECYCLE: "A.3.4 actual recycled material derived from outflow",
    }
    confirmed = {f"streams.{key}.confirmed_g": found.streams[key].confirmed_g for key in Stream}
    put_out = {**_masses(found), "loss_g": found.loss_g, "finds_g": found.finds_g}
    return [
        Measure(
            id="confirmed_of_sorted",
            value=ratio(found.confirmed_g, found.sorted_g),
            unit="permille",
            title=message("Confirmed, of what was sorted"),
            formula=f"1000 * (sum of streams.*.confirmed_g) / ({SORTED}), rounded half up",
            sources=(REGISTER, PROOF),
            inputs={**_masses(found), **confirmed},
            boundary=PROVEN,
            **facts.grade(),
        ),
        *(
            Measure(
                id=f"{stream}_confirmed",
                value=ratio(one.confirmed_g, one.mass_g),
                unit="permille",
                title=CONFIRMED_TITLES[stream],
                formula=f"1000 * streams.{stream}.confirmed_g / streams.{stream}.mass_g, "
                "rounded half up",
                sources=(REGISTER, PROOF),
                inputs={
                    f"streams.{stream}.confirmed_g": one.confirmed_g,
                    f"streams.{stream}.mass_g": one.mass_g,
                },
                boundary=PROVEN,
                **_known(found, stream),
            )
            for stream, one in found.streams.items()
        ),
        *(
            Measure(
                id=f"{stream}_confirmed_of_outflow",
                value=ratio(found.streams[stream].confirmed_g, facts.put_out_g),
                unit="permille",
                title=OUTFLOW_TITLES[stream],
                formula=f"1000 * streams.{stream}.confirmed_g / {PUT_OUT}, rounded half up",
                sources=(REGISTER, PROOF, ISO_59020.format(indicator=indicator)),
                inputs={f"streams.{stream}.confirmed_g": found.streams[stream].confirmed_g,
                        **put_out},
                boundary=PROVEN,
                **_known(found, stream),
            )
            for stream, indicator in indicators.items()
        ),
    ]  # fmt: skip


def _quality(found: Terms) -> list[Measure]:
    estimated = ratio(found.estimated_g, found.input_g)
    guessed_g = sum(one.estimated_g for one in found.streams.values())
    of_input = {"estimated_g": found.estimated_g, "input_g": found.input_g}
    known = grade(found.estimated_g, found.input_g)
    return [
        Measure(
            id="estimated_of_input",
            value=estimated,
            unit="permille",
            title=message("Estimated, of what was handed in"),
            formula="1000 * estimated_g / input_g, rounded half up",
            sources=(REGISTER,),
            inputs=of_input,
            boundary=KNOWN,
            **known,
        ),
        Measure(
            id="measured_of_input",
            value=None if estimated is None else 1000 - estimated,
            unit="permille",
            title=message("Weighed, of what was handed in"),
            formula="1000 - estimated_of_input",
            sources=(REGISTER,),
            inputs=of_input,
            boundary=KNOWN,
            **known,
        ),
        Measure(
            id="estimated_of_sorted",
            value=ratio(guessed_g, found.sorted_g),
            unit="permille",
            title=message("Estimated, of what was sorted"),
            formula=f"1000 * (sum of streams.*.estimated_g) / ({SORTED}), rounded half up",
            sources=(REGISTER,),
            inputs={"estimated_g": guessed_g, **_masses(found)},
            boundary=KNOWN,
            **grade(guessed_g, found.sorted_g),
        ),
    ]
