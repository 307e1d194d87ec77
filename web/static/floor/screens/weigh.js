/**
 * The weigh panel, which other screens put into what they render. It is one element that lives as
 * long as the panel and keeps itself up to date.
 *
 * The live weight is the biggest thing on it; under it the little sum. Only a stable weight can be
 * taken. Without a scale there is the keypad, and pieces times a standard weight. What is unusual
 * is asked once more; what no register would take is said, and stays here.
 */

import { fill, h } from "../dom.js";
import { doubt } from "../mass.js";
import { message } from "../words.js";
import { keypad } from "./keypad.js";
import { STATES, createLive, foot, question, tryOut, ways } from "./weigh_look.js";

const SAID = {
  moving: message("Wait until the weight is stable."),
  same: message("This was weighed already. Take it off first."),
  nothing: message("There is nothing to weigh. Weigh again."),
  too_heavy: message("This weight is not possible. Weigh again."),
  net_on_scale: message("The scale took a tare off. Clear it first."),
  untyped: message("Type the weight first."),
  uncounted: message("Count the pieces first."),
};
/**
 * @typedef {object} Weight
 * @property {number} gross_g  "difference": what the bin weighs now
 * @property {number} tare_g  "difference": what it weighed before
 * @property {number} net_g
 * @property {number|null} pieces  only when they were counted
 * @property {"measured"|"estimated"} quality
 * @property {"scale"|"hand"|"pieces"|"software"} by
 * @property {string|null} scale  code in the register
 * @property {string|null} frame  what the scale said, to be kept with the booking
 */

/**
 * @param {object} floor  uses floor.weight, floor.draft, floor.saveDraft, floor.go
 * @param {object} how
 * @param {number} [how.tare_g]  known tare, 0 when there is none
 * @param {number|null} [how.max_g]  net that the container may hold
 * @param {"load"|"difference"|"pieces"|"keypad"} [how.mode]  load: gross less tare. difference:
 *   the bin before and after. pieces, keypad: begin with counting, or with typing
 * @param {string} [how.bin]  for "difference": the bin whose last gross is remembered
 * @param {number|null} [how.piece_g]  standard weight of a piece; with it pieces can be counted
 * @param {boolean} [how.foot]  false: the screen has its own buttons at the foot and calls `take`
 * @param {(weight: Weight) => any} [how.onweight]  the person took it: book it
 * @returns {{node: HTMLElement, take: (then?: (weight: Weight) => any) => Weight|null,
 *   release: () => void, set: (part: object) => Promise<void>|null, scanned: (scan: object) => boolean,
 *   key: (event: KeyboardEvent) => boolean, close: () => void}}
 *   take: now, for "the scan of the bin is the confirmation". Gives the weight, or null and the
 *   panel says why. When an unusual weight is asked about, `then` hears of it after the yes.
 *   release: the booking was refused, so the same load may be taken again. set: comes back when
 *   what another bin weighed before is known.
 */
export function weighPanel(floor, how) {
  const panel = new Panel(floor, how);
  return {
    node: panel.node,
    take: (then) => panel.take(then || (() => null)),
    release: () => panel.release(),
    set: (part) => panel.set(part),
    scanned: (scan) => panel.scanned(scan),
    key: (event) => panel.key(event),
    close: () => panel.close(),
  };
}

class Panel {
  constructor(floor, how) {
    this.floor = floor;
    this.how = { tare_g: 0, max_g: null, mode: "load", bin: null, piece_g: null, foot: true, ...how };
    this.by = null;
    this.quality = "measured";
    this.before_g = null;
    this.last_g = null;
    this.asked = null;
    this.said = null;
    this.typed = keypad({ unit: "kg", onchange: () => this.changed() });
    this.counted = keypad({ unit: "pieces", onchange: () => this.changed() });
    this.live = createLive(this);
    this.node = h("div", { "data-weigh": "" });
    this.node.style.setProperty("display", "contents");
    this.due = false;
    this.recall();
    this.draw();
    this.stop = floor.weight.subscribe(() => this.heard());
  }

  close() {
    this.stop();
  }

  set(part) {
    const bin = this.how.bin;
    this.how = { ...this.how, ...part };
    if (part.mode) this.by = null;
    const recalled = this.how.bin === bin ? null : this.recall();
    this.asked = null;
    this.draw();
    return recalled;
  }

  /** How it is weighed now: scale, keypad or pieces. */
  get way() {
    if (this.by) return this.by;
    if (this.how.mode === "pieces" && this.how.piece_g) return "pieces";
    const none = this.floor.weight.choice.kind === "keypad" && !this.floor.weight.practice;
    return this.how.mode === "keypad" || none ? "keypad" : "scale";
  }

  get isDifference() {
    return this.how.mode === "difference" && this.way !== "pieces";
  }

  /** The bin must be weighed before anything goes in. */
  get wantsBefore() {
    return this.isDifference && this.before_g === null;
  }

  get tare_g() {
    return this.isDifference ? this.before_g || 0 : this.how.tare_g;
  }

