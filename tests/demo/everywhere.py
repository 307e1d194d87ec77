"""Every figure of a register wherever it stands: held against one another to the gram.

Also a program, for a demo year of any size: `python -m tests.demo.everywhere DATABASE-FILE`.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import pandas as pd
import pikepdf
from fastapi import FastAPI
from pypdfium2 import PdfDocument
from sqlmodel import col, select
from starlette.testclient import TestClient

from accounts.actions import make_token, open_session
from accounts.tables import Person
from catalogue.kinds import Purpose, Role
from catalogue.rulebook import rulebook
from catalogue.tables import Destination
from demo.world import OPERATOR, WORLD
from store.engine import Database
from tests.reporting.recompute import recompute
from tests.reporting.recompute_figures import SCHEMES, Known, figures
from tests.web.api.calling import UNHURRIED
from web import units
from web.app import create_app
from web.deps import SESSION_COOKIE
from web.hygiene import Hygiene
from web.i18n import languages
from web.settings import Settings

Figure = tuple[str, str, str]
"""Section, key and term, as the export of figures names them."""
Values = dict[Figure, int | None]

EXPORTED: Final = ("csv", "jsonl", "parquet", "xlsx")
TERMS: Final = ("input_g", "returned_g", "estimated_g", "held_g", "loss_g", "finds_g")
ENDS: Final = ("opening_g", "closing_g")
PER_KG: Final = {"g_co2e_per_kg": 1, "permille": 1_000, "mg_co2e_per_t": 1_000_000}
SHOWN_G: Final = ("input_g", "loss_g", "finds_g")
DECLARED: Final = {
    "recycled": "recycled",
    "reused": "reused",
    "renewable": "renewable",
    "lifetime": "lifetime",
    "use": "use",
    "feed": "feed_efficiency",
    "recovery": "recycling_efficiency",
}
"""What a supplier declares, as pandas calls it and as the register does."""
FOR_EVER: Final = {"from": "2000-01-01", "to": "2099-01-01"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as calls and pages are asked it."""

    first: date
    end: date
    basis: str
    supplier: str | None = None

    @property
    def query(self) -> dict[str, str]:
        said = {"from": self.first.isoformat(), "to": self.end.isoformat(), "basis": self.basis}
        return said | ({"supplier": self.supplier} if self.supplier else {})


