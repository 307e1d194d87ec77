"""What stands in the paths of pages, and a form well filled in for each page that takes one.

A page that names nothing needs nothing here, unless it takes a form: then a line in FORMS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import text

from accounts.identities import identities_of, link
from accounts.passkeys import passkeys_of
from accounts.tables import Passkey
from tests.access.house import House
from tests.access.things import badge_of, machine_of, tablet_at
from tests.certificates.office import certify
from tests.web.api.good import closed_bin, filled_bin, shipped
from tests.web.api.good_papers import confirmed_batch, doubtful_label

QUERIES: Final[Mapping[str, str]] = {
    "/announce/template": "kind=csv",
    "/labels/sheet": "what=practice",
    "/waste-register/file": "format=csv",
}
"""Pages that are nothing without a question."""

NOUNS: Final[Mapping[str, str]] = {
    "batches": "batch",
    "bins": "bin",
    "deliveries": "delivery",
    "shipments": "shipment",
    "finds": "find",
    "certificates": "certificate",
    "reports": "report",
    "stream-numbers": "stream_number",
    "notifications": "month",
    "stations": "tablet",
    "badges": "badge",
    "tokens": "machine",
    "entries": "scan_id",
    "figures": "figure",
    "reference": "piece",
}
"""What a path names, by its first word."""
OTHERS: Final[Mapping[str, str]] = {
    "/deliveries/{code}/withdraw": "announced",
    "/badges/stations/{code}": "station",
    "/finds/{code}/receipt.pdf": "handed",
}
NEVER: Final = "B00000000000"
"""What nobody has: it fits a code of every kind."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a path, and a form for it. Its own number is added when it is sent."""

    named: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)


def _identity(house: House, person_id: int) -> str:
    """The number of an account at a provider by which somebody may sign in."""
    with house.depot.database.write() as session:
        for issuer in ("https://id.example", "https://other.example"):
            link(session, person_id, issuer=issuer, subject=str(person_id), now=house.depot.now)
        return str(identities_of(session, person_id)[0].id)


def _passkey(house: House, person_id: int) -> str:
    """The number of a passkey of somebody who has two."""
    with house.depot.database.write() as session:
        for one in ("a", "b"):
            row = Passkey(
                person_id=person_id,
                credential=f"{one}{person_id}",
                public_key="",
                sign_count=0,
                name=one,
                created_at=house.depot.now,
            )
            session.add(row)
        session.flush()
        return str(passkeys_of(session, person_id)[0].id)


def _colleague(house: House, person_id: int) -> str:
    """The number of somebody of the same role in the same place."""
    kept = "password_hash, role, organisation_id, site_id, language, active, created_at, scope"
    with house.depot.database.write() as session:
        made = session.execute(
            text(
                f"INSERT INTO person (email, name, {kept})"
                f" SELECT :email, 'Anna', {kept} FROM person WHERE id = :id RETURNING id"
            ),
            {"email": f"{uuid4()}@example.org", "id": person_id},
        )
        return str(made.scalar_one())


PERSONAL: Final[Mapping[str, Callable[[House, int], str]]] = {
    "/account/identity/{code}": _identity,
    "/account/passkeys/{code}": _passkey,
    "/people/{code}": _colleague,
    "/people/{code}/data": lambda _, person_id: str(person_id),
    "/people/{code}/erase": lambda _, person_id: str(person_id),
}
"""Pages of a thing of one person, and how to make one: others have nothing to do with it, whoever
they are. In the matrix "beside" and "elsewhere" ask for that of a team leader of ours."""


def named(path: str, known: Mapping[str, str]) -> dict[str, str]:
    """What stands in a path of a page."""
    noun = path.split("/")[1]
    own = known.get(OTHERS.get(path) or NOUNS.get(noun, ""), "")
    found = {name: own for name in ("code", "number", "id", "scan_id") if f"{{{name}}}" in path}
    if "{noun}" in path:
        found["noun"] = "container"
    if "{hash}" in path:
        found["hash"] = known["paper"]
    return found


