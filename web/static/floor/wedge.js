/**
 * The keyboard wedge: bursts of keys anywhere on the page are scans, whatever has the focus.
 *
 * A burst is keys that follow each other faster than hands can. It ends with Enter or Tab, with a
 * pause, or as soon as it is one of our label codes, whose check character is right; so ten codes
 * a second may come with nothing in between. What people type slowly is left to them.
 */

import { isLabel } from "./codes.js";
import { isSscc } from "./gs1.js";

/** Scanners send a character within 30 ms; hands rarely twice within 60, and not four times. */
const GAP_MS = 60;
/** In the middle of a burst. */
const BURST_GAP_MS = 80;
/** A code that lacks something is waited for: half a label is nothing that was meant. */
const LONG_GAP_MS = 300;
/** Within this time a code that a busy computer tore apart is put together again. */
const TORN_MS = 1_000;
/** So many quick keys are a burst, also without an end mark. */
const BURST_MIN = 4;
/** In a field so many, when nothing else says that a scanner sent them. */
const BURST_MIN_IN_FIELD = 8;
/** A second look when the page was too busy to see the next key in time. */
const LATE_MS = 15;
/** An end mark that comes so soon after a code belongs to it. */
const TRAIL_MS = 120;
const ENDS = new Set(["Enter", "Tab"]);
const SILENT = new Set([
  "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Fn", "Unidentified",
]);
const AIM = /^\][A-Za-z][0-9A-Fa-f]/;
const LABEL_LENGTH = 12;

/**
 * Lets an async listener take scans one after the other, in the order they came.
 * @param {(scan: any) => Promise<any>|any} listener
 */
export function inOrder(listener) {
  let last = Promise.resolve();
  return (scan) => {
    last = last.then(() => listener(scan)).catch((error) => {
      // The next scan must be answered all the same.
      setTimeout(() => {
        throw error;
      });
    });
    return last;
  };
}

/**
 * Parts what came in one go: a whole label code, SSCC or card that is followed by more is one scan.
 * @param {string} text
 * @returns {string[]} codes; the last one may be only the beginning of one
 */
export function parted(text) {
  const codes = [];
  let rest = text;
  while (rest) {
    const length = endOfFirst(rest);
    if (!length || length >= rest.length) break;
    codes.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  if (rest) codes.push(rest);
  return codes;
}

/** Where the code at the start ends, if that is sure; else 0. */
function endOfFirst(text) {
  const prefix = AIM.exec(text)?.[0].length ?? 0;
  const plain = text.slice(prefix);
  if (isLabel(plain.slice(0, LABEL_LENGTH))) return prefix + LABEL_LENGTH;
  const sscc = /^\x1d?(?:\(00\)|00)(\d{18})/.exec(plain);
  if (sscc && isSscc(sscc[1]) && beginsAnew(plain.slice(sscc[0].length))) {
    return prefix + sscc[0].length;
  }
  // A card, or anything else before the next card or AIM prefix.
  const next = plain.slice(1).search(/SS:[A-Z0-9]|\][A-Za-z][0-9]/i);
  return next >= 0 ? prefix + next + 1 : 0;
}

function beginsAnew(rest) {
  if (AIM.test(rest) || /^SS:/i.test(rest) || isLabel(rest.slice(0, LABEL_LENGTH))) return true;
  const sscc = /^(?:\(00\)|00)(\d{18})/.exec(rest);
  return Boolean(sscc && isSscc(sscc[1]));
}

const COMMAND = /^SS:(YES|NO|OK|BACK|UNDO|HOME|FOUND|[1-9])$/i;
const BEGUN = [
  /^[BKSCDZVP][2-8FJKLMPQRVX]{0,10}$/i, // a label
  /^\]([A-Za-z][0-9A-Fa-f]?)?$/, // a mark
  /^S(S(:[A-Z]*:?)?)?$/i, // a card
  /^\x1d?(\(00\)|00)\d{0,17}$/, // an SSCC
  /^https?:\/\/[^/]*$/i, // an address
];

/** Whether a text is one label code or card and nothing else, so that nobody waits for its end. */
function isDone(text) {
  const plain = text.replace(AIM, "");
  return isLabel(plain) || COMMAND.test(plain);
}

