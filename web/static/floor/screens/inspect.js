// Inspection: one step (X-ray, logo off, cut up, ...) is chosen once; each scan has passed it.

import { sentenceOf } from "../refusals.js";
import { ask, button, chips, choices, empty, foot, h, scanHere, work } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, message, own } from "../words.js";
import { binRow, gateName, kg, openBatches } from "./lookup.js";
import { keypad } from "./keypad.js";
import { rows } from "./rows.js";
import { boxRow, boxWords, history, historyRow } from "./telling.js";
import { weighPanel } from "./weigh.js";

const DRAFT = "inspect";
const ROWS_MAX = 8;
const PASSED_MAX = 5;
const NOTHING = { collected: [], asked: null, view: null, last: null };
const AMOUNTS = {
  whole: { text: message("All of it"), pictogram: "box" },
  weigh: { text: message("Weigh the part"), pictogram: "weigh" },
  pieces: { text: message("Count pieces"), pictogram: "pieces" },
};

export const inspect = {
  name: "inspect",
  title: () => _("Inspect"),
  pictogram: "inspect",
  kinds: ["inspection"],
  order: 30,
  starts: ["batch", "bin", "gate"],
  open: (floor) => new Inspecting(floor),
};

class Inspecting {
  constructor(floor) {
    this.floor = floor;
    this.state = { ...NOTHING };
    this.panel = weighPanel(floor, {
      onweight: (weight) => this.measured({ mass_g: weight.net_g }),
    });
    this.count = keypad({ unit: "pieces", onchange: () => {} });
    this.ready = this.begin();
  }

  async begin() {
    this.state = { ...NOTHING, ...(await this.floor.draft(DRAFT)) };
    this.floor.refresh();
  }

  close() {
    this.panel.close();
  }

  set(part) {
    Object.assign(this.state, part);
    this.floor.saveDraft(DRAFT, this.state);
    this.floor.refresh();
  }

  get gate() {
    const { gate } = this.floor.context;
    return gate && this.floor.world.gate(gate) ? gate : null;
  }

  get amount() {
    const { gate_amount } = this.floor.context;
    return gate_amount in AMOUNTS ? gate_amount : "whole";
  }

  get isMany() {
    return Boolean(this.floor.context.gate_many) && this.amount === "whole";
  }

  get isWeighing() {
    return Boolean(this.state.asked) && this.amount === "weigh";
  }

  render() {
    if (!this.gate || this.state.view === "gate") return this.gateParts();
    if (this.state.view === "amount") return this.amountParts();
    if (this.state.asked) return this.askedParts();
    return this.isMany ? this.manyParts() : this.eachParts();
  }

  head() {
    const amount = AMOUNTS[this.amount];
    return chips([
      {
        pictogram: pictogramOf("gate", this.gate),
        name: _("Your step"),
        value: gateName(this.floor, this.gate),
        onpress: () => this.set({ view: "gate" }),
      },
      {
        pictogram: amount.pictogram,
        name: _("How much"),
        value: this.isMany ? _("Many at once") : _(amount.text),
        onpress: () => this.set({ view: "amount" }),
      },
    ]);
  }

  gateParts() {
    const items = (this.floor.world.reference.gates || []).map((row) => ({
      value: row.code,
      text: own(row.names, row.code),
      pictogram: pictogramOf("gate", row.code),
    }));
    const selected = this.gate || undefined;
    return [
      ask({ pictogram: "inspect", text: _("Which step do you do?") }),
      work(choices(items, (code) => this.setGate(code), { selected, label: _("Steps") })),
    ];
  }

  setGate(code) {
    this.floor.keep({ gate: code });
    this.set({ view: null });
  }

  amountParts() {
    const whole = Object.entries(AMOUNTS).map(([value, each]) => ({ ...each, value, text: _(each.text) }));
    const many = { value: "many", text: _("Many at once"), pictogram: "list" };
    const pick = (value) => {
      this.floor.keep({ gate_amount: value === "many" ? "whole" : value, gate_many: value === "many" });
      this.set({ view: null });
    };
    return [
      this.head(),
      ask({ pictogram: "weigh", text: _("How much passes at once?") }),
      work(choices([...whole, many], pick, { selected: this.isMany ? "many" : this.amount })),
    ];
  }

