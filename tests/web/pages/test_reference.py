"""Reference data as people see and change it: every field, the look-over, one version a form."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from catalogue.actions import NOUNS
from catalogue.pieces import KEPT
from catalogue.rules import ONE_OF, SOME_OF
from tests.builders import Depot
from tests.web.api.counting import statements
from tests.web.pages.conftest import Browser, words
from web.pages.reference.guides import GuideWrong, parsed, steps, written
from web.pages.reference.nouns import BY_NAME

BrowserOf = Callable[[str], Browser]
WRITERS = ("manager", "administrator")


@pytest.fixture
def manager(hall: Depot, browser_of: BrowserOf) -> Browser:
    return browser_of("manager")


def entries(hall: Depot) -> int:
    with hall.database.read() as session:
        return int(session.connection().execute(text("SELECT count(*) FROM entry")).scalar_one())


def fields_of(page: str) -> dict[str, Any]:
    """Everything that a form would send as it stands, several values as a list."""
    form = page.partition("<main")[2]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = html.unescape((re.search(r'value="([^"]*)"', tag) or ["", ""])[1])
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        found.setdefault(name[1], []).append(value)
    for name, inner in re.findall(
        r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = [html.unescape(chosen[1]) if chosen else ""]
    for name, inner in re.findall(
        r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = [html.unescape(inner)]
    return found


def filled(browser: Browser, path: str, **typed: Any) -> dict[str, Any]:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return {**fields_of(page.text), **typed}


def looked(browser: Browser, path: str, **typed: Any) -> Any:
    """The page that says what would happen."""
    return browser.client.post(path, data=filled(browser, path, **typed))


def booked(browser: Browser, path: str, page: Any) -> Any:
    """Book what was looked at."""
    return browser.client.post(path, data={**fields_of(page.text), "step": "book"})


def test_every_column_of_every_noun_is_a_field_that_can_hold_it() -> None:
    assert BY_NAME.keys() == NOUNS.keys()
    for noun, told in BY_NAME.items():
        table = SQLModel.metadata.tables[noun]
        kinds = {
            column.name.removesuffix("_id") if column.foreign_keys else column.name: column
            for column in table.columns
        }
        fields = {field.name: field for field in told.fields}
        assert fields.keys() == kinds.keys() - KEPT, noun
        for name, field in fields.items():
            column, where = kinds[name], f"{noun}.{name}"
            optional = column.nullable or column.default is not None
            assert field.optional is optional, where
            assert field.of != "" or field.kind != "one" or field.options, where
            if name in NOUNS[noun]:
                assert field.of in (NOUNS[noun][name], "supplier"), where
                continue
            kind = column.type.python_type
            wanted = {int: ("kg", "permille", "count", "one"), bool: ("yes",), date: ("day",)}
            assert field.kind in wanted.get(kind, ("text", "long", "eural", "one", "many",
                                                   "names", "tree")), where  # fmt: skip
            closed = ONE_OF.get(where) or SOME_OF.get(where)
            if closed:
                assert set(field.options) == {each.value for each in closed}, where
        assert told.has_code is ("code" in table.c), noun
        assert all(told.field(name) for name in told.columns), noun


def test_every_noun_has_a_list_and_every_piece_a_page_with_its_history(
    hall: Depot, manager: Browser
) -> None:
    hall.log(100_000)
    assert manager.get("/reference").status_code == 200
    for noun, told in BY_NAME.items():
        page = manager.get(f"/reference/{noun}")
        assert page.status_code == 200, noun
        for link in set(re.findall(rf'href="(/reference/{noun}/[^"?]+)"', page.text)):
            if link.endswith("/new"):
                continue
            piece = manager.get(link)
            assert piece.status_code == 200, link
            assert "Geschiedenis" in piece.text
            assert "operator:WATERKANT#" in piece.text
        for field in filter(None, (told.field(name) for name in told.columns)):
            sorted_page = manager.get(f"/reference/{noun}?sort={field.name}&order=desc")
            assert sorted_page.status_code == 200
        assert manager.get(f"/reference/{noun}/new").status_code == 200


def test_who_may_only_read_sees_no_way_to_change_and_has_none(
    hall: Depot, browser_of: BrowserOf
) -> None:
    for name in ("leader", "auditor"):
        reader = browser_of(name)
        page = reader.get("/reference/container/BOX1")
        assert "/edit" not in page.text
        assert reader.get("/reference/container/BOX1/edit").status_code == 403
        assert reader.client.post("/reference/container/new", data={}).status_code == 403
    outsider = browser_of("outsider")
    for path in ("organisation/NOORDERHAVEN", "site/S1", "container/BOX1"):
        assert outsider.get(f"/reference/{path}").status_code == 404, path
    assert browser_of("manager").get("/reference/nonsense").status_code == 404
    assert browser_of("manager").get("/reference/site/X1/edit").status_code == 404


@pytest.mark.parametrize("name", WRITERS)
def test_a_change_is_looked_at_first_and_then_booked_once(
    hall: Depot, browser_of: BrowserOf, name: str
) -> None:
    browser, path = browser_of(name), "/reference/container/BOX1/edit"
    before = entries(hall)
    page = looked(browser, path, tare_g="21,5")
    said = words(page)
    assert (page.status_code, entries(hall)) == (200, before)
    assert "20,000 kg 21,500 kg" in said
    assert "Uitgegeven rapporten" in said
    done, again = booked(browser, path, page), booked(browser, path, page)
    assert done.url.path == again.url.path == "/reference/container/BOX1"
    assert entries(hall) == before + 1
    assert "Het is geboekt" in words(done)
    assert "20,000 kg → naar 21,500 kg" in words(done)


def test_a_form_that_is_gone_back_to_keeps_what_was_typed(manager: Browser) -> None:
    path = "/reference/loss_kind/dust/edit"
    page = looked(manager, path, limit_permille="77")
    form = manager.client.post(path, data={**fields_of(page.text), "step": "again"})
    assert form.status_code == 200
    assert 'value="77"' in form.text
    same = looked(manager, path)
    assert same.status_code == 422
    assert "Er is nog niets anders." in words(same)


def test_what_somebody_else_changed_meanwhile_is_looked_at_again(
    hall: Depot, manager: Browser, browser_of: BrowserOf
) -> None:
    path = "/reference/loss_kind/dust/edit"
    page = looked(manager, path, limit_permille="77")
    other = browser_of("administrator")
    booked(other, path, looked(other, path, limit_permille="55"))
    before = entries(hall)
    stale = booked(manager, path, page)
    assert "Iemand heeft dit intussen aangepast." in words(stale)
    assert "55 ‰" in words(stale)
    assert entries(hall) == before
    assert booked(manager, path, stale).url.path == "/reference/loss_kind/dust"
    assert entries(hall) == before + 1


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("container", {}, "Vul dit in."),
    ("container", {"code": "BOX1", "site": "S1", "kind": "x", "tare_g": "1"}, "bestaat al"),
    ("container", {"code": "b!", "site": "S1", "kind": "x", "tare_g": "1"}, "streepjes"),
    ("container", {"code": "B2", "site": "S1", "kind": "x", "tare_g": "x"}, "Typ een gewicht"),
    ("gate", {"code": "new", "names_nl": "Nieuw"}, "Typ een naam in beide talen."),
    ("loss_kind", {"code": "new", "names_nl": "a", "names_en": "b", "limit_permille": "1001"},
     "Hoogstens 1000."),
    ("find_kind", {"code": "new", "names_nl": "a", "names_en": "b", "eural": "99"}, "zes cijfers"),
    ("owner_rule", {"supplier": "NOORDERHAVEN", "article_group": "vest", "destinations": ["burn"]},
     "bestaat er al één"),
    ("owner_rule", {"supplier": "NOORDERHAVEN", "article_group": "towel"}, "Kies er één of"),
    ("scale", {"code": "W9", "site": "S1", "name": "x", "division_g": "1", "max_g": "9",
               "calibration_due": "2027-01-01", "address": "nowhere"}, "tcp://10.0.0.5:4001"),
    ("site", {"code": "X1", "name": "x"}, "niet bekend, of een andere"),
    ("organisation", {"code": "BUITENPOST", "name": "x"}, "niet bekend, of een andere"),
]  # fmt: skip


def test_what_cannot_be_is_said_beside_its_field(hall: Depot, manager: Browser) -> None:
    before = entries(hall)
    for noun, typed, said in WRONG:
        page = looked(manager, f"/reference/{noun}/new", **typed)
        assert page.status_code == 422, (noun, typed)
        beside = re.findall(r'<span class="wrong"[^>]*>(.*?)</span>', page.text)
        assert any(said in html.unescape(each) for each in beside), (said, beside)
    assert entries(hall) == before


def test_a_new_operator_finds_everything_to_make_in_order(hall: Depot, manager: Browser) -> None:
    for noun, typed in (
        ("site", {"code": "s9", "name": "Hal 9"}),
        ("station", {"code": "S9-IN", "site": "S1", "kind": "intake", "name": "In"}),
        ("organisation", {"code": "NIEUW", "name": "Nieuw"}),
        ("partner", {"organisation": "NIEUW", "roles": ["supplier"]}),
        ("owner_rule", {"supplier": "NIEUW", "article_group": "vest", "destinations": ["burn"]}),
        ("target", {"code": "half", "names_nl": "De helft", "names_en": "Half",
                    "measure": "reuse_of_sorted", "direction": "at_least", "permille": "500",
                    "source": "Eigen wens"}),
        ("factor", {"code": "new_2026", "names_nl": "Nieuw", "names_en": "New",
                    "purpose": "new_product", "unit": "g_co2e_per_kg", "low": "1",
                    "central": "2", "high": "3", "source": "Bron"}),
        ("declaration", {"code": "nieuw_2026", "supplier": "NOORDERHAVEN",
                         "recycled_permille": "100", "source": "Brief"}),
    ):  # fmt: skip
        path = f"/reference/{noun}/new"
        page = looked(manager, path, **typed)
        assert page.status_code == 200, (noun, words(page))
        assert booked(manager, path, page).url.path.startswith(f"/reference/{noun}/"), noun
    assert "Nieuw, vest" in manager.text("/reference/owner_rule/NIEUW:vest")


def test_a_change_of_a_route_shows_the_figures_as_they_would_be(
    hall: Depot, manager: Browser
) -> None:
    batch = hall.log(100_000)["code"]
    hall.sort(batch, {"reuse": 60_000, "recycle": 40_000})
    page = looked(manager, "/reference/destination/recycle/edit", stream="reuse")
    said = words(page)
    assert "60,0% 100,0% +40,0 procentpunt" in said
    assert "1 kar die nog niet weg is, houdt de vorige versie." in said
    nothing = words(looked(manager, "/reference/destination/recycle/edit", note="Waarom"))
    assert "Geen cijfer van dit jaar of vorig jaar zou anders zijn." in nothing


def test_a_change_names_the_batches_bins_and_weighings_that_it_touches(
    hall: Depot, manager: Browser
) -> None:
    batch = hall.log(100_000)["code"]
    hall.sort(batch, {"reuse": 97_000})
    path = "/reference/article_group/uniform/edit"
    assert f"Deze kunnen dan meteen sluiten: {batch}" in words(
        looked(manager, path, tolerance_permille="30")
    )
    assert "Voor geen ervan verandert het antwoord." in words(
        looked(manager, path, tolerance_permille="25")
    )
    rule = {"supplier": "NOORDERHAVEN", "article_group": "uniform", "destinations": ["burn"]}
    assert "97,000 kg" in words(looked(manager, "/reference/owner_rule/new", **rule))
    assert "97,000 kg" in words(looked(manager, path, security="serial"))
    late = looked(manager, "/reference/scale/SCALE1/edit", calibration_due="2026-01-01")
    assert "telt als geschat" in words(late)
    ended = looked(manager, "/reference/partner/VEZELHOF/edit", permit_until="2026-03-01")
    assert "Vanaf nu mag er geen afval meer heen." in words(ended)


def test_a_target_shows_the_figure_that_it_stands_beside(hall: Depot, manager: Browser) -> None:
    hall.sort(hall.log(100_000)["code"], {"reuse": 60_000, "recycle": 40_000})
    typed = {
        "code": "half", "names_nl": "De helft", "names_en": "Half", "permille": "500",
        "measure": "reuse_of_sorted", "direction": "at_least", "source": "Eigen wens",
    }  # fmt: skip
    path = "/reference/target/new"
    assert "van 2026: 60,0%. De lijn komt op 50,0%." in words(looked(manager, path, **typed))
    nothing = looked(manager, path, **{**typed, "measure": "no_such_figure"})
    assert "Geen rapport van dit jaar of vorig jaar heeft dit cijfer." in words(nothing)
    law = looked(manager, path, **{**typed, "applies_to": "producers"})
    assert "Geen cijfer hier haalt of mist het dus." in words(law)


def test_a_page_of_reference_data_takes_few_statements(hall: Depot, manager: Browser) -> None:
    for path, most in (
        ("/reference", 12),
        ("/reference/container", 6),
        ("/reference/container/BOX1", 8),
        ("/reference/destination/recycle/edit", 6),
    ):
        manager.get(path)
        with statements(hall.database) as asked:
            manager.get(path)
        assert len(asked) <= most, (path, asked)


def test_what_counts_at_once_is_said_and_not_called_only_later(
    hall: Depot, manager: Browser
) -> None:
    find = hall.find(hall.log(100_000)["code"])
    later = "Het telt voor wat vanaf nu geboekt wordt."
    for path, typed, said in (
        ("find_kind/wallet", {"retention_days": "10"}, find),
        ("partner/VEZELHOF", {"confirm_days": "3"}, "wordt er meteen mee bepaald"),
        ("partner/VEZELHOF", {"distance_km": "12"}, "dit jaar"),
        ("article_group/uniform", {"in_producer_scheme": "1"}, "dit jaar"),
        ("site/S1", {"must_notify": "1"}, "moeten de maanden van deze locatie gemeld worden"),
        ("gate/logo", {"names_nl": "Merk eraf"}, "De nieuwe naam staat meteen overal"),
        ("reason/damp", {"acts": ["hold"]}, "niet meer te kiezen bij: Goederen terugnemen, Weige"),
        ("organisation/VEZELHOF", {"address": "Kade 1"}, "Vrachtbrieven en registers"),
    ):
        page = words(looked(manager, f"/reference/{path}/edit", **typed))
        assert said in page, path
        assert later not in page, path
    assert later in words(looked(manager, "/reference/printer/PRINTER1/edit", host="10.0.0.9"))


GUIDE = """\
Is het nat? | Is it wet? | wet | !
  yes: burn
  no: Is het heel? | Is it whole? | whole
    yes: reuse
    no: recycle"""
CODES = {"burn", "reuse", "recycle"}


def test_a_sorting_guide_is_written_and_read_as_text(hall: Depot, manager: Browser) -> None:
    tree = parsed(GUIDE, CODES)
    assert written(tree) == GUIDE
    assert parsed(GUIDE.replace("yes:", "ja:").replace("no:", "nee:"), CODES) == tree
    assert [step.destination for step in steps(tree) if step.destination] == [
        "burn", "reuse", "recycle",
    ]  # fmt: skip
    path = "/reference/sorting_guide/new"
    page = looked(manager, path, code="first", tree=GUIDE.replace("\n", "\r\n"))
    assert "5 plekken in de wijzer zijn anders dan eerst." in words(page)
    assert "Is het heel?" in words(booked(manager, path, page))
    edit = "/reference/sorting_guide/first/edit"
    one = looked(manager, edit, tree=GUIDE.replace("yes: burn", "yes: recycle"))
    assert "Ja: burn → recycle" in words(one)
    wrong = looked(manager, edit, tree=GUIDE.replace("yes: burn", "yes: nowhere"))
    assert "Regel 2: Dit is geen bestemming en geen vraag." in words(wrong)


@pytest.mark.parametrize(
    ("guide", "line"),
    [
        ("", 1),
        ("burn", 1),
        ("a | b", 1),
        ("a | b | c", 1),
        ("a | b | c\nyes: burn\nno: burn", 1),
        ("a | b | c\n  yes: burn", 1),
        ("a | b | c\n  maybe: burn\n  no: burn", 2),
        ("a | b | c\n  yes: burn\n  yes: burn", 3),
        ("a | b | c\n  yes: burn\n  no: burn\n  no: reuse", 4),
    ],
)
def test_a_guide_that_cannot_be_read_says_in_which_line(guide: str, line: int) -> None:
    with pytest.raises(GuideWrong) as wrong:
        parsed(guide, CODES)
    assert wrong.value.line == line