@dataclass(slots=True)
class Check:
    """Asks one application for the same figures in every way. compared: values, by the way."""

    client: TestClient
    database: Database
    headers: Mapping[str, str]
    compared: Counter[str] = field(default_factory=Counter)

    def differences(self, asked: Asked) -> Iterator[str]:
        """Where two ways do not say the same."""
        report = self.json("/reports/circularity", **asked.query)
        said = values_of(report)
        yield from self._broken_identities(report, said)
        issued, paper = self._issued(asked)
        ways = {
            **{f"{kind} export": self._exported(asked, kind) for kind in EXPORTED},
            "data package": self._packed(asked),
            **issued,
        }
        for way, found in ways.items():
            yield from self._apart(way, asked, said, found)
        yield from self._apart("pandas", asked, said, self._recomputed(asked, report))
        yield from self._unsaid(asked, report, paper)

    def _apart(
        self, way: str, asked: Asked, said: Mapping[Figure, Any], found: Mapping[Figure, Any]
    ) -> Iterator[str]:
        """Each value of `found` that is not what was said; a way may leave some out, not all."""
        if not found:
            yield f"{way}: nothing to compare for {asked}"
        for name, value in found.items():
            self.compared[way] += 1
            if name not in said or said[name] != value:
                yield f"{way}: {name} is {value}, not {said.get(name)} ({asked})"

    def _broken_identities(self, report: Any, said: Values) -> Iterator[str]:
        shares = [one["permille"] for one in report["streams"].values()]
        if None not in shares and sum(shares) != 1000:
            yield f"shares of streams add up to {sum(shares)}"
        shares = [one["permille"] for one in report["destinations"]]
        if shares and None not in shares and sum(shares) != 1000:
            yield f"shares of destinations add up to {sum(shares)}"
        whole, kept, gone = (said[("figure", "", f"gri.306-{part}.total")] for part in (3, 4, 5))
        if whole is None or kept is None or gone is None or whole != kept + gone:
            yield f"GRI 306-3 is {whole}, and 306-4 + 306-5 are {kept} + {gone}"
        out_g = sum(one["mass_g"] for one in report["streams"].values())
        out_g += report["loss_g"] + report["finds_g"]
        booked = report["basis"] == "booked"
        left_g = report["closing_g"] - report["opening_g"] if booked else report["held_g"]
        if report["input_g"] != out_g + left_g:
            yield f"the balance is off by {report['input_g'] - out_g - left_g} g"
        self.compared["identities"] += 4

    def json(self, path: str, **query: str) -> Any:
        return self._get(f"/api/v1{path}", **query).json()

    def _get(self, path: str, **query: str) -> Any:
        headers = dict(self.headers)
        if not path.startswith("/api/"):
            # No machine opens a page: the person at the browser does.
            del headers["Authorization"]
        answer = self.client.get(path, params=query, headers=headers)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
        return answer

    def _exported(self, asked: Asked, kind: str) -> Values:
        content = self._get("/api/v1/exports/figures", **asked.query, format=kind).content
        readers: Mapping[str, Any] = {
            "csv": lambda: pd.read_csv(io.BytesIO(content), dtype={"key": str}),
            "jsonl": lambda: pd.read_json(
                io.BytesIO(content), lines=True, dtype={"key": str, "value": "Int64"}
            ),
            "parquet": lambda: pd.read_parquet(io.BytesIO(content)),
            "xlsx": lambda: pd.read_excel(io.BytesIO(content), dtype={"key": str}),
        }
        return _by_name(readers[kind]())

    def _packed(self, asked: Asked) -> Values:
        content = self._get("/api/v1/exports/figures", **asked.query, format="package").content
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            name = next(name for name in packed.namelist() if name.endswith("figures.csv"))
            return _by_name(pd.read_csv(packed.open(name), dtype={"key": str}))

    def _issued(self, asked: Asked) -> tuple[dict[str, Values], str]:
        """The same report as it is issued: its data, its table, its workbook; what paper reads."""
        body = {**asked.query, "scan_id": str(uuid4())}
        made = self.client.post("/api/v1/reports/issued", json=body, headers=dict(self.headers))
        assert made.status_code == 201, made.text
        path = f"/api/v1/reports/issued/{made.json()['number']}"
        table = self._get(f"{path}.csv").content
        paper = self._get(f"{path}.pdf").content
        with pikepdf.open(io.BytesIO(paper)) as opened:
            inside = {
                name.rpartition(".")[2]: attached.get_file().read_bytes()
                for name, attached in opened.attachments.items()
            }
        return {
            "issued data": values_of(self._get(f"{path}.json").json()["document"]["figures"]),
            "issued table": _without_months(table),
            "issued workbook": _in_workbook(self._get(f"{path}.xlsx").content),
            "data inside the paper": values_of(json.loads(inside["json"])["document"]["figures"]),
            "table inside the paper": _without_months(inside["csv"]),
        }, _text_of(paper)

    def _recomputed(self, asked: Asked, report: Any) -> Values:
        """Plain pandas over the exported movements, which knows the standards by itself."""
        narrowed = {"supplier": asked.supplier} if asked.supplier else {}
        movements = self._get(
            "/api/v1/exports/movements", **FOR_EVER, basis="booked", format="csv", **narrowed
        ).text
        period: dict[str, Any] = {"first": asked.first, "end": asked.end, "basis": asked.basis}
        found = recompute(movements, **period)
        told = figures(movements, known_of(self.database, report), **period)
        values: Values = {("figure", "", id): value for id, value in told.items()}
        ends = ENDS if asked.basis == "booked" else ()
        values |= {("balance", "", term): found[term] for term in (*TERMS, *ends)}
        for stream, one in found["streams"].items():
            values |= {("balance", "", f"{stream}.{term}"): one[term] for term in one}
        for route, one in found["destinations"].items():
            if any(one.values()):
                values |= {("destination", route, term): one[term] for term in one}
        return values

    def _unsaid(self, asked: Asked, report: Any, paper: str) -> Iterator[str]:
        """Weights that a reader of the page or of the paper does not see in kilograms."""
        texts = {
            f"page ({code})": (self._page(asked, code), one) for code, one in languages().items()
        }
        texts["paper"] = (paper, languages()["en"])
        ends = ENDS if asked.basis == "booked" else ("held_g",)
        masses = [report[term] for term in (*SHOWN_G, *ends) if report[term]]
        masses += [one["mass_g"] for one in report["streams"].values() if one["mass_g"]]
        for way, (text, language) in texts.items():
            for mass_g in masses:
                self.compared[way] += 1
                if _plain(units.weight(mass_g, language)) not in text:
                    yield f"{way}: {mass_g} g is not there ({asked})"

    def _page(self, asked: Asked, language: str) -> str:
        return _plain(
            re.sub(r"<[^>]*>", " ", self._get("/report", **asked.query, lang=language).text)
        )


def values_of(report: Any) -> Values:
    """What the report of a call says, by the names that the export gives it."""
    ends = ENDS if report["basis"] == "booked" else ()
    values: Values = {
        ("balance", "", term): report[term] for term in (*TERMS, "in_transit_g", *ends)
    }
    values |= {("balance", "", f"losses.{kind}"): one for kind, one in report["losses"].items()}
    for stream, one in report["streams"].items():
        values |= {("balance", "", f"{stream}.{term}"): value for term, value in one.items()}
    for one in report["destinations"]:
        key = f"{one['destination']}@{one['version']}"
        for term in ("mass_g", "confirmed_g", "in_transit_g", "estimated_g", "permille"):
            values[("destination", key, term)] = one[term]
    return values | {("figure", "", one["id"]): one["value"] for one in report["figures"]}


