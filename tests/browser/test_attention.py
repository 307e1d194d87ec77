"""The list of what needs a person, in a real browser; photos and the camera of the floor."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.devices import enrol, heard, issue_code
from accounts.queries import devices
from catalogue.codes import CodeKind
from catalogue.rulebook import rulebook
from labels.jobs import begin_end
from labels.label import Label, Size
from labels.queries import AskedJobs, list_jobs
from labels.render import png
from tests.browser.keyboard import Keyboard
from tests.builders import Depot

PageOf = Callable[..., Page]
SIZES: Final = {"desk": (1280, 800), "tablet": (800, 1280), "phone": (390, 844)}
AT: Final = "2026-03-02T09:00:00+01:00"


def tablet_of(hall: Depot, name: str = "Tafel 1") -> str:
    """The token of a tablet that was just enrolled."""
    with hall.database.write() as session:
        viewer = hall.people["leader"]
        code = issue_code(session, "S1-A", name, viewer=viewer, now=hall.now)
    with hall.database.write() as session:
        return enrol(session, code, now=hall.now).token


def send(page: Page, token: str, *commands: Mapping[str, Any]) -> list[str]:
    said = [{"scan_id": str(uuid4()), "target": None, **one} for one in commands]
    body = {"device": "t", "app_version": "1+t", "sent_at": AT, "commands": said}
    answer = page.request.post(
        "/api/v1/sync", data=body, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.ok, answer.text()
    return [one["status"] for one in answer.json()["results"]]


def sorting(batch: str, mass_g: int) -> dict[str, Any]:
    parts = [{"destination": "reuse", "mass_g": mass_g}]
    body = {"station": "S1-A", "scanned_at": AT, "parts": parts}
    return {"kind": "sort", "target": batch, "body": body}


def fill(hall: Depot, page: Page) -> str:
    """One of everything that needs a person; the batch of which too much was sorted."""
    batch, held = hall.log(1_000)["code"], hall.log(5_000)["code"]
    hall.hold(held)
    token = tablet_of(hall)
    unknown = {**sorting("B22222222222", 100)}
    find = {"kind": "find", "body": {"x": 1}}
    assert send(page, token, sorting(batch, 9_000), unknown, find, sorting(batch, 8_000)) == [
        *("parked", "refused", "refused", "parked")
    ]
    with hall.database.read() as session:
        printer = next(iter(rulebook(session).printers))
    wanted = {"scan_id": str(uuid4()), "code": batch, "printer": printer}
    own = {"origin": page.request.get("/login").url.removesuffix("/login")}
    assert page.request.post("/api/v1/print-jobs", data=wanted, headers=own).ok
    with hall.database.write() as session:
        book = rulebook(session)
        (job,) = list_jobs(session, book, hall.people["leader"], AskedJobs())
        assert begin_end(session, job, now=hall.now)
        (device,) = devices(session, [book.stations["S1-A"].id])
        early = hall.now - timedelta(hours=1)
        heard(
            session,
            device.id,
            now=early,
            app_version="1+t",
            waiting=3,
            attention=0,
            counter=3,
        )
    return str(batch)


def findings(page: Page) -> list[Any]:
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run().then(found => found.violations)")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_the_list_is_read_and_settled_by_everybody_and_by_keyboard(
    hall: Depot, page_of: PageOf
) -> None:
    page = page_of("leader")
    batch = fill(hall, page)
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto("/attention")
        page.locator("details").first.evaluate("one => one.open = true")
        assert findings(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, name
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/attention")
    expect(page.locator(".nav .count")).to_have_text("6")
    keys = Keyboard(page)
    first = page.locator(f".decide li:has-text('{batch}')").first
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    first.get_by_label("Gewicht").fill("0,900")
    first.get_by_role("button", name="Zo boeken").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Het besluit is genomen.")
    for box in page.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    keys.send("De aangevinkte weglaten")
    expect(page.get_by_role("status")).to_have_text("Het besluit is genomen.")
    expect(page.locator(".nav .count")).to_have_text("2")
    page.get_by_role("button", name="Het is er").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".nav .count")).to_have_text("1")


NOISE: Final = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 4000;
  canvas.height = 3000;
  const context = canvas.getContext("2d");
  for (let at = 0; at < 60000; at += 1) {
    context.fillStyle = `hsl(${(at * 137) % 360} 90% 50%)`;
    context.fillRect((at * 7919) % 4000, (at * 104729) % 3000, 9, 9);
  }
  const large = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const { shrink } = await import("/static/floor/photo.js");
  const small = await shrink(large);
  const shown = await createImageBitmap(small);
  return [small.type, small.size, shown.width, shown.height];
}"""


def test_a_photo_is_made_small_before_it_is_kept(page_of: PageOf) -> None:
    page = page_of("stranger")
    page.goto("/login")
    kind, size, width, height = page.evaluate(NOISE)
    assert kind == "image/jpeg"
    assert size <= 300_000
    assert max(width, height) <= 1600
    assert abs(width * 3 - height * 4) <= 4


LOOK: Final = """async (token) => {
  const { cameraScan } = await import("/static/floor/camera.js");
  const { Net } = await import("/static/floor/net.js");
  window.read = [];
  window.answered = [];
  const net = new Net({ token: () => token });
  const floor = { net, answer: (one) => window.answered.push(one) };
  const scan = cameraScan(floor, (text) => window.read.push(text));
  document.querySelector("main").replaceChildren(scan.node);
}"""


def jpeg_of(code: str) -> bytes:
    label = Label(kind=CodeKind.BATCH, heading="Partij", code=code, qr_text=f"https://x/{code}")
    out = io.BytesIO()
    Image.open(io.BytesIO(png(label, Size.ROLL))).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def test_where_no_camera_is_a_photo_of_a_code_is_read_by_the_server(
    hall: Depot, page_of: PageOf
) -> None:
    batch, token = hall.log()["code"], tablet_of(hall, "Tafel 2")
    page = page_of("stranger")
    page.goto("/login")
    page.evaluate(LOOK, token)
    chosen = page.locator("input[type=file]")
    chosen.wait_for(state="attached")
    for content, wanted in ((jpeg_of(batch), True), (blank(), False)):
        page.evaluate("read.length = answered.length = 0")
        chosen.set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})
        page.wait_for_function("() => read.length + answered.length > 0")
        read = page.evaluate("read")
        assert any(batch in text for text in read) is wanted
        assert (page.evaluate("answered.length") > 0) is not wanted


def blank() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (250, 250, 250)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("path", ["/attention"])
def test_others_read_it_without_a_button_to_press(page_of: PageOf, path: str) -> None:
    page = page_of("manager")
    page.goto(path)
    assert findings(page) == []
    assert page.get_by_role("button", name="Boeken").count() == 0