Make = Callable[[House], Filled]
INTAKE: Final = {
    "station": "S1-IN",
    "supplier": "NOORDERHAVEN",
    "article_group": "uniform",
    "gross": "320",
    "tare": "20",
}
STREAM: Final = {
    "site": "S1",
    "partner": "NOORDERHAVEN",
    "eural": "20 01 10",
    "usual_name": "Andere kleding",
    "processing": "C.03",
    "from_day": "2026-03-01",
    "carrier": "KARREWIEL",
}
CSV: Final = b"supplier,site,expected_on,reference,mass_kg\nNOORDERHAVEN,S1,2026-03-04,MV-1,600\n"


def _batch(**form: Any) -> Make:
    return lambda house: Filled({"code": house.depot.log()["code"]}, form)


def _bin(**form: Any) -> Make:
    return lambda house: Filled({"code": filled_bin(house.depot)}, form)


def _shipment(**form: Any) -> Make:
    return lambda house: Filled({"code": shipped(house.depot)}, form)


def _plain(**form: Any) -> Make:
    return lambda house: Filled({}, form)


def _sorted(house: House, mass_g: int) -> str:
    code = str(house.depot.log()["code"])
    house.depot.sort(code, {"reuse": mass_g})
    return code


def _close(house: House) -> Filled:
    return Filled({"code": _sorted(house, 300_000)}, {"station": "S1-A"})


def _reopen(house: House) -> Filled:
    code = _sorted(house, 300_000)
    house.depot.close(code)
    return Filled({"code": code}, {"station": "S1-A", "reason": "mistake"})


def _release(house: House) -> Filled:
    code = house.depot.log()["code"]
    house.depot.hold(code, 20_000)
    return Filled({"code": code}, {"reason": "mistake", "mass": "10"})


def _destroy(house: House) -> Filled:
    code = house.depot.log(article_group="vest")["code"]
    house.depot.note_item(code, "KV-10001")
    return Filled({"code": code}, {"number": "KV-10001", "method": "cut_apart", "station": "S1-B"})


def _undo(house: House) -> Filled:
    house.depot.log()
    return Filled({"scan_id": house.depot.scan_id}, {"reason": "mistake"})


def _return(house: House) -> Filled:
    code = closed_bin(house.depot)
    return Filled({"code": house.depot.ship(code)}, {"reason": "damp", "bin": code})


def _withdraw(house: House) -> Filled:
    code = certify(house.depot, "reuse", "batch", confirmed_batch(house))["code"]
    return Filled({"code": code}, {"reason": "mistake"})


def _number(house: House) -> Filled:
    form = {"from_day": "2026-02-01", "carrier": "KARREWIEL"}
    return Filled({"code": house.things["stream_number"]}, form)


def _certify(house: House) -> Filled:
    return Filled({}, {"kind": "reuse", "scope": "batch", "code": confirmed_batch(house)})


def _month(house: House) -> Filled:
    return Filled({"code": house.things["month"]})


def _label(house: House) -> Filled:
    return Filled({}, {"label": doubtful_label(house)[0], "decision": "there"})


