"""The files of the floor, which a tablet keeps whole: their list, their version, their words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract_from_file
from babel.numbers import get_decimal_symbol, get_group_symbol

from web.i18n import Language, languages
from web.rendering import HERE, STATIC

FLOOR: Final = STATIC / "floor"
SHELL: Final = "/floor"
PACK: Final = f"{SHELL}/pack.json"
WORKER: Final = FLOOR / "worker.js"
"""The service worker, which no page loads by this name: `/floor/sw.js` is made of it."""
KEPT: Final = frozenset({".js", ".css", ".svg"})
PROTOCOL: Final = "1"
"""How a tablet speaks with the server (`web.api.sync.PROTOCOLS`); not the build of its files."""
KEYWORDS: Final[Mapping[str, None]] = {"_": None, "message": None}
REMARK: Final = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/)[\s\S])*\*/)[ \t]*\n", re.MULTILINE)
"""Whole lines that only people read."""
INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FloorFile:
    """A file of the floor: where it is asked for, and the hash of what is in it."""

    path: str
    hash: str


@cache
def floor_files(root: Path = FLOOR) -> Sequence[FloorFile]:
    """Every file that the floor needs to work without a network, by path."""
    found = []
    for file in sorted(root.rglob("*")):
        if file.suffix in KEPT and file.name != WORKER.name:
            path = f"/static/floor/{file.relative_to(root).as_posix()}"
            found.append(FloorFile(path, _hash(as_sent(file))))
    return found


def as_sent(file: Path) -> bytes:
    """A file of the floor as a tablet gets it: modules without remarks and indents, a quarter."""
    content = file.read_bytes()
    if file.suffix != ".js":
        return content
    return INDENT.sub("", REMARK.sub("", content.decode())).encode()


@cache
def floor_version() -> str:
    """Of everything that a tablet keeps: it changes when any of it does."""
    parts = [f"{file.path} {file.hash}" for file in floor_files()]
    parts += [_hash(WORKER.read_bytes()), _hash((HERE / "templates" / "floor.html").read_bytes())]
    parts += [_hash(words_json(language)) for language in languages().values()]
    build = _hash("\n".join(parts).encode())
    return f"{PROTOCOL}+{build}"


@cache
def service_worker() -> str:
    """The service worker's script: what it keeps, and its own part."""
    facts = {
        "VERSION": floor_version(),
        "SHELL": SHELL,
        "PACK": PACK,
        "FILES": {file.path: file.hash for file in floor_files()},
        "WORDS": [words_path(code) for code in languages()],
    }
    said = [f"const {name} = {json.dumps(value, indent=1)};" for name, value in facts.items()]
    return "\n".join([*said, WORKER.read_text(encoding="utf-8")])


@cache
def floor_pack() -> bytes:
    """All files and all words in one piece, as the service worker takes them."""
    files = {path: as_sent(STATIC.parent / path[1:]).decode() for path in _paths()}
    files |= {words_path(each.code): words_json(each).decode() for each in languages().values()}
    said = {"version": floor_version(), "files": files}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _paths() -> list[str]:
    return [file.path for file in floor_files()]


def words_path(code: str) -> str:
    """Where the words of a language are asked for."""
    return f"{SHELL}/words/{code}.json"


@cache
def floor_msgids(root: Path = FLOOR) -> Sequence[str]:
    """Every sentence in the modules of the floor, in English, each once."""
    found = set[str]()
    for module in sorted(root.rglob("*.js")):
        for _, msgid, _, _ in extract_from_file("javascript", module, KEYWORDS):
            found.add(msgid if isinstance(msgid, str) else msgid[0])
    return sorted(found)


def words_of(language: Language) -> Mapping[str, Any]:
    """The floor in one language: its sentences by the English one, and how it writes numbers.

    A sentence that stays as it is in the modules is not said once more.
    """
    said = {msgid: language.gettext(msgid) for msgid in floor_msgids()}
    return {
        "code": language.code,
        "decimal": get_decimal_symbol(language.locale),
        "group": get_group_symbol(language.locale),
        "languages": [{"code": code, "name": each.name} for code, each in languages().items()],
        "words": {msgid: text for msgid, text in said.items() if text != msgid},
    }


def words_json(language: Language) -> bytes:
    """The same as it is sent."""
    said = words_of(language)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
