"""Templates to HTML: one environment per language, with the filters that need to know it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from catalogue.eural import is_hazardous, is_known, spaced
from web import nl_words, units, words
from web.i18n import Language, languages

HERE = Path(__file__).parent
STATIC = HERE / "static"
DAYS = frozenset({"calibration_due", "until"})
"""Figures that are site-local days."""


@dataclass(frozen=True, slots=True)
class Link:
    """Something to go to; `text` is a msgid. count: of what waits there. also: pages elsewhere
    that belong to it; but: pages under it that are places of their own."""

    href: str
    text: str
    count: int = 0
    also: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """Links of one kind under one word, a msgid."""

    text: str
    links: tuple[Link, ...]

    @property
    def count(self) -> int:
        return sum(link.count for link in self.links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page: who is looking, where, and what they may do.

    path: of this page, with `query` as it was asked. home: where the mark leads. done: what was
    just done, a key of `words.DONE`. may: verbs that this person may use; sees: pages they may see.
    """

    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)
    home: str = "/"
    nav: Sequence[Link | Places] = ()
    person: str | None = None
    role: str | None = None
    may: frozenset[str] = frozenset()
    sees: frozenset[str] = frozenset()
    done: str | None = None

    def in_language(self, code: str) -> str:
        """This same page in another language."""
        return f"{self.path}?{urlencode({**self.query, 'lang': code})}"

    def is_here(self, place: Link | Places) -> bool:
        """Whether this page is that place, or stands under it."""
        if isinstance(place, Places):
            return any(self.is_here(link) for link in place.links)
        return self._is_under(place.href, *place.also) and not self._is_under(*place.but)

    def _is_under(self, *hrefs: str) -> bool:
        return any(self.path == href or self.path.startswith(f"{href}/") for href in hrefs)


def render(template: str, page: object, *, frame: Frame, language: Language) -> str:
    """The template as HTML; it sees its context as `page` and what stands around it as `frame`."""
    found = _environment(language.code).get_template(template)
    return found.render(page=page, frame=frame)


class _Compiled(BytecodeCache):
    """What templates are compiled to: the same in every language, so it is done once for all."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@cache
def _environment(code: str) -> Environment:
    language = languages()[code]
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    for name in (
        "weight", "weight_parts", "weight_typed", "count", "share", "points", "day", "long_day",
        "month", "moment", "clock",
    ):  # fmt: skip
        environment.filters[name] = partial(_reversed_last, getattr(units, name), language)
    environment.filters["said"] = partial(_said, language)
    environment.filters["figures"] = partial(_figures, language)
    environment.filters["data"] = _data
    environment.filters["eural"] = spaced
    environment.tests["hazardous"] = is_hazardous
    environment.tests["known_waste"] = is_known
    environment.globals.update(
        {
            name: value
            for some in (words, nl_words)
            for name, value in vars(some).items()
            if name.isupper()
        },
        language=language,
        languages=languages(),
        static=static,
        segments=segments,
    )
    return environment


@cache
def static(name: str) -> str:
    """The address of a file under `static/`, which changes when its content does."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar of 1000 wide."""

    fill: str
    x: str
    width: str


def segments(parts: Sequence[tuple[str, int]], whole: int | None = None) -> list[Segment]:
    """Where each part of a bar stands: for drawing only, so rounded to a tenth of a permille.

    whole: what the full bar means, when that is more than the sum of the parts.
    """
    total = max(whole or 0, sum(mass_g for _, mass_g in parts))
    found, start = [], 0
    for fill, mass_g in parts:
        if mass_g > 0:
            x, width = start * 1000 / total, mass_g * 1000 / total
            found.append(Segment(fill, f"{x:.1f}", f"{width:.1f}"))
            start += mass_g
    return found


def _reversed_last(function: object, language: Language, *values: object) -> object:
    """Call a function of `units`, which takes the language last."""
    return function(*values, language)  # type: ignore[operator]


def _said(language: Language, key: str, table: Mapping[str, str]) -> str:
    """The word for a code; a code without a word stands as it is (and is escaped)."""
    return language.gettext(table[key]) if key in table else key


def _figures(language: Language, figures: Mapping[str, object]) -> list[tuple[str, str]]:
    """What explains a refusal or a flag, in words: weights from what ends in `_g`."""
    rows = []
    for key, value in figures.items():
        if value is None or value == "":
            continue
        if key.endswith("_g") and isinstance(value, int):
            text = units.weight(value, language)
        elif key in DAYS:
            text = units.day(date.fromisoformat(str(value)), language)
        elif key == "missing" and isinstance(value, Sequence):
            text = ", ".join(_said(language, str(one), nl_words.LACKING) for one in value)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            text = ", ".join(str(one) for one in value)
        else:
            text = str(value)
        rows.append((_said(language, key, words.FIGURES), text))
    return rows


def _data(value: object) -> Markup:
    """JSON that can stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704
