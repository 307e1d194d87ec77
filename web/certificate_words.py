"""What people read of certificates, on paper and on pages: the words for what a document says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from web import units
from web.i18n import Language, message

KINDS: Final = {
    "recycling": message("Certificate of recycling"),
    "reuse": message("Certificate of reuse"),
    "destruction": message("Certificate of destruction"),
}
STATEMENTS: Final = {
    "recycling": message(
        "%(issuer)s declares: of what %(supplier)s handed in, %(mass)s was recycled."
        " Whoever recycled it has confirmed this."
    ),
    "reuse": message(
        "%(issuer)s declares: of what %(supplier)s handed in, %(mass)s is in use again."
        " Whoever took it has confirmed this."
    ),
    "destruction": message(
        "%(issuer)s declares: of what %(supplier)s handed in, %(mass)s was destroyed."
        " Whoever destroyed it has confirmed this."
    ),
}
SCOPES: Final = {
    "batch": message("Batch %(code)s"),
    "delivery": message("Delivery %(code)s"),
    "shipment": message("Shipment %(code)s"),
}
PERIOD: Final = message("All that was received from %(first)s up to and including %(last)s")
POOLS: Final = {
    "holding": message("Waits to be sorted"),
    "quarantine": message("In quarantine"),
    "bin": message("In a bin at the sorter"),
    "shipped": message("Under way, not confirmed"),
    "confirmed": message("Confirmed by the outlet"),
    "loss": message("Lost"),
    "finds": message("Found objects"),
}
WORK_BIN: Final = message("In a work bin at the sorter")


def grouped(code: str) -> str:
    """A code as people read it out: in fours."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def title(kind: str, language: Language) -> str:
    return language.gettext(KINDS[kind])


def statement(document: Mapping[str, Any], language: Language) -> str:
    """What is declared, in one plain sentence."""
    kind = document["kind"]
    return language.gettext(STATEMENTS[kind]) % {
        "issuer": document["issuer"]["name"],
        "supplier": document["supplier"]["name"],
        # A weight is read whole: its unit does not stand on the next line.
        "mass": units.weight(document["totals"]["mass_g"], language).replace(" ", "\u00a0"),
    }


def scope(said: Mapping[str, Any], language: Language) -> str:
    """What it is about. said: a scope as documents hold it."""
    kind = said["kind"]
    if kind != "period":
        return language.gettext(SCOPES[kind]) % {"code": grouped(said["code"])}
    first, end = (date.fromisoformat(said[name]) for name in ("from", "to"))
    last = end - timedelta(days=1)
    return language.gettext(PERIOD) % {
        "first": units.day(first, language),
        "last": units.day(last, language),
    }


def name(document: Mapping[str, Any], table: str, code: str | None, language: Language) -> str:
    """What something was called when the document was signed."""
    return language.own(document["names"][table].get(code or "", {}), code or "")


def where(document: Mapping[str, Any], stand: Mapping[str, Any], language: Language) -> str:
    """Where grams of a batch stand, in words."""
    pool = stand["pool"]
    if pool == "bin" and stand["destination"] is None:
        return language.gettext(WORK_BIN)
    word = language.gettext(POOLS[pool])
    if stand["destination"] is not None:
        return f"{word}: {name(document, 'destinations', stand['destination'], language)}"
    if stand["loss_kind"] is not None:
        return f"{word}: {name(document, 'loss_kinds', stand['loss_kind'], language)}"
    return word
