// The first module. The whole floor comes in one piece, with the service worker; then it starts.

const PATIENCE_MS = 10_000;

/** Until the service worker answers for the modules, or it is clear that none will. */
async function ready() {
  const workers = navigator.serviceWorker;
  if (!workers || workers.controller) return;
  const how = { scope: "/floor", updateViaCache: "none" };
  const registration = await workers.register("/floor/sw.js", how);
  // A page that was loaded past its worker, as people do to get rid of something, gets none.
  if (!registration || registration.active) return;
  await new Promise((resolve) => {
    workers.addEventListener("controllerchange", resolve, { once: true });
    registration.installing?.addEventListener("statechange", (event) => {
      if (event.target.state === "redundant") resolve();
    });
    setTimeout(resolve, PATIENCE_MS);
  });
}

// Without a service worker the modules come one by one.
ready().catch(() => undefined).then(() => import("./app.js"));
