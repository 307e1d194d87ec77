/**
 * The tablet's copy of its site: what the server said last, and what the outbox adds to it.
 * It opens from the disk, so that it is there without a network, and follows by difference.
 */

import { mayGo } from "./effects.js";
import { uuid7 } from "./ids.js";
import { Layer, whole } from "./layer.js";
import { Looks } from "./looks.js";
import { practiceWorld } from "./practice.js";
import { read } from "./reading.js";
import { asked } from "./store.js";

const EVERY_MS = 20_000;
const AGAIN_AFTER_MS = 900;
/** Fewer free codes than this, and more are asked for. */
const CODES_MIN = 20;
const CODES_WANTED = 60;

export class World extends Looks {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./net.js").Net} net
   * @param {import("./outbox.js").Outbox} outbox
   */
  constructor(store, net, outbox) {
    super();
    Object.assign(this, { store, net, outbox });
    this.held = { epoch: null, seq: null, edition: null, began: 0 };
    this.real = this.layer;
    this.stale = true;
    this.told = new Map();
    this.listeners = new Set();
    this.running = null;
    /** Given to this tablet, and not in an answer of the world yet. */
    this.granted = { batch: [], bin: [] };
    this.timer = 0;
    this.learnedAt = -Infinity;
    outbox.decorate = (command) => this.#stamp(command);
    outbox.onchange((event) => this.#follow(event));
    outbox.sender.onsynced = (rows) => {
      if (rows.length) this.refresh();
    };
  }

  /** Call `listener()` at every change. Returns how to stop that. */
  onchange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Read what was kept. Returns whether there is anything. */
  async open() {
    const [held, reference, mine, rows] = await this.store.read(["meta", "world"], (from) =>
      Promise.all([
        from.meta.get("world"), from.meta.get("reference"), from.meta.get("codes"),
        from.world.getAll(),
      ].map(asked)));
    if (mine) this.mine = mine;
    if (!held) return false;
    this.#take(held);
    this.refer(reference);
    for (const { on, code, row } of rows.sort((one, other) => one.at - other.at)) {
      this.real.base[on].set(code, row);
      this.#place(on, code);
    }
    this.#changed();
    return true;
  }

  #take(held) {
    this.held = { epoch: held.epoch, seq: held.seq, edition: held.edition, began: held.began };
    this.station = held.station;
    this.device = held.device;
    this.protocols = held.protocols;
    this.#reserve(held.codes);
    this.announced = held.deliveries;
    this.badges = held.badges;
    this.clockOffset = held.clockOffset ?? 0;
  }