  eachParts() {
    return [
      this.head(),
      ask({
        pictogram: pictogramOf("gate", this.gate),
        text: gateName(this.floor, this.gate),
        help: _("Scan each batch that passed."),
      }),
      h(
        "div",
        { class: "work split" },
        h("section", null, scanHere(_("Scan the batch or the bin.")), this.passed()),
        h("section", null, this.waiting()),
      ),
    ];
  }

  /** What passed here lately, each with the way to take it back. */
  passed() {
    const items = history(this.floor)
      .filter((each) => each.kind.startsWith("gate") && (each.booked || each.parked) && !each.reversed)
      .slice(0, PASSED_MAX)
      .map((each) => ({
        ...historyRow(this.floor, each),
        onpress: () => this.floor.go("undo", { scan_id: each.scan_id }),
      }));
    if (!items.length) return null;
    return [h("h2", null, _("Passed. Tap to take it back.")), rows(items, { from: 0 })];
  }

  /** Boxes and bins that may have to pass still: for who has no scanner. */
  waiting() {
    const boxes = openBatches(this.floor).filter((row) => this.restOf({ kind: "batch", row }) > 0);
    const bins = this.floor.world.openBins().filter((row) => row.mass_g > 0);
    const things = [
      ...boxes.map((row) => ({ kind: "batch", code: row.code, row })),
      ...bins.map((row) => ({ kind: "bin", code: row.code, row })),
    ].slice(0, ROWS_MAX);
    const items = things.map((thing) => ({
      ...boxRow(this.floor, thing.code, thing.kind === "bin" ? thing.row.mass_g : thing.row.held_g),
      pressed: this.isMany ? this.state.collected.includes(thing.code) : undefined,
      onpress: () => this.take(thing),
    }));
    return items.length ? rows(items) : empty(_("No batch is waiting."), "box");
  }

  manyParts() {
    const { collected } = this.state;
    const total = collected.reduce((sum, code) => sum + this.restOf(this.thing(code)), 0);
    return [
      this.head(),
      ask({
        pictogram: pictogramOf("gate", this.gate),
        text: _("Scan all that passed."),
        help: _("%(count)s on the list, %(mass)s", { count: collected.length, mass: kg(total) }),
      }),
      work(this.waiting()),
      foot(
        collected.length > 0 &&
          button({
            kind: "second",
            pictogram: "erase",
            text: _("Empty the list"),
            onpress: () => this.set({ collected: [] }),
          }),
        button({
          pictogram: "ok",
          text: _("They passed: %(count)s", { count: collected.length }),
          id: "they passed",
          disabled: !collected.length,
          onpress: () => this.passAll(),
        }),
      ),
    ];
  }

  askedParts() {
    const text = boxWords(this.floor, this.state.asked);
    const box = { pictogram: "box", name: _("Batch"), value: text, onpress: () => this.set({ asked: null }) };
    if (this.amount === "weigh") return [chips([box]), h("h1", { class: "away" }, _("Weigh")), this.panel.node];
    return [
      chips([box]),
      h(
        "div",
        { class: "work split" },
        h("section", null, ask({ pictogram: "pieces", text: _("How many pieces passed?") })),
        h("section", null, this.count.node),
      ),
      foot(button({ pictogram: "ok", text: _("Done"), onpress: () => this.counted() })),
    ];
  }

  thing(code) {
    const bin = binRow(this.floor, code);
    return bin ? { kind: "bin", code, row: bin } : { kind: "batch", code, row: this.floor.world.batch(code) };
  }

  /** What has not passed yet: of a box what is held still, of a bin what stands in it. */
  restOf({ kind, row }) {
    if (!row) return 0;
    const free = (batch) => batch?.gates?.[this.gate]?.free_g || 0;
    if (kind === "batch") return Math.max(0, row.held_g - free(row));
    const passed = history(this.floor)
      .filter((each) => each.kind === "gate_bin" && each.target === row.code && !each.reversed)
      .filter((each) => (each.booked || each.parked) && each.body.gate === this.gate)
      .reduce((sum, each) => sum + (each.body.mass_g || 0), 0);
    return Math.max(0, row.mass_g - passed);
  }

