// The service worker: the app without a network, and a new version when nothing can be lost by it.

const WORKER = "/floor/sw.js";
const SCOPE = "/floor";
const LOOK_EVERY_MS = 15 * 60 * 1000;

/**
 * Registers the service worker.
 * @param {{mayTakeOver: () => boolean}} how  whether a new version may take over now
 * @returns {{check: () => void, version: () => Promise<string|null>, able: boolean}}
 *   check: to be called whenever `mayTakeOver` may have become true
 */
export function createUpdate(how) {
  const workers = navigator.serviceWorker;
  if (!workers) return { check: () => {}, version: async () => null, able: false };
  let registration = null;
  let asked = false;
  const hadController = Boolean(workers.controller);

  const check = () => {
    // The very first one also waits for a moment, and takes over nothing.
    if (asked || !registration?.waiting || !registration.active || !how.mayTakeOver()) return;
    asked = true;
    registration.waiting.postMessage({ say: "take over" });
  };
  workers.addEventListener("controllerchange", () => {
    // The first worker only begins; a later one brings other files, which belong together.
    if (hadController || asked) location.reload();
  });
  const start = async () => {
    try {
      registration = await workers.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
    } catch {
      return;
    }
    if (!registration) return;
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", check);
    });
    check();
    setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
  };
  start();
  return {
    able: true,
    check,
    /** The version that answers now, or null before the first one is in charge. */
    version: () => askVersion(workers.controller),
    /** Looks for a new version now. */
    look: () => registration?.update().catch(() => {}),
  };
}

function askVersion(worker) {
  if (!worker) return Promise.resolve(null);
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => resolve(event.data);
    setTimeout(() => resolve(null), 2000);
    worker.postMessage({ say: "version" }, [channel.port2]);
  });
}
