"""The receipt of a find that was handed over: printed at once, signed by three."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from intake.find_views import HandedOver, WholeFind
from paper.press import press
from web import units
from web.i18n import Language

SHEET: Final = Path(__file__).with_suffix(".typ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A find and its hand-over, with names in the reader's words instead of codes."""

    find: WholeFind
    given: HandedOver
    kind: str
    receiver: str | None
    operator: str
    address: str
    station: str | None


def receipt_pdf(receipt: Receipt, language: Language) -> bytes:
    """The receipt, with the names as long as they are kept."""
    say, find, given = language.gettext, receipt.find, receipt.given
    data = {
        "heading": say("Receipt of a found object"),
        "operator": [receipt.operator, receipt.address],
        "lead": say("Two persons handed this over, and it was received."),
        "what": {"heading": say("What it is"), "rows": _what(receipt, language)},
        "given": {"heading": say("Hand-over"), "rows": _given(receipt, language)},
        "sign": {
            "heading": say("Signatures"),
            "words": say("Each of the three signs for what stands above."),
            "rows": _signing(receipt, language),
            "columns": [say("Who"), say("Name"), say("Signature"), say("Date")],
        },
        "kept": language.ngettext(
            "The names are erased %(num)d day after this. All else stays in the register.",
            "The names are erased %(num)d days after this. All else stays in the register.",
            find.kept_days,
        )
        % {"num": find.kept_days},
    }
    return press(
        SHEET.read_text(encoding="utf-8"),
        data,
        title=f"{say('Receipt of a found object')} {find.code}",
        language=language.code,
        at=given.at,
        foot=say("%(code)s, booked as %(entry)s, %(hash)s")
        % {"code": find.code, "entry": given.entry, "hash": given.hash[:16]},
    )


def _what(receipt: Receipt, language: Language) -> list[list[str]]:
    say, find = language.gettext, receipt.find
    where = f"{find.site.name}, {receipt.station}" if receipt.station else find.site.name
    rows = [
        [say("Number"), find.code],
        [say("What"), receipt.kind],
        [say("How many"), units.count(find.count, language)],
    ]
    if find.mass_g is not None:
        rows.append([say("Weight"), units.weight(find.mass_g, language)])
    rows += [
        [say("Found in batch"), find.batch or say("Not known in which")],
        *([[say("Delivery"), find.delivery]] if find.delivery else []),
        [say("Found on"), units.moment(find.found_at, find.site.timezone, language)],
        [say("Found at"), where],
    ]
    return rows


def _given(receipt: Receipt, language: Language) -> list[list[str]]:
    say, given, find = language.gettext, receipt.given, receipt.find
    return [
        [say("Handed over on"), units.moment(given.at, find.site.timezone, language)],
        [say("It goes to"), receipt.receiver or say("Not said")],
    ]


def _signing(receipt: Receipt, language: Language) -> list[list[str]]:
    say, persons = language.gettext, receipt.given.persons
    days = receipt.find.kept_days
    gone = language.ngettext("erased after %(num)d day", "erased after %(num)d days", days)
    gone %= {"num": days}
    return [
        [say("Handed over by (1)"), persons.first if persons else gone],
        [say("Handed over by (2)"), persons.second if persons else gone],
        [say("Received by"), persons.receiver if persons else gone],
    ]
