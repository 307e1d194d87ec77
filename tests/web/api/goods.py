"""What a good call is, and things to call about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from catalogue.codes import CodeKind
from labels.label import Label, Size
from labels.render import png
from tests.builders import Depot
from tests.web.api.calling import Caller, Hall

Route: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Good:
    """A call that succeeds for those who may make it. named: what stands in its path. png, csv: the
    body where that is a picture, or a file of lines."""

    named: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    png: bytes | None = None
    csv: bytes | None = None


PICTURES: Final = (
    "/photos",
    "/scan/picture",
    "/shipments/{code}/documents",
    "/deliveries/file",
)
"""Calls whose bodies are no JSON, and carry no `scan_id`."""
GOOD: Final[dict[Route, Callable[[Hall], Good]]] = {}


def good(method: str, path: str) -> Callable[[Callable[[Hall], Good]], Callable[[Hall], Good]]:
    def note(make: Callable[[Hall], Good]) -> Callable[[Hall], Good]:
        GOOD[method, path] = make
        return make

    return note


def send(caller: Caller, route: Route, sent: Good) -> Any:
    method, path = route
    path = path.format(**sent.named)
    if method == "GET":
        return caller.get(path, **sent.query)
    if sent.png is not None:
        return caller.post_bytes(path, sent.png, **{"Content-Type": "image/png"})
    if sent.csv is not None:
        return caller.post_bytes(path, sent.csv, **{"Content-Type": "text/csv"})
    return caller.put(path, sent.body) if method == "PUT" else caller.post(path, sent.body)


def picture_of(code: str) -> bytes:
    """A photo of a label, as sharp as a camera wishes it were."""
    label = Label(kind=CodeKind.BATCH, heading="Batch", code=code, qr_text=f"https://x/{code}")
    return png(label, Size.ROLL)


def filled_bin(depot: Depot) -> str:
    """An open bin with 40 kg for reuse."""
    code = depot.open_bin("reuse")
    depot.sort(depot.log()["code"], {code: 40_000})
    return code


def closed_bin(depot: Depot) -> str:
    code = filled_bin(depot)
    depot.close_bin(code, 40_000)
    return code


def shipped(depot: Depot) -> str:
    """A shipment of 40 kg to Vezelhof."""
    return depot.ship(closed_bin(depot))
