// Sorting: out of a batch or a bin, into the bins that stand around. One scan or tap a decision.

import { sentenceOf } from "../refusals.js";
import { _ } from "../words.js";
import { binsHere, choiceOf, openBin } from "./bins.js";
import { LEVELS, guideFor, stand } from "./guide.js";
import { destinationRow, groupRow, guides, hindrance, kg, openBatches } from "./lookup.js";
import { into, waited } from "./parts.js";
import { remembered } from "./pickers.js";
import { pieceGroup } from "./pieces.js";
import { draw, newBinTiles, nextParts } from "./sort_views.js";
import { sourceOf, sourceWords, whyNot } from "./source.js";
import { weighPanel } from "./weigh.js";

/** How the mass of a part is known, and what the weigh panel shows for it. */
const PANEL_MODES = { part: "load", bin: "difference", pieces: "load", keypad: "keypad" };
/** Half-done work; what is practised leaves the real work alone. */
const draftOf = (floor) => (floor.practice ? "sort practice" : "sort");
const SOON_MS = 250;
const NOTHING = {
  source: null,
  found: null,
  answers: [],
  chosen: null,
  view: null,
  blank: null,
  last: null,
};

const stepOf = ({ source, view, answers, chosen }) =>
  [source?.code, view, answers.length, chosen].join("/");

export const sort = {
  name: "sort",
  title: () => _("Sort"),
  pictogram: "sort",
  kinds: ["sorting"],
  order: 20,
  starts: ["batch", "bin"],
  openWork(floor) {
    const begun = openBatches(floor).filter((batch) => batch.state === "sorting");
    return begun.slice(0, 4).map((batch) => ({
      text: sourceWords(floor, sourceOf(floor, { kind: "batch", code: batch.code })),
      note: kg(batch.held_g),
      pictogram: "batch",
      params: { batch: batch.code },
    }));
  },
  open: (floor, params) => new Sorting(floor, params),
};

class Sorting {
  constructor(floor, params) {
    this.floor = floor;
    this.state = { ...NOTHING };
    /** The bin that was chosen while the load still moved. */
    this.pending = null;
    /** A typed weight that waits for its bin. */
    this.taken = null;
    this.saving = 0;
    this.panel = weighPanel(floor, { foot: false });
    this.ready = this.begin(params);
    this.stop = floor.weight.subscribe((reading) => waited(this, reading));
  }

  async begin(params) {
    const kept = await this.floor.draft(draftOf(this.floor));
    const source = sourceOf(this.floor, kept?.source);
    // What was closed elsewhere meanwhile is no work any more.
    const isOver = !source || whyNot(source)?.code === "batch_closed";
    this.state = { ...NOTHING, ...(isOver ? {} : kept) };
    this.setPanel();
    this.floor.refresh();
    if (params.scan) await this.wanted(params.scan);
    else if (params.batch) await this.start({ kind: "batch", code: params.batch });
    else if (params.bin) await this.start({ kind: "bin", code: params.bin });
  }

  close() {
    if (this.saving) this.save();
    this.stop();
    this.panel.close();
  }

  render() {
    return draw(this);
  }

  /** What the hand does next, as it stands under an answer. */
  next() {
    return nextParts(this);
  }

  // What is so now

  get source() {
    return sourceOf(this.floor, this.state.source);
  }

  get level() {
    const wanted = this.floor.context.guidance || this.floor.settings?.guidance;
    return LEVELS.includes(wanted) ? wanted : "every";
  }

  get hasScale() {
    return this.floor.weight.practice || this.floor.weight.choice.kind !== "keypad";
  }

  get method() {
    const kept = this.floor.context.method;
    if (kept in PANEL_MODES) return kept;
    if (this.hasScale) return "part";
    return this.pieces ? "pieces" : "keypad";
  }

  /** Whether weights are typed here, not read from a scale. */
  get isTyped() {
    return this.method === "keypad" || (this.method !== "pieces" && !this.hasScale);
  }

  /** The group that is counted, or null. */
  get pieces() {
    return pieceGroup(this.floor, this.state.found, this.source?.group);
  }

  get group() {
    return this.state.found || this.source?.group || null;
  }

  /** Where the guide leads to now; a choice that was made goes before it. */
  get where() {
    if (this.state.chosen) return { destination: this.state.chosen };
    const guide = this.level === "straight" ? null : guideFor(guides(this.floor), this.group);
    return guide ? stand(guide, this.state.answers, this.level) : {};
  }

  /** Why it cannot go to a destination, or null. */
  hindrance(code) {
    const destination = destinationRow(this.floor, code);
    return destination && hindrance(this.floor, this.source, this.group, destination);
  }

  // What changes it

  /** soon: a scanner is at work, and the disk is for the outbox first. */
  set(part, { soon = false } = {}) {
    const before = stepOf(this.state);
    Object.assign(this.state, part);
    // Another step begins at its top.
    if (stepOf(this.state) !== before) this.floor.frame.toTop();
    if (!soon) this.save();
    else this.saving ||= setTimeout(() => this.save(), SOON_MS);
    this.floor.refresh();
  }

  save() {
    clearTimeout(this.saving);
    this.saving = 0;
    this.floor.saveDraft(draftOf(this.floor), this.state);
  }

