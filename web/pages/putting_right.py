"""What a team leader can put right of a kept scan before it is booked: masses, codes, the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from catalogue.rows import SiteRow
from web.i18n import Language, message
from web.pages.booking import Typed
from web.pages.forms import Options
from web.units import weight_typed

LABELS: Final[Mapping[str, str]] = {
    "target": message("Label"),
    "code": message("Label"),
    "batch": message("Batch"),
    "bin": message("Bin"),
    "destination": message("Destination"),
    "supplier": message("Supplier"),
    "gross_g": message("Gross"),
    "tare_g": message("Tare"),
    "mass_g": message("Weight"),
    "scanned_at": message("Time of the scan"),
}
MASSES: Final = frozenset({"gross_g", "tare_g", "mass_g"})
LISTS: Final = frozenset({"parts", "lines", "losses"})
NO_CHOICES: Final[Mapping[str, Options]] = {}
NOT_FOR: Final = frozenset({"reverse", "codes"})
"""Kinds of which nothing can be put right: they are right, or they are dropped."""


@dataclass(frozen=True, slots=True)
class Correctable:
    """A field of a kept scan. name: its way into the body; value: as people write it."""

    name: str
    kind: str
    label: str
    value: str
    number: int | None = None
    options: Options = ()


def correctable(
    command: Mapping[str, Any],
    problem: Mapping[str, Any],
    site: SiteRow,
    language: Language,
    choices: Mapping[str, Options] = NO_CHOICES,
) -> list[Correctable]:
    """The fields of a kept scan that can be put right. choices: what some can be put to."""
    act, body = command.get("kind"), command.get("body")
    if act in NOT_FOR or not isinstance(body, dict):
        return []
    found = []
    if command.get("target"):
        found.append(Correctable("target", "text", LABELS["target"], str(command["target"])))
    for path, name, value, number in _leaves(body):
        if name in MASSES and isinstance(value, int):
            shown = weight_typed(value, language)
            found.append(Correctable(path, "mass", LABELS[name], shown, number))
        elif name in LABELS and name not in MASSES and name != "scanned_at" and value:
            options = choices.get(name, ())
            kind = "choice" if options else "text"
            found.append(Correctable(path, kind, LABELS[name], str(value), number, options))
    if _doubts_time(problem):
        shown = _local(str(body.get("scanned_at", "")), site)
        found.append(Correctable("scanned_at", "moment", LABELS["scanned_at"], shown))
    return found


def _doubts_time(problem: Mapping[str, Any]) -> bool:
    field = problem["figures"].get("field")
    return bool(problem["code"] == "clock_doubt" or field == "scanned_at")


def _leaves(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, int | None]]:
    for name, value in body.items():
        if name in LISTS and isinstance(value, list):
            for index, line in enumerate(value):
                for inner, of_line in line.items() if isinstance(line, dict) else ():
                    number = index + 1 if len(value) > 1 else None
                    yield f"{name}.{index}.{inner}", inner, of_line, number
        elif isinstance(value, str | int):
            yield name, name, value, None


def _local(text: str, site: SiteRow) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        return ""
    return moment.astimezone(ZoneInfo(site.timezone)).strftime("%Y-%m-%dT%H:%M")


def put_right(
    sent: Typed, command: Mapping[str, Any], fields: list[Correctable], site: SiteRow
) -> tuple[str | None, dict[str, Any]]:
    """What somebody typed that differs from what came: another target, and fields of the body.

    What cannot be read is noted in `sent.errors`.
    """
    body, changed, target = deepcopy(dict(command["body"])), set(), None
    for one in fields:
        typed = sent.text(one.name)
        if typed is None or typed == one.value:
            continue
        if one.name == "target":
            target = typed.upper()
            continue
        value = _read(sent, one, typed, site)
        top, *rest = one.name.split(".")
        holder: Any = body
        for step in (top, *rest)[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        holder[(top, *rest)[-1]] = value
        changed.add(top)
    return target, {name: body[name] for name in sorted(changed)}


def _read(sent: Typed, field: Correctable, typed: str, site: SiteRow) -> Any:
    if field.kind == "mass":
        return sent.mass_g(field.name)
    if field.kind == "moment":
        try:
            return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(site.timezone)).isoformat()
        except ValueError:
            sent.errors[field.name] = message("Type a day and a time.")
            return None
    return typed.upper() if field.name.split(".")[-1] in ("code", "bin", "batch") else typed
