"""The floor works without a network, is light, and says nothing in long sentences."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Final

import pytest

from tests.house.arrows import ROOT
from web.floor_files import (
    FLOOR,
    as_sent,
    floor_files,
    floor_msgids,
    floor_pack,
    floor_version,
    service_worker,
    words_json,
)
from web.i18n import languages
from web.rendering import STATIC

WORDS_MAX: Final = 10
WHOLE_MAX_BYTES: Final = 150_000
SENTENCE_END: Final = re.compile(r"(?<=[.?!:])\s+")
IMPORTED: Final = re.compile(r"""(?m)^\s*(?:import|export)\b[^;]*?from\s+["'](.+?)["'];""")
LAZY: Final = re.compile(r"""\bimport\(\s*["'](.+?)["']\s*\)""")
SAID: Final = re.compile(r"""(?<![\w.])(?:_|message)\(\s*(["'`])(.*?)\1""", re.DOTALL)
MODULES: Final = sorted(FLOOR.rglob("*.js"))
WORKER: Final = FLOOR / "worker.js"


def _name(path: Path) -> str:
    return path.relative_to(FLOOR).as_posix()


@pytest.mark.parametrize("code", languages())
def test_no_sentence_of_the_floor_has_more_than_ten_words(code: str) -> None:
    spoken = languages()[code]
    long = [
        sentence
        for msgid in floor_msgids()
        for sentence in SENTENCE_END.split(spoken.gettext(msgid))
        if len(sentence.split()) > WORDS_MAX
    ]
    assert long == []


def test_every_module_is_kept_by_the_service_worker() -> None:
    told = service_worker()
    kept = json.loads(re.findall(r"^const FILES = ({.*?});$", told, re.DOTALL | re.MULTILINE)[0])
    wanted = {
        f"/static/floor/{_name(path)}"
        for path in FLOOR.rglob("*")
        if path.suffix in {".js", ".css", ".svg"} and path != WORKER
    }
    assert kept.keys() == wanted
    assert all(re.fullmatch(r"[0-9a-f]{12}", each) for each in kept.values())
    words = json.loads(re.findall(r"^const WORDS = (\[.*?\]);$", told, re.DOTALL | re.MULTILINE)[0])
    assert words == [f"/floor/words/{code}.json" for code in languages()]


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_what_a_module_imports_is_there(module: Path) -> None:
    text = module.read_text()
    for name in [*IMPORTED.findall(text), *LAZY.findall(text)]:
        assert name.startswith("."), f"{name} is no path"
        wanted = (module.parent / name).resolve()
        assert wanted.is_file(), f"{name} is not there"
        assert wanted.is_relative_to(FLOOR)


def test_every_module_is_used() -> None:
    """What nothing leads to only costs a tablet its time."""
    reached, ahead = set[Path](), [FLOOR / "boot.js"]
    while ahead:
        module = ahead.pop()
        if module not in reached:
            reached.add(module)
            text = module.read_text()
            names = [*IMPORTED.findall(text), *LAZY.findall(text)]
            ahead += [(module.parent / name).resolve() for name in names]
    assert sorted(map(_name, set(MODULES) - reached - {WORKER})) == []


def test_every_sentence_in_the_modules_is_found() -> None:
    """The catalogues see what their extractor sees: a pattern of our own sees the same."""
    found = set(floor_msgids())
    for module in MODULES:
        for quote, text in SAID.findall(module.read_text()):
            assert quote != "`", f"{_name(module)}: a sentence with places in it cannot be found"
            assert text.replace('\\"', '"') in found, f"{_name(module)}: {text}"


def test_the_floor_is_loaded_with_at_most_150_kilobytes() -> None:
    """All that a tablet keeps, packed as it is sent, with the words of every language; and what
    the browser needs before that piece. Headers are counted in a browser."""
    shell = ROOT / "web" / "templates" / "floor.html"
    before = [as_sent(FLOOR / name) for name in ("boot.js", "floor.css", "mark.svg")]
    pieces = [floor_pack(), service_worker().encode(), shell.read_bytes(), *before]
    assert sum(len(gzip.compress(piece, 9)) for piece in pieces) <= WHOLE_MAX_BYTES


def test_the_one_piece_holds_every_file_as_it_is_sent_one_by_one() -> None:
    pack = json.loads(floor_pack())
    assert pack["version"] == floor_version()
    for file in floor_files():
        sent = as_sent(STATIC.parent / file.path.removeprefix("/"))
        assert pack["files"].pop(file.path) == sent.decode()
    for each in languages().values():
        assert pack["files"].pop(f"/floor/words/{each.code}.json") == words_json(each).decode()
    assert pack["files"] == {}


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_only_remarks_and_indents_are_left_out_of_what_is_sent(module: Path) -> None:
    """They stand on lines of their own, and no text with backticks goes over several lines."""
    kept = [line.lstrip() for line in module.read_text().splitlines()]
    sent = as_sent(module).decode().splitlines()
    left = iter(kept)
    dropped = []
    for line in sent:
        while (before := next(left)) != line:
            dropped.append(before)
    dropped += left
    assert all(re.match(r"(//|/\*\*|\*|$)", line) for line in dropped), dropped
    assert all(line.count("`") % 2 == 0 for line in sent)


def test_a_page_of_the_floor_holds_nothing_inline() -> None:
    page = (ROOT / "web" / "templates" / "floor.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert re.findall(r"<script(.*?)>(.*?)</script>", page) == [
        (' type="module" src="/static/floor/boot.js"', "")
    ]
