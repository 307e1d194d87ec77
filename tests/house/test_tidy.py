"""Every file of the house keeps the house rules, and every rule knows good from bad."""

import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.house.arrows import ROOT
from tests.house.tidy import RULES, SYNONYMS, Rule

NO_MODULES = {"utils", "util", "common", "helpers", "helper", "core", "misc"}
BY_NAME = [pytest.param(rule, id=rule.name) for rule in RULES]


@cache
def files() -> tuple[str, ...]:
    """What is tracked, or would be: paths relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return tuple(path for path in sorted(set(listed)) if (ROOT / path).is_file())


@cache
def text_of(path: str) -> str | None:
    """None for what is no text: fonts, pictures, sounds."""
    content = (ROOT / path).read_bytes()
    return None if b"\0" in content else content.decode()


def test_there_is_something_to_look_at() -> None:
    assert {"Makefile", "pyproject.toml", "store/engine.py"} <= set(files())


@pytest.mark.parametrize("rule", BY_NAME)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    wrong = [
        f"{path}:{line}: {what}"
        for path in files()
        if rule.applies(path) and (text := text_of(path)) is not None
        for line, what in rule.breaches(text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("rule", BY_NAME)
def test_the_rule_applies_to_something(rule: Rule) -> None:
    assert any(rule.applies(path) for path in files())


@pytest.mark.parametrize("rule", BY_NAME)
def test_the_rule_knows_good_from_bad(rule: Rule) -> None:
    for sample in rule.good:
        assert list(rule.breaches(sample)) == [], sample
    for sample in rule.bad:
        assert list(rule.breaches(sample)), sample


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [path for path in files() if Path(path).stem in NO_MODULES] == []


def test_a_word_is_a_synonym_of_one_noun_only_and_no_noun_itself() -> None:
    words = [word for synonyms in SYNONYMS.values() for word in synonyms]
    assert len(words) == len(set(words))
    assert not set(words) & set(SYNONYMS)