/** Whether a text is only the beginning of what a scanner sends. */
function isBegun(text) {
  const plain = text.replace(AIM, "");
  return plain === "" || BEGUN.some((begun) => begun.test(plain));
}

/** Whether a text can only have come from a scanner. */
function isSure(text) {
  return AIM.test(text) || /^(SS:|https?:|\(\d\d)/i.test(text) || text.includes("\x1d")
    || isLabel(text.slice(0, LABEL_LENGTH));
}

/** A field that people type in. */
function fieldOf(target) {
  if (target instanceof HTMLTextAreaElement) return target;
  if (!(target instanceof HTMLInputElement)) return null;
  return /^(text|search|tel|url|email|number|password|)$/.test(target.type) ? target : null;
}

export class Wedge {
  /**
   * @param {{onScan: (text: string) => void, onKey?: (key: {key: string, code: string}) => any,
   *   target?: EventTarget}} how onScan: called at once, in order. onKey: a single key that a
   *   person pressed outside of any field
   */
  constructor({ onScan, onKey = () => false, target = window }) {
    this.onScan = onScan;
    this.onKey = onKey;
    this.target = target;
    this.timer = 0;
    this.swallowed = new Set();
    this.endedAt = -Infinity;
    /** Keys that were taken for a person's, and may have been the beginning of a code. */
    this.torn = null;
    this.#clear();
    this.down = (event) => this.#down(event);
    this.up = (event) => this.#up(event);
    this.away = () => this.#pause();
  }

  start() {
    this.target.addEventListener("keydown", this.down, true);
    this.target.addEventListener("keyup", this.up, true);
    addEventListener("blur", this.away);
    return this;
  }

  stop() {
    this.target.removeEventListener("keydown", this.down, true);
    this.target.removeEventListener("keyup", this.up, true);
    removeEventListener("blur", this.away);
    clearTimeout(this.timer);
    this.#clear();
  }

  #clear() {
    this.text = "";
    this.keys = [];
    this.firstAt = -Infinity;
    this.lastAt = -Infinity;
    /** The field that the first keys of a possible burst went into, as it was before. */
    this.field = null;
    /** Whether the keys are kept from the page. */
    this.holding = false;
    this.alt = "";
  }

  #down(event) {
    if (event.isComposing || event.repeat) return this.#other(event);
    if (event.altKey && /^Numpad\d$/.test(event.code)) return this.#altDigit(event);
    if (SILENT.has(event.key)) return undefined;
    const at = event.timeStamp;
    const sign = signOf(event, this.text !== "");
    if (this.text && at - this.lastAt > this.#gap()) this.#pause();
    if (sign !== null) return this.#sign(event, sign, at);
    if (ENDS.has(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) {
      return this.#end(event, at);
    }
    return this.#other(event);
  }

  /** Some other key: whatever was begun is over, and the key is the page's. */
  #other() {
    if (this.text) this.#pause();
  }

  #sign(event, sign, at) {
    const field = fieldOf(event.target);
    if (!this.text) {
      // A space by itself presses a button; no code begins with one.
      if (sign === " ") return;
      this.firstAt = at;
      this.field = field && snapshot(field);
      this.holding = !field && !event.target?.isContentEditable;
    }
    this.text += sign;
    this.keys.push({ key: event.key, code: event.code });
    this.lastAt = at;
    if (!this.holding && this.text.length >= BURST_MIN) this.#takeBack();
    if (this.holding) this.#swallow(event);
    if (isDone(this.text)) this.#finish();
    else this.#partEarly();
    if (this.text) this.#arm(this.#gap());
  }

  /** How long the next key may take, and still belong to this. */
  #gap() {
    if (this.holding && isBegun(this.text)) return LONG_GAP_MS;
    return this.holding && this.text.length >= BURST_MIN ? BURST_GAP_MS : GAP_MS;
  }

  /** These keys are a burst after all: the field gets back what it held before them. */
  #takeBack() {
    this.holding = true;
    if (this.field) restore(this.field);
  }

  /** A code is whole as soon as something comes after it. */
  #partEarly() {
    if (!this.holding || this.text.length <= LABEL_LENGTH) return;
    const codes = parted(this.text);
    if (codes.length < 2) return;
    this.text = codes.pop();
    this.keys = this.keys.slice(-this.text.length);
    for (const code of codes) this.onScan(code);
  }

  #end(event, at) {
    if (this.text && this.#isBurst(at)) {
      if (!this.holding) this.#takeBack();
      this.#swallow(event);
      this.#finish();
    } else if (!this.text && at - this.endedAt <= TRAIL_MS) {
      this.endedAt = -Infinity;
      this.#swallow(event);
    } else if (this.text) {
      this.#pause();
    }
  }

  #isBurst(at) {
    return this.text.length >= 2 && at - this.lastAt <= this.#gap();
  }

  #finish() {
    const codes = parted(this.#mended(this.text));
    const at = this.lastAt;
    clearTimeout(this.timer);
    this.#clear();
    this.endedAt = at;
    for (const code of codes) this.onScan(code);
  }

  /** The whole code, if only the beginning of it came late: its check character must be right. */
  #mended(text) {
    const { torn } = this;
    this.torn = null;
    const isRecent = torn && this.firstAt - torn.at < TORN_MS;
    if (!isRecent || isLabel(text) || !isLabel(torn.text + text)) return text;
    if (torn.field) restore(torn.field);
    return torn.text + text;
  }

  /** Remember keys that a person seems to have pressed. */
  #tear(text, field) {
    const before = this.torn && this.firstAt - this.torn.at < TORN_MS ? this.torn : null;
    this.torn = {
      text: (before?.text ?? "") + text, at: this.lastAt, field: before ? before.field : field,
    };
  }

  #arm(delay) {
    clearTimeout(this.timer);
    const due = performance.now() + delay;
    this.timer = setTimeout(() => this.#due(due), delay);
  }

  #due(due) {
    // A busy page sees keys later than they were pressed: let those that wait come first.
    const isPending = navigator.scheduling?.isInputPending?.() ?? false;
    if (isPending || performance.now() - due > LATE_MS) this.#arm(LATE_MS);
    else this.#pause();
  }

  /** No more keys come: it was a scan, or keys of a person, who gets them back. */
  #pause() {
    clearTimeout(this.timer);
    if (!this.text) return;
    const { text, keys, holding, field } = this;
    const enough = field ? BURST_MIN_IN_FIELD : BURST_MIN;
    if (holding && (text.length >= enough || isSure(text))) {
      this.#finish();
      return;
    }
    this.#tear(text, field);
    this.#clear();
    if (!holding) return;
    if (field) giveBack(field, text);
    else for (const key of keys) this.onKey(key);
  }

  #up(event) {
    if (event.key === "Alt" && this.alt) this.#altDone(event);
    if (!this.swallowed.delete(event.code || event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #swallow(event) {
    this.swallowed.add(event.code || event.key);
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Some scanners send a control character as Alt and its number on the keypad. */
  #altDigit(event) {
    this.alt += event.code.at(-1);
    this.lastAt = event.timeStamp;
    event.preventDefault();
  }

  #altDone(event) {
    const sign = String.fromCharCode(Number(this.alt) % 256);
    this.alt = "";
    if (!this.text && sign !== "\x1d") return;
    this.text += sign;
    this.keys.push({ key: sign, code: "" });
    this.holding = true;
    this.lastAt = event.timeStamp;
    this.#arm(this.#gap());
  }
}

/** The character that a key stands for; null when it stands for none. */
function signOf(event, within) {
  if (event.metaKey) return null;
  const isControl = event.ctrlKey && !event.altKey;
  // FNC1, the mark between the fields of GS1, comes as Ctrl and ].
  if (isControl) return event.key === "]" || event.key === "\x1d" ? "\x1d" : null;
  if (event.key === "\x1d" || (event.key === "F8" && within)) return "\x1d";
  if (event.altKey && !event.ctrlKey) return null;
  return [...event.key].length === 1 ? event.key : null;
}

function snapshot(field) {
  const { value } = field;
  // A field for numbers has no selection to ask for.
  const at = field.type === "number" || field.type === "email" ? null : field.selectionStart;
  return { field, value, at };
}

/** A person was quick: what was taken from the field stands in it again. */
function giveBack({ field, value, at }, text) {
  const before = at ?? value.length;
  field.value = value.slice(0, before) + text + value.slice(before);
  if (at !== null) field.setSelectionRange(at + text.length, at + text.length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function restore({ field, value, at }) {
  if (field.value === value) return;
  field.value = value;
  if (at !== null) field.setSelectionRange(at, at);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
