"""The page about OWASP ASVS is complete and true, and what it says of the code as a whole holds."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from accounts import rules, secret, tables
from catalogue.errors import Malformed
from tests.house.arrows import ROOMS, ROOT

PAGE = ROOT / "docs" / "asvs.md"
ROW = re.compile(r"^\| (V[\d.]+) \| ([12]) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SECTIONS = {
    "security.md": (
        "Data, by how much harm it can do",
        "Ways in",
        "Sessions",
        "Who may do what",
        "What may be typed and sent",
        "Files",
        "Calls outward",
        "Keys and cryptography",
        "Work that costs much",
        "Libraries",
        "Browsers",
        "The log, and what stands in it",
    ),
    "operations.md": (
        "What can be set",
        "TLS",
        "The log",
        "What it needs of the machine",
    ),
}
STATIC, TEMPLATES = ROOT / "web" / "static", ROOT / "web" / "templates"


@cache
def requirements() -> tuple[tuple[str, str, str, str, str], ...]:
    return tuple(ROW.findall(PAGE.read_text("utf-8")))


@cache
def sources() -> dict[str, str]:
    """The text of every module of the product."""
    return {
        str(file.relative_to(ROOT)): file.read_text("utf-8")
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
    }


def where(pattern: str, texts: dict[str, str] | None = None) -> set[str]:
    """The files in which something stands."""
    found = re.compile(pattern)
    return {name for name, text in (texts or sources()).items() if found.search(text)}


def scripts() -> dict[str, str]:
    return {str(file.relative_to(STATIC)): file.read_text("utf-8") for file in STATIC.rglob("*.js")}


def templates() -> dict[str, str]:
    return {
        str(file.relative_to(TEMPLATES)): file.read_text("utf-8")
        for file in TEMPLATES.rglob("*.html")
    }


def test_every_requirement_of_level_one_and_two_has_its_row() -> None:
    listed = (ROOT / "tests/house/asvs.txt").read_text("utf-8").splitlines()
    wanted = [tuple(line.split()) for line in listed]
    assert [row[:2] for row in requirements()] == wanted
    levels = [level for _, level in wanted]
    # Of the 70 and 183 of the whole standard, less V9, V15 and V17.
    assert (levels.count("1"), levels.count("2")) == (70 - 4 - 3, 183 - 3 - 10 - 7)


def test_every_row_names_a_test_that_exists_or_says_why_it_does_not_apply() -> None:
    wrong = []
    for number, _level, _asks, how, proof in requirements():
        named = NAMED.findall(proof)
        wrong += [
            f"{number}: {file}::{name}"
            for file, name in named
            if not (ROOT / file).is_file() or f"def {name}(" not in (ROOT / file).read_text("utf-8")
        ]
        if not named and not (how.startswith("Does not apply: ") and proof == "—"):
            wrong.append(f"{number}: neither a test nor a reason")
        if "open" in proof.lower().split() or "TO" + "DO" in how + proof:
            wrong.append(f"{number}: open")
    assert wrong == []


def test_what_has_to_be_documented_stands_in_its_section() -> None:
    for page, wanted in SECTIONS.items():
        text = (ROOT / "docs" / page).read_text("utf-8")
        for section in wanted:
            found = re.search(
                rf"^## {re.escape(section)}\n\n(.+?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
            )
            assert found, f"{page}: {section}"
            assert len(found[1]) > 60, f"{page}: {section}"


MARKUP = {"charts.html", "things/report.html"}
"""Where a drawing of ours, escaped by itself, stands in a page as it is."""


def test_text_becomes_markup_only_where_it_is_named() -> None:
    assert where(r"\|\s*safe\b|autoescape", templates()) == MARKUP
    assert where(r"\bMarkup\(") == {"web/rendering.py"}
    assert 'replace("<", "\\\\u003c").replace("&", "\\\\u0026")' in sources()["web/rendering.py"]
    assert "escape(" in sources()["reporting/pictures.py"]


def test_nothing_is_run_that_is_text() -> None:
    assert where(
        r"(?<![\w.])(?:eval|exec|__import__)\(|^import (?:pickle|marshal|shelve)|os\.system|"
        r"shell=True|yaml\.(?:unsafe_)?load|[Ee]nvironment\w*\.from_string\("
    ) <= {"web/rendering.py"}
    # The one template that is made at run time is a line of ours.
    assert len(re.findall(r"from_string\(", sources()["web/rendering.py"])) <= 1


_OF_PARTS = re.compile(r"\bre\.\w+\(\s*r?f")


def test_patterns_are_ours() -> None:
    """A pattern with something else in it escapes that, or is of words of ours."""
    built = {}
    for name, text in sources().items():
        for node in ast.walk(ast.parse(text)) if _OF_PARTS.search(text) else ():
            if _is_pattern_of_parts(node):
                built[name] = text
    assert set(built) <= {
        "intake/announcing_files.py",
        "web/pages/explaining.py",
        "web/pages/floor.py",
        "web/words.py",
    }
    assert "re.escape" in sources()["web/pages/explaining.py"]


def _is_pattern_of_parts(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
    return of_re and bool(node.args) and isinstance(node.args[0], ast.JoinedStr)


def test_no_script_writes_markup() -> None:
    wrong = r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    assert where(wrong, scripts()) == set()


def test_no_answer_allows_another_origin() -> None:
    allowed = where(r"(?i)access-control-allow-origin|CORSMiddleware")
    # The small program beside a scale answers one origin, that of its own floor.
    assert allowed <= {"scales/agent.py"}


def test_only_the_service_worker_and_tabs_of_ours_are_listened_to() -> None:
    listening = where(r"addEventListener\(\"message\"|onmessage", scripts())
    assert listening == {"floor/worker.js", "floor/outbox.js", "floor/update.js"}
    assert "BroadcastChannel" in scripts()["floor/outbox.js"]
    assert "MessageChannel" in scripts()["floor/update.js"]


def test_no_page_needs_a_plugin() -> None:
    assert where(r"<(?:object|embed|applet|iframe|frame)\b", templates()) == set()


def test_every_password_is_typed_unseen_and_may_be_pasted() -> None:
    fields = re.compile(
        r"ui\.field\((.*password.*?)\)\s*}}|<input[^>]*password[^>]*>", re.IGNORECASE
    )
    found = [(name, field) for name, text in templates().items() for field in fields.finditer(text)]
    assert len(found) >= 3
    assert 'type="{{ type }}"' in templates()["components.html"]
    for name, field in (one for one in found if one[0] != "components.html"):
        assert 'type="password"' in field[0], (name, field[0])
        assert re.search(r'auto(?:complete)?="(?:current|new)-password"', field[0]), (
            name,
            field[0],
        )
    outside = {name: text for name, text in scripts().items() if not name.startswith("floor/")}
    assert where(r"['\"](?:paste|copy|contextmenu)['\"]", outside) == set()


@pytest.mark.parametrize(
    "others_try",
    [
        "password1234",
        "Password1234!",
        "123456789012",
        "abcdefghijkl",
        "qwertyuiopasdf",
        "poiuytrewqpoi",
        "passwordpassword",
        "Stofstroom2026",
        "stofstroom!!!!",
        "ministerie2026",
        "jannekevisser1",
        "janneke@hal.example",
    ],
)
def test_passwords_that_others_try_first_are_refused(others_try: str) -> None:
    about = ("Janneke Visser", "Ministerie van Zaken")
    with pytest.raises(Malformed):
        rules.password(others_try, email="janneke@hal.example", about=about)
    good = "veertien oude fietsen op zolder"
    assert rules.password(good, email="janneke@hal.example", about=about) == good


def columns_of_people() -> set[str]:
    return set(tables.Person.__table__.columns.keys())  # type: ignore[attr-defined]


def test_no_password_grows_old() -> None:
    assert {name for name in columns_of_people() if "password" in name} == {"password_hash"}


def test_nobody_is_asked_a_secret_question() -> None:
    assert {
        name for name in columns_of_people() if re.search("hint|question|answer", name)
    } == set()


def test_every_page_shows_the_way_out() -> None:
    base = templates()["base.html"]
    assert 'action="/logout"' in base
    whole = {name for name, text in templates().items() if "<html" in text}
    # A mail is no page, and a tablet of the floor is nobody who could leave.
    assert whole == {"base.html", "mail.html", "floor.html"}


APPROVED = {"sha256", "sha512", "file_digest"}


def test_only_approved_hashes_and_ciphers_are_named() -> None:
    named = {word for text in sources().values() for word in re.findall(r"\bhashlib\.(\w+)", text)}
    assert named <= APPROVED
    assert where(r"(?i)\b(?:md5|sha1|des|rc4|ecb|pkcs1v15|blowfish)\b(?!\w)") <= {
        "accounts/totp.py"
    }
    primitives = {
        word
        for text in sources().values()
        for word in re.findall(r"from cryptography\.hazmat\.primitives\.(\S+) import", text)
    }
    assert primitives <= {
        "asymmetric.ed25519",
        "ciphers.aead",
        "hashes",
        "kdf.hkdf",
    }


def test_passwords_are_hashed_slowly() -> None:
    hasher = secret._hasher
    assert hasher.type.name == "ID"
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2
    assert hasher.memory_cost * hasher.time_cost >= 2 * 19 * 1024


def test_chance_comes_from_the_operating_system() -> None:
    uses = where(r"^(?:import random|from random import)|\buuid1\(|\bnp\.random")
    uses |= where(r"(?m)^(?:import random|from random import)")
    # The demo plays a year that can be played again, and holds no secret.
    others = {file for file in uses if not file.startswith("demo/")}
    assert {file for file in others if "random.SystemRandom()" not in sources()[file]} == set()


def test_only_the_floor_stores_something_in_the_browser() -> None:
    storing = where(r"localStorage|sessionStorage|indexedDB|\bcaches\.|document\.cookie", scripts())
    assert {name for name in storing if not name.startswith("floor/")} == set()


def test_the_search_itself_finds_something() -> None:
    assert len(sources()) > 200
    assert Path("web/app.py").as_posix() in sources()
