"""What pages with charts share: how a chart speaks, and where its parts lead to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from urllib.parse import quote, urlencode

from babel.numbers import get_decimal_symbol, get_group_symbol

from reporting.periods import Period, month_after
from reporting.questions import Question
from reporting.words import Words
from web import units
from web.i18n import Language


def words_of(language: Language) -> Words:
    """How charts and documents speak a language."""
    signs = get_decimal_symbol(language.locale) + get_group_symbol(language.locale)
    return Words(
        gettext=language.gettext,
        own=language.own,
        month=partial(_short_month, language),
        signs=signs,
    )


def _short_month(language: Language, first: date) -> str:
    return units.short_month(first, language)


@dataclass(frozen=True)
class Addresses:
    """Addresses of pages that speak of the same question."""

    asked: Question

    @cached_property
    def _said(self) -> dict[str, str]:
        return {
            "from": self.asked.period.first.isoformat(),
            "to": self.asked.period.end.isoformat(),
            "supplier": ",".join(self.asked.suppliers),
            "basis": self.asked.basis.value,
        }

    @cached_property
    def _plain(self) -> str:
        return self.query()

    @cached_property
    def _months(self) -> dict[str, Addresses]:
        return {}

    def query(self, **more: str) -> str:
        """The question as it stands in an address; what is empty is left out."""
        said = self._said | more
        return urlencode({name: value for name, value in said.items() if value})

    def behind(self, part: str, supplier: str = "") -> str:
        """The batches behind a number. supplier: another one than was asked for."""
        if supplier:
            return f"/behind?{self.query(supplier=supplier)}&part={quote(part)}"
        return f"/behind?{self._plain}&part={quote(part)}"

    def in_month(self, part: str, month: str) -> str:
        """The same in one month (`2026-03`) of the period."""
        if month not in self._months:
            first = date.fromisoformat(f"{month}-01")
            own = self.asked.period
            during = Period(max(first, own.first), min(month_after(first), own.end))
            self._months[month] = Addresses(replace(self.asked, period=during))
        return self._months[month].behind(part)

    def figure(self, id: str) -> str:
        """The explanation of a figure."""
        return f"/figures/{id}?{self._plain}"
