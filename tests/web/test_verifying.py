"""A certificate tampered with in every way: the page and the verifier tell the truth each time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from starlette.testclient import TestClient

from proof import verifier
from proof.canonical import canonical
from proof.signing import load_or_create_ring, seal
from store.engine import Database
from tests.builders import Depot
from tests.certificates.office import THIEF, confirmed
from tests.web.api.calling import Hall, scan
from web.app import create_app
from web.pages.verify import FILE_MAX_BYTES
from web.settings import from_environment
from web.tries import WRONG_MAX

PURPOSE = "stofstroom/certificate/1"
VERDICT = re.compile(r'data-verdict="(\w+)" data-why="(\w+)"')


@pytest.fixture
def hall(cast_template: Path, tmp_path: Path) -> Iterator[Hall]:
    file = tmp_path / "hall.sqlite"
    shutil.copy(cast_template, file)
    database = Database(f"sqlite:///{file}")
    app = create_app(from_environment({}), database=database)
    yield Hall(app, Depot(database), tmp_path / "keys")
    database.dispose()


class Office:
    """Certificates of a hall, and the two who look at them: the page, and the verifier."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        self.hall = hall
        self.folder = folder
        self.stranger = TestClient(hall.app, headers={"accept-language": "en"})

    def certified(self, mass_g: int = 30_000, **treated_g: int) -> dict[str, str]:
        """Codes of a batch and of its certificate, and the scan of the confirmation."""
        batch = str(self.hall.depot.log(100_000)["code"])
        _, scan_id = confirmed(self.hall.depot, batch, mass_g, "recycle", **treated_g)
        made = self.hall.post("/certificates", scan(kind="recycling", scope="batch", code=batch))
        assert made.status_code == 201, made.text
        return {"batch": batch, "code": made.json()["code"], "confirmation": scan_id}

    def data(self, code: str) -> bytes:
        return bytes(self.hall.get(f"/certificates/{code}.json").content)

    def paper(self, code: str, **query: str) -> bytes:
        return bytes(self.hall.get(f"/certificates/{code}.pdf", **query).content)

    def verdict(self, code: str | None, given: bytes | None = None, batch: str = "") -> Any:
        """What the page says, and why."""
        path = f"/verify/{code}" if code else "/verify"
        if given is None:
            page = self.stranger.get(path)
        else:
            page = self.stranger.post(path, files={"file": ("c", given)}, data={"batch": batch})
        assert page.status_code == 200, page.text
        found = VERDICT.search(page.text)
        assert found, page.text
        return found.groups()

    def verifies(self, given: bytes, *more: str) -> int:
        """What the stand-alone verifier answers: 0 it holds, 1 it does not."""
        file = self.folder / "given"
        file.write_bytes(given)
        (key,) = self.hall.caller("nobody").get("/keys").json()
        arguments = ["certificate", str(file), "--key", key["public"], *more]
        ran = subprocess.run(
            [sys.executable, str(verifier.__file__), *arguments], capture_output=True, check=False
        )
        assert ran.returncode in (0, 1), ran.stdout + ran.stderr
        return ran.returncode


@pytest.fixture
def office(hall: Hall, tmp_path: Path) -> Office:
    return Office(hall, tmp_path)


def test_a_certificate_as_it_was_signed_holds_for_both(office: Office) -> None:
    made = office.certified()
    data, paper = office.data(made["code"]), office.paper(made["code"])
    assert office.verdict(made["code"]) == ("authentic", "register")
    for given in (data, paper):
        assert office.verdict(None, given) == ("authentic", "whole")
        assert office.verdict(made["code"], given, made["batch"]) == ("authentic", "whole")
        assert office.verifies(given, "--batch", made["batch"]) == 0


