"""What a tablet keeps on its disk, from one version of the app to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

PageOf = Callable[..., Page]
UPGRADED: Final = """async () => {
  const { Store } = await import("/static/floor/store.js");
  const { Net } = await import("/static/floor/net.js");
  const { Outbox } = await import("/static/floor/outbox.js");
  await new Promise((resolve, reject) => {
    const request = indexedDB.open("first version", 1);
    request.onupgradeneeded = () => {
      const made = request.result;
      made.createObjectStore("meta").put(7, "counter");
      const outbox = made.createObjectStore("outbox", { keyPath: "counter" });
      outbox.createIndex("scan_id", "scan_id", { unique: true });
      outbox.createIndex("state", "state");
      outbox.put({ counter: 7, scan_id: "waits", kind: "sort", body: {}, state: "waiting" });
      made.createObjectStore("drafts");
      made.createObjectStore("world");
      made.createObjectStore("photos", { keyPath: "hash" });
      made.createObjectStore("history", { autoIncrement: true }).createIndex("at", "at");
    };
    request.onsuccess = () => resolve(request.result.close());
    request.onerror = () => reject(request.error);
  });
  const store = new Store("first version");
  const outbox = new Outbox(store, new Net());
  await outbox.open();
  await outbox.add({ scan_id: "next", kind: "sort", body: {} });
  return (await store.all("outbox")).map((row) => [row.counter, row.scan_id, row.state]);
}"""


def test_what_an_earlier_version_left_waiting_still_waits_and_numbers_go_on(
    page_of: PageOf,
) -> None:
    page = page_of("stranger")
    page.goto("/login")
    assert page.evaluate(UPGRADED) == [[7, "waits", "waiting"], [8, "next", "waiting"]]
