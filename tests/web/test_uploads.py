"""Hostile files at every door: pictures that fill the memory, packed files that burst, papers that
are pages, and what a virus scanner knows."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from PIL import Image
from starlette.requests import Request

from catalogue.errors import Malformed, Refusal
from dispatch.documents import document_of
from intake.announcing_files import PARTS_MAX, UNPACKED_MAX, read_file
from intake.photos import photo_of
from labels.reading import NoPicture, texts_in
from store.gate import Busy
from web.harmless import require_harmless
from web.hygiene import Hygiene
from web.settings import SettingsWrong, from_environment

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _png(width: int, height: int) -> bytes:
    """A PNG that says it is this large, with the few bytes that so much nothing packs into."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(1 << 16), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _picture(kind: str, how: Callable[[Image.Image], Image.Image] = lambda one: one) -> bytes:
    made = io.BytesIO()
    how(Image.new("RGB", (64, 64), "white")).save(made, kind)
    return made.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
HOSTILE = {
    "a pixel flood": _png(60_000, 60_000),
    "one long line": _png(1_000_000, 16),
    "a page": HTML,
    "a drawing with a script": SVG,
    "a page behind the mark of a picture": b"\x89PNG\r\n\x1a\n" + HTML,
    "a moving picture": _picture("GIF"),
    "another kind": _picture("TIFF"),
    "a packed file": b"PK\x03\x04" + bytes(100),
    "a program": b"\x7fELF" + bytes(200),
    "nothing": b"",
}
ByName = pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())


@ByName
@pytest.mark.parametrize("said", ["image/png", "image/jpeg", "image/webp"])
def test_no_photo_is_anything_but_a_whole_picture_of_a_sane_size(content: bytes, said: str) -> None:
    with pytest.raises(Malformed):
        photo_of(content, said)


@ByName
def test_no_picture_of_a_code_is_read_that_is_none(content: bytes) -> None:
    with pytest.raises(NoPicture):
        texts_in(content, "image/png")


@ByName
def test_no_paper_of_an_outlet_is_anything_but_a_paper(content: bytes) -> None:
    with pytest.raises(Malformed):
        document_of(content)


def test_a_paper_is_named_by_us_and_by_what_its_bytes_are() -> None:
    paper = document_of(b"%PDF-1.7\n" + HTML + b"\n%%EOF")
    assert paper.media_type == "application/pdf"
    assert paper.name == f"{paper.hash[:16]}.pdf"


def _packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def _lying(parts: dict[str, bytes], says: int) -> bytes:
    """A packed file whose list says that its parts are smaller than they are."""
    content = bytearray(_packed(parts))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = says.to_bytes(4, "little")
    return bytes(content)


WORKBOOKS = {
    "one that bursts": _packed({"xl/workbook.xml": bytes(UNPACKED_MAX + 1)}),
    "one that lies about it": _lying({"xl/workbook.xml": bytes(UNPACKED_MAX + 1)}, says=100),
    "one of too many parts": _packed({f"{number}.xml": b"x" for number in range(PARTS_MAX + 1)}),
    "one that unpacks elsewhere": _packed({"../../etc/cron.d/x": b"x", "[Content_Types].xml": b""}),
    "one that asks for a file": _packed(
        {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'}
    ),
    "one that grows by itself": _packed(
        {"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]>'.encode("utf-16")}
    ),
    "one within another": _packed({"a.zip": _packed({"b": b"x" * 1000})}),
}


@pytest.mark.parametrize("content", WORKBOOKS.values(), ids=WORKBOOKS.keys())
def test_no_workbook_bursts_or_reaches_for_something(content: bytes) -> None:
    assert len(content) < 2_000_000
    with pytest.raises(Malformed):
        read_file(content)


@contextmanager
def _scanner(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Somebody who answers as clamd does, once."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            line, _ = door.accept()
            with line, line.makefile("rb") as said:
                assert said.read(10) == b"zINSTREAM\0"
                whole = b""
                while size := int.from_bytes(said.read(4), "big"):
                    whole += said.read(size)
                came.append(whole)
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{door.getsockname()[1]}", came
        thread.join()


def _request(scanner: str | None) -> Request:
    settings = replace(from_environment({}), hygiene=Hygiene(scanner=scanner))
    app = SimpleNamespace(state=SimpleNamespace(settings=settings))
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "app": app}
    return Request({**scope, "query_string": b"", "server": ("testserver", 80)})


def test_a_file_that_the_scanner_warns_of_is_refused() -> None:
    with _scanner(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as (scanner, came):
        with pytest.raises(Refusal) as refused:
            require_harmless(_request(scanner), EICAR)
        assert came == [EICAR]
    assert refused.value.figures == {"field": "file", "problem": "harmful"}


def test_a_file_that_the_scanner_knows_nothing_of_passes_whole() -> None:
    content = bytes(range(256)) * 1000
    with _scanner(b"stream: OK\0") as (scanner, came):
        require_harmless(_request(scanner), content)
        assert came == [content]


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0"])
def test_a_scanner_that_cannot_judge_lets_nothing_through(answer: bytes) -> None:
    with _scanner(answer) as (scanner, _came), pytest.raises(Busy):
        require_harmless(_request(scanner), b"content")


def test_a_scanner_that_is_not_there_lets_nothing_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        free = door.getsockname()[1]
    for scanner in (f"127.0.0.1:{free}", "unix:/nowhere/at/all.ctl"):
        with pytest.raises(Busy):
            require_harmless(_request(scanner), b"content")


def test_where_no_scanner_is_named_none_is_asked() -> None:
    require_harmless(_request(None), EICAR)
    with pytest.raises(SettingsWrong, match="STOFSTROOM_VIRUS_SCANNER"):
        from_environment({"STOFSTROOM_VIRUS_SCANNER": "the one in the hall"})
