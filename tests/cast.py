"""Who plays in every test: one operator with two sites, its partners, and an outsider.

Waterkant sorts. Noorderhaven hands in, and so does its child Zeekant; Duinrand is a second
supplier. Vezelhof takes what was sorted, Karrewiel drives. Buitenpost is another operator, with a
site, a supplier and rules of its own: nothing of it exists for Waterkant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlmodel import Session

from catalogue.access import Viewer
from catalogue.actions import define, register_operator
from catalogue.kinds import Role
from catalogue.rulebook import Rulebook, rulebook

BEGIN: Final = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
EVERYTHING: Final = ["open", "debrand", "destroy", "serial"]
REASONS: Final = {
    "mistake": [
        "reversal",
        "correction",
        "hold",
        "release",
        "refusal",
        "close",
        "reopen",
        "return",
        "settlement",
        "withdrawal",
    ],
    "damp": ["refusal", "hold", "return"],
    "torn": ["relabel"],
    "cut_apart": ["destruction"],
    "police": ["handover"],
}
DESTINATIONS: Final[Mapping[str, tuple[str, list[str], list[str]]]] = {
    "reuse": ("reuse", ["open", "debrand"], []),
    "sale": ("reuse", ["open", "debrand"], ["logo"]),
    "recycle": ("recycle", EVERYTHING, []),
    "shred": ("recycle", EVERYTHING, ["logo", "shredded"]),
    "burn": ("incineration", EVERYTHING, []),
}
"""Per destination: its stream, the security classes it accepts, its gates."""


def named(word: str) -> dict[str, str]:
    """Names in both languages."""
    return {"nl": word, "en": word}


def take_the_stage(session: Session, *, now: datetime = BEGIN) -> None:
    """Write the whole cast into an empty register."""
    _waterkant(session, now)
    _buitenpost(session, now)


def _waterkant(session: Session, now: datetime) -> None:
    register_operator(session, "WATERKANT", {"name": "Waterkant"}, now=now)

    def say(noun: str, code: str, **data: Any) -> None:
        define(session, "WATERKANT", noun, code, data, now=now)

    say("organisation", "NOORDERHAVEN", name="Noorderhaven")
    say("organisation", "ZEEKANT", name="Zeekant", parent="NOORDERHAVEN")
    say("organisation", "DUINRAND", name="Duinrand")
    say("organisation", "VEZELHOF", name="Vezelhof")
    say("organisation", "SMELTERIJ", name="Smelterij")
    say("organisation", "KARREWIEL", name="Karrewiel")
    for supplier in ("NOORDERHAVEN", "ZEEKANT", "DUINRAND"):
        say("partner", supplier, organisation=supplier, roles=["supplier"])
    everywhere = list(DESTINATIONS)
    say("partner", "VEZELHOF", organisation="VEZELHOF", roles=["outlet"], treatments=everywhere)
    say("partner", "SMELTERIJ", organisation="SMELTERIJ", roles=["outlet"], treatments=["burn"])
    say("partner", "KARREWIEL", organisation="KARREWIEL", roles=["carrier"])
    for site in ("S1", "S2"):
        say("site", site, name=site, timezone="Europe/Amsterdam")
        say("station", f"{site}-IN", site=site, kind="intake", name="In")
        say("station", f"{site}-A", site=site, kind="sorting", name="A")
        say("station", f"{site}-B", site=site, kind="sorting", name="B")
    say(
        "container", "BOX1", site="S1", kind="box", tare_g=20_000, tare_on=now.date(), max_g=400_000
    )
    say("scale", "SCALE1", site="S1", name="1", division_g=100, max_g=1_500_000,
        calibration_due=date(2030, 1, 1))  # fmt: skip
    say("scale", "OVERDUE", site="S1", name="2", division_g=100, max_g=1_500_000,
        calibration_due=date(2025, 1, 1))  # fmt: skip
    # Nothing listens there: a label for it waits.
    say("printer", "PRINTER1", site="S1", name="1", host="127.0.0.1", port=9)
    _rules_of_matter(say)
    say("owner_rule", "noorderhaven_vest", supplier="NOORDERHAVEN", article_group="vest",
        destinations=["burn"])  # fmt: skip


def _rules_of_matter(say: Any) -> None:
    for code, security, tolerance in (
        ("unknown", "open", 20),
        ("uniform", "debrand", 20),
        ("towel", "open", 0),
        ("vest", "serial", 20),
        ("secret", "destroy", 20),
    ):
        say("article_group", code, names=named(code), security=security,
            tolerance_permille=tolerance)  # fmt: skip
    for code in ("logo", "shredded"):
        say("gate", code, names=named(code))
    for code, (stream, accepts, gates) in DESTINATIONS.items():
        say("destination", code, stream=stream, names=named(code), accepts=accepts, gates=gates,
            valid_from=date(2020, 1, 1))  # fmt: skip
    for code, limit in (("weighing_difference", 0), ("moisture", 50), ("dust", 10)):
        say("loss_kind", code, names=named(code), limit_permille=limit)
    say("find_kind", "knife", names=named("knife"), stops_batch=True)
    say("find_kind", "wallet", names=named("wallet"), stops_batch=False)
    for code, acts in REASONS.items():
        say("reason", code, names=named(code), acts=acts)


def _buitenpost(session: Session, now: datetime) -> None:
    register_operator(session, "BUITENPOST", {"name": "Buitenpost"}, now=now)

    def say(noun: str, code: str, **data: Any) -> None:
        define(session, "BUITENPOST", noun, code, data, now=now)

    say("organisation", "VREEMD", name="Vreemd")
    say("partner", "VREEMD", organisation="VREEMD", roles=["supplier"])
    say("site", "X1", name="X1", timezone="Europe/Amsterdam")
    say("station", "X1-A", site="X1", kind="sorting", name="A")
    _rules_of_matter(say)


def viewers(session: Session) -> dict[str, Viewer]:
    """Everybody who asks, by the name that stories use."""
    book = rulebook(session)
    ours = book.organisations["WATERKANT"].id
    theirs = book.organisations["BUITENPOST"].id
    roles = {
        "worker": Role.WORKER,
        "leader": Role.TEAM_LEADER,
        "manager": Role.MANAGER,
        "auditor": Role.AUDITOR,
    }
    staff = {
        name: Viewer(role=role, organisation_id=ours, operator_id=ours)
        for name, role in roles.items()
    }
    return {
        **staff,
        "leader_s2": Viewer(
            role=Role.TEAM_LEADER,
            organisation_id=ours,
            operator_id=ours,
            site_id=book.sites["S2"].id,
        ),
        "outsider": Viewer(role=Role.TEAM_LEADER, organisation_id=theirs, operator_id=theirs),
        "noorderhaven": _supplier(book, "NOORDERHAVEN"),
        "duinrand": _supplier(book, "DUINRAND"),
        "vezelhof": _outlet(book, "VEZELHOF"),
        "smelterij": _outlet(book, "SMELTERIJ"),
    }


def _supplier(book: Rulebook, code: str) -> Viewer:
    own = book.organisations[code].id
    return Viewer(role=Role.SUPPLIER, organisation_id=own, supplier_ids=book.children(own))


def _outlet(book: Rulebook, code: str) -> Viewer:
    own = book.organisations[code].id
    return Viewer(role=Role.OUTLET, organisation_id=own, outlet_id=own)
