// The answer to a scan: a colour and a shape over the whole stage, one word, one sentence.

import { button, h, pic } from "./dom.js";
import { _, message } from "./words.js";

const WORDS = {
  accepted: message("Good"),
  refused: message("Not good"),
  parked: message("Kept"),
  look: message("Look"),
  unknown: message("Unknown"),
};
const PASSING = new Set(["accepted", "look"]);

/**
 * The answers of a floor. Accepted ones go away with the next scan, key or tap; the others stay
 * until somebody says OK, and what comes meanwhile waits behind them.
 * @param {{stage: HTMLElement, main: HTMLElement, sound: object, speech: object,
 *   onanswer: (answer: object) => void,
 *   onclosed: (focused: Element|null) => void}} how  onclosed: the last one is gone; focused: what
 *   had the focus before the first one came
 */
export function createAnswers(how) {
  const waiting = [];
  let shown = null;
  let node = null;
  let focused = null;

  const close = () => {
    const before = shown;
    node?.remove();
    node = null;
    shown = null;
    how.stage.removeAttribute("data-verdict");
    if (before?.onOk) before.onOk();
    // What is done on OK may have given an answer of its own.
    if (shown) return;
    if (waiting.length) {
      show(waiting.shift());
    } else {
      how.main.inert = false;
      how.onclosed(focused);
      focused = null;
    }
  };
  const show = (answer) => {
    if (!how.main.inert) focused = document.activeElement;
    node?.remove();
    shown = answer;
    node = panel(answer, waiting.length, () => shown === answer && close());
    how.stage.setAttribute("data-verdict", answer.verdict);
    how.stage.append(node);
    how.main.inert = true;
    // What the hand may do next must not be done by an Enter that only says "seen".
    const first = node.querySelector("[data-command=ok]") || node;
    first.focus({ preventScroll: true });
  };
  const passOn = () => {
    if (shown && PASSING.has(shown.verdict)) close();
  };
  /** As `passOn`, but its picture stays until the next one takes its place, or `clear`. */
  const leave = () => {
    if (!shown || !PASSING.has(shown.verdict)) return;
    const before = shown;
    shown = null;
    if (before.onOk) before.onOk();
  };
  const clear = () => {
    if (!shown && node) close();
  };

  return {
    /** Whether an answer stands on the screen that asks for an OK. */
    get blocks() {
      return shown !== null && !PASSING.has(shown.verdict);
    },
    get shown() {
      return shown;
    },
    /** The node of the answer now. */
    get node() {
      return node;
    },
    close,
    /** Something else was scanned or touched: what was accepted is old now. */
    passOn,
    /** Building the screen behind it first would only make the next answer late. */
    leave,
    clear,
    /**
     * Gives an answer; null takes away one that was accepted, when the work goes on.
     * @param {{verdict: "accepted"|"refused"|"parked"|"look"|"unknown", word?: string,
     *   say?: string, read?: string, figures?: Array<string|[string, string]>|string,
     *   onOk?: () => any, also?: {text: string, onpress: () => any}, next?: Node}|null} answer
     *   figures: lines already in words, or pairs of a name and a value. also: a second button.
     *   aside: heard, but not shown, because the screen itself says it. sound: another one.
     *   next: what the hand does next, at the foot of an accepted one; pressing a button in it
     *   takes the answer away first.
     */
    give(answer) {
      if (answer === null) {
        passOn();
        return;
      }
      const whole = { ...answer, word: answer.word || _(WORDS[answer.verdict]) };
      how.sound.play(whole.sound || whole.verdict);
      how.speech.answer([whole.word, whole.say].filter(Boolean).join(". "));
      how.onanswer(whole);
      if (whole.aside) return;
      if (shown && !PASSING.has(shown.verdict)) {
        if (!PASSING.has(whole.verdict)) waiting.push(whole);
        more(node, waiting.length);
      } else {
        show(whole);
      }
    },
  };
}

function panel(answer, behind, close) {
  const passing = PASSING.has(answer.verdict);
  const said = Array.isArray(answer.figures) ? answer.figures : [answer.figures];
  const made = h(
    "section",
    {
      class: `answer ${answer.verdict}`,
      "data-verdict": answer.verdict,
      role: passing ? "status" : "alert",
      tabindex: "-1",
    },
    pic(`verdict_${answer.verdict}`, "answer-shape"),
    h(
      "div",
      { class: "answer-text" },
      h("h1", { class: "answer-word" }, answer.word),
      answer.say && h("p", { class: "answer-say" }, answer.say),
      said.filter(Boolean).map(figureLine),
      answer.read && readLine(answer.read),
      h("p", { class: "answer-more" }),
    ),
    passing && answer.next
      ? h("div", { class: "answer-next" }, answer.next)
      : h("div", { class: "do" }, also(answer, close), ok(close)),
  );
  // Before the button within it acts, so that what it does finds no answer in its way.
  if (passing) made.addEventListener("click", close, { capture: true, once: true });
  more(made, behind);
  return made;
}

function figureLine(line) {
  const [name, value] = Array.isArray(line) ? line : [null, line];
  return h("p", { class: "answer-figure" }, name && h("small", null, name, " "), value);
}

function readLine(text) {
  return h("p", { class: "answer-read" }, h("span", null, _("Read:")), " ", h("code", null, text));
}

function ok(close) {
  return button({ pictogram: "ok", text: _("OK"), onpress: close, command: "ok" });
}

function also(answer, close) {
  if (!answer.also) return null;
  const onpress = () => {
    close();
    answer.also.onpress();
  };
  return button({ kind: "second", text: answer.also.text, onpress });
}

function more(node, count) {
  const line = node.querySelector(".answer-more");
  line.hidden = count === 0;
  line.textContent = count ? _("%(count)s more", { count }) : "";
}
