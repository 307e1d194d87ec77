"""What is kept of people is said of every column, once, and in both languages."""

from __future__ import annotations

from collections import defaultdict

from migrations.metadata import every_table
from web.i18n import languages
from web.not_personal import NOT_PERSONAL
from web.privacy import GROUNDS, KEPT, PROMISES


def test_every_column_of_the_database_is_personal_or_is_not() -> None:
    """A new column does not come in without somebody deciding whether it is about people."""
    said: dict[str, list[str]] = defaultdict(list)
    for columns in (NOT_PERSONAL, *(kept.columns for kept in KEPT)):
        for table, names in columns.items():
            said[table] += names.split()
    there = {
        name: sorted(column.name for column in table.columns)
        for name, table in every_table().tables.items()
    }
    assert {name: sorted(columns) for name, columns in said.items()} == there


def test_nothing_that_names_or_lets_in_a_person_is_called_not_personal() -> None:
    suspicious = ("email", "password", "person_id", "secret", "browser", "vehicle", "actor")
    for table, names in NOT_PERSONAL.items():
        found = [name for name in names.split() if any(mark in name for mark in suspicious)]
        assert found == [], table


def test_each_kind_says_why_and_how_long_in_every_language() -> None:
    for words in languages().values():
        for kept in KEPT:
            texts = (kept.whose, kept.what, kept.why, kept.long, kept.seen_by)
            said = [words.gettext(text) % {"days": kept.days} for text in texts]
            assert all(said)
            assert ("%(days)s" in kept.long) == (kept.days is not None)
            assert kept.ground.value in GROUNDS
        assert all(words.gettext(promise) for promise in PROMISES)