  setPanel(part = {}) {
    return this.panel.set({ mode: PANEL_MODES[this.method], ...part });
  }

  view(name) {
    this.set({ view: name });
  }

  setLevel(level) {
    this.floor.keep({ guidance: level });
    this.set({ answers: [], chosen: null });
  }

  setMethod(method) {
    this.floor.keep({ method });
    this.pending = null;
    this.taken = null;
    this.setPanel();
    this.floor.refresh();
  }

  setFound(code) {
    const found = code === this.source?.group ? null : code;
    this.floor.keep({ recent_groups: remembered(this.floor.context.recent_groups, code) });
    this.set({ found, view: null, answers: [], chosen: null });
  }

  answerQuestion(yes) {
    this.set({ answers: [...this.state.answers, yes] });
  }

  /** One step back within the work. */
  stepBack() {
    const { view, chosen, answers } = this.state;
    this.taken = null;
    if (view) this.set({ view: null, blank: null });
    else if (chosen) this.set({ chosen: null });
    else this.set({ answers: answers.slice(0, -1) });
  }

  /** Begins on a batch or a bin. What was begun before stays as it is: half a box is normal. */
  start(named) {
    const source = sourceOf(this.floor, named);
    const no = source ? whyNot(source) : { code: "not_found" };
    if (no) {
      const read = named.read || named.code;
      this.floor.answer({ verdict: "refused", ...sentenceOf(this.floor, no), read });
      return;
    }
    const isSame = this.state.source?.code === source.code;
    const whole_g = source.kind === "bin" ? source.left_g : undefined;
    this.pending = null;
    this.taken = null;
    this.set({
      ...NOTHING,
      source: { kind: source.kind, code: source.code, whole_g },
      found: isSame ? this.state.found : null,
      last: isSame ? this.state.last : null,
    });
    this.setPanel({ bin: null });
    if (!named.read) return;
    this.floor.answer({
      verdict: "accepted",
      say: source.name,
      figures: kg(source.left_g),
      read: named.read,
      next: this.next(),
    });
  }

  // What is scanned

  async scanned(scan) {
    await this.ready;
    return this.wanted(scan);
  }

  wanted(scan) {
    const { code, read } = scan;
    const how = {
      batch: () => this.start({ kind: "batch", code, read }),
      bin: () => this.scannedBin(code, read),
      blank_bin: () => this.scannedBlank(code, read),
      destination: () => this.choose(code, read),
      group: () => this.scannedGroup(code, read),
      blank_batch: () => this.look(_("This label is for a new batch."), read),
      container: () => this.look(_("Scan a bin or a batch."), read),
      command: () => this.panel.scanned(scan),
    }[scan.kind];
    return how ? how() : false;
  }

  look(say, read, next) {
    this.floor.answer({ verdict: "look", say, read, next });
  }

  scannedBin(code, read) {
    const asksSource = this.state.view === "source" || !this.source;
    if (asksSource) return this.start({ kind: "bin", code, read });
    if (code === this.source.code) return this.look(_("You sort this bin now."), read);
    return into(this, code, read);
  }

  scannedGroup(code, read) {
    if (!groupRow(this.floor, code)) return false;
    this.setFound(code);
    this.floor.answer({ verdict: "accepted", say: _("That is what it is."), read });
    return true;
  }

  scannedBlank(code, read) {
    if (!this.source) return this.look(_("Scan the batch first."), read);
    const { destination } = this.where;
    if (destination && !this.hindrance(destination)) return this.newBin(destination, code, read);
    this.set({ blank: code, view: "new_bin" });
    return this.look(_("What goes into this bin?"), read, newBinTiles(this));
  }

  /** A destination by tile or by card: its bin here is used, else somebody says which. */
  choose(code, read) {
    if (!this.source) return this.look(_("Scan the batch first."), read);
    const hindered = this.hindrance(code);
    if (hindered) {
      this.floor.answer({ verdict: "refused", say: `${hindered.say}.`, read: read || code });
      return undefined;
    }
    if (this.state.view === "new_bin") return this.newBin(code, this.state.blank, read);
    const here = binsHere(this.floor).filter((bin) => choiceOf(this.floor, bin) === code);
    this.set({ chosen: code, view: null });
    return here.length === 1 ? into(this, here[0].code, read) : undefined;
  }

  /** Opens a bin; what is in somebody's hand goes into it. */
  async newBin(choice, label, read) {
    const opened = await openBin(this.floor, choice, label);
    if (!opened) return;
    this.set({ blank: null, view: null, chosen: choice });
    const { current, isTaken } = this.floor.weight;
    const isOn = !this.isTyped && current.state === "stable" && current.mass_g > 0 && !isTaken;
    if (this.method === "pieces" || this.taken || (isOn && this.method === "part")) {
      await into(this, opened, read);
      return;
    }
    const say = _("The bin is open.");
    this.floor.answer({ verdict: "accepted", say, read: read || opened, next: this.next() });
  }

  /** A typed weight waits for its bin. */
  keepTyped() {
    this.panel.take((weight) => {
      this.taken = weight;
      this.floor.refresh();
    });
  }

  key(event) {
    const isAsked = this.source && !this.state.view && !this.where.question;
    return isAsked && this.isTyped && !this.taken ? this.panel.key(event) : false;
  }
}
