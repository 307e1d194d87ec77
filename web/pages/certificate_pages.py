"""Contexts of the pages about certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.errors import Refusal
from web.pages.forms import Form, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A certificate in a list. title: its kind; about: its scope, in words."""

    code: str
    kind: str
    title: str
    supplier: str
    about: str
    mass_g: int
    issued_on: date
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatesPage:
    """The list, its filter and its pages."""

    rows: Sequence[CertificateLine]
    filter: Form
    suppliers: Options
    first: str | None
    next: str | None

    @property
    def filtered(self) -> bool:
        return any(self.filter.values.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Grams with what they are. stream: its shape, if any; level: how deep in the tree."""

    name: str
    mass_g: int
    stream: str | None = None
    level: int = 0
    certified_g: int | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a certificate states, or would state: read from a document, or from a draft of one."""

    statement: str
    about: str
    mass_g: int
    measured_g: int
    estimated_g: int
    received_g: int
    pending_g: int
    permille: int
    destinations: Sequence[Part]
    coverage: Sequence[Part]
    tree: Sequence[Part]
    items: Sequence[tuple[str, str, str, date]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """An entry that speaks against a certificate. what: the kind of entry."""

    entry: str
    what: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePage:
    """One certificate. link: where a letter or another page may point to for checking it."""

    code: str
    title: str
    supplier: str
    issued_on: date
    state: str
    stated: Stated
    key: str
    link: str
    reason: str | None = None
    withdrawn_on: date | None = None
    replaced_by: str | None = None
    replaces: str | None = None
    against: Sequence[Against] = ()
    missing_g: int = 0
    again: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePage:
    """Make a certificate: what is asked for, and what it would say. lacks: why it cannot be."""

    form: Form
    kinds: Options
    scopes: Options
    suppliers: Options
    reasons: Options
    stated: Stated | None = None
    lacks: Refusal | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPage:
    """Withdraw a certificate, for a reason."""

    form: Form
    code: str
    title: str
    supplier: str
    mass_g: int
    reasons: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """The answer to whoever holds a certificate. verdict: none before anything was asked.

    stated and supplier: only when the document itself was presented; batches: those it is about.
    """

    form: Form
    code: str | None = None
    verdict: str | None = None
    why: str | None = None
    real_code: str | None = None
    title: str | None = None
    issuer: str | None = None
    about: str | None = None
    issued_on: date | None = None
    mass_g: int = 0
    measured_g: int = 0
    estimated_g: int = 0
    permille: int = 0
    key: str | None = None
    chains: Sequence[tuple[str, int, str]] = ()
    reason: str | None = None
    withdrawn_on: date | None = None
    replaced_by: str | None = None
    against: Sequence[Against] = ()
    missing_g: int = 0
    supplier: str | None = None
    stated: Stated | None = None
    asked_batch: str | None = None
