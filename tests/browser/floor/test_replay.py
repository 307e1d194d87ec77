"""After a restored backup a tablet sends all of fourteen days again, whatever it was answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

PageOf = Callable[..., Page]
REPLAYED: Final = """async () => {
  const { Store } = await import("/static/floor/store.js");
  const { Net } = await import("/static/floor/net.js");
  const { Outbox } = await import("/static/floor/outbox.js");
  const store = new Store("replayed");
  await store.open();
  const outbox = new Outbox(store, new Net());
  await outbox.open();
  const photo = await outbox.addPhoto(new Blob(["a picture"]));
  await store.put("photos", { ...(await store.find("photos", photo)), state: "sent" });
  const ends = ["accepted", "repeated", "parked", "refused"];
  for (const [at, state] of ends.entries()) {
    const row = await outbox.add({ scan_id: `scan-${at}`, kind: "sort", body: {} });
    await outbox.change([row], { state, ended_at: Date.now() - at });
  }
  const old = await outbox.add({ scan_id: "old", kind: "sort", body: {} });
  await outbox.change([old], { state: "parked", ended_at: 0 });
  await outbox.replay("another epoch");
  const rows = await store.all("outbox");
  const kept = await store.find("photos", photo);
  return [rows.map((row) => [row.scan_id, row.state]), kept.state, await store.get("epoch")];
}"""


def test_what_was_parked_or_refused_waits_again_in_its_order_and_so_do_photos(
    page_of: PageOf,
) -> None:
    page = page_of("stranger")
    page.goto("/login")
    rows, photo, epoch = page.evaluate(REPLAYED)
    assert rows == [*([f"scan-{at}", "waiting"] for at in range(4)), ["old", "parked"]]
    assert (photo, epoch) == ("waiting", "another epoch")
