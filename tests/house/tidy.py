"""The house's own lint: what no ready-made one knows. Each rule brings its good and bad lines."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 400
LEDGER_ROOMS = ("chain/", "streams/", "intake/", "sorting/", "dispatch/")

# Per noun of docs/glossary.md the words that must not stand for it, in English and in Dutch.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "article": ("artikel", "garment", "sku"),
    "batch": ("consignment", "lot", "parcel", "partij"),
    "bin": ("kar", "trolley"),
    "certificate": ("verklaring",),
    "container": ("bak", "crate"),
    "delivery": ("inbound", "levering"),
    "destination": ("bestemming",),
    "entry": ("boeking", "booking"),
    "find": ("vondst",),
    "gate": ("poort",),
    "movement": ("boekingsregel", "posting"),
    "organisation": ("organisatie", "organization", "tenant"),
    "outlet": ("afnemer", "buyer", "customer"),
    "place": ("plaats",),
    "report": ("rapport",),
    "scale": ("weegschaal",),
    "shipment": ("consignatie", "outbound", "zending"),
    "site": ("locatie", "warehouse"),
    "station": ("workplace", "workstation"),
    "stream": ("stroom",),
    "supplier": ("donor", "leverancier", "vendor"),
}
_FORBIDDEN = {word: noun for noun, words in SYNONYMS.items() for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """name: what holds, as a sentence. applies: to which path. breaches: (line, what is wrong)."""

    name: str
    applies: Callable[[str], bool]
    breaches: Callable[[str], Iterator[tuple[int, str]]]
    good: tuple[str, ...]
    bad: tuple[str, ...]


def _is_python(path: str) -> bool:
    return path.endswith(".py")


def _is_room(path: str) -> bool:
    return _is_python(path) and not path.startswith(("tests/", "benchmarks/", "docs/"))


def _is_step(path: str) -> bool:
    return path.startswith("migrations/versions/")


def _matches(pattern: str) -> Callable[[str], Iterator[tuple[int, str]]]:
    compiled = re.compile(pattern)

    def breaches(text: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            if found := compiled.search(line):
                yield number, found.group()

    return breaches


def _long_functions(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield node.lineno, f"{node.name} has {lines} lines"


def _long_module(text: str) -> Iterator[tuple[int, str]]:
    lines = len(text.splitlines())
    if lines > MODULE_LINES_MAX:
        yield MODULE_LINES_MAX + 1, f"{lines} lines"


def _more_than_a_docstring(text: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(text)
    if ast.get_docstring(tree) is None:
        yield 1, "no docstring"
    for node in tree.body[1:]:
        yield node.lineno, "more than a docstring"


def _names_defined(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def _synonyms(text: str) -> Iterator[tuple[int, str]]:
    for line, name in _names_defined(ast.parse(text)):
        for word in _words(name):
            singular = word.removesuffix("s")
            if noun := _FORBIDDEN.get(word) or _FORBIDDEN.get(singular):
                yield line, f"{name}: say {noun}, not {word}"


def _short_test_names(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name.startswith("test_") and len(_words(node.name)) < 4:
            yield node.lineno, f"{node.name} is no sentence"


def _clock(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        call = (ast.unparse(node.func.value), node.func.attr)
        if call in {
            ("datetime", "now"),
            ("datetime", "utcnow"),
            ("date", "today"),
            ("time", "time"),
        }:
            yield node.lineno, ".".join(call)


def _fractions(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in ("float", "Decimal"):
            yield node.lineno, node.id
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, str(node.value)


def _own_commits(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in ("commit", "rollback") and not node.args:
            yield node.lineno, ast.unparse(node.func)


_READING = re.compile(r"/(queries|views|\w+_lines)\.py$")
"""Modules that may see the tables of lower rooms (pyproject.toml), because they never write."""


def _writes(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        call = ast.unparse(node.func)
        if call in ("insert", "update", "delete", "insert_or_add", "add_to") or re.search(
            r"session\.(add|add_all|delete|flush|merge)$", call
        ):
            yield node.lineno, call


# Written with brackets, and the samples with named characters, so that this file keeps its rules.
_MACHINE_PATHS = r"(?<![\w.])/(work/|root/|home/\w|tmp/team)"
_REGISTRIES = (
    r"pypi[.](org|python)|files[.]pythonhosted|registry[.]npmjs|[-]-(extra-)?index-url"
    r"|deb[.]debian[.]org"
)
_UNFINISHED = r"\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b"

RULES = (
    Rule(
        name=f"a function has at most {FUNCTION_LINES_MAX} lines",
        applies=lambda path: _is_python(path) and not _is_step(path),
        breaches=_long_functions,
        good=("def f():\n" + "    x = 1\n" * (FUNCTION_LINES_MAX - 1),),
        bad=("def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX,),
    ),
    Rule(
        name=f"a module has at most {MODULE_LINES_MAX} lines",
        applies=lambda path: path.endswith((".py", ".js")) and not _is_step(path),
        breaches=_long_module,
        good=("x = 1\n" * MODULE_LINES_MAX,),
        bad=("x = 1\n" * (MODULE_LINES_MAX + 1),),
    ),
    Rule(
        name="`__init__.py` is only the sign on the door",
        applies=lambda path: path.endswith("/__init__.py"),
        breaches=_more_than_a_docstring,
        good=('"""The cellar."""\n',),
        bad=("", '"""The cellar."""\nimport os\n'),
    ),
    Rule(
        name="one noun, one word: no synonyms of the glossary in names",
        applies=_is_python,
        breaches=_synonyms,
        good=(
            "batch_code = 1",
            "class Slot: ...",
            "def allot(plot): ...",
            "def sort(batches): ...",
        ),
        bad=("lot_code = 1", "class Consignments: ...", "def f(partij): ...", "sortLots = 1"),
    ),
    Rule(
        name="the name of a test is a sentence",
        applies=lambda path: path.startswith("tests/") and _is_python(path),
        breaches=_short_test_names,
        good=("def test_sorting_more_than_is_held_is_refused(): ...",),
        bad=("def test_sorting(): ...", "def test_sorting_ok(): ..."),
    ),
    Rule(
        name="`now` is handed in: only the facade and the worker look at the clock",
        applies=lambda path: _is_room(path) and not path.startswith(("web/", "store/jobs.py")),
        breaches=_clock,
        good=("def f(now): return now",),
        bad=("datetime.now(UTC)", "date.today()", "time.time()"),
    ),
    Rule(
        name="mass is whole grams: no fractions in the ledger",
        applies=lambda path: (
            _is_python(path) and path.startswith(LEDGER_ROOMS) and path != "streams/mass.py"
        ),
        breaches=_fractions,
        good=("mass_g = 1000 * 3 // 7",),
        bad=("mass = 1.5", "def f(mass: float): ...", "Decimal('1')"),
    ),
    Rule(
        name="who reads the tables of other rooms never writes",
        applies=lambda path: _is_room(path) and bool(_READING.search(path)),
        breaches=_writes,
        good=("session.execute(select(x))", "found.add(1)", "seen.update(x)"),
        bad=("session.add(row)", "session.execute(update(Batch))", "self.session.flush()"),
    ),
    Rule(
        name="whoever opens a transaction ends it: nothing else commits",
        applies=lambda path: _is_room(path) and not path.startswith(("store/", "migrations/")),
        breaches=_own_commits,
        good=("session.flush()",),
        bad=("session.commit()", "self.session.rollback()"),
    ),
    Rule(
        name="no path of one machine",
        applies=lambda path: True,
        breaches=_matches(_MACHINE_PATHS),
        good=("see tests/workers/x", "/var/lib/stofstroom", "https://example.org/home/"),
        bad=("see \N{SOLIDUS}work/main", "\N{SOLIDUS}root/x", "cp x \N{SOLIDUS}home/anna"),
    ),
    Rule(
        name="no address of a package registry",
        applies=lambda path: True,
        breaches=_matches(_REGISTRIES),
        good=("pip install stofstroom",),
        bad=("https://pypi\N{FULL STOP}org/simple", "\N{HYPHEN-MINUS}-index-url x"),
    ),
    Rule(
        name="nothing is left for later",
        applies=lambda path: True,
        breaches=_matches(_UNFINISHED),
        good=("todo lists are not ours", "HACKATHON"),
        bad=("# TO\N{LATIN CAPITAL LETTER D}O: later", "// FIX\N{LATIN CAPITAL LETTER M}E"),
    ),
)
