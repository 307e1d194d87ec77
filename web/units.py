"""Grams, shares, days and times in the words and signs of a language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal, get_decimal_symbol

from web.i18n import Language


@dataclass(frozen=True, slots=True)
class WeightParts:
    """A weight taken apart, so that a page can set the grams smaller than the kilograms."""

    kilograms: str
    grams: str


def weight_parts(mass_g: int, language: Language) -> WeightParts:
    """Whole kilograms with thousands marks, and always three digits of grams after the sign."""
    kilograms, grams = divmod(abs(mass_g), 1000)
    sign = "−" if mass_g < 0 else ""
    mark = get_decimal_symbol(language.locale)
    return WeightParts(f"{sign}{count(kilograms, language)}", f"{mark}{grams:03d}")


def weight(mass_g: int, language: Language) -> str:
    """`12,345 kg` in Dutch, `12.345 kg` in English: always to the gram, so never ambiguous."""
    parts = weight_parts(mass_g, language)
    return f"{parts.kilograms}{parts.grams} kg"


def weight_typed(mass_g: int, language: Language) -> str:
    """A weight as a person would type it into a field: no thousands marks, no unit."""
    mark = get_decimal_symbol(language.locale)
    return f"{mass_g // 1000}{mark}{mass_g % 1000:03d}"


def count(number: int, language: Language) -> str:
    return format_decimal(number, format="#,##0", locale=language.locale)


def share(permille: int | None, language: Language) -> str:
    """Permille as a percentage with one digit; an en dash where there is no share to speak of."""
    if permille is None:
        return "–"
    return f"{format_decimal(permille / 10, format='#,##0.0', locale=language.locale)}%"


def points(permille: int | None, language: Language) -> str:
    """By how much a share changed, in percentage points, with its sign: `+1,2`, `−0,4`."""
    if permille is None:
        return "–"
    sign = "+" if permille > 0 else "−" if permille < 0 else "±"
    return f"{sign}{format_decimal(abs(permille) / 10, format='#,##0.0', locale=language.locale)}"


def day(value: date, language: Language) -> str:
    """`2 mrt 2026`."""
    return format_date(value, format="d MMM y", locale=language.locale)


def long_day(value: date, language: Language) -> str:
    """`maandag 2 maart 2026`."""
    return format_date(value, format="EEEE d MMMM y", locale=language.locale)


def month(value: date, language: Language) -> str:
    """`maart 2026`."""
    return format_skeleton("yMMMM", value, locale=language.locale)


def short_month(value: date, language: Language) -> str:
    """`mrt`, for the foot of a chart."""
    return format_skeleton("MMM", value, locale=language.locale)


def moment(value: datetime, zone: str, language: Language) -> str:
    """Day and time as the clock at the site says them."""
    return format_datetime(
        value, format="d MMM y HH:mm", tzinfo=ZoneInfo(zone), locale=language.locale
    )


def clock(value: datetime, zone: str, language: Language) -> str:
    """Only the time, as the clock at the site says it."""
    return format_time(value, format="HH:mm", tzinfo=ZoneInfo(zone), locale=language.locale)
