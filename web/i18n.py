"""Languages: English is the source, every other language is one catalogue `locale/<code>.po`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en"
FIRST = "nl"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its catalogue and the way it writes numbers and days."""

    code: str
    locale: Locale
    translations: NullTranslations

    @property
    def name(self) -> str:
        """What its own speakers call it."""
        own = self.locale.get_display_name(self.code) or self.code
        return own[0].upper() + own[1:]

    def gettext(self, msgid: str) -> str:
        return self.translations.gettext(msgid)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.translations.ngettext(one, many, number)

    def own(self, names: Mapping[str, str], code: str) -> str:
        """The name of a row of reference data: in this language, the source's, or its code."""
        return names.get(self.code) or names.get(SOURCE) or code


def message(msgid: str) -> str:
    """Mark a sentence for the catalogues; whoever shows it translates it."""
    return msgid


@cache
def languages() -> Mapping[str, Language]:
    """All languages there are, the first one first. Read once."""
    found = {SOURCE: Language(SOURCE, Locale.parse(SOURCE), NullTranslations())}
    for path in sorted(LOCALE.glob("*.po")):
        found[path.stem] = Language(path.stem, Locale.parse(path.stem), _translations(path))
    return {code: found[code] for code in sorted(found, key=lambda code: (code != FIRST, code))}


def language(code: str | None) -> Language:
    """The language of this code, or the first one."""
    return languages().get(code or FIRST) or languages()[FIRST]


def choose(
    *,
    asked: str | None = None,
    cookie: str | None = None,
    person: str | None = None,
    accept: str = "",
) -> Language:
    """What the address asks for, else what was chosen before, else what the person's record says,
    else what the browser prefers, else the first language."""
    wanted = [asked, cookie, person, *_preferred(accept)]
    return language(next((code for code in wanted if code in languages()), None))


def _preferred(accept: str) -> list[str]:
    """Primary language codes of an Accept-Language header, the most wanted first."""
    ranked = []
    for part in accept.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        ranked.append((-quality, tag.strip().split("-")[0].lower()))
    return [code for _, code in sorted(ranked, key=lambda pair: pair[0])]


def _translations(path: Path) -> GNUTranslations:
    with path.open("rb") as source:
        catalog = read_po(source, locale=path.stem)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
