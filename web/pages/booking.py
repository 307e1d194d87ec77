"""From a form to an act: read what was typed, book it once, or show the form again with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from catalogue.errors import Malformed, NotFound, Refusal
from catalogue.rows import SiteRow
from streams.mass import from_kilograms
from web.api.acts import BY_KIND, perform
from web.i18n import message
from web.pages.forms import Form
from web.pages.visiting import Visit

FORM_AGE_MAX: Final = timedelta(minutes=15)
"""A form that stood open for longer is booked at the time at which it is sent."""
EMPTY: Final = message("Fill this in.")
NO_MASS: Final = message("Type a weight in kg, such as 12,345.")
NO_COUNT: Final = message("Type a whole number.")
NO_DAY: Final = message("Choose a day.")


@dataclass(slots=True)
class Typed:
    """What somebody typed into a form. Reading it collects what is wrong, per field."""

    data: FormData
    errors: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None

    def text(self, name: str) -> str | None:
        """What stands in a field, or None when it is empty."""
        value = self.data.get(name)
        return value.strip() or None if isinstance(value, str) else None

    def needed(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            self.errors[name] = EMPTY
        return text or ""

    def many(self, name: str) -> list[str]:
        return [value for value in self.data.getlist(name) if isinstance(value, str) and value]

    def mass_g(self, name: str) -> int | None:
        """Grams from kilograms; None when the field is empty."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return from_kilograms(text)
        except Malformed:
            self.errors[name] = NO_MASS
            return None

    def needed_g(self, name: str) -> int:
        mass_g = self.mass_g(name)
        if mass_g is None:
            self.errors.setdefault(name, EMPTY)
        return mass_g or 0

    def count(self, name: str) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            self.errors[name] = NO_COUNT
            return None
        return int(text)

    def noon(self, name: str, site: SiteRow) -> datetime | None:
        """The middle of a site-local day."""
        try:
            day = date.fromisoformat(self.text(name) or "")
        except ValueError:
            self.errors[name] = NO_DAY
            return None
        return datetime.combine(day, time(12), ZoneInfo(site.timezone)).astimezone(UTC)

    @property
    def values(self) -> Mapping[str, str]:
        """As it was typed, to show it again."""
        return {name: value for name, value in self.data.items() if isinstance(value, str)}


async def typed(request: Request) -> Typed:
    return Typed(await request.form(max_files=0, max_fields=500))


Sent = Annotated[Typed, Depends(typed)]
Body = dict[str, Any]


def fresh(visit: Visit, values: Mapping[str, str] | None = None) -> Form:
    """A form that is shown for the first time."""
    return Form(values=values or {}, at=visit.now.isoformat())


def book(
    visit: Visit,
    sent: Typed,
    kind: str,
    target: str | None,
    *,
    body: Callable[[datetime], Body],
    then: Callable[[Mapping[str, Any]], Response],
    again: Callable[[Form], Response],
) -> Response:
    """Book what a form says. body: its wire model's fields, from the time of the act.

    The form brings its own `scan_id` and time, so sending it twice is the same act. A refusal
    gives the form back with a new number, for the refused scan is kept under the old one.
    """
    wanted = body(moment_of(visit, sent))
    if sent.errors:
        return again(Form(values=sent.values, errors=sent.errors, at=visit.now.isoformat()))
    try:
        model = BY_KIND[kind].model.model_validate({"scan_id": scan_id_of(sent), **wanted})
        return then(perform(visit.call, kind, target, model).answer)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        refusal: Refusal = Malformed(field=where[:80], problem=error.errors()[0]["msg"][:200])
    except NotFound:
        if target is not None:
            raise
        refusal = Malformed(field="code", problem="unknown")
    except Refusal as refused:
        refusal = refused
    return again(Form(values=sent.values, refusal=refusal, at=visit.now.isoformat()))


def command_head(visit: Visit, sent: Typed) -> dict[str, Any]:
    """What a command carries that a page makes without a wire model."""
    return {"scan_id": scan_id_of(sent), "scanned_at": moment_of(visit, sent)}


def scan_id_of(sent: Typed) -> str:
    """The number that a form brought, or a new one."""
    try:
        return str(UUID(sent.text("scan_id") or ""))
    except ValueError:
        return str(uuid4())


def moment_of(visit: Visit, sent: Typed) -> datetime:
    """When the form was shown, unless that is too long ago or cannot be."""
    try:
        at = datetime.fromisoformat(sent.text("at") or "")
    except ValueError:
        return visit.now
    known = at.tzinfo is not None and visit.now - FORM_AGE_MAX <= at <= visit.now
    return at if known else visit.now
