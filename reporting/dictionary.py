"""The data dictionary: what each column of an export means, in both languages. The page, the data
package and `docs/exports.md` are all written from this one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from reporting.columnar import Column, Kind


@dataclass(frozen=True, slots=True)
class Meaning:
    """heading: of the Dutch spreadsheet. unit: of its numbers, as `g`; none: a word or a count."""

    heading: str
    en: str
    nl: str
    unit: str = ""


def _grams(what: str, en: str, nl: str) -> Meaning:
    return Meaning(f"{what} (g)", en, nl, "g")


_MEANINGS: Final[Mapping[str, Meaning]] = {
    "entry": Meaning(
        "Boeking",
        "The entry of the logbook that holds this line: the logbook and its number in it.",
        "De boeking in het logboek waar deze regel in staat: het logboek en het nummer daarin.",
    ),
    "line": Meaning(
        "Regel",
        "The number of the line in its entry.",
        "Het nummer van de regel in de boeking.",
        "1",
    ),
    "day": Meaning(
        "Dag van boeking",
        "The day of the entry, at the site.",
        "De dag van de boeking, op de locatie.",
    ),
    "received_day": Meaning(
        "Dag van ontvangst",
        "The day on which the batch was received, at the site.",
        "De dag waarop de partij is ontvangen, op de locatie.",
    ),
    "batch": Meaning("Partij", "The code on the label of the batch.", "De code op het label."),
    "supplier": Meaning(
        "Leverancier", "Who handed the batch in.", "De organisatie die de partij heeft aangeleverd."
    ),
    "site": Meaning("Locatie", "Where the batch was received.", "Waar de partij is ontvangen."),
    "source": Meaning(
        "Van", "The place it left; it begins with its pool.", "De plek waar het vandaan kwam."
    ),
    "source_destination": Meaning(
        "Bestemming van", "The destination it had before.", "De bestemming die het daarvoor had."
    ),
    "source_destination_version": Meaning(
        "Versie bestemming van",
        "The version of that destination.",
        "De versie van die bestemming.",
    ),
    "source_stream": Meaning(
        "Stroom van", "The stream it was in before.", "De stroom waar het daarvoor in zat."
    ),
    "target": Meaning(
        "Naar", "The place it came to; it begins with its pool.", "De plek waar het naartoe ging."
    ),
    "target_destination": Meaning(
        "Bestemming naar", "The destination it got.", "De bestemming die het kreeg."
    ),
    "target_destination_version": Meaning(
        "Versie bestemming naar",
        "The version of that destination.",
        "De versie van die bestemming.",
    ),
    "stream": Meaning(
        "Stroom",
        "reuse, recycle or incineration: of the target, else of the source.",
        "reuse (hergebruik), recycle (recycling) of incineration (verbranding).",
    ),
    "source_article_group": Meaning(
        "Artikelgroep van", "The group it was known as before.", "De groep die eerst bekend was."
    ),
    "target_article_group": Meaning(
        "Artikelgroep naar", "The group it was found to be.", "De groep die bij sorteren bleek."
    ),
    "article_group": Meaning(
        "Artikelgroep",
        "The group that says most: found, else known before, else declared.",
        "De groep die het meest zegt: gevonden, anders eerder bekend, anders opgegeven.",
    ),
    "loss_kind": Meaning("Soort verlies", "Why mass was lost.", "Waarom er gewicht verloren ging."),
    "movements.mass_g": _grams(
        "Gewicht", "The mass that moved.", "Het gewicht dat werd verplaatst."
    ),
    "pieces": Meaning(
        "Stuks", "Pieces, where they were counted.", "Het aantal stuks, als dat is geteld.", "1"
    ),
    "source_quality": Meaning(
        "Gewicht van bepaald",
        "measured or estimated: the mass before.",
        "measured (gewogen) of estimated (geschat), daarvoor.",
    ),
    "quality": Meaning(
        "Gewicht bepaald",
        "measured or estimated: the mass.",
        "measured (gewogen) of estimated (geschat).",
    ),
    "reverses": Meaning(
        "Draait terug", "The entry that this one undoes.", "De boeking die deze ongedaan maakt."
    ),
    "hash": Meaning(
        "Controlegetal",
        "SHA-256 of the entry, a leaf of the logbook's tree: what a proof starts from.",
        "SHA-256 van de boeking: waar het bewijs mee begint.",
    ),
    "at": Meaning("Tijdstip (UTC)", "When it was scanned.", "Wanneer het werd gescand."),
    "station": Meaning("Station", "Where it was scanned.", "Het station waar het werd gescand."),
    "scan_id": Meaning("Scannummer", "The number of the scan.", "Het nummer van de scan."),
    "state": Meaning(
        "Status",
        "received, sorting, closed, refused, reversed or replaced.",
        "received, sorting, closed, refused, reversed of replaced.",
    ),
    "held": Meaning(
        "Vastgehouden", "Whether it waits in quarantine.", "Of de partij in quarantaine staat."
    ),
    "gross_g": _grams("Bruto", "Weighed with its container.", "Gewogen met de verpakking."),
    "tare_g": _grams("Tarra", "The container alone.", "Alleen de verpakking."),
    "batches.mass_g": _grams(
        "Netto", "Weighed on intake: gross less tare.", "Gewogen bij de intake: bruto min tarra."
    ),
    "eural": Meaning(
        "Eural", "The waste code of the batch.", "De Europese afvalcode van de partij."
    ),
    "input_g": _grams(
        "Ingenomen",
        "What the ledger took in of it, less what was undone.",
        "Wat er volgens de boeken van is ingenomen.",
    ),
    "reuse_g": _grams("Hergebruik", "Now routed to reuse.", "Nu bestemd voor hergebruik."),
    "recycle_g": _grams("Recycling", "Now routed to recycling.", "Nu bestemd voor recycling."),
    "incineration_g": _grams(
        "Verbranding", "Now routed to incineration.", "Nu bestemd voor verbranding."
    ),
    "confirmed_g": _grams("Bevestigd", "Confirmed by the outlet.", "Bevestigd door de afnemer."),
    "in_transit_g": _grams(
        "Onderweg", "Shipped, not confirmed yet.", "Verzonden, nog niet bevestigd."
    ),
    "loss_g": _grams("Verlies", "Lost, of every kind.", "Alle verliezen samen."),
    "held_g": _grams("Nog niet gesorteerd", "Not sorted yet.", "Wat nog niet gesorteerd is."),
    "finds_g": _grams("Vondsten", "Found objects taken out.", "Voorwerpen die eruit zijn gehaald."),
    "returned_g": _grams("Retour", "Given back to the supplier.", "Terug naar de leverancier."),
    "replaced_by": Meaning(
        "Vervangen door",
        "The batch that took its place.",
        "De partij die ervoor in de plaats kwam.",
    ),
    "from": Meaning("Vanaf", "The first day of the period.", "De eerste dag van de periode."),
    "to": Meaning(
        "Tot", "The first day after the period.", "De eerste dag na de periode; die telt niet mee."
    ),
    "basis": Meaning(
        "Grondslag",
        "received: by the day of the batch; booked: by the day of the entry.",
        "received: naar de dag van ontvangst; booked: naar de dag van boeking.",
    ),
    "suppliers": Meaning(
        "Leveranciers",
        "Those that were asked for; nothing: all of them.",
        "De gevraagde leveranciers; leeg: allemaal.",
    ),
    "sites": Meaning("Locaties", "All that are counted.", "Alle locaties die meetellen."),
    "section": Meaning(
        "Onderdeel",
        "balance, destination, figure, or what the rows are about.",
        "Het deel van het rapport: balance, destination, figure of de regels.",
    ),
    "key": Meaning(
        "Waarvan",
        "The destination or row that it is of.",
        "De bestemming of regel waar het bij hoort.",
    ),
    "term": Meaning("Term", "What is counted.", "Wat er geteld is."),
    "value": Meaning(
        "Waarde",
        "The figure itself, in its unit; nothing where it has no meaning.",
        "Het cijfer zelf, in zijn eenheid; leeg als het niets zou zeggen.",
    ),
    "unit": Meaning("Eenheid", "g, permille, or another.", "g, permille of een andere."),
    "formula": Meaning("Formule", "How it is computed.", "Hoe het is berekend."),
    "sources": Meaning("Bronnen", "Where the formula comes from.", "Waar de formule vandaan komt."),
    "version": Meaning(
        "Versie formule", "The version of the formula.", "De versie van de formule.", "1"
    ),
    "inputs": Meaning("Invoer", "What went into the formula.", "Wat er in de formule ging."),
    "factors": Meaning(
        "Factoren",
        "The factors used, each with its year and source.",
        "De gebruikte factoren, elk met jaar en bron.",
    ),
    "boundary": Meaning("Grens", "What is counted and what is not.", "Wat wel en niet meetelt."),
    "figures.quality": Meaning(
        "Kwaliteit",
        "How much of it was measured, estimated or taken from a default.",
        "Hoeveel ervan gemeten, geschat of aangenomen is.",
    ),
    "missing": Meaning(
        "Ontbreekt",
        "Why it cannot be computed honestly; nothing where it can.",
        "Waarom het niet eerlijk te berekenen is; leeg als het wel kan.",
    ),
}


def meaning(dataset: str, column: str) -> Meaning:
    """What a column of a dataset means. Every column has one."""
    found = _MEANINGS.get(f"{dataset}.{column}") or _MEANINGS.get(column)
    assert found is not None, f"{dataset}.{column} is not in the dictionary"
    return found


def with_headings(dataset: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns with the headings of a Dutch spreadsheet."""
    return tuple(
        replace(column, heading=meaning(dataset, column.name).heading) for column in columns
    )


KIND_WORDS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "string",
    Kind.NUMBER: "integer",
    Kind.DAY: "date",
    Kind.MOMENT: "datetime",
    Kind.YES_NO: "boolean",
}
"""The types of a Frictionless table schema."""
