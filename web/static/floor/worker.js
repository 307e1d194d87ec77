// The service worker's own part. The server writes before it what it keeps: VERSION, SHELL, FILES
// (hash by path) and WORDS.
/* global VERSION, SHELL, FILES, WORDS */

const CACHE = `stofstroom-floor-${VERSION}`;
const OURS = new Set([...Object.keys(FILES), ...WORDS]);

self.addEventListener("install", (event) => {
  event.waitUntil(fetchAll());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data.say === "take over") self.skipWaiting();
  if (event.data.say === "version") event.ports[0].postMessage(VERSION);
});

self.addEventListener("fetch", (event) => {
  const wanted = new URL(event.request.url);
  if (event.request.method !== "GET" || wanted.origin !== location.origin) return;
  if (event.request.mode === "navigate" && wanted.pathname === SHELL) {
    event.respondWith(kept(SHELL));
  } else if (OURS.has(wanted.pathname)) {
    event.respondWith(kept(wanted.pathname));
  }
});

async function fetchAll() {
  const cache = await caches.open(CACHE);
  const wanted = [SHELL, ...OURS].map((path) => new Request(path, { cache: "no-cache" }));
  await cache.addAll(wanted);
}

async function dropOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith("stofstroom-floor-") && name !== CACHE) await caches.delete(name);
  }
}

/** One version answers whole: what its cache lost comes from the network. */
async function kept(path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) || fetch(path);
}
