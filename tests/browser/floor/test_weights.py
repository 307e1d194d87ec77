"""Weights on the floor: what is read of a scale, typed, doubted, and taken once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from catalogue.errors import Malformed
from streams.mass import from_kilograms
from tests.browser.floor.modules import ask, empty_page
from web.i18n import languages
from web.units import weight_parts

pytestmark = pytest.mark.browser

FRAMES: Final = json.loads(
    (Path(__file__).parents[2] / "scales" / "frames.json").read_text("utf-8")
)["frames"]
MASSES: Final = (0, 1, 999, 1_000, 12_345, 320_000, 1_234_567, 39_999_999, -20, -1_500_000)
TYPED: Final = (
    "12,345 kg", "12.5", "7", " 0,1 ", "12,3456", "1.234,5", "", "kg", "-3", "1e3", "99999",
    "100000",
)  # fmt: skip


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    with empty_page(chromium, address) as opened:
        yield opened


def test_the_floor_reads_frames_as_the_server_does(page: Page) -> None:
    read = ask(
        page,
        "frames.js",
        "({ readFrame }, lines) => lines.map((line) => readFrame(line))",
        [vector[0] for vector in FRAMES],
    )
    told = [(each["state"], each["mass_g"], each["net"]) for each in read]
    assert told == [(state, mass_g, bool(net)) for _, state, mass_g, _, *net in FRAMES]
    assert all(len(each["raw"]) <= 60 and each["raw"].isascii() for each in read)


def test_the_floor_writes_weights_as_the_pages_do(page: Page) -> None:
    work = "({ formatMass }, [code, masses]) => masses.map((mass) => formatMass(mass, code))"
    for code, spoken in languages().items():
        wanted = [weight_parts(mass_g, spoken) for mass_g in MASSES]
        said = ask(page, "mass.js", work, [code, list(MASSES)])
        assert said == [f"{parts.kilograms}{parts.grams} kg" for parts in wanted]


def typed_g(text: str) -> int | None:
    try:
        return from_kilograms(text)
    except Malformed:
        return None


def test_the_floor_reads_typed_weights_as_the_pages_do(page: Page) -> None:
    work = "({ parseMass }, texts) => texts.map((text) => parseMass(text))"
    assert ask(page, "mass.js", work, list(TYPED)) == [typed_g(text) for text in TYPED]


def test_keys_make_a_weight_that_can_be_read(page: Page) -> None:
    work = """({ typeKey }, rows) => rows.map((keys) => keys.reduce(typeKey, ""))"""
    rows = [
        list("12,345"),
        [*"12,3456"],
        [*"0012"],
        [*",5"],
        [*"1,2,3"],
        [*"12", "erase"],
        ["erase"],
    ]
    assert ask(page, "mass.js", work, rows) == ["12,345", "12,345", "12", "0,5", "1,23", "1", ""]


DOUBTS: Final[tuple[tuple[dict[str, Any], str | None, bool], ...]] = (
    ({"gross_g": 40_000_000}, "too_heavy", True),
    ({"gross_g": 0}, "nothing", True),
    ({"gross_g": -100}, "nothing", True),
    ({"gross_g": 20_000, "tare_g": 20_000}, "nothing", True),
    ({"gross_g": 50_000, "tare_g": 20_000, "net": True}, "net_on_scale", True),
    ({"gross_g": 1_999, "division_g": 100}, "light_for_scale", False),
    ({"gross_g": 61_000, "tare_g": 20_000, "max_g": 40_000}, "heavy_for_container", False),
    ({"gross_g": 60_000, "tare_g": 20_000, "max_g": 40_000}, None, False),
    ({"gross_g": 2_000, "division_g": 100}, None, False),
    ({"gross_g": 50_000, "net": True}, None, False),
)


def test_a_strange_weight_is_doubted(page: Page) -> None:
    work = "({ doubt }, weights) => weights.map((weight) => doubt(weight))"
    found = ask(page, "mass.js", work, [weight for weight, _, _ in DOUBTS])
    assert found == [
        code and {"code": code, "refused": is_refused} for _, code, is_refused in DOUBTS
    ]


SERVICE: Final = """({ startWeight }, kept) => {
  window.kept = kept;
  window.weight = startWeight({
    ask: async () => window.read,
    scales: () => [{ code: "W", division_g: 100, overdue: false, reads: "tablet" }],
    load: () => window.kept,
    keep: (kept) => { window.kept = kept; },
  });
  window.weight.subscribe(() => null);
}"""


def service(page: Page, kept: Any = None) -> None:
    ask(page, "scales.js", SERVICE, kept or {"kind": "software", "scale": None})


def put(page: Page, mass_g: int | None, state: str = "stable") -> None:
    page.evaluate("([mass, state]) => window.weight.software.set(mass, state)", [mass_g, state])


def take(page: Page) -> int | None:
    found: int | None = page.evaluate("() => window.weight.take()?.gross_g ?? null")
    return found


def test_a_load_is_taken_once_until_it_has_changed(page: Page) -> None:
    service(page)
    put(page, 12_300)
    assert [take(page), take(page)] == [12_300, None]
    put(page, 12_500)  # It creeps, and is the same load still.
    assert take(page) is None
    put(page, 30_000, "moving")  # Somebody leans on it.
    put(page, 12_300)
    assert take(page) is None
    put(page, 0)
    put(page, 12_300)
    assert take(page) == 12_300
    put(page, 20_000)
    assert take(page) == 20_000


def test_only_a_stable_weight_can_be_taken(page: Page) -> None:
    service(page)
    for state in ("moving", "overload", "underload", "garbled", "not_ready"):
        put(page, 12_300, state)
        assert take(page) is None
    put(page, 12_300)
    assert take(page) == 12_300


def test_a_load_that_was_given_back_may_be_taken_again(page: Page) -> None:
    service(page)
    put(page, 12_300)
    assert take(page) == 12_300
    page.evaluate("() => window.weight.release()")
    assert take(page) == 12_300


def answer(page: Page, mass_g: int) -> None:
    """What the server says of a scale from now on; waits until the floor has heard it."""
    read = {"state": "stable", "mass_g": mass_g, "raw": "S S", "net": False}
    page.evaluate("(read) => { window.read = read; }", read)
    page.wait_for_function("(mass) => window.weight?.current.mass_g === mass", arg=mass_g)


def test_a_tab_that_was_closed_does_not_take_the_same_load_twice(page: Page) -> None:
    load = "() => { window.read = { state: 'stable', mass_g: 12300, raw: 'S S', net: false }; }"
    page.evaluate(load)
    service(page, {"kind": "server", "scale": "W"})
    answer(page, 12_300)
    assert take(page) == 12_300
    kept = page.evaluate("() => window.kept")
    page.reload()
    page.evaluate(load)
    service(page, kept)
    answer(page, 12_300)
    assert take(page) is None
    answer(page, 15_000)
    assert take(page) == 15_000


def test_a_weight_that_somebody_waits_for_comes_when_it_is_stable(page: Page) -> None:
    service(page)
    put(page, 9_000, "moving")
    assert page.evaluate("() => window.weight.stable(50)") is None
    page.evaluate("() => { window.coming = window.weight.stable(5000); }")
    put(page, 9_100)
    assert page.evaluate("async () => (await window.coming).mass_g") == 9_100
