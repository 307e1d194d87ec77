// The service worker's own part. The server writes before it what it keeps: VERSION, SHELL, PACK,
// FILES (hash by path) and WORDS.
/* global VERSION, SHELL, PACK, FILES, WORDS */

const CACHE = `stofstroom-floor-${VERSION}`;
const TYPES = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
  ".json": "application/json; charset=utf-8",
};
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

/** All files come in one piece: over a poor network one question is better than ninety. */
async function fetchAll() {
  const cache = await caches.open(CACHE);
  await cache.add(new Request(SHELL, { cache: "no-cache" }));
  const answer = await fetch(PACK, { cache: "no-cache" });
  const pack = await answer.json();
  // The server went on to another version in between: the next try gets it whole.
  if (pack.version !== VERSION) throw new Error(`not ${VERSION} but ${pack.version}`);
  for (const [path, text] of Object.entries(pack.files)) {
    const type = TYPES[path.slice(path.lastIndexOf("."))];
    await cache.put(path, new Response(text, { headers: { "Content-Type": type } }));
  }
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
