"""What a certificate states, read for a page: from its document, or from a draft of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from catalogue.rulebook import Rulebook
from certificates.drafting import Draft
from certificates.standing import Stands
from certificates.statement import Sealing, document
from web import certificate_words as words
from web.i18n import Language, message
from web.pages.certificate_pages import Against, Part, Stated

COVERED = (
    ("certified_g", message("Stated on this certificate")),
    ("otherwise_confirmed_g", message("Confirmed, and not on this certificate")),
    ("pending_g", message("Not confirmed yet")),
    ("lost_g", message("Lost: moisture, dust, differences between scales")),
    ("finds_g", message("Found objects")),
)


class _Unsealed(Sealing):
    """A certificate that is not signed yet has no entries to name."""

    def entry(self, key: int) -> str:  # noqa: ARG002
        return ""


def of_draft(book: Rulebook, made: Draft, language: Language) -> Stated:
    """What a certificate would state. An item that is not destroyed yet would not stand on it."""
    unsealed = _Unsealed(
        code="", now=datetime(2000, 1, 1, tzinfo=UTC), heads=(), chains={}, entries=(),
        replaces=None, verify_at="",
    )  # fmt: skip
    destroyed = [item for item in made.items if item.destroyed_on is not None]
    return of_document(document(book, replace(made, items=destroyed), unsealed), language)


def of_document(said: Mapping[str, Any], language: Language) -> Stated:
    """What a signed document states."""
    covered, totals = said["coverage"], said["totals"]
    streams = {line["destination"]: line["stream"] for line in said["lines"]}
    return Stated(
        statement=words.statement(said, language),
        about=words.scope(said["scope"], language),
        mass_g=totals["mass_g"],
        measured_g=totals["measured_g"],
        estimated_g=totals["estimated_g"],
        received_g=covered["received_g"],
        pending_g=covered["pending_g"],
        permille=covered["permille"],
        destinations=[
            Part(
                name=words.name(said, "destinations", code, language),
                mass_g=mass_g,
                stream=streams[code],
            )
            for code, mass_g in sorted(totals["destinations"].items(), key=lambda one: -one[1])
        ],
        coverage=[
            Part(name=language.gettext(text), mass_g=covered[name])
            for name, text in COVERED
            if covered[name]
        ],
        tree=[part for batch in said["batches"] for part in _branch(said, batch, language)],
        items=[
            (
                item["number"],
                words.name(said, "article_groups", item["article_group"], language),
                words.name(said, "methods", item["method"], language),
                date.fromisoformat(item["destroyed_on"]),
            )
            for item in said["items"]
        ],
    )


def _branch(said: Mapping[str, Any], batch: Mapping[str, Any], language: Language) -> list[Part]:
    group = words.name(said, "article_groups", batch["article_group"], language)
    head = Part(
        name=group, mass_g=batch["received_g"], certified_g=batch["certified_g"],
        code=batch["batch"],
    )  # fmt: skip
    return [
        head,
        *(
            Part(
                name=words.where(said, stand, language),
                mass_g=stand["mass_g"],
                stream=stand["stream"] if stand["pool"] == "confirmed" else None,
                level=1,
            )
            for stand in batch["stands"]
        ),
    ]


def against(stands: Stands) -> list[Against]:
    """The entries that speak against a certificate, each once."""
    found = {
        entry: Against(entry=entry, what=change.kind, day=change.day)
        for entry, change in stands.against
    }
    return list(found.values())
