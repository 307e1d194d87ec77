"""A small ledger that holds at least two rows of every table of the register.

Everything in it is booked by the real actions, so it is what a depot would have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from catalogue.actions import define, register_operator
from chain.actions import new_epoch
from intake.aside import hold_batch, refuse_batch, release_batch
from store.engine import Database
from tests.streams.paperwork import paperwork
from tests.streams.teller import REASON, SENT_BACK, START, Teller

ACTS = (
    (
        *(
            "reversal",
            "correction",
            "hold",
            "release",
            "refusal",
            "close",
            "reopen",
            "relabel",
            "withdrawal",
        ),
        "destruction",
    ),
    ("return", "reversal"),
)


DECLARED = (
    *("recycled", "reused", "renewable", "lifetime", "use"),
    *("feed_efficiency", "recycling_efficiency"),
)


def build(database: Database) -> None:
    """Fill a migrated, empty database: at S1 all goes on, at S2 all adds up from the start."""
    with database.write() as session:
        define_reference(session)
    with database.write() as session:
        _work(Teller(session, "S1"))
    with database.write() as session:
        _nothing_to_explain(Teller(session, "S2"))
    with database.write() as session:
        paperwork(session)
    with database.write() as session:
        _seal(Teller(session, "S2", "seal"))
        _report(Teller(session, "S2", "report"))
    with database.write() as session:
        new_epoch(session, "site:S2", now=START + timedelta(days=40))


def define_reference(session: Session) -> None:
    """An operator with two sites, and what is possible there."""
    now = START - timedelta(days=30)
    register_operator(session, "OP", {"name": "Sorteerders"}, now=now)

    def say(noun: str, code: str, **data: Any) -> None:
        define(session, "OP", noun, code, data, now=now)

    for code, roles in (
        ("NH", ["supplier"]),
        ("NH-SUB", ["supplier"]),
        ("FIBRE", ["outlet"]),
        ("SHOP", ["outlet"]),
        ("ROAD", ["carrier"]),
    ):
        parent = {"parent": "NH"} if code == "NH-SUB" else {}
        say("organisation", code, name=f"Organisation {code}", **parent)
        treatments = ["fibre", "burn", "shop"] if roles == ["outlet"] else []
        more: dict[str, object] = {"permit": f"OD {code}"} if roles == ["outlet"] else {}
        until = {"permit_until": date(2030, 6, 30), "confirm_days": 30, "distance_km": 85}
        until |= {"country": "NL"}
        more |= until if code == "FIBRE" else {}
        say("partner", code, organisation=code, roles=roles, treatments=treatments, **more)
    for site in ("S1", "S2"):
        say("site", site, name=f"Site {site}", timezone="Europe/Amsterdam")
        _define_site(say, site)
    _define_rules(say)
    _define_versions(say)


def _define_site(say: Any, site: str) -> None:
    for letter, kind in (("A", "sorting"), ("B", "intake")):
        say("station", f"{site}-{letter}", site=site, kind=kind, name=f"Table {letter}")
    for number, max_g in ((1, None), (2, 40_000)):
        say(
            "container",
            f"{site}-C{number}",
            site=site,
            kind="cage",
            tare_g=2_000,
            tare_on=date(2026, 1, number),
            max_g=max_g,
        )
        say(
            "scale",
            f"{site}-W{number}",
            site=site,
            name=f"Scale {number}",
            division_g=20,
            max_g=60_000 * number,
            calibration_due=date(2025 + number // 2, 6, 1) if number == 1 else date(2027, 1, 1),
            address=f"tcp://10.1.2.{number}:4001" if number == 1 else None,
        )
        more = {} if number == 1 else {"port": 6101, "size": "62x100", "dpi": 300}
        say("printer", f"{site}-P{number}", site=site, name=f"Printer {number}",
            host=f"10.1.3.{number}", **more)  # fmt: skip


def _define_rules(say: Any) -> None:
    for code, security, permille in (
        ("unknown", "destroy", 20),
        ("jackets", "open", 30),
        ("vests", "serial", 10),
    ):
        piece = {} if code == "unknown" else {"piece_g": 900}
        say(
            "article_group",
            code,
            names={"nl": code, "en": code},
            security=security,
            tolerance_permille=permille,
            **piece,
        )
    for code in ("delogo", "shred"):
        say("gate", code, names=_named(code))
    for code, permille in (("weighing_difference", 10), ("moisture", 50), ("dust", 20)):
        say("loss_kind", code, names=_named(code), limit_permille=permille)
    for code, stops in (("knife", False), ("cartridge", True)):
        say("find_kind", code, names=_named(code), stops_batch=stops)
    for code, acts in zip((REASON, SENT_BACK), ACTS, strict=True):
        say("reason", code, names=_named(code), acts=list(acts))


def _define_versions(say: Any) -> None:
    for code, stream, gates in (
        ("shop", "reuse", ["delogo"]),
        ("fibre", "recycle", []),
        ("burn", "incineration", []),
    ):
        say(
            "destination",
            code,
            valid_from=date(2026, 1, 1),
            stream=stream,
            names=_named(code),
            accepts=["open", "debrand", "destroy", "serial"],
            gates=gates,
        )
    say(
        "destination",
        "fibre",
        valid_from=date(2026, 4, 3),
        stream="recycle",
        names=_named("fibre"),
        accepts=["open", "destroy", "serial"],
        recovery_code="R3",
        customs_code="63090000",
        usual_name="Gesorteerde vezels",
    )
    for supplier in ("NH", "NH-SUB"):
        say(
            "owner_rule",
            f"{supplier}:jackets".replace("-", "_").replace(":", "_"),
            supplier=supplier,
            article_group="jackets",
            destinations=["shop", "fibre", "burn"],
        )
    _define_yardsticks(say)
    for code in ("first", "second"):
        say("sorting_guide", code, tree={"ask": code, "yes": "shop", "no": "fibre"})
    say("organisation", "NH", name="Noorderhaven", address="Kade 1")
    say("organisation", "ROAD", name="Organisation ROAD", vihb="500001VXXX")
    say("organisation", "FIBRE", name="Organisation FIBRE", processor_number="11Z99")
    say("reason", REASON, names=_named("vergissing"), acts=list(ACTS[0]))


def _define_yardsticks(say: Any) -> None:
    """What figures are held against; one of each is told twice."""
    for code, purpose, unit, low in (
        ("new_clothes", "new_product", "g_co2e_per_kg", 6_427),
        ("resale", "displacement", "permille", 646),
        ("resale", "displacement", "permille", 640),
    ):
        say("factor", code, names=_named(code), purpose=purpose, unit=unit, low=low,
            central=low + 100, high=low + 300, year=2025, valid_from=date(2025, 1, 1),
            valid_to=date(2027, 1, 1), source="WRAP 2024", region="UK", licence="OGL")  # fmt: skip
    for code, more in (
        ("half", {}),
        ("of_one", {"supplier": "NH", "valid_to": date(2026, 12, 31)}),
    ):
        say("target", code, names=_named(code), measure="reuse_of_sorted", permille=500,
            direction="at_least", valid_from=date(2026, 1, 1), source="wens", **more)  # fmt: skip
    for code, data in (
        ("NH_2026", {f"{what}_permille": 90 for what in DECLARED}),
        ("NH_jackets", {"article_group": "jackets", "reused_permille": 50}),
    ):
        say("declaration", code, supplier="NH", year=2026, source="inkoop", **data)


def _named(word: str) -> Mapping[str, str]:
    return {"nl": f"{word} é", "en": word}


def _work(tell: Teller) -> None:
    _intake(tell)
    _sorting(tell)
    _undoing(tell)
    _dispatch(tell)


def _intake(tell: Teller) -> None:
    expected = tell.announce("NH", 30_000, 10_000, reference="WB-7")
    awaited = tell.announce("NH-SUB", 5_000, reference="2026/12 b")
    codes = tell.reserve("batch", 2)
    first = tell.log("NH", 32_000, code=codes[0], delivery=expected, pieces=40, note="nat")
    tell.weigh(first, 31_700, loss_kind="moisture")
    guess = tell.log("NH-SUB", 12_000, quality="estimated")
    tell.weigh(guess, 12_600)
    wrong = tell.log("NH", 22_000, article_group=None, note="verkeerde leverancier")
    tell.aside(hold_batch, wrong, 3_000)
    tell.aside(release_batch, wrong, 1_000)
    tell.correct(wrong, supplier="NH-SUB", gross_g=22_500)
    refused = tell.log("NH", 9_000, delivery=expected)
    tell.aside(refuse_batch, refused)
    part = tell.log("NH-SUB", 15_000, delivery=awaited, scale=f"{tell.site}-W2")
    tell.aside(refuse_batch, part, 2_000)
    tell.aside(hold_batch, part)
    tell.aside(release_batch, part)
    tell.correct(part, tare_g=2_500, quality="estimated")
    tell.find("knife", first, 150)
    tell.hand_over(tell.find("cartridge", part))
    tell.undo(_scan_of(tell, tell.find("knife", None)))
    _numbers(tell, first)


def _numbers(tell: Teller, batch: str) -> None:
    """A number that was wrong, undone and noted again; an item that is no more, and one that is
    after all."""
    tell.note_item(batch, "KV 1001", gate="shred")
    tell.undo(tell.scan_id)
    tell.note_item(batch, "kv-1001")
    tell.note_item(batch, "KV1001", gate="shred")
    tell.note_item(batch, "KV1002")
    tell.destroy_item("KV1001")
    tell.destroy_item("KV1002")
    tell.undo(tell.scan_id)


def _scan_of(tell: Teller, _code: str) -> str:
    return tell.scan_id


def _sorting(tell: Teller) -> None:
    batch = tell.log("NH", 42_000, pieces=50)
    work, other = tell.open_bin(None), tell.open_bin("burn")
    tell.gate(batch, "delogo", mass_g=12_000)
    tell.gate(batch, "shred", pieces=7)
    tell.sort(batch, ("shop", 9_000), ("fibre", 8_000), pieces=9)
    tell.sort(batch, (work, 10_000), (other, 5_000), quality="estimated")
    tell.relabel(batch)
    tell.relabel(work)
    tell.gate(work, "delogo", mass_g=6_000)
    tell.sort(work, ("shop", 4_000), ("fibre", 6_000))
    tell.sort(batch, ("fibre", 7_600), article_group="unknown")
    tell.close(batch, dust=200, moisture=100)
    more = tell.log("NH-SUB", 20_000)
    tell.sort(more, ("fibre", 9_000), ("burn", 9_200))
    tell.close(more)
    tell.reopen(more)
    tell.correct(more, supplier="NH")


def _nothing_to_explain(tell: Teller) -> None:
    """Acts that could book a difference and have none to book."""
    batch = tell.log("NH", 12_000)
    tell.correct(batch, article_group="unknown")
    tell.weigh(batch, 12_000)
    booked = tell.sort(batch, ("fibre", 10_000))
    tell.close(batch)
    (code,) = booked.answer["bins"]
    tell.close_bin(code, 10_500)
    tell.confirm(tell.ship("FIBRE", code), fibre=10_000)


def _undoing(tell: Teller) -> None:
    gone = tell.log("NH-SUB", 8_000, pieces=3, note="dubbel")
    made = tell.scan_id
    tell.gate(gone, "shred", mass_g=1_000)
    tell.gate(gone, "shred", mass_g=2_000)
    passed = tell.scan_id
    tell.sort(gone, ("burn", 1_000))
    tell.undo(tell.scan_id)
    tell.undo(passed)
    tell.undo(made)
    tell.announce("NH", 1_000)
    tell.undo(tell.scan_id)
    tell.open_bin("burn")
    tell.undo(tell.scan_id)


def _dispatch(tell: Teller) -> None:
    late = tell.log("NH", 50_000)
    shipments: list[tuple[str, list[str]]] = []
    for outlet in ("FIBRE", "FIBRE", "SHOP"):
        tell.now += timedelta(days=1)
        tell.gate(late, "delogo", mass_g=3_000)
        booked = tell.sort(late, ("fibre", 4_000), ("burn", 5_000), ("shop", 3_000))
        bins = list(booked.answer["bins"])
        for code in bins:
            tell.close_bin(code, 4_000 + 500 * len(shipments) + 3_000)
        shipments.append((tell.ship(outlet, *bins), bins))
    (first, _), (second, bins), (third, _) = shipments
    tell.confirm(first, fibre=9_000, burn=12_000)
    tell.take_back(second, whole=bins[0])
    tell.take_back(second, mass_g=700)
    tell.add_leg(second, from_place="Overslag", vehicle="45-STO-6", ordered_by="FIBRE")
    tell.undo(tell.scan_id)
    tell.add_leg(third, to_place="Achterdeur")
    tell.confirm(third, shop=10_000, fibre=9_000)
    tell.undo(tell.scan_id)


def _seal(tell: Teller) -> None:
    """Certificates: one that another replaced, one that was withdrawn, one that counts."""
    tell.now += timedelta(days=30)
    march = {"first": date(2026, 3, 1), "end": date(2026, 6, 1)}
    first = tell.certify("recycling", "period", supplier="NH", **march)
    tell.certify("recycling", "period", supplier="NH", **march, replaces=first, reason=REASON)
    tell.withdraw(tell.certify("destruction", "period", supplier="NH", **march))


def _report(tell: Teller) -> None:
    """Reports: one of a supplier that another follows up, and one of all."""
    march = {"first": date(2026, 3, 1), "end": date(2026, 6, 1)}
    first = tell.issue_report(supplier="NH", **march)
    tell.issue_report(supplier="NH", replaces=first, basis="booked", **march)
    tell.issue_report(**march)
