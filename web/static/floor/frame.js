// What stands around every screen: the bars, the banners, the answer, and where the focus is.

import { createAnswers } from "./answers.js";
import { fill, h, pic } from "./dom.js";
import { _ } from "./words.js";

/**
 * Builds the frame into the body.
 * @param {object} floor
 * @returns {object} `show(node, {fresh})`, `update()`, `answers`, `banner(name, node|null)`, `main`
 */
export function createFrame(floor) {
  const main = h("main", { class: "screen", id: "screen", tabindex: "-1" });
  const banners = h("div", { class: "banners" });
  const live = h("p", { class: "away", "aria-live": "polite", "data-answer": "" });
  const stage = h("div", { class: "stage" }, banners, main);
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
        if (!answers.shown) (main.querySelector("[data-autofocus]") || main).focus({ preventScroll: true });
      } else {
        restore(main, before);
      }
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
  const node = h("button", { type: "button", class: look, [hook]: true, onclick }, pic(pictogram), word);
  return { node, word };
}

function bars(floor) {
  const home = tool("home", "data-home", () => floor.home());
  const speak = tool("speak", "data-speak", () => floor.frame.read());
  const code = tool("scan", "data-code", () => floor.go("code"));
  const back = tool("back", "data-back", () => floor.back(), "act");
  const undo = tool("undo", "data-undo", () => floor.go("undo"), "act");
  const found = tool("find", "data-found", () => floor.go("found"), "act found");
  const station = h("p", { class: "station" });
  const connection = h("button", { type: "button", class: "state", onclick: () => floor.go("outbox") });
  const outbox = h("button", { type: "button", class: "state", onclick: () => floor.go("outbox") });
  const attention = h("button", { type: "button", class: "state", onclick: () => floor.go("attention") });
  const states = h("div", { class: "states" }, connection, outbox, attention);
  const top = h("header", { class: "bar-top" }, home.node, station, states, code.node, speak.node);
  const bottom = h("nav", { class: "bar-bottom" }, back.node, undo.node, found.node);
  let last = "";

  const update = () => {
    const { waiting, attention: needs } = floor.outbox ? floor.outbox.counts() : { waiting: 0, attention: 0 };
    const at = floor.station;
    const now = [document.documentElement.lang, at?.code, floor.online, waiting, needs, floor.screen, floor.practice];
    if (now.join(" ") === last) return;
    last = now.join(" ");
    document.body.dataset.practice = floor.practice ? "yes" : "no";
    home.word.textContent = _("Home");
    speak.word.textContent = _("Read aloud");
    code.word.textContent = _("Code");
    back.word.textContent = _("Back");
    undo.word.textContent = _("Take back");
    found.word.textContent = _("Found something?");
    bottom.setAttribute("aria-label", _("Always here"));
    fill(station, pic(floor.pictogram || "station"), h("span", null, at ? at.name : _("No station yet")));
    connection.dataset.connection = floor.online ? "online" : "offline";
    fill(
      connection,
      pic(floor.online ? "connected" : "offline"),
      h("span", null, floor.online ? _("Connected") : _("No network")),
    );
    outbox.dataset.outbox = String(waiting);
    fill(outbox, pic("waiting"), h("b", null, String(waiting)), " ", h("span", null, _("waiting")));
    attention.dataset.attention = String(needs);
    fill(attention, pic("attention"), h("b", null, String(needs)), " ", h("span", null, _("look")));
    const bare = !at;
    back.node.disabled = !floor.canGoBack;
    undo.node.disabled = bare;
    found.node.disabled = bare;
    code.node.disabled = bare;
    home.node.disabled = bare || floor.screen === "home";
  };
  return { top, bottom, update };
}