def _plain(text: str) -> str:
    """With one plain space wherever there is any."""
    return re.sub(r"\s+", " ", text)


def _text_of(paper: bytes) -> str:
    opened = PdfDocument(paper)
    text = " ".join(page.get_textpage().get_text_bounded() for page in opened)
    opened.close()
    return _plain(text)


def _without_months(table: bytes) -> Values:
    """An issued table also says every month."""
    found = _by_name(pd.read_csv(io.BytesIO(table), dtype={"key": str}))
    return {name: value for name, value in found.items() if name[0] != "month"}


def _by_name(table: pd.DataFrame) -> Values:
    """The lines of an export of figures."""
    whole = [None if pd.isna(value) else int(value) for value in table["value"]]
    names = zip(table["section"], table["key"].fillna("").astype(str), table["term"], strict=True)
    return dict(zip(names, whole, strict=True))


def _in_workbook(content: bytes) -> Values:
    """The figures of a workbook, by their id, as its cells keep them."""
    for sheet in pd.read_excel(io.BytesIO(content), sheet_name=None, header=None).values():
        cells = sheet.to_numpy().tolist()
        found = {
            ("figure", "", str(line[4])): None if pd.isna(line[2]) else int(line[2])
            for line in cells[1:]
            if len(line) > 4
            and isinstance(line[4], str)
            and "." in f"{line[4]}."
            and (pd.isna(line[2]) or isinstance(line[2], int | float))
        }
        if ("figure", "", "reuse_of_sorted") in found:
            return found
    return {}


def known_of(database: Database, report: Any) -> Known:
    """Reference data as plain values; of factors those that the report says that it used."""
    with database.read() as session:
        book = rulebook(session)
        operator = book.operators[book.organisation(OPERATOR).id]
        cells = select(*(col(getattr(Destination, name)) for name in ("id", *SCHEMES)))
        by_id = {row[0]: dict(zip(SCHEMES, row[1:], strict=True)) for row in session.exec(cells)}
    used = [one for figure in report["figures"] for one in figure["factors"]]
    suppliers, outlets = book.organisations_by_id, operator.partners.values()
    return Known(
        routes={
            row.label: {**by_id[row.id], "eural": row.eural, "stream": row.stream.value}
            for row in operator.destinations
        },
        in_scheme={row.code for row in operator.groups.values() if row.in_producer_scheme},
        # What nothing was multiplied with is not told.
        factors={
            **{purpose.value: (Fraction(0), Fraction(0), Fraction(0)) for purpose in Purpose},
            **{one["purpose"]: _levels(one) for one in used},
        },
        declared={
            suppliers[one.supplier_id].code: {
                name: value
                for name, part in DECLARED.items()
                if (value := getattr(one, f"{part}_permille")) is not None
            }
            for one in operator.declarations
        },
        distances={
            row.code: [one.distance_km for one in outlets if row.code in one.treatments]
            for row in operator.destinations
        },
    )


def _levels(factor: Mapping[str, Any]) -> tuple[Fraction, Fraction, Fraction]:
    """Low, central and high of a factor: grams per kilogram, or a share of one."""
    per = PER_KG[factor["unit"]]
    low, central, high = (Fraction(factor[level], per) for level in ("low", "central", "high"))
    return low, central, high


@contextmanager
def standing(database: Database) -> Iterator[Check]:
    """An application in front of a register, and the demo's manager before it."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            database_url=str(database.url),
            keys=Path(folder) / "keys",
            public_url="http://localhost:8000",
            body_max_bytes=1 << 20,
            hygiene=Hygiene(rates=UNHURRIED),
        )
        app: FastAPI = create_app(settings, database=database)
        now = datetime.now(UTC)
        with database.write() as session:
            token = make_token(
                session, role=Role.MANAGER, organisation=OPERATOR, site=None, name="all", now=now
            )
            manager = session.exec(
                select(Person.id).where(col(Person.role) == Role.MANAGER.value)
            ).first()
            assert manager is not None
            cookie = open_session(session, manager, now=now)
        client = TestClient(app, headers={"origin": "http://testserver"})
        client.cookies.set(SESSION_COOKIE, cookie)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        yield Check(client, database, headers)


def questions(check: Check) -> Iterator[Asked]:
    """The whole register and its last year, on both bases, of all and of each supplier."""
    end = date.fromisoformat(check.json("/reports/circularity")["to"])
    year = date(end.year - 1, end.month, 1)
    for basis in ("received", "booked"):
        yield Asked(date(2000, 1, 1), date(2099, 1, 1), basis)
        yield Asked(year, end, basis)
    for supplier in WORLD["suppliers"]:
        yield Asked(year, end, "received", supplier["code"])


def main() -> None:
    """Check every question of a register, and say how much was compared."""
    database = Database(f"sqlite:///{sys.argv[1]}")
    with standing(database) as check:
        found = [one for asked in questions(check) for one in check.differences(asked)]
    told = [*found, f"{check.compared.total()} values compared: {dict(check.compared)}"]
    sys.stdout.write("\n".join(told) + "\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