  /** A box or a bin was scanned or touched. */
  take(thing, read) {
    if (this.amount !== "whole") {
      this.set({ asked: thing.code, last: this.batchOf(thing) });
      return this.look(this.amount === "pieces" ? _("Count the pieces.") : _("Weigh the part."), read);
    }
    const rest = this.restOf(thing);
    if (rest <= 0) {
      const isEmpty = (thing.kind === "bin" ? thing.row.mass_g : thing.row.held_g) <= 0;
      return this.look(isEmpty ? _("There is nothing in it.") : _("It passed before."), read || thing.code);
    }
    return this.isMany ? this.collect(thing, rest, read) : this.pass(thing, { mass_g: rest }, { read });
  }

  batchOf(thing) {
    return thing.kind === "batch" ? thing.code : this.state.last;
  }

  collect(thing, rest, read) {
    const { collected } = this.state;
    if (collected.includes(thing.code)) {
      if (read) return this.look(_("It is on the list."), read);
      return this.set({ collected: collected.filter((code) => code !== thing.code) });
    }
    this.set({ collected: [...collected, thing.code], last: this.batchOf(thing) });
    if (!read) return undefined;
    const say = _("On the list: %(count)s", { count: collected.length + 1 });
    return this.floor.answer({ verdict: "accepted", say, figures: kg(rest), read });
  }

  counted() {
    const pieces = this.count.value;
    if (!pieces) return undefined;
    this.count.clear();
    return this.measured({ pieces });
  }

  /** How much passed is known now: by weight, or counted. */
  measured(measure) {
    return this.pass(this.thing(this.state.asked), measure);
  }

  async pass(thing, measure, how = {}) {
    const figure = measure.mass_g ? kg(measure.mass_g) : _("Pieces: %(count)s", { count: measure.pieces });
    const told = await this.floor.book(
      thing.kind === "bin" ? "gate_bin" : "gate",
      thing.code,
      { gate: this.gate, ...measure },
      {
        say: _("Passed: %(step)s", { step: gateName(this.floor, this.gate) }),
        figures: figure,
        onkept: () => this.set({ asked: null, last: this.batchOf(thing) }),
        ...how,
      },
    );
    if (told.verdict === "refused" && this.state.asked) this.panel.release();
    return told;
  }

  /** Each of them is booked by itself; what is refused stays on the list. */
  async passAll() {
    let mass_g = 0;
    const left = [];
    let no = null;
    const { collected } = this.state;
    for (const code of collected) {
      const thing = this.thing(code);
      const rest = this.restOf(thing);
      const told = rest > 0 && (await this.pass(thing, { mass_g: rest }, { quiet: true }));
      if (told && told.verdict === "refused") {
        left.push(code);
        no ??= { ...sentenceOf(this.floor, told), read: code };
      } else mass_g += rest;
    }
    this.set({ collected: left });
    const count = collected.length - left.length;
    const say = _("They passed: %(count)s", { count });
    if (no) this.floor.answer({ verdict: "refused", ...no });
    else this.floor.answer({ verdict: "accepted", say, figures: kg(mass_g) });
  }

  look(say, read) {
    if (read) this.floor.answer({ verdict: "look", say, read });
  }

  async scanned(scan) {
    await this.ready;
    const { kind, code, read } = scan;
    if (kind === "gate") return this.setGate(code);
    if (kind === "command") return this.isWeighing && this.panel.scanned(scan);
    if (kind !== "batch" && kind !== "bin") return false;
    if (!scan.row) return false;
    if (!this.gate) return this.look(_("Choose the step first."), read);
    this.state.view = null;
    return this.take({ kind, code, row: scan.row }, read);
  }

  key(event) {
    if (!this.state.asked || this.state.view) return false;
    return this.isWeighing ? this.panel.key(event) : this.count.press(event.key);
  }
}
