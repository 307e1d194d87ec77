"""An office that seals: goods that are confirmed, and certificates of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from catalogue.rulebook import rulebook
from certificates.actions import Issue, Withdraw, issue, withdraw
from certificates.standing import Stands, state_of_one
from certificates.views import WholeCertificate, any_certificate, whole_certificate
from proof.signing import KeyRing, SigningKey
from tests.builders import Depot, part

VERIFY_AT = "https://stofstroom.example/verify"
RING = KeyRing((SigningKey(valid_from=datetime(2026, 1, 1, tzinfo=UTC), seed=b"seal" * 8),))
THIEF = SigningKey(valid_from=datetime(2026, 1, 1, tzinfo=UTC), seed=b"thie" * 8)


def command_of(depot: Depot, kind: str, scope: str, code: str | None, **more: Any) -> Issue:
    said: dict[str, Any] = {"supplier": None, "first": None, "end": None} | more
    return Issue(**depot.carried(), kind=kind, scope=scope, code=code, **said)


def certify(
    depot: Depot, kind: str, scope: str, code: str | None = None, **more: Any
) -> dict[str, Any]:
    """Issue a certificate; its answer."""
    return send(depot, command_of(depot, kind, scope, code, **more))


def send(depot: Depot, command: Issue, ring: KeyRing = RING) -> dict[str, Any]:
    def act(session: Any, *, viewer: Any, now: datetime) -> Any:
        return issue(session, command, viewer=viewer, now=now, ring=ring, verify_at=VERIFY_AT)

    return depot.do(act)


def take_in(depot: Depot, code: str, reason: str = "mistake") -> dict[str, Any]:
    """Withdraw a certificate."""
    return depot.do(withdraw, code, Withdraw(**depot.carried(), reason=reason))


def look(depot: Depot, code: str, by: str = "manager") -> WholeCertificate:
    with depot.database.read() as session:
        return whole_certificate(session, rulebook(session), code, depot.people[by])


def stands(depot: Depot, code: str) -> Stands:
    with depot.database.read() as session:
        row = any_certificate(session, code)
        assert row is not None
        return state_of_one(session, row)


def filled(depot: Depot, destination: str, masses_g: dict[str, int]) -> str:
    """A closed bin with so many grams of each batch."""
    code = depot.open_bin(destination)
    for batch, mass_g in masses_g.items():
        depot.sort(batch, {code: mass_g})
    depot.close_bin(code, sum(masses_g.values()))
    return code


def confirmed(
    depot: Depot, batch: str, mass_g: int, destination: str = "recycle", **treated_g: int
) -> tuple[str, str]:
    """A shipment with so many grams of a batch that its outlet confirmed, and the scan of that."""
    shipment = depot.ship(filled(depot, destination, {batch: mass_g}))
    depot.confirm(shipment, treated_g or {destination: mass_g})
    return shipment, depot.scan_id


def march() -> dict[str, Any]:
    return {"first": date(2026, 3, 1), "end": date(2026, 4, 1)}


def burnt_vests(depot: Depot, pieces: int | None = None, numbers: tuple[str, ...] = ()) -> str:
    """A batch of vests, which are followed by number, that was burnt."""
    batch = str(depot.log(20_000, article_group="vest", pieces=pieces)["code"])
    for number in numbers:
        depot.note_item(batch, number)
    code = depot.open_bin("burn")
    depot.sort(batch, [part(20_000, bin=code, article_group="vest", pieces=pieces)])
    depot.close_bin(code, 20_000)
    depot.confirm(depot.ship(code), {"burn": 20_000})
    return batch
