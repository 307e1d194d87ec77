"""Badges on their pages: made and shown once, revoked in one click; which stations ask."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import text

from accounts.badges import PREFIX, badge_hash, badges_by_hash, new_badge_code
from catalogue.codes import MisreadCode, is_chosen, parse
from catalogue.rulebook import rulebook
from labels.pictures import qr_picture
from tests.builders import Depot
from tests.web.pages.conftest import Browser, words

BrowserOf = Callable[[str], Browser]


def test_a_code_of_a_badge_is_random_and_like_no_other_code() -> None:
    one, other = new_badge_code(), new_badge_code()
    assert one != other
    assert len(one) == len(PREFIX) + 24
    assert not is_chosen(one)
    with pytest.raises(MisreadCode):
        parse(one)
    assert badge_hash(one.lower()) == badge_hash(one)
    assert qr_picture(one).side > 20


def test_a_badge_is_shown_once_and_revoked_in_one_click(hall: Depot, browser_of: BrowserOf) -> None:
    leader = browser_of("leader")
    made = leader.send("/badges", site="S1", name="Aafke")
    assert '<svg class="code-picture"' in made.text
    assert PREFIX not in made.text
    page = leader.get("/badges").text
    (path,) = set(re.findall(r'action="(/badges/\d+)"', page))
    assert "Aafke" in leader.text(path)
    with hall.database.read() as session:
        site = rulebook(session).sites["S1"].id
        (kept,) = badges_by_hash(session, site)
    assert kept not in page + made.text
    said = words(leader.send(path))
    assert "De badge is ingetrokken." in said
    assert "Aafke" not in said
    assert leader.client.post(path).status_code == 404
    with hall.database.read() as session:
        assert badges_by_hash(session, site) == {}
        # Whose it was is forgotten, and who made it is not.
        assert session.execute(text("SELECT name FROM badge")).scalar_one() == ""
        events = session.execute(text("SELECT kind, target FROM audit_event ORDER BY id")).all()
    number = path.rpartition("/")[2]
    assert [tuple(row) for row in events if row.kind.startswith("badge")] == [
        ("badge_made", f"badge:{number}"),
        ("badge_revoked", f"badge:{number}"),
    ]


def test_a_station_asks_what_its_team_leader_said(hall: Depot, browser_of: BrowserOf) -> None:
    leader = browser_of("leader")
    path = "/badges/stations/S1-A"
    assert "Vraagt niemand" in leader.text("/badges")
    page = leader.send(path, badge="required", rest_minutes="1")
    assert "A Alleen met een badge 1 minuut" in words(page)
    page = leader.send(path, badge="optional", rest_minutes="20")
    assert "A Een badge, of verder zonder badge 20 minuten" in words(page)
    assert 'value="20"' in leader.get(path).text


@pytest.mark.parametrize(
    "wrong", [("never", "20"), ("optional", "0"), ("optional", "721"), ("", "")]
)
def test_a_rule_that_cannot_be_is_said_at_its_field(
    hall: Depot, browser_of: BrowserOf, wrong: tuple[str, str]
) -> None:
    page = browser_of("leader").send("/badges/stations/S1-A", badge=wrong[0], rest_minutes=wrong[1])
    assert page.status_code == 422
    assert 'class="wrong"' in page.text


def test_a_badge_without_a_fitting_name_is_not_made(hall: Depot, browser_of: BrowserOf) -> None:
    page = browser_of("leader").send("/badges", site="S1", name="x" * 121)
    assert page.status_code == 422
    assert "Hier zijn nog geen badges." in words(page)
