// What was chosen on this tablet, once.

const DEFAULTS = {
  language: null,
  sound: 0.6,
  speech: false,
  guidance: "full",
  printer: null,
  scale: null,
};

/** The choices of a tablet, from its store. */
export async function loadSettings(store) {
  return { ...DEFAULTS, ...(await store.get("settings")) };
}

/** Keeps some of them anew. */
export async function saveSettings(store, settings, part) {
  Object.assign(settings, part);
  await store.set("settings", { ...settings });
}
