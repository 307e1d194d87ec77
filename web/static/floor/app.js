// The floor starts here: what the tablet keeps, its words, its world, its outbox, its screens.

import { createBadge } from "./badge.js";
import { book } from "./book.js";
import { h } from "./dom.js";
import { Drafts } from "./drafts.js";
import { createFrame } from "./frame.js";
import { pressCharacter, pressKey } from "./keys.js";
import { lead } from "./leader.js";
import { Net } from "./net.js";
import { createNotices } from "./notices.js";
import { Outbox } from "./outbox.js";
import { pictogramOf } from "./pictograms.js";
import { createPrinting } from "./printing.js";
import { createRouter } from "./router.js";
import { startWeight } from "./scales.js";
import { createScanning } from "./scanning.js";
import { SCREENS } from "./screens/index.js";
import { loadSettings, saveSettings } from "./settings.js";
import { createSound } from "./sound.js";
import { createSpeech } from "./speech.js";
import { Store } from "./store.js";
import { createUpdate } from "./update.js";
import { Wedge } from "./wedge.js";
import { _, language, speak } from "./words.js";
import { World } from "./world.js";

const VERSION = document.querySelector("meta[name=version]")?.content || "0";

async function start() {
  const store = new Store();
  const floor = { store, _, version: VERSION, context: {}, drafts: new Drafts(store), device: null };
  // For whoever helps at a distance, by the console.
  window.floor = floor;
  floor.settings = await loadSettings(store);
  floor.device = (await store.get("device")) || null;
  floor.context = (await store.get("context")) || {};
  await speak(floor.settings.language);
  equip(floor);
  floor.frame = createFrame(floor);
  floor.router = createRouter(floor, SCREENS, () => shown(floor));
  listen(floor);
  await floor.outbox.open();
  await floor.world.open();
  floor.notice = createNotices(floor);
  await open(floor, {});
  floor.net.watch();
}

/** Everything that screens use, by name. */
function equip(floor) {
  const { store } = floor;
  floor.net = new Net({ token: () => floor.device?.token ?? null });
  floor.outbox = new Outbox(store, floor.net, {
    device: () => floor.device?.name ?? "",
    station: () => floor.station?.code ?? "",
    version: VERSION,
  });
  floor.world = new World(store, floor.net, floor.outbox);
  floor.badge = createBadge(floor);
  const decorate = floor.outbox.decorate;
  floor.outbox.decorate = (command) => ({ ...decorate(command), ...floor.badge.stamp() });
  floor.words = { _, language };
  floor.sound = createSound(() => floor.settings.sound);
  floor.speech = createSpeech(() => floor.settings.speech);
  floor.printing = createPrinting(floor);
  floor.weight = startWeight({
    ask: (path) => weighed(floor, path),
    scales: () => floor.world.reference?.scales ?? [],
    load: () => floor.settings.scale,
    keep: (scale) => behind(() => floor.configure({ scale })),
  });
  floor.update = createUpdate({ mayTakeOver: () => mayTakeOver(floor) });
  know(floor);
  act(floor);
}

async function weighed(floor, path) {
  const reply = await floor.net.call("GET", path);
  if (!reply?.ok) throw new Error("no answer");
  return reply.body;
}

/** What screens may look at. */
function know(floor) {
  Object.defineProperties(floor, {
    online: { get: () => floor.net.online === true },
    practice: { get: () => Boolean(floor.world.practice) },
    station: { get: () => floor.world.station ?? floor.device?.station ?? null },
    pictogram: { get: () => pictogramOf("station", floor.station?.kind) },
    screen: { get: () => floor.router?.name },
    view: { get: () => floor.router?.view },
    canGoBack: { get: () => Boolean(floor.router?.canGoBack) },
  });
}

