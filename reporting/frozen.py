"""A report as the document that is signed, and read back from it: nothing else is asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

from catalogue.kinds import Stream
from chain.actions import instant
from reporting.circularity import Destined, Outcome, Route, Row, Terms
from reporting.measure import measure_from
from reporting.periods import Period
from reporting.questions import Basis, By, Question
from reporting.report import AsOf, Report, as_json
from reporting.targets import completeness_from, targets_from

PURPOSE: Final = "stofstroom/report/1"
PARTS: Final = {By.MONTH: "months", By.ARTICLE_GROUP: "article_groups", By.SUPPLIER: "by_supplier"}

Said = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What figures become an issued report by. parties: as documents name them; covers: codes of
    every supplier that counts, none for all; heads: signed, of the chains of its sites."""

    code: str
    number: str
    now: datetime
    timezone: str
    issuer: Mapping[str, str]
    supplier: Mapping[str, str] | None
    covers: Sequence[str] | None
    sites: Sequence[Mapping[str, str]]
    heads: Sequence[Mapping[str, Any]]
    replaces: str | None
    verify_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """An issued report, read back. report: its figures; parts: the same with rows."""

    code: str
    number: str
    issued_at: datetime
    timezone: str
    issuer: Mapping[str, str]
    supplier: Mapping[str, str] | None
    covers: tuple[str, ...] | None
    sites: tuple[Mapping[str, str], ...]
    heads: tuple[Mapping[str, Any], ...]
    replaces: str | None
    verify_at: str
    report: Report
    parts: Mapping[By, Report]


def frozen(plain: Report, parts: Mapping[By, Report], seal: Sealing) -> dict[str, Any]:
    """The document of a report: texts, whole numbers, lists and objects only."""
    said = as_json(plain)
    del said["rows"], said["by"]
    return {
        "code": seal.code,
        "number": seal.number,
        "issued_at": instant(seal.now),
        "timezone": seal.timezone,
        "issuer": dict(seal.issuer),
        "supplier": dict(seal.supplier) if seal.supplier else None,
        "covers": None if seal.covers is None else sorted(seal.covers),
        "sites": [dict(one) for one in seal.sites],
        "replaces": seal.replaces,
        "figures": {
            **said,
            "loss_names": {kind: dict(names) for kind, names in plain.loss_names.items()},
        },
        **{name: as_json(parts[by])["rows"] for by, name in PARTS.items()},
        "as_of": [
            {"chain": one["log"], "size": one["size"], "root": one["root"], "checkpoint": dict(one)}
            for one in seal.heads
        ],
        "verify_at": seal.verify_at,
    }


def thawed(document: Said) -> Frozen:
    """A report as its document says it."""
    said = document["figures"]
    report = _report(said)
    return Frozen(
        code=document["code"],
        number=document["number"],
        issued_at=datetime.fromisoformat(document["issued_at"]),
        timezone=document["timezone"],
        issuer=document["issuer"],
        supplier=document["supplier"],
        covers=None if document["covers"] is None else tuple(document["covers"]),
        sites=tuple(document["sites"]),
        heads=tuple(one["checkpoint"] for one in document["as_of"]),
        replaces=document["replaces"],
        verify_at=document["verify_at"],
        report=report,
        parts={by: _with_rows(report, by, document[name]) for by, name in PARTS.items()},
    )


def _report(said: Said) -> Report:
    basis = Basis(said["basis"])
    asked = _made(
        Question,
        {
            "period": Period(date.fromisoformat(said["from"]), date.fromisoformat(said["to"])),
            "basis": basis,
            "suppliers": tuple(said["suppliers"]),
            "sites": tuple(said["sites"]),
            "factors": said["factors"],
        },
    )
    known = {
        "asked": asked,
        "suppliers": tuple(said["suppliers"]),
        "sites": tuple(said["sites"]),
        "terms": _terms(said, basis),
        "destinations": [_destined(one) for one in said["destinations"]],
        "measures": [measure_from(one) for one in said["figures"]],
        "as_of": [AsOf(**one) for one in said["as_of"]],
        "rows": [],
        "completeness": completeness_from(said.get("completeness")),
        "targets": targets_from(said.get("targets", ())),
    }
    return _made(Report, {**said, **known})


def _made(kind: type[T], said: Said) -> T:
    """A value of those fields that it has: what is said may know more, or come from before."""
    return kind(**{one.name: said[one.name] for one in fields(kind) if one.name in said})  # type: ignore[arg-type]


def _destined(said: Said) -> Destined:
    route = Route(
        operator=said["operator"],
        code=said["destination"],
        version=said["version"],
        stream=Stream(said["stream"]),
        names=said["names"],
    )
    return Destined(route=route, outcome=_made(Outcome, said), permille=said["permille"])


def _terms(said: Said, basis: Basis) -> Terms:
    booked = basis is Basis.BOOKED
    return Terms(
        input_g=said.get("input_g", 0),
        returned_g=said.get("returned_g", 0),
        estimated_g=said.get("estimated_g", 0),
        streams={stream: _made(Outcome, said["streams"][stream.value]) for stream in Stream},
        losses=said.get("losses", {}),
        held_g=said.get("held_g", 0),
        finds_g=said["finds_g"],
        opening_g=said["opening_g"] if booked and "opening_g" in said else 0,
    )


def _with_rows(report: Report, by: By, rows: Sequence[Said]) -> Report:
    asked = replace(report.asked, by=by)
    found = [
        Row(
            key=said[by.value],
            names=said.get("names", {}),
            terms=_terms(said, report.asked.basis),
        )
        for said in rows
    ]
    return replace(report, asked=asked, rows=found)
