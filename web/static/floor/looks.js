/** Everything that screens and rules look up: reference data, and rows of the site. */

import { foretell } from "./effects.js";
import { BY_WORKER, UNDO_MAX_MS } from "./effects_back.js";
import { Layer } from "./layer.js";

const GONE = new Set(["refused", "reversed", "replaced", "shipped"]);
const byCode = (rows) => new Map((rows ?? []).map((row) => [row.code, row]));
const TABLES = {
  organisation: "organisations", group: "article_groups", destination: "destinations",
  gate: "gates", loss_kind: "loss_kinds", find_kind: "find_kinds", reason: "reasons",
  container: "containers", scale: "scales", printer: "printers", station: "stations",
};

export class Looks {
  constructor() {
    this.layer = new Layer();
    this.reference = {};
    this.station = null;
    this.device = null;
    this.role = "worker";
    this.practice = false;
    /** Codes that were reserved for this station, by whichever tablet or desk. */
    this.reserved = { batch: [], bin: [] };
    /** Those that this tablet reserved: no other one gives them out. */
    this.mine = { batch: [], bin: [] };
    this.taken = new Set();
    this.announced = [];
    /** The server's clock less this tablet's, in milliseconds. */
    this.clockOffset = 0;
    this.refer({});
  }

  /** Take reference data into use. */
  refer(reference) {
    this.reference = reference ?? {};
    this.tables = Object.fromEntries(
      Object.entries(TABLES).map(([name, table]) => [name, byCode(this.reference[table])]));
    this.rules = new Map();
    for (const rule of this.reference.owner_rules ?? []) {
      if (!this.rules.has(rule.supplier)) this.rules.set(rule.supplier, []);
      this.rules.get(rule.supplier).push(rule);
    }
    this.groups = this.reference.article_groups ?? [];
  }

  /** Brings the layer up to date before it is looked at. */
  settle() {}

  #row(on, code) {
    this.settle();
    return this.layer.get(on, code);
  }

  #all(on) {
    this.settle();
    return this.layer.all(on);
  }

  get site() {
    return this.station?.site;
  }

  /** Batches that are open, and closed ones as far as they are known. */
  get batches() {
    return this.#all("batch").filter(({ state }) => !GONE.has(state));
  }

  /** Bins that stand here, open and closed. */
  get bins() {
    return this.#all("bin").filter((row) => !row.unnamed && !GONE.has(row.state));
  }

  get deliveries() {
    return this.announced;
  }

  /** Codes that this tablet may give out: its own, that hang nowhere yet, by kind. */
  get codes() {
    return this.#free(this.mine);
  }

  /** Codes of the station that hang nowhere yet, so that a label in the hand may be one of them. */
  get blanks() {
    return this.#free(this.reserved);
  }

  #free(codes) {
    this.settle();
    const free = (code) => !this.isUsed(code) && !this.taken.has(code);
    return { batch: codes.batch.filter(free), bin: codes.bin.filter(free) };
  }

  /** The next free code of a kind, or null; nobody else on this tablet gets it. */
  takeCode(kind) {
    const [code = null] = this.codes[kind];
    if (code) this.taken.add(code);
    return code;
  }

  /** The code that a label stands for: its own, or that of what it was hung on later. */
  resolve(code) {
    return this.#row("label", code) ?? code;
  }

  batch(code) {
    return this.#row("batch", this.resolve(code));
  }

  bin(code) {
    return this.#row("bin", this.resolve(code));
  }

  contents(code) {
    this.settle();
    return this.layer.contents(this.resolve(code));
  }

  openBatches() {
    return this.batches.filter(({ state }) => state === "received" || state === "sorting");
  }

  /** Open bins, of a destination if one is given (null: work bins). */
  openBins(destination) {
    return this.bins.filter((bin) => bin.state === "open"
      && (destination === undefined || bin.destination === destination));
  }

  openBinFor(destination) {
    return this.#all("bin")
      .find((bin) => bin.state === "open" && bin.destination === destination);
  }

  supplier(code) {
    return this.tables.organisation.get(code);
  }

  suppliers() {
    return [...this.tables.organisation.values()].filter((row) => row.roles.includes("supplier"));
  }

  group(code) {
    return this.tables.group.get(code);
  }

  gate(code) {
    return this.tables.gate.get(code);
  }

  findKind(code) {
    return this.tables.find_kind.get(code);
  }

  lossKind(code) {
    return this.tables.loss_kind.get(code);
  }

  destination(code) {
    return this.tables.destination.get(code);
  }

  container(code) {
    return this.tables.container.get(code);
  }

  scale(code) {
    return this.tables.scale.get(code);
  }

  printer(code) {
    return this.tables.printer.get(code);
  }

  isStation(code) {
    return this.tables.station.has(code) || code === this.station?.code;
  }

  ownerRules(supplier) {
    return this.rules.get(supplier) ?? [];
  }

  /** A delivery by its code, or by the number that the supplier gave it. */
  delivery(text) {
    const wanted = String(text).trim().toUpperCase();
    return this.announced.find((row) => row.code === wanted
      || row.reference?.trim().toUpperCase() === wanted);
  }

  reasons(act) {
    return [...this.tables.reason.values()].filter((row) => row.acts.includes(act));
  }

  /** The first reason that may stand beside an act. */
  reason(act) {
    return this.reasons(act)[0];
  }

  hasReason(code, act) {
    return Boolean(this.tables.reason.get(code)?.acts.includes(act));
  }

  /** Whether a label code stands for something here. */
  isUsed(code) {
    return ["batch", "bin", "label"].some((on) => this.#row(on, code) !== undefined);
  }

  /**
   * Whether something that waits for a team leader would have made this code. If something else
   * bears it already, nobody can tell from here which of the two a later scan means.
   */
  isUnmade(code) {
    this.settle();
    return this.layer.unmade.get(code)?.size > 0;
  }

  serverNow() {
    return Date.now() + this.clockOffset;
  }

  /** An own command by its `scan_id`, with what became of it. */
  scan(scanId) {
    this.settle();
    return this.layer.log.get(scanId);
  }

  laterOn(entry, { on, code }) {
    return this.layer.later(entry, (change) => change.on === on && change.code === code);
  }

  laterHolds(entry, code) {
    return this.layer.later(entry, (change) => change.on === "batch" && change.code === code
      && change.set?.held !== undefined);
  }

  /** What a command would bring about now (`effects.js`). */
  foretell(command) {
    this.settle();
    return foretell(this, command);
  }

  /** Own bookings that can be taken back, the last first. */
  own(limit = 20) {
    this.settle();
    const since = this.serverNow() - UNDO_MAX_MS;
    const found = [];
    for (const entry of [...this.layer.log.values()].reverse()) {
      const kind = entry.kind.replace(/^(sort|gate)_bin$/, "$1");
      const young = !entry.bookedAt || entry.bookedAt >= since;
      if (entry.booked && !entry.reversed && young && BY_WORKER.has(kind)) found.push(entry);
      if (found.length >= limit) break;
    }
    return found;
  }
}
