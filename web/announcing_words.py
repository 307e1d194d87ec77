"""The words of a file of announcements: its columns, and what can be wrong with a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.i18n import message

COLUMN_WORDS: Final[Mapping[str, str]] = {
    "supplier": message("Supplier"),
    "site": message("Site"),
    "expected_on": message("Expected on"),
    "time": message("Time"),
    "reference": message("Your own number"),
    "article_group": message("Article group"),
    "containers": message("Containers"),
    "mass_kg": message("Weight in kg"),
}
HEADS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "supplier": "supplier",
        "site": "site",
        "expected_on": "expected on",
        "time": "time",
        "reference": "reference",
        "article_group": "article group",
        "containers": "containers",
        "mass_kg": "weight kg",
    },
    "nl": {
        "supplier": "leverancier",
        "site": "locatie",
        "expected_on": "verwacht op",
        "time": "tijd",
        "reference": "kenmerk",
        "article_group": "artikelgroep",
        "containers": "bakken",
        "mass_kg": "gewicht kg",
    },
}
"""The heads of the files that we give out; both are understood, whoever sends them."""
HELP: Final[Mapping[str, str]] = {
    "supplier": message("Code or name. Empty: your own organisation."),
    "site": message("Code or name of where it goes. May stay empty if there is only one."),
    "expected_on": message(
        "A day, such as 2026-03-31 or 31-3-2026. The day comes before the month."
    ),
    "time": message("Such as 09:30. May stay empty."),
    "reference": message(
        "Needed, at most 60 characters. Lines with the same number are one delivery."
    ),
    "article_group": message("Code or name. May stay empty if you do not know it yet."),
    "containers": message("A whole number. May stay empty."),
    "mass_kg": message("Needed. An estimate in kilograms, such as 250 or 250,5."),
}
NOTES: Final = (
    message("The first row names the columns. Their order does not matter."),
    message("At most %(lines)d lines. Empty lines are skipped."),
    message("Sending the same file again announces nothing twice."),
    message("A changed line under the same number is refused: take the announcement back first."),
)
PROBLEMS: Final[Mapping[str, str]] = {
    "empty": message("Fill this in."),
    "unknown_supplier": message(
        "“%(read)s” is not an organisation you announce for. Use its code."
    ),
    "unknown_site": message("“%(read)s” is not a site you deliver to. Use its code."),
    "unknown_group": message("“%(read)s” is not an article group here. Use its code, or leave it."),
    "not_a_day": message("“%(read)s” is not a day. Write it like 2026-03-31 or 31-3-2026."),
    "far_away": message("“%(read)s” is more than a year away. Put the year right."),
    "not_a_time": message("“%(read)s” is not a time. Write it like 09:30."),
    "not_a_count": message("“%(read)s” is not a number of containers. Write a whole number."),
    "not_a_mass": message("“%(read)s” is not a weight in kg. Write it like 250 or 250,5."),
    "too_heavy": message("“%(read)s” kg is 40 tonnes or more. Write kilograms, not grams."),
    "ambiguous": message("“%(read)s” can mean two weights. Write it without a mark for thousands."),
    "too_long": message("This is too long. Make it shorter."),
    "more_cells": message("This line has more cells than the first row. Look at its marks."),
    "differs": message(
        "Another line of “%(read)s” names another supplier, site, day or time. Make them alike."
    ),
    "too_many_lines": message("A delivery has at most %(read)s lines. Use two numbers."),
    "waits": message("Line %(read)s of this delivery is wrong. Put that one right, then both go."),
    "changed": message(
        "Announced already, with something else in it. Take that announcement back first. %(read)s"
    ),
    "": message("It could not be announced. Look at the supplier and the site."),
}
"""By the code of a problem: what is wrong and what to do, each in a sentence."""
FILE_PROBLEMS: Final[Mapping[str, str]] = {
    "too large": message("The file is too large. Send it in parts."),
    "too many lines": message(
        "The file has more lines than can be read at once. Send it in parts."
    ),
    "too many columns": message("The file has too many columns. Take out what is not asked for."),
    "no lines": message("There are no lines in it. Fill in the file, and choose it again."),
    "not text": message("This is not a CSV or XLSX file. Save it as one of these."),
    "quotes": message("A quotation mark is not closed. Save the file again as CSV or XLSX."),
    "no workbook": message("This workbook cannot be read. Save it again as XLSX or CSV."),
    "old workbook": message("This is an old Excel file (.xls). Save it as XLSX or CSV."),
    "missing columns": message("The first row lacks columns that are needed."),
}
