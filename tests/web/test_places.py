"""The menu of every role: what it holds, in which order, and what is put away under a word."""

from __future__ import annotations

import pytest

from catalogue.kinds import Role
from web.pages.visiting import PAGES, home_of
from web.places import FLAT_MAX, MENU, places
from web.rendering import Frame, Link, Places


def menu_of(role: Role) -> list[Link | Places]:
    return places(role, frozenset(path for path, roles in PAGES.items() if role in roles))


def links_of(menu: list[Link | Places]) -> list[str]:
    return [
        link.href
        for place in menu
        for link in (place.links if isinstance(place, Places) else (place,))
    ]


@pytest.mark.parametrize("role", Role)
def test_every_role_begins_where_its_menu_begins(role: Role) -> None:
    assert links_of(menu_of(role))[0] == home_of(role)


@pytest.mark.parametrize("role", Role)
def test_a_menu_never_wraps_and_names_every_place_once(role: Role) -> None:
    menu, links = menu_of(role), links_of(menu_of(role))
    assert len(menu) <= FLAT_MAX
    assert len(links) == len(set(links))
    assert all(role in PAGES[link] for link in links)


def test_a_place_shows_as_soon_as_its_page_is_for_that_role() -> None:
    every = [
        link for place in MENU for link in (place.links if isinstance(place, Places) else [place])
    ]
    bare = places(Role.MANAGER, {"/desk"})
    assert links_of(bare) == ["/desk"]
    assert "/compare" in [link.href for link in every]
    assert links_of(places(Role.MANAGER, {"/desk", "/compare"})) == ["/desk", "/compare"]


def test_few_places_stand_beside_each_other_and_many_are_put_away() -> None:
    goods = {"/batches", "/bins", "/deliveries", "/shipments"}
    assert all(isinstance(place, Link) for place in places(Role.WORKER, goods | {"/today"}))
    grouped = places(Role.MANAGER, frozenset(PAGES))
    assert any(isinstance(place, Places) and len(place.links) > 1 for place in grouped)


def test_what_stands_under_a_word_marks_the_word_and_adds_up_its_counts() -> None:
    group = Places("Goods", (Link("/batches", "Batches", 2), Link("/bins", "Bins", 3)))
    assert group.count == 5
    assert Frame(path="/bins/K1").is_here(group)
    assert not Frame(path="/shipments").is_here(group)


def test_a_page_elsewhere_may_belong_to_a_place() -> None:
    register = Link("/waste-register", "Waste register", also=("/stream-numbers",))
    assert Frame(path="/stream-numbers/new").is_here(register)
    assert not Frame(path="/stream-number").is_here(register)
