"""Write the pages of docs/ that follow from the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from catalogue.errors import BadInput, NotAllowed, NotFound, Refusal, RuleBroken, concrete
from catalogue.kinds import Role
from docs.access_page import access_page
from docs.exports_page import exports_page
from docs.figures_page import figures_page
from store.engine import Database
from web.app import API_PREFIX, create_app
from web.errors import BY_STATUS, status_of
from web.i18n import language
from web.permissions import API
from web.settings import Settings

Schema: TypeAlias = Mapping[str, Any]

FOLDER: Final = Path(__file__).parent
DUTCH: Final = "nl"
WEB_ITS_OWN: Final = (413, 429, 500, 503)
"""The statuses that the web server gives by itself, without a refusal of a room."""


FIGURES_OF: Final = {
    413: "the most that is read, in `limit_bytes`",
    429: "how long to wait, in `wait_seconds` and in `Retry-After`",
}


def errors_page() -> str:
    """Every code that a refusal can carry, by kind."""
    lines = [
        "# Refusals",
        "",
        "Written by `make docs` from `catalogue/errors.py`: do not edit this page.",
        "",
        "A refusal is `application/problem+json` (RFC 9457) with `type`, `code`, `status`,",
        "`title`, `detail` and the figures that explain it, with the unit in the name.",
        "A `code` never changes. `title` and `detail` are in the language asked for: by `?lang=`,",
        "or by `Accept-Language`.",
    ]
    for kind in (BadInput, NotFound, NotAllowed, RuleBroken):
        lines += ["", f"## {_first_line(kind)}"]
        for code, refusal in sorted(concrete().items()):
            if issubclass(refusal, kind):
                lines += ["", *_refusal(code, refusal)]
    lines += ["", "## From the web server itself"]
    for status in WEB_ITS_OWN:
        code, title, advice = BY_STATUS[status]
        limit = FIGURES_OF.get(status, "")
        lines += ["", *_said(code, status, title, advice, limit)]
    return "\n".join(lines) + "\n"


def _refusal(code: str, refusal: type[Refusal]) -> Iterator[str]:
    meaning, _, figures = " ".join((refusal.__doc__ or "").split()).partition("Figures:")
    # The base of a kind (404 and 403) begins with its status, which stands beside it already.
    meaning = re.sub(r"^\d{3}: ", "", meaning.strip())
    yield from _said(
        code, status_of(refusal()), refusal.title, refusal.advice, figures.strip(" ."), meaning
    )


def _said(
    code: str, status: int, title: str, advice: str, figures: str, meaning: str = ""
) -> Iterator[str]:
    dutch = language(DUTCH).gettext
    yield f"### `{code}` ({status})"
    yield ""
    if meaning:
        yield f"{meaning[0].upper()}{meaning[1:]}"
        yield ""
    yield f"- Title: {title} *{dutch(title)}*"
    yield f"- Advice: {advice} *{dutch(advice)}*"
    if figures:
        yield f"- Figures: {figures}"


def _first_line(kind: type[Refusal]) -> str:
    return (kind.__doc__ or "").splitlines()[0].rstrip(".")


def api_page() -> str:
    """Every call of the API: who may, what is sent, and what it may be refused for."""
    schema = _openapi()
    lines = [
        "# The API",
        "",
        "Written by `make docs` from the code: do not edit this page. The whole schema is at",
        "`/openapi.json`; what each refusal means stands in [errors.md](errors.md).",
        "",
        f"Every path below begins with `{API_PREFIX}` and every call carries",
        "`Authorization: Bearer TOKEN`. Mass is whole grams, in names that end in `_g`; times are",
        "RFC 3339 with their offset. Every write carries a `scan_id`, a UUID made by the sender:",
        "the same one with the same content gets the same answer again (200 instead of 201).",
        'Lists come in pages: `Link: rel="next"` leads on.',
    ]
    for method, path in sorted(API, key=lambda call: (call[1], call[0])):
        call = schema["paths"][API_PREFIX + path][method.lower()]
        roles = ", ".join(role.value for role in Role if role in API[method, path])
        lines += ["", f"## {method} {path}", "", call["description"], "", f"- May: {roles}"]
        lines += _asked(call)
        lines += _body(call, schema["components"]["schemas"])
        lines += _answers(call)
    return "\n".join(lines) + "\n"


def _openapi() -> dict[str, Any]:
    settings = Settings(
        database_url="sqlite://",
        keys=Path("unused"),
        public_url="http://localhost:8000",
        body_max_bytes=1,
    )
    return create_app(settings, database=Database("sqlite://")).openapi()


def _asked(call: Schema) -> Iterator[str]:
    asked = [given["name"] for given in call.get("parameters", ()) if given["in"] == "query"]
    if asked:
        yield f"- Query: {', '.join(f'`{name}`' for name in asked)}"


def _body(call: Schema, shapes: Schema) -> Iterator[str]:
    content = call.get("requestBody", {}).get("content", {})
    if not content:
        return
    if "application/json" not in content:
        yield f"- Body: the bytes of a picture, {' or '.join(f'`{kind}`' for kind in content)}"
        return
    shape = content["application/json"]["schema"]
    yield "- Body:"
    if "$ref" in shape:
        yield from _fields(_named(shape, shapes), shapes, indent="  ")
    else:
        yield "  - the fields of the noun"


def _fields(shape: Schema, shapes: Schema, *, indent: str) -> Iterator[str]:
    required = shape.get("required", ())
    for name, field in shape["properties"].items():
        optional = "" if name in required else ", may be left out"
        yield f"{indent}- `{name}`: {_kind(field)}{optional}"
        inner = _inner(field, shapes)
        if inner is not None:
            yield from _fields(inner, shapes, indent=indent + "  ")


def _kind(field: Schema) -> str:
    """What stands in a field, in a few words."""
    for choice in field.get("anyOf", ()):
        if choice.get("type") != "null":
            return _kind(choice)
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}, at most {field['maxItems']}"
    if "$ref" in field:
        return "objects"
    words = {"date-time": "time", "date": "day", "uuid": "UUID"}.get(field.get("format", ""))
    kinds = {
        "integer": "whole number", "string": "text", "object": "object", "boolean": "true or false",
    }  # fmt: skip
    return words or kinds[field["type"]]


def _inner(field: Schema, shapes: Schema) -> Schema | None:
    items = field.get("items", {})
    return _named(items, shapes) if "$ref" in items else None


def _named(reference: Schema, shapes: Schema) -> Schema:
    found: Schema = shapes[reference["$ref"].rpartition("/")[2]]
    return found


def _answers(call: Schema) -> Iterator[str]:
    for status, answer in sorted(call["responses"].items()):
        if status.startswith("2"):
            yield f"- Answers {status}"
        else:
            codes = (f"`{code}`" for code in answer["description"].split(", "))
            yield f"- Refuses {status}: {', '.join(codes)}"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "errors.md": errors_page,
    "api.md": api_page,
    "figures.md": figures_page,
    "exports.md": exports_page,
    "access.md": access_page,
}


def main() -> None:
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