/** What screens may do. */
function act(floor) {
  const { store } = floor;
  Object.assign(floor, {
    keep(part) {
      Object.assign(floor.context, part);
      floor.refresh();
      if (floor.practice) return Promise.resolve();
      return behind(() => store.set("context", { ...floor.context }));
    },
    draft: async (name) => floor.drafts.find(placeOf(floor, name)),
    saveDraft: (name, value) => floor.drafts.save(placeOf(floor, name), value),
    configure(part) {
      return saveSettings(store, floor.settings, part);
    },
    async speakIn(code) {
      await floor.configure({ language: code });
      await speak(code);
      floor.frame.update();
      floor.refresh();
    },
    go: (name, params) => floor.router.go(name, params),
    back: () => floor.badge.locked || floor.router.back(),
    home: () => floor.router.home(),
    refresh: () => floor.router.refresh(),
    answer: (answer) => floor.frame.answers.give(answer),
    answered: () => floor.frame.answers.passOn(),
    book: (kind, target, body, how) => book(floor, kind, target, body, how),
    scanned: createScanning(floor),
    take: (where) => open(floor, where),
    failed: (error) => failed(floor, error),
  });
}

/** Writes a setting behind what is being booked: the disk is for the outbox first. */
const behind = (write) => new Promise((resolve) => {
  setTimeout(() => resolve(write()));
});

/** What is half done in practice stands apart from real work. */
const placeOf = (floor, name) => (floor.practice ? `practice ${name}` : name);

/** Opens what fits: letting the tablet in, the other tab, or where somebody was. */
async function open(floor, { steal }) {
  if (!floor.device) {
    floor.router.only("enrol");
    return;
  }
  const onlost = () => {
    floor.outbox.lead(false);
    floor.router.only("stolen");
  };
  const leads = floor.outbox.leading || (await lead({ steal, onlost }));
  floor.outbox.lead(leads);
  if (!leads) {
    floor.router.only("stolen");
    return;
  }
  await floor.drafts.load();
  await floor.router.restore();
  if (!floor.watching) floor.world.watch();
  floor.watching = true;
  floor.badge.look();
}

function shown(floor) {
  floor.speech.hush();
  floor.frame.update();
  floor.notice();
  floor.update.check();
  floor.badge.look();
}

/** A new version may come when nothing waits and nobody is in the middle of something. */
function mayTakeOver(floor) {
  const quiet = !floor.frame?.answers.shown && ["home", "enrol", "badge"].includes(floor.screen);
  return quiet && floor.outbox.counts().waiting === 0;
}

function listen(floor) {
  const changed = () => {
    floor.router.after(() => floor.frame.update());
    floor.refresh();
    floor.update.check();
  };
  floor.net.onchange(changed);
  floor.outbox.onchange(changed);
  floor.world.onchange(changed);
  floor.world.onchange(floor.badge.look);
  floor.outbox.onchange(({ what }) => what === "added" && floor.badge.seen());
  new Wedge({
    onScan: (text) => floor.scanned(text),
    onKey: (pressed) => pressCharacter(floor, pressed),
  }).start();
  window.addEventListener("keydown", (event) => pressKey(floor, event));
  // What fails behind a button is said too, or somebody would believe that it was booked.
  window.addEventListener("unhandledrejection", (event) => floor.failed(event.reason));
  history.pushState(null, "");
  window.addEventListener("popstate", () => {
    history.pushState(null, "");
    floor.back();
  });
}

/** A mistake of ours: said at once, and never passed over as if it was booked. */
function failed(floor, error) {
  console.error(error);
  const full = error.name === "StorageTrouble";
  floor.answer({
    verdict: "refused",
    say: full
      ? _("This tablet cannot keep anything. Call your team leader.")
      : _("Do it once more."),
  });
}

/** Nothing can be kept, or something is missing: said in the page itself, for there is no frame. */
function cannotStart(error) {
  console.error(error);
  const text = _("This browser cannot run the floor. Call your team leader.");
  document.body.append(h("p", { class: "banner warn", role: "alert" }, text));
}

start().catch(cannotStart);