  #reserve(codes) {
    const reserved = {};
    const mine = {};
    const before = this.practice ? this.kept.mine : this.mine;
    for (const kind of Object.keys(this.granted)) {
      const known = new Set(codes[kind]);
      // An answer that was on its way when they were given does not know them yet.
      this.granted[kind] = this.granted[kind].filter((code) => !known.has(code));
      const given = new Set(this.granted[kind]);
      reserved[kind] = [...known, ...given];
      mine[kind] = before[kind].filter((code) => known.has(code) || given.has(code));
    }
    if (this.practice) this.kept = { reserved, mine };
    else Object.assign(this, { reserved, mine });
  }

  /** Follow the server: now, after every answer to the outbox, on reconnecting, every 20 s. */
  watch() {
    this.net.onchange((online) => {
      // One call may fail while others do not: that must not become a wheel that turns by itself.
      if (online && performance.now() - this.learnedAt > AGAIN_AFTER_MS) this.refresh();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.refresh();
    });
    const again = () => {
      this.timer = setTimeout(async () => {
        if (!document.hidden && this.net.online) await this.refresh();
        again();
      }, EVERY_MS);
    };
    this.refresh();
    again();
  }

  /**
   * Bring it up to date by difference. Returns whether the server answered.
   * One at a time; who asks meanwhile gets the next one.
   */
  refresh() {
    this.again = true;
    this.running ??= this.#loop().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async #loop() {
    let done = false;
    while (this.again) {
      this.again = false;
      // Something may be booked there that still waits here: first that has to be known.
      if (this.outbox.sender.unsure) await this.outbox.flush();
      done = await this.#once();
    }
    return done;
  }

  async #once() {
    const { epoch, seq, edition } = this.held;
    const query = epoch === null ? "" : `?${new URLSearchParams({ epoch, seq, edition })}`;
    const began = Date.now();
    this.learnedAt = performance.now();
    const reply = await this.net.call("GET", `/floor/world${query}`);
    if (!reply?.ok || !isWorld(reply.body)) return false;
    const offset = Date.parse(reply.body.now) - (began + Date.now()) / 2;
    await this.#learn(reply.body, offset);
    this.outbox.sender.heard(reply.body.epoch);
    this.#askForCodes();
    return true;
  }

  async #learn(said, clockOffset) {
    const began = said.epoch === this.held.epoch ? this.held.began : said.seq;
    const kept = { ...said, clockOffset, began };
    for (const name of ["reference", "batches", "bins", "labels", "full", "now"]) delete kept[name];
    const rows = rowsOf(said);
    await this.store.write(["meta", "world"], ({ meta, world }) => {
      if (said.full) world.clear();
      for (const { on, code, row } of rows) {
        world.put({ on, code, row, at: this.#place(on, code) }, `${on}:${code}`);
      }
      meta.put(kept, "world");
      if (said.reference) meta.put(said.reference, "reference");
    });
    if (said.full) for (const each of Object.values(this.real.base)) each.clear();
    for (const { on, code, row } of rows) this.real.base[on].set(code, row);
    this.#take(kept);
    if (said.reference) this.refer(said.reference);
    this.stale = true;
    this.real.lists = {};
    this.#changed();
  }

  /** Rows keep the order that the server gave them: the oldest bin is filled first. */
  #place(on, code) {
    this.places ??= new Map();
    const key = `${on}:${code}`;
    if (!this.places.has(key)) this.places.set(key, this.places.size + 1);
    return this.places.get(key);
  }

  /** Everything of the outbox that the server's rows do not hold yet, laid over them. */
  settle() {
    if (!this.stale || this.settling) return;
    // The rules look things up while this is done, and must not begin it once more.
    this.settling = true;
    const before = this.layer;
    this.layer = this.real;
    this.real.reset();
    for (const row of this.outbox.rows.values()) this.#lay(row);
    this.layer = before;
    this.settling = false;
    this.stale = false;
  }

  #lay(row) {
    const booked = row.state === "accepted" || row.state === "repeated";
    const kept = { verdict: "accepted", changes: row.changes ?? [], answer: row.answer };
    const how = { booked: true, bookedAt: row.ended_at };
    const wasBooked = booked || (row.replayed && row.entry_epoch);
    if (wasBooked && this.#holds(row)) {
      this.real.note(row, kept, how);
    } else if (booked || row.state === "waiting") {
      const now = this.#foretellReal(row);
      const told = booked && now.verdict !== "accepted" ? kept : now;
      this.real.apply(told.changes);
      this.real.note(row, told, booked ? how : {});
    } else {
      this.real.note(row, { verdict: row.state, changes: [] }, { booked: false });
    }
  }

  /** Whether the server's rows hold what a command brought about. */
  #holds(row) {
    const { epoch, seq, began } = this.held;
    if (row.entry_seq === null || row.entry_seq === undefined) return true;
    if (row.entry_epoch === epoch) return row.entry_seq <= seq;
    // A backup was restored. Rows from before it hold what was sent again; rows from after it hold
    // what stood before the place where the new epoch began.
    const isOld = (this.outbox.sender.epoch ?? epoch) !== epoch;
    return isOld ? Boolean(row.replayed) : row.entry_seq < began;
  }

  #foretellReal(command) {
    const { practice } = this;
    this.practice = false;
    const told = super.foretell(command);
    this.practice = practice;
    return told;
  }

  /** What a command would bring about: see `effects.js`. */
  foretell(command) {
    const told = super.foretell(command);
    if (!this.practice) this.told.set(command.scan_id, told);
    return told;
  }

  /** What the outbox keeps with a command, so that it can be taken back later. */
  #stamp(command) {
    const told = this.told.get(command.scan_id) ?? this.#foretellReal(command);
    const { changes, ...foretold } = told;
    return { changes, foretold };
  }

  #follow({ what, row }) {
    if (what === "added" && !this.stale) {
      this.told.delete(row.scan_id);
      const told = { ...row.foretold, changes: row.changes };
      this.real.apply(told.changes);
      this.real.note(row, told);
    } else if (what !== "pause") {
      this.stale = true;
    }
    this.#changed();
  }

  #changed() {
    for (const listener of this.listeners) listener();
  }

  /** Keep enough codes for a day without a network. */
  async #askForCodes() {
    if (this.asking || this.practice) return;
    this.asking = true;
    for (const kind of ["batch", "bin"]) {
      const count = CODES_WANTED - this.codes[kind].length;
      if (count <= CODES_WANTED - CODES_MIN) continue;
      const station = this.station.code;
      const json = { scan_id: uuid7(), station, kind, count };
      const reply = await this.net.call("POST", "/codes", json);
      if (!reply?.ok) continue;
      const own = this.practice ? this.kept : this;
      for (const list of [this.granted, own.reserved, own.mine]) {
        list[kind] = [...list[kind], ...reply.body.codes];
      }
      await this.store.set("codes", own.mine);
    }
    this.asking = false;
    this.#changed();
  }

  /** Destinations with why not: `forbidden` is null, "owner" or "security". */
  destinations(group, supplier) {
    const found = this.group(group ?? "unknown");
    const rules = this.ownerRules(supplier);
    return (this.reference.destinations ?? []).map((row) => ({
      ...row, forbidden: found ? mayGo(row, found, rules, this.groups) : null,
    }));
  }

  /** The weighed tare of these containers together. */
  tare(codes) {
    return codes.reduce((total, code) => total + (this.container(code)?.tare_g ?? 0), 0);
  }

  /** What a text that was scanned or typed is here. @returns {Object|Promise<Object>} */
  read(text) {
    return read(this, text);
  }

  /** Begin to practise: every look-up answers from a copy that is thrown away in the end. */
  startPractice() {
    this.settle();
    const { layer, codes } = practiceWorld(this.reference);
    this.kept = { reserved: this.reserved, mine: this.mine };
    this.layer = layer ?? new Layer();
    Object.assign(this, { reserved: codes, mine: codes });
    this.practice = true;
    this.#changed();
  }

  /** Do something in practice only. Returns what it brought about. */
  practise(command) {
    const told = super.foretell(command);
    this.layer.apply(told.changes);
    this.layer.note(command, told);
    this.#changed();
    return told;
  }

  endPractice() {
    if (!this.practice) return;
    this.layer = this.real;
    Object.assign(this, this.kept);
    this.practice = false;
    this.stale = true;
    this.#changed();
  }
}

function isWorld(body) {
  return typeof body?.epoch === "string" && Number.isInteger(body.seq)
    && Array.isArray(body.batches) && Array.isArray(body.bins);
}

/** Rows to keep. What is gone from the floor stays known, so that its label is not a riddle. */
function rowsOf(said) {
  return [
    ...said.batches.map((row) => ({ on: "batch", code: row.code, row: whole("batch", row) })),
    ...said.bins.map((row) => ({ on: "bin", code: row.code, row })),
    ...Object.entries(said.labels).map(([code, row]) => ({ on: "label", code, row })),
  ];
}