FORMS: Final[Mapping[str, Make]] = {
    "/account": _plain(what="details", name="Anna", language="nl"),
    "/account/identity": _plain(provider="nobody"),
    "/account/identity/{code}": _plain(),
    "/account/password": _plain(old="thee met citroen", new="thee met honing", again="x"),
    "/account/recovery-codes": _plain(),
    "/account/passkeys/new": _plain(name="Telefoon"),
    "/account/passkeys/options": _plain(),
    "/account/passkeys/{code}": _plain(),
    "/account/second-factor": _plain(),
    "/account/second-factor/new": _plain(code="123456"),
    "/account/second-factor/remove": _plain(),
    "/login/again": _plain(next="/account"),
    "/people/new": _plain(
        name="Roos", email="roos@example.org", role="supplier", organisation="NOORDERHAVEN"
    ),
    "/people/rules": _plain(),
    "/people/{code}": _plain(what="shut_out"),
    "/announce": _plain(
        do="book",
        supplier="NOORDERHAVEN",
        site="S1",
        expected_on="2026-03-02",
        **{"mass-0": "300"},
    ),
    "/announce/file": _plain(file=CSV),
    "/attention": lambda house: Filled(
        {}, {"label": doubtful_label(house)[0], "decision": "there"}
    ),
    "/batches/new": _plain(**INTAKE),
    "/batches/{code}/close": _close,
    "/batches/{code}/correct": _batch(reason="mistake", gross="321"),
    "/batches/{code}/destroy-items": _destroy,
    "/batches/{code}/found": _batch(station="S1-A", kind="wallet", count="1"),
    "/batches/{code}/gate": _batch(station="S1-A", gate="logo", mass="1"),
    "/batches/{code}/hold": _batch(reason="mistake", mass="1"),
    "/batches/{code}/note-items": lambda house: Filled(
        {"code": house.depot.log(article_group="vest")["code"]},
        {"numbers": "KV-10002", "station": "S1-A"},
    ),
    "/batches/{code}/refuse": _batch(reason="damp", mass="1"),
    "/batches/{code}/release": _release,
    "/batches/{code}/reopen": _reopen,
    "/batches/{code}/sort": _batch(station="S1-A", **{"mass-reuse": "1"}),
    "/batches/{code}/weigh": _batch(station="S1-A", gross="319", tare="20"),
    "/bins/new": _plain(site="S1", destination="reuse"),
    "/bins/{code}/close": _bin(gross="60", tare="20"),
    "/bins/{code}/sort": _bin(station="S1-A", **{"mass-recycle": "1"}),
    "/certificates/new": _certify,
    "/certificates/{code}/withdraw": _withdraw,
    "/deliveries/{code}/withdraw": lambda house: Filled(
        {"code": house.depot.announce(300_000)["code"]}
    ),
    "/entries/{scan_id}/undo": _undo,
    "/finds/{code}/hand-over": lambda house: Filled(
        {"code": house.depot.find(None)}, {"first": "Anna", "second": "Bas", "receiver": "Mien"}
    ),
    "/labels": _plain(station="S1-A", kind="bin", count="3", size="a4"),
    "/notices": _plain(),
    "/notices/contacts": _plain(partner="NOORDERHAVEN", address="mail@example.org"),
    "/notices/settings": _plain(portal="report_issued"),
    "/notifications/{code}": _month,
    "/people/{code}/erase": _plain(),
    "/reference/{noun}/new": lambda _: Filled(
        {"noun": "container"},
        {"code": "BOX9", "site": "S1", "kind": "box", "tare_g": "20", "tare_on": "2026-03-02"},
    ),
    "/reference/{noun}/{code}/edit": lambda _: Filled(
        {"noun": "container", "code": "BOX1"},
        {"base": "1", "site": "S1", "kind": "box", "tare_g": "21", "tare_on": "2026-03-02"},
    ),
    "/reports/issued/new": _plain(
        **{"from": "2026-01-01", "to": "2026-03-01", "supplier": "NOORDERHAVEN"}
    ),
    "/shipments/new": lambda house: Filled(
        {}, {"outlet": "VEZELHOF", "bins": closed_bin(house.depot)}
    ),
    "/shipments/{code}/confirm": _shipment(**{"mass-reuse": "40"}),
    "/shipments/{code}/leg": _shipment(carrier="KARREWIEL", departed="2026-03-02T09:00"),
    "/shipments/{code}/link": _shipment(days="60"),
    "/shipments/{code}/return": _return,
    "/tokens/new": _plain(
        name="Planning", role="supplier", organisation="NOORDERHAVEN", scope="read", days="365"
    ),
    "/tokens/{code}": lambda house: Filled({"code": str(machine_of(house.depot))}),
    "/badges": _plain(site="S1", name="Tafel"),
    "/badges/{code}": lambda house: Filled({"code": str(badge_of(house.depot))}),
    "/badges/stations/{code}": lambda _: Filled(
        {"code": "S1-A"}, {"badge": "optional", "rest_minutes": "20"}
    ),
    "/stations": _plain(station="S1-A", name="Tafel 9"),
    "/stations/tablets/{code}": lambda house: Filled({"code": str(tablet_at(house.depot))}),
    "/stream-numbers/new": _plain(**STREAM),
    "/stream-numbers/{code}": _number,
}
"""Every page that takes a form, and one that is well filled in."""


def carried(house: House, form: Mapping[str, Any]) -> dict[str, Any]:
    """A form with what a page puts into each: a number of its own, and its time."""
    return {"scan_id": str(uuid4()), "at": house.depot.now.isoformat(), **form}