  /** What would be taken now: gross in grams, or null. */
  get gross_g() {
    if (this.way === "scale") return this.floor.weight.current.mass_g;
    if (this.way === "keypad") return this.typed.value;
    return this.counted.value && this.counted.value * this.how.piece_g + this.how.tare_g;
  }

  // The bin before and after

  get remembered() {
    return `gross of ${this.how.bin}`;
  }

  async recall() {
    this.before_g = null;
    if (this.how.mode !== "difference" || !this.how.bin) return;
    const { bin } = this.how;
    const kept = await this.floor.draft(this.remembered);
    if (bin !== this.how.bin || !kept) return;
    this.before_g = kept.gross_g;
    this.draw();
  }

  keepBefore(gross_g) {
    this.last_g = this.before_g;
    this.before_g = gross_g;
    if (!this.how.bin) return;
    this.floor.saveDraft(this.remembered, gross_g === null ? null : { gross_g });
  }

  // Taking

  take(then) {
    if (this.asked) return null;
    const taken = this.taken();
    if (!taken) return null;
    if (this.wantsBefore) {
      this.keepBefore(taken.gross_g);
      this.typed.clear();
      this.say(null);
      return null;
    }
    const strange = doubt({ ...taken, tare_g: this.tare_g, max_g: this.how.max_g });
    if (strange && strange.refused) {
      this.giveBack();
      this.say(SAID[strange.code]);
      return null;
    }
    if (strange) {
      this.asked = { ...strange, taken, then };
      this.draw();
      return null;
    }
    return this.given(taken, then);
  }

  taken() {
    const { weight } = this.floor;
    if (this.way === "keypad") {
      const gross_g = this.typed.value;
      if (gross_g === null) this.say(SAID.untyped);
      return gross_g === null ? null : weight.byHand(gross_g, this.quality);
    }
    if (this.way === "pieces") {
      if (!this.counted.value) this.say(SAID.uncounted);
      return this.counted.value
        ? { ...weight.byHand(this.gross_g, "estimated"), by: "pieces", pieces: this.counted.value }
        : null;
    }
    const found = weight.take();
    if (!found) {
      const { state } = weight.current;
      this.say(state === "stable" ? SAID.same : state === "moving" ? SAID.moving : STATES[state]);
    }
    return found;
  }

  given(taken, then) {
    const { gross_g, quality, by, scale, frame, pieces = null } = taken;
    const tare_g = this.tare_g;
    if (this.isDifference) this.keepBefore(gross_g);
    this.typed.clear();
    this.counted.clear();
    this.say(null);
    const weight = { gross_g, tare_g, net_g: gross_g - tare_g, pieces, quality, by, scale, frame };
    then(weight);
    return weight;
  }

  answered(yes) {
    const { taken, then } = this.asked;
    this.asked = null;
    if (yes) {
      this.given(taken, then);
      return;
    }
    this.giveBack();
    this.draw();
  }

  giveBack() {
    if (this.way === "scale") this.floor.weight.release();
  }

  release() {
    this.giveBack();
    if (this.isDifference) this.keepBefore(this.last_g);
    this.draw();
  }

  // What comes from outside

  heard() {
    if (this.said && this.said.of !== this.now) this.said = null;
    if (this.way === "scale") this.drawLive();
  }

  changed() {
    this.said = null;
    this.drawLive();
  }

  scanned(scan) {
    if (scan.kind !== "command") return false;
    if (this.asked && ["YES", "NO"].includes(scan.code)) this.answered(scan.code === "YES");
    else if (!this.asked && scan.code === "OK") this.take(this.book);
    else return false;
    return true;
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || this.asked) return false;
    if (this.way === "scale") return false;
    return (this.way === "keypad" ? this.typed : this.counted).press(event.key);
  }

  get book() {
    return this.how.onweight || (() => null);
  }

  // What it looks like

  /** What a sentence is about: it goes when this changes. */
  get now() {
    const { state, mass_g } = this.floor.weight.current;
    return state === "stable" ? `${state} ${mass_g}` : state;
  }

  /** Says why not, until the scale says something else. */
  say(text) {
    this.said = text && { text, of: this.now };
    this.draw();
  }

  use(way, quality = "measured") {
    this.by = way;
    this.quality = quality;
    this.said = null;
    this.draw();
  }

  /** The bin stands on the scale before anything goes in: forget what it weighed. */
  weighBefore() {
    this.keepBefore(null);
    this.giveBack();
    this.draw();
  }

  /** Once, and after the answer to a scan that is in hand. */
  draw() {
    if (this.due) return;
    this.due = true;
    this.floor.router.after(() => {
      this.due = false;
      this.paint();
    });
  }

  paint() {
    if (this.asked) {
      fill(this.node, question(this));
      return;
    }
    const pad = { keypad: this.typed, pieces: this.counted }[this.way];
    fill(
      this.node,
      h("div", { class: pad ? "work split" : "work" }, this.live.node, pad && pad.node),
      pad ? null : tryOut(this),
      ways(this),
      this.how.foot ? foot(this) : null,
    );
    this.drawLive();
  }

  drawLive() {
    this.live.update();
  }
}
