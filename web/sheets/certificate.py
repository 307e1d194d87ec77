"""A certificate on paper. All that it says stands in the signed document; words come with it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from labels.pictures import qr_picture
from paper.press import Attachment, press
from web import certificate_words as words
from web import units
from web.i18n import Language

SHEET: Final = Path(__file__).with_suffix(".typ")
COLUMNS: Final = (
    "certificate", "kind", "supplier", "batch", "site", "article_group", "destination", "stream",
    "mass_g", "pieces", "quality", "shipment", "confirmed_on", "entry", "confirmation",
)  # fmt: skip
Cells = list[str]


def certificate_pdf(text: str, language: Language) -> bytes:
    """The paper of a certificate, with the signed data in it. text: the bytes that were signed."""
    envelope = json.loads(text)
    document = envelope["document"]
    title = f"{words.title(document['kind'], language)} {words.grouped(document['code'])}"
    say = language.gettext
    return press(
        SHEET.read_text(encoding="utf-8"),
        _said(envelope, language),
        title=title,
        language=language.code,
        at=datetime.fromisoformat(document["issued_at"]),
        foot=say("%(code)s, signed with key %(key)s")
        % {"code": words.grouped(document["code"]), "key": envelope["key"]},
        attachments=[
            Attachment(
                "certificate.json",
                "application/json",
                text,
                say("What was signed, byte for byte"),
            ),
            Attachment(
                "certificate.csv", "text/csv", as_csv(document), say("The lines as a table")
            ),
        ],
    )


def as_csv(document: Mapping[str, Any]) -> str:
    """The lines of a certificate as a table: comma, point, grams, days as in 2026-03-02."""
    written = io.StringIO()
    pen = csv.DictWriter(written, COLUMNS, lineterminator="\r\n", extrasaction="ignore")
    pen.writeheader()
    for line in document["lines"]:
        pen.writerow({"certificate": document["code"], "kind": document["kind"], **line})
    return written.getvalue()


def _said(envelope: Mapping[str, Any], language: Language) -> dict[str, Any]:
    document, say = envelope["document"], language.gettext
    picture = qr_picture(document["verify_at"])
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.side} {picture.side}">'
        f'<path d="{picture.path}"/></svg>'
    )
    return {
        "heading": words.title(document["kind"], language),
        "issuer": [document["issuer"]["name"], document["issuer"]["address"]],
        "statement": words.statement(document, language),
        "qr": svg,
        "qr_alt": say("QR code that leads to %(address)s") % {"address": document["verify_at"]},
        "scan": say("Is it real? Scan it, or look at"),
        "address": document["verify_at"].removeprefix("https://").removeprefix("http://"),
        "facts": _facts(document, language),
        "replaces": _replaces(document, language),
        "sections": [
            _destinations(document, language),
            *([_items(document, language)] if document["items"] else []),
            _coverage(document, language),
            _tree(document, language),
            _lines(document, language),
            *([_shipments(document, language)] if document["shipments"] else []),
            _proof(envelope, language),
        ],
    }


def _day(text: str, language: Language) -> str:
    return units.day(date.fromisoformat(text), language)


def _facts(document: Mapping[str, Any], language: Language) -> list[Cells]:
    say, totals = language.gettext, document["totals"]
    moment = datetime.fromisoformat(document["issued_at"])
    return [
        [say("Number"), words.grouped(document["code"])],
        [say("Made out to"), document["supplier"]["name"]],
        [say("About"), words.scope(document["scope"], language)],
        [say("Made on"), units.moment(moment, document["timezone"], language)],
        [
            say("How it is known"),
            say("%(measured)s measured, %(estimated)s estimated")
            % {
                "measured": units.weight(totals["measured_g"], language),
                "estimated": units.weight(totals["estimated_g"], language),
            },
        ],
    ]


def _replaces(document: Mapping[str, Any], language: Language) -> str | None:
    if document["replaces"] is None:
        return None
    words_ = language.gettext("This takes the place of certificate %(code)s, which is withdrawn.")
    return words_ % {"code": words.grouped(document["replaces"])}


def _section(
    heading: str,
    words_: str,
    columns: Iterable[tuple[str, str, bool]],
    rows: list[list[Any]],
    total: Cells | None = None,
) -> dict[str, Any]:
    """A heading, a sentence and a table. columns: text, alignment, whether it may grow."""
    return {
        "heading": heading,
        "words": words_,
        "columns": [[text, align, grows] for text, align, grows in columns],
        "rows": rows,
        "total": total,
    }


def _shaped(stream: str | None, text: str) -> dict[str, Any]:
    """A cell with the shape of a stream before its words."""
    return {"stream": stream, "text": text, "level": 0}


def _destinations(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say = language.gettext
    streams = {line["destination"]: line["stream"] for line in document["lines"]}
    estimated: dict[str, int] = {}
    for line in document["lines"]:
        if line["quality"] == "estimated":
            code = line["destination"]
            estimated[code] = estimated.get(code, 0) + line["mass_g"]
    rows: list[list[Any]] = [
        [
            _shaped(streams[code], words.name(document, "destinations", code, language)),
            units.weight(mass_g, language),
            units.weight(estimated.get(code, 0), language),
        ]
        for code, mass_g in sorted(document["totals"]["destinations"].items(), key=_heaviest)
    ]
    total = [
        say("Together"),
        units.weight(document["totals"]["mass_g"], language),
        units.weight(document["totals"]["estimated_g"], language),
    ]
    columns = [
        (say("What was done with it"), "left", True),
        (say("Weight"), "right", False),
        (say("Of it estimated"), "right", False),
    ]
    return _section(say("What this states"), "", columns, rows, total)


def _heaviest(row: tuple[str, int]) -> tuple[int, str]:
    return -row[1], row[0]


def _items(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[list[Any]] = [
        [
            item["number"],
            words.name(document, "article_groups", item["article_group"], language),
            words.grouped(item["batch"]),
            words.name(document, "methods", item["method"], language),
            _day(item["destroyed_on"], language),
        ]
        for item in document["items"]
    ]
    columns = [
        (say("Number"), "left", False),
        (say("Article group"), "left", True),
        (say("Batch"), "left", False),
        (say("How"), "left", True),
        (say("Destroyed on"), "left", False),
    ]
    told = say("Each of these items was followed by its own number until it was destroyed.")
    return _section(say("Items with a number"), told, columns, rows)


def _coverage(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say, covered = language.gettext, document["coverage"]
    received_g = covered["received_g"]
    parts = (
        (say("Stated on this certificate"), covered["certified_g"]),
        (say("Confirmed, and not on this certificate"), covered["otherwise_confirmed_g"]),
        (say("Not confirmed yet"), covered["pending_g"]),
        (say("Lost: moisture, dust, differences between scales"), covered["lost_g"]),
        (say("Found objects"), covered["finds_g"]),
    )
    rows: list[list[Any]] = [
        [text, units.weight(mass_g, language)] for text, mass_g in parts if mass_g
    ]
    told = say("This certificate covers %(share)s of what was received in these batches.") % {
        "share": units.share(covered["permille"], language)
    }
    columns = [(say("Of what was received"), "left", True), (say("Weight"), "right", False)]
    total = [say("Received"), units.weight(received_g, language)]
    return _section(say("Which share this is"), told, columns, rows, total)


def _tree(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[list[Any]] = []
    for batch in document["batches"]:
        group = words.name(document, "article_groups", batch["article_group"], language)
        head = (
            f"{words.grouped(batch['batch'])} · {_day(batch['received_day'], language)} · {group}"
        )
        rows.append(
            [
                {"stream": None, "text": head, "level": 0},
                {"strong": units.weight(batch["received_g"], language)},
                {"strong": units.weight(batch["certified_g"], language)},
            ]
        )
        for stand in batch["stands"]:
            confirmed = stand["pool"] == "confirmed"
            shape = stand["stream"] if confirmed else "held"
            said = {
                "stream": None if stand["pool"] in ("loss", "finds") else shape,
                "text": words.where(document, stand, language),
                "level": 1,
            }
            rows.append([said, units.weight(stand["mass_g"], language), ""])
    columns = [
        (say("Batch, and where it is"), "left", True),
        (say("Weight"), "right", False),
        (say("Stated here"), "right", False),
    ]
    told = say("For each batch: what was received, and where every gram of it was at that time.")
    return _section(say("The batches"), told, columns, rows)


def _lines(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say = language.gettext
    quality = {"measured": say("measured"), "estimated": say("estimated")}
    rows: list[list[Any]] = [
        [
            words.grouped(line["batch"]),
            words.name(document, "article_groups", line["article_group"], language),
            _shaped(
                line["stream"],
                words.name(document, "destinations", line["destination"], language),
            ),
            quality[line["quality"]],
            _day(line["confirmed_on"], language),
            line["entry"],
            units.weight(line["mass_g"], language),
        ]
        for line in document["lines"]
    ]
    columns = [
        (say("Batch"), "left", False),
        (say("Article group"), "left", True),
        (say("What was done with it"), "left", True),
        (say("Weight is"), "left", False),
        (say("Confirmed on"), "left", False),
        (say("Booking"), "left", False),
        (say("Weight"), "right", False),
    ]
    return _section(say("Every line"), "", columns, rows)


def _shipments(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say = language.gettext
    rows: list[list[Any]] = [
        [
            words.grouped(one["shipment"]),
            one["outlet"]["name"],
            _day(one["shipped_on"], language),
        ]
        for one in document["shipments"]
    ]
    columns = [
        (say("Shipment"), "left", False),
        (say("To"), "left", True),
        (say("Left on"), "left", False),
    ]
    return _section(say("Who confirmed it"), "", columns, rows)


def _proof(envelope: Mapping[str, Any], language: Language) -> dict[str, Any]:
    say, document = language.gettext, envelope["document"]
    rows: list[list[Any]] = [
        [one["chain"], units.count(one["size"], language), one["root"]] for one in document["as_of"]
    ]
    columns = [
        (say("Register of"), "left", False),
        (say("Bookings"), "right", False),
        (say("Fingerprint of all of them"), "left", True),
    ]
    told = say(
        "This states how things stood after these bookings. The data in this PDF is signed with"
        " key %(key)s. Anyone can check it with the verifier, without trusting us. Whether it was"
        " withdrawn later stands at %(address)s."
    ) % {"key": envelope["key"], "address": document["verify_at"]}
    return _section(say("How to check it"), told, columns, rows)
