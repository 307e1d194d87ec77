// What stands around every screen: the bars, the banners, the answer, and where the focus is.

import { createAnswers } from "./answers.js";
import { fill, h, pic } from "./dom.js";
import { _, language } from "./words.js";

/**
 * Builds the frame into the body.
 * @param {object} floor
 * @returns {object} `show(node, {fresh})`, `update()`, `answers`, `banner(name, node|null)`, `main`
 */
export function createFrame(floor) {
  // It scrolls, so the keyboard has to get there. What stands above it is in the landmark too.
  const main = h("div", { class: "screen", id: "screen", tabindex: "0" });
  const banners = h("div", { class: "banners" });
  const live = h("p", { class: "away", "aria-live": "polite", "data-answer": "" });
  const stage = h("main", { class: "stage" }, banners, main);
  const parts = bars(floor);
  document.body.className = "floor";
  fill(document.body, parts.top, stage, parts.bottom, live);

  const answers = createAnswers({
    stage,
    main,
    sound: floor.sound,
    speech: floor.speech,
    onanswer(answer) {
      live.setAttribute("data-answer", answer.verdict);
      live.setAttribute("data-answers", String(Number(live.dataset.answers || 0) + 1));
      live.textContent = [answer.word, answer.say].filter(Boolean).join(". ");
      floor.release?.();
    },
    onclosed: (focused) => refocus(main, focused),
  });
  const pinned = new Map();

  return {
    main,
    stage,
    answers,
    /** Puts a screen, or the same screen built anew, on the stage. fresh: it was just opened. */
    show(node, { fresh }) {
      const before = fresh ? null : remember(main);
      fill(main, node);
      if (fresh) {
        main.scrollTop = 0;
        const first = main.querySelector("[data-autofocus]") || main;
        if (!answers.shown) first.focus({ preventScroll: true });
      } else {
        restore(main, before);
      }
    },
    /** Another step of the same work begins at its top; after the answer, as asking costs time. */
    toTop() {
      floor.router.after(() => {
        main.scrollTop = 0;
      });
    },
    /** The bars anew: station, connection, counts. */
    update: () => parts.update(),
    /** A sentence above the screen that stays while it is true. */
    banner(name, node) {
      if (node) pinned.set(name, node);
      else pinned.delete(name);
      fill(banners, [...pinned.values()]);
    },
    /** Reads aloud what is on the stage. */
    read() {
      floor.speech.read(answers.node || main);
    },
  };
}

function focusMain(main) {
  main.focus({ preventScroll: true });
}

/** Back to where the focus was, also when the screen was built anew meanwhile. */
function refocus(main, focused) {
  const name = focused?.dataset?.focus;
  const same = focused?.isConnected ? focused : name && main.querySelector(focusOf(name));
  if (same && same !== document.body) same.focus({ preventScroll: true });
  else focusMain(main);
}

const focusOf = (name) => `[data-focus="${CSS.escape(name)}"]`;

function remember(main) {
  const it = document.activeElement;
  if (!it || !main.contains(it)) return null;
  const isField = it instanceof HTMLInputElement && it.type !== "file";
  return {
    name: it.dataset.focus,
    value: isField ? it.value : null,
    from: isField ? it.selectionStart : null,
    to: isField ? it.selectionEnd : null,
  };
}

function restore(main, before) {
  if (!before) return;
  const it = (before.name && main.querySelector(focusOf(before.name))) || main;
  it.focus({ preventScroll: true });
  if (before.value !== null && it instanceof HTMLInputElement) {
    it.value = before.value;
    if (before.from !== null) it.setSelectionRange(before.from, before.to);
  }
}

function tool(pictogram, hook, onclick, look = "tool") {
  const word = h("span");
  const how = { type: "button", class: look, [hook]: true, onclick };
  return { node: h("button", how, pic(pictogram), word), word };
}

function state(onclick) {
  return h("button", { type: "button", class: "state", onclick });
}

function bars(floor) {
  const at = {
    home: tool("home", "data-home", () => floor.home()),
    speak: tool("speak", "data-speak", () => floor.frame.read()),
    code: tool("scan", "data-code", () => floor.go("code")),
    back: tool("back", "data-back", () => floor.back(), "act"),
    undo: tool("undo", "data-undo", () => floor.go("undo"), "act"),
    found: tool("find", "data-found", () => floor.go("found"), "act found"),
    station: h("p", { class: "station" }),
    connection: state(() => floor.go("outbox")),
    outbox: state(() => floor.go("outbox")),
    attention: state(() => floor.go("attention")),
  };
  const states = h("div", { class: "states" }, at.connection, at.outbox, at.attention);
  const tools = [at.code.node, at.speak.node];
  const top = h("header", { class: "bar-top" }, at.home.node, at.station, states, tools);
  const buttons = [at.back.node, at.undo.node, at.found.node];
  const bottom = h("nav", { class: "bar-bottom" }, buttons);
  let last = "";

  const update = () => {
    const counts = floor.outbox.counts();
    const now = [language().code, floor.station?.name, floor.online, counts.waiting,
      counts.attention, floor.screen, floor.practice, floor.canGoBack].join(" ");
    // The bars are asked to follow every scan, and mostly there is nothing to do.
    if (now === last) return;
    last = now;
    name(at, bottom);
    tell(floor, at, counts);
    allow(floor, at);
  };
  return { top, bottom, update };
}

function name(at, bottom) {
  at.home.word.textContent = _("Home");
  at.speak.word.textContent = _("Read aloud");
  at.code.word.textContent = _("Code");
  at.back.word.textContent = _("Back");
  at.undo.word.textContent = _("Take back");
  at.found.word.textContent = _("Found something?");
  bottom.setAttribute("aria-label", _("Always here"));
}

function tell(floor, at, { waiting, attention }) {
  const place = floor.station?.name ?? _("No station yet");
  fill(at.station, pic(floor.pictogram), h("span", null, place));
  at.connection.dataset.connection = floor.online ? "online" : "offline";
  const word = floor.online ? _("Connected") : _("No network");
  fill(at.connection, pic(floor.online ? "connected" : "offline"), h("span", null, word));
  at.outbox.dataset.outbox = String(waiting);
  count(at.outbox, "waiting", waiting, _("waiting"));
  at.attention.dataset.attention = String(attention);
  count(at.attention, "attention", attention, _("look"));
  document.body.dataset.practice = floor.practice ? "yes" : "no";
}

function count(node, pictogram, number, word) {
  fill(node, pic(pictogram), h("b", null, String(number)), " ", h("span", null, word));
}

/** What works here. Nothing ever leaves its place. */
function allow(floor, at) {
  const isOut = ["enrol", "stolen", "badge"].includes(floor.screen);
  at.back.node.disabled = !floor.canGoBack;
  at.home.node.disabled = isOut || floor.screen === "home";
  for (const each of [at.undo, at.found, at.code]) each.node.disabled = isOut;
  for (const each of [at.connection, at.outbox, at.attention]) each.disabled = isOut;
}
