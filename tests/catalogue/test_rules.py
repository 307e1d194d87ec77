"""Who sees what, and what refusals there are: pure."""

from __future__ import annotations

import pytest

from catalogue.access import Viewer, require, require_leader
from catalogue.errors import (
    BadInput,
    Malformed,
    NotAllowed,
    NotFound,
    Refusal,
    RuleBroken,
    concrete,
)
from catalogue.kinds import Role

OURS, THEIRS, NORTH, CHILD, DUNE = 1, 2, 10, 11, 12


def staff(role: Role = Role.WORKER, site_id: int | None = None) -> Viewer:
    return Viewer(role=role, organisation_id=OURS, operator_id=OURS, site_id=site_id)


def test_staff_see_the_sites_of_their_operator() -> None:
    assert staff().sees_site(operator_id=OURS, site_id=5)
    assert not staff().sees_site(operator_id=THEIRS, site_id=5)
    assert staff(site_id=5).sees_site(operator_id=OURS, site_id=5)
    assert not staff(site_id=5).sees_site(operator_id=OURS, site_id=6)


def test_a_supplier_sees_its_own_batches_and_its_childrens_at_every_operator() -> None:
    north = Viewer(role=Role.SUPPLIER, organisation_id=NORTH, supplier_ids={NORTH, CHILD})
    for operator_id in (OURS, THEIRS):
        assert north.sees_batch(operator_id=operator_id, site_id=5, supplier_id=CHILD)
        assert not north.sees_batch(operator_id=operator_id, site_id=5, supplier_id=DUNE)
    assert not north.sees_site(operator_id=OURS, site_id=5)
    assert not north.is_staff


def test_an_outlet_sees_no_batch_and_no_site() -> None:
    outlet = Viewer(role=Role.OUTLET, organisation_id=20, outlet_id=20)
    assert not outlet.sees_site(operator_id=OURS, site_id=5)
    assert not outlet.sees_batch(operator_id=OURS, site_id=5, supplier_id=NORTH)


@pytest.mark.parametrize("role", list(Role))
def test_only_a_team_leader_leads(role: Role) -> None:
    assert staff(role).is_leader is (role is Role.TEAM_LEADER)
    if role is Role.TEAM_LEADER:
        require_leader(staff(role))
    else:
        with pytest.raises(NotAllowed):
            require_leader(staff(role))


def test_what_does_not_exist_for_the_viewer_is_not_found() -> None:
    require(True)
    with pytest.raises(NotFound) as refused:
        require(False)
    assert refused.value.figures == {}


def test_every_refusal_is_one_of_four_kinds_and_has_a_code_of_its_own() -> None:
    kinds = concrete()
    assert len(set(kinds.values())) == len(kinds)
    for code, kind in kinds.items():
        assert kind.code == code
        assert sum(issubclass(kind, k) for k in (BadInput, NotFound, NotAllowed, RuleBroken)) == 1


def test_codes_of_one_kind_can_be_asked_for() -> None:
    assert concrete(BadInput)["malformed"] is Malformed
    assert "malformed" not in concrete(RuleBroken)
    assert set(concrete(RuleBroken)) < set(concrete(Refusal))


def test_a_refusal_says_its_code_and_figures_to_whoever_reads_the_log() -> None:
    assert str(Malformed(field="mass_g", problem="not above zero")) == (
        "malformed: {'field': 'mass_g', 'problem': 'not above zero'}"
    )