def changed(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    envelope = json.loads(data)
    change(envelope)
    return canonical(envelope)


def more_mass(envelope: dict[str, Any]) -> None:
    envelope["document"]["lines"][0]["mass_g"] += 1_000
    for sums in ("batches", "destinations", "streams"):
        for name, mass_g in envelope["document"]["totals"][sums].items():
            envelope["document"]["totals"][sums][name] = mass_g + (1_000 if mass_g else 0)
    envelope["document"]["totals"]["mass_g"] += 1_000
    envelope["document"]["totals"]["measured_g"] += 1_000


def dropped_line(envelope: dict[str, Any]) -> None:
    envelope["document"]["lines"].pop()


def another_batch(envelope: dict[str, Any]) -> None:
    text = json.dumps(envelope["document"]).replace(envelope["document"]["lines"][0]["batch"],
                                                    "B23456782345")  # fmt: skip
    envelope["document"] = json.loads(text)


def another_time(envelope: dict[str, Any]) -> None:
    envelope["document"]["as_of"][0]["size"] -= 1


def another_key(envelope: dict[str, Any]) -> None:
    envelope |= seal(THIEF, PURPOSE, envelope["document"])


def borrowed_key_id(envelope: dict[str, Any]) -> None:
    own = envelope["key"]
    envelope |= seal(THIEF, PURPOSE, envelope["document"])
    envelope["key"] = own


@pytest.mark.parametrize(
    "change",
    [more_mass, dropped_line, another_batch, another_time, another_key, borrowed_key_id],
)
def test_whatever_is_changed_is_told_by_both(
    office: Office, change: Callable[[dict[str, Any]], None]
) -> None:
    made = office.certified()
    given = changed(office.data(made["code"]), change)
    assert office.verdict(made["code"], given) == ("changed", "content")
    assert office.verdict(None, given) == ("changed", "content")
    assert office.verifies(given) == 1


def test_a_signature_of_another_certificate_is_told_by_both(office: Office) -> None:
    first, second = (office.data(office.certified()["code"]) for _ in range(2))

    def swap(envelope: dict[str, Any]) -> None:
        envelope["signature"] = json.loads(second)["signature"]

    given = changed(first, swap)
    assert office.verdict(None, given) == ("changed", "content")
    assert office.verifies(given) == 1


def test_a_real_certificate_is_no_proof_for_another_batch_or_code(office: Office) -> None:
    first, second = office.certified(), office.certified()
    data = office.data(first["code"])
    assert office.verdict(second["code"], data) == ("changed", "other_code")
    assert office.verdict(None, data, second["batch"]) == ("unknown", "other_batch")
    assert office.verifies(data, "--batch", second["batch"]) == 1


def test_a_certificate_of_another_operator_of_the_same_key_ring_is_unknown_here(
    office: Office,
) -> None:
    made = office.certified()
    ring = load_or_create_ring(office.hall.app.state.settings.keys, now=office.hall.depot.now)
    document = json.loads(office.data(made["code"]))["document"] | {"code": "W2345678FJKLMPQR"}
    lost = canonical(seal(ring.current, PURPOSE, document))
    assert office.verdict(None, lost) == ("unknown", "lost")


def test_a_withdrawn_certificate_is_told_by_the_page_and_announced_by_the_verifier(
    office: Office,
) -> None:
    made = office.certified()
    data, paper = office.data(made["code"]), office.paper(made["code"])
    path = f"/certificates/{made['code']}/withdrawal"
    assert office.hall.post(path, scan(reason="mistake"), by="manager").status_code == 201
    for given in (None, data, paper):
        assert office.verdict(made["code"], given) == ("withdrawn", "taken_back")
    # Offline nobody can know; the verifier says where it stands.
    assert office.verifies(data) == 0


def test_an_undone_confirmation_is_told_without_anybody_withdrawing(office: Office) -> None:
    made = office.certified()
    office.hall.depot.reverse(made["confirmation"])
    assert office.verdict(made["code"]) == ("withdrawn", "outdated")
    told = office.hall.caller("nobody").get(f"/verify/{made['code']}").json()
    assert (told["verdict"], told["state"], told["missing_g"]) == ("withdrawn", "outdated", 30_000)
    ((against),) = told["against"]
    assert (against["entry"][:8], against["kind"]) == ("site:S1#", "reverse")


def test_a_register_that_was_rewritten_is_told(office: Office) -> None:
    made = office.certified()
    with office.hall.depot.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER certificate_text_no_update")
        connection.exec_driver_sql(
            "UPDATE certificate_text SET content = replace(content, '30000', '90000')"
        )
    assert office.verdict(made["code"]) == ("changed", "broken")


def test_a_certificate_of_a_lost_key_is_not_called_changed(office: Office) -> None:
    made = office.certified()
    office.hall.app.state.settings.keys.unlink()
    assert office.verdict(made["code"]) == ("unknown", "no_key")


def test_by_its_code_alone_nobody_learns_whose_it_is(office: Office) -> None:
    made = office.certified()
    page = office.stranger.get(f"/verify/{made['code']}").text
    told = office.hall.caller("nobody").get(f"/verify/{made['code']}").text
    for text in (page, told):
        assert "Noorderhaven" not in text
        assert "NOORDERHAVEN" not in text
        assert made["batch"] not in text
    shown = office.stranger.post("/verify", files={"file": ("c", office.data(made["code"]))})
    assert "Noorderhaven" in shown.text


def test_paper_with_other_words_around_real_data_is_told(office: Office) -> None:
    made = office.certified()
    paper = office.paper(made["code"])
    forged = BytesIO()
    with pikepdf.open(BytesIO(paper)) as document:
        document.pages[0].contents_add(b"1 0 0 rg 100 100 200 200 re f")
        document.save(forged)
    assert office.verdict(None, forged.getvalue()) == ("changed", "paper")
    english = office.paper(made["code"], lang="en")
    assert english != office.paper(made["code"], lang="nl")
    assert office.verdict(None, english) == ("authentic", "whole")


@pytest.mark.parametrize("given", [b"", b"x", b"{}", b"[1]", b"%PDF-1.7 nothing", b"\xff\xfe"])
def test_what_holds_no_certificate_is_unknown(office: Office, given: bytes) -> None:
    assert office.verdict(None, given) == ("unknown", "unreadable")


@pytest.mark.parametrize("code", ["W2", "W2345678FJKLMPQR", "B4FV2LQR4JRX", "x" * 60])
def test_codes_of_nothing_are_unknown(office: Office, code: str) -> None:
    assert office.verdict(code) == ("unknown", "no_code")
    told = office.hall.caller("nobody").get(f"/verify/{code}")
    assert (told.status_code, told.json()) == (200, {"verdict": "unknown", "why": "no_code"})


def test_paper_with_many_lines_can_be_sent_and_endless_files_cannot(office: Office) -> None:
    made = office.certified()
    long = office.paper(made["code"]) + b"%" * (3 << 20)
    assert office.verdict(None, long) == ("changed", "paper")
    too_long = office.stranger.post("/verify", files={"file": ("c", b"x" * FILE_MAX_BYTES)})
    assert too_long.status_code == 413


def test_who_guesses_has_to_wait(office: Office) -> None:
    for _ in range(WRONG_MAX):
        office.verdict("W2345678FJKLMPQR")
    told = office.hall.caller("nobody").get("/verify/W2345678FJKLMPQR")
    assert (told.status_code, told.json()["code"]) == (403, "too_many_tries")
    assert office.stranger.get("/verify/W2345678FJKLMPQR").status_code == 403


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    try:
        return " ".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_paper_is_for_archives_and_screen_readers_and_says_what_its_data_says(
    office: Office,
) -> None:
    made = office.certified(30_000, recycle=25_000, burn=5_000)
    pdf = office.paper(made["code"], lang="en")
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "en"
        names = sorted(document.attachments)
        assert names == ["certificate.csv", "certificate.json"]
        attached = document.attachments["certificate.json"].get_file().read_bytes()
        table = document.attachments["certificate.csv"].get_file().read_bytes().decode()
    assert attached == office.data(made["code"])
    for mark in (b"<pdfaid:part>3", b"<pdfaid:conformance>A", b"<pdfuaid:part>1"):
        assert mark in pdf
    said, text = json.loads(attached)["document"], words_of(pdf)
    for line in said["lines"]:
        assert f"{line['mass_g'] / 1000:.3f} kg" in text
        assert line["entry"] in text
        assert ",".join([line["batch"], "S1", line["article_group"]]) in table
    for one in (said["totals"]["mass_g"], said["coverage"]["received_g"]):
        assert f"{one / 1000:.3f} kg" in text
    assert "Noorderhaven" in text
    assert said["as_of"][0]["root"][:20] in text.replace("\r\n", "")


def test_what_a_batch_was_certified_for_stands_with_the_batch(office: Office) -> None:
    made = office.certified()
    told = office.hall.get(f"/batches/{made['batch']}").json()["certificates"]
    assert told == [
        {"code": made["code"], "kind": "recycling", "stream": "recycle", "mass_g": 30_000}
    ]
    listed = office.hall.get("/certificates", search=made["batch"]).json()
    assert [one["code"] for one in listed] == [made["code"]]
