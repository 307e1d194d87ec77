/**
 * What this tablet did and the server may not know yet. Nothing that waits is ever dropped.
 *
 * A row: `{counter, scan_id, kind, target, body, captured_at, state, photos, changes, foretold,
 * answer, ended_at, entry_epoch, entry_seq, acknowledged, stuck}`. States: waiting, then accepted,
 * repeated, refused or parked.
 */

import { Sender } from "./sending.js";
import { asked, LAST } from "./store.js";

export const KEPT_DAYS = 14;
const KEPT_MS = KEPT_DAYS * 24 * 3_600_000;
const LOADED = 2_000;
const CHANNEL = "stofstroom-outbox";
export const STATES = ["waiting", "accepted", "repeated", "refused", "parked"];

export class Outbox {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./net.js").Net} net
   * @param {{device?: () => string, station?: () => string, version?: string}} [who]
   */
  constructor(store, net, { device, station, version = "0" } = {}) {
    this.store = store;
    this.net = net;
    /** Rows by counter, in order: all that wait or need somebody, and the latest of the others. */
    this.rows = new Map();
    this.byScan = new Map();
    this.counter = 0;
    this.counted = null;
    /** Whether this tab is the one that sends (`leader.js`). */
    this.leading = false;
    /** What a row carries besides its command: the world says what it foretold. */
    this.decorate = () => ({});
    this.listeners = new Set();
    this.sender = new Sender(this, { device, station, version });
    this.channel = null;
    this.ready = null;
  }

  /** Read what is kept, and prune it. Nothing is sent before `lead(true)`. */
  open() {
    this.ready ??= this.#open().catch((error) => {
      this.ready = null;
      throw error;
    });
    return this.ready;
  }

  async #open() {
    await this.#load();
    await this.prune();
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = () => this.#reload();
    this.net.onchange((online) => {
      if (online) this.sender.wake();
    });
  }

  async #load() {
    const { counter, rows } = await this.store.read(["counter", "outbox"], async (stores) => {
      const last = (await asked(stores.counter.get(LAST))) ?? 0;
      const recent = stores.outbox.getAll(IDBKeyRange.lowerBound(last - LOADED));
      const states = stores.outbox.index("state");
      const others = ["waiting", "refused", "parked"].map((each) => states.getAll(each));
      const [latest, ...open] = await Promise.all([recent, ...others].map(asked));
      return { counter: last, rows: [...open.flat(), ...latest] };
    });
    this.counter = counter;
    this.counted = null;
    this.rows.clear();
    this.byScan.clear();
    for (const row of rows.sort((one, other) => one.counter - other.counter)) this.#hold(row);
  }

  #hold(row) {
    this.counted = null;
    this.rows.set(row.counter, row);
    this.byScan.set(row.scan_id, row);
  }

  /** Become the tab that sends, or stop being it: whoever holds the Web Lock decides. */
  async lead(leading) {
    this.leading = leading;
    if (!leading) return;
    await this.open();
    await this.#reload();
  }

  /** Another tab may have kept something since this one has read. */
  async #reload() {
    await this.#load();
    this.#changed("loaded");
    this.flush();
  }

  /**
   * Keep a command, for ever until it was answered. Resolves when it is on the disk.
   *
   * The same `scan_id` again changes nothing and returns the row of before, so whoever gives a
   * draft its number beforehand books once, however often somebody taps.
   * @param {{scan_id: string, kind: string, target?: string|null, body: Object,
   *   captured_at?: string, photos?: string[]}} command photos: hashes of those that it names
   * @param {{drop?: string}} [with_] drop: name of the draft that this command ends
   * @returns {Promise<Object>} the row
   */
  async add(command, { drop } = {}) {
    await this.open();
    const known = this.byScan.get(command.scan_id);
    if (known) return known;
    const row = {
      captured_at: new Date().toISOString(),
      photos: [],
      target: null,
      ...command,
      ...this.decorate(command),
      state: "waiting",
      answer: null,
    };
    const kept = await this.#keep(row, drop);
    this.counter = Math.max(this.counter, kept.counter);
    this.#hold(kept);
    this.#changed("added", kept);
    this.#tell();
    this.flush();
    return kept;
  }

  /**
   * Number and command in one transaction. The tab that leads counts by itself, so that nothing is
   * asked before the disk is; where another tab counted too, the disk says so and is asked.
   */
  async #keep(row, drop) {
    const stores = drop ? ["counter", "outbox", "drafts"] : ["counter", "outbox"];
    if (this.leading) {
      row.counter = this.counter += 1;
      try {
        return await this.store.write(stores, ({ counter, outbox, drafts }, transaction) => {
          counter.put(row.counter, LAST);
          outbox.add(row);
          if (drop) drafts.delete(drop);
          transaction.commit();
          return row;
        }, { strict: true });
      } catch (error) {
        // The number was given to nothing; the next one gets it, if none is on its way.
        if (this.counter === row.counter) this.counter -= 1;
        if (error.cause?.name !== "ConstraintError") throw error;
      }
    }
    return this.store.write(stores, async ({ counter, outbox, drafts }) => {
      const twin = await asked(outbox.index("scan_id").get(row.scan_id));
      if (twin) return twin;
      row.counter = ((await asked(counter.get(LAST))) ?? 0) + 1;
      counter.put(row.counter, LAST);
      outbox.put(row);
      if (drop) drafts.delete(drop);
      return row;
    }, { strict: true });
  }

  /** Keep a photo until it was sent. Returns its hash, which commands name it by. */
  async addPhoto(blob) {
    const bytes = await blob.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    await this.store.write(["photos"], async ({ photos }) => {
      const known = await asked(photos.get(hash));
      photos.put(known ?? { hash, blob, at: Date.now(), state: "waiting" });
    }, { strict: true });
    return hash;
  }

  /** How many wait, and how many need somebody. */
  counts() {
    if (!this.counted) {
      let waiting = 0;
      let attention = 0;
      for (const row of this.rows.values()) {
        waiting += row.state === "waiting";
        attention += needsSomebody(row);
      }
      this.counted = { waiting, attention };
    }
    return this.counted;
  }

  /** Those that need somebody: refused or parked and not acknowledged, or stuck. */
  attention() {
    return [...this.rows.values()].filter(needsSomebody);
  }

  /** Rows in their order; all of the latest without a state. */
  list({ state } = {}) {
    const rows = [...this.rows.values()];
    return state ? rows.filter((row) => row.state === state) : rows;
  }

  /** The row of a scan, or undefined. */
  find(scanId) {
    return this.byScan.get(scanId);
  }

  /** Somebody has seen how this ended. It stays in the history. */
  async acknowledge(scanId) {
    const row = this.byScan.get(scanId);
    if (row && row.state !== "waiting") await this.change([row], { acknowledged: true });
  }

  /** Call `listener({counts, what, row})` at every change. Returns how to stop that. */
  onchange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Send what waits, if this tab leads and the server can be reached. Never throws. */
  flush() {
    return this.leading ? this.sender.flush() : Promise.resolve();
  }

  /** Why nothing is sent: unauthenticated, not_allowed, outdated, storage; or null. */
  get trouble() {
    return this.sender.trouble;
  }

  /** New values for rows, on the disk before they are believed. */
  async change(rows, values, what = "changed") {
    const changed = rows.map((row) => ({
      ...row, ...(typeof values === "function" ? values(row) : values),
    }));
    await this.store.write(["outbox"], ({ outbox }) => {
      for (const row of changed) outbox.put(row);
    }, { strict: true });
    for (const row of changed) this.#hold(row);
    for (const row of changed) this.#changed(what, row);
    return changed;
  }

  /**
   * A backup was restored: everything of fourteen days waits again, in its old order. Also what was
   * parked or refused, for the team leader's list lacks it, and the photos that they name.
   * One transaction, so that a killed browser finds either the old epoch or all of it waiting.
   */
  async replay(epoch) {
    const since = Date.now() - KEPT_MS;
    const names = ["meta", "outbox", "photos"];
    const rows = await this.store.write(names, async ({ meta, outbox, photos }) => {
      const states = outbox.index("state");
      const ended = STATES.filter((state) => state !== "waiting");
      const found = await Promise.all(ended.map((each) => asked(states.getAll(each))));
      const again = found.flat().filter((row) => row.ended_at >= since);
      for (const row of again) {
        Object.assign(row, { state: "waiting", replayed: true });
        outbox.put(row);
      }
      for (const photo of await asked(photos.getAll())) photos.put({ ...photo, state: "waiting" });
      meta.put(epoch, "epoch");
      meta.put(true, "reannounce");
      return again;
    }, { strict: true });
    for (const row of rows) this.#hold(row);
    this.#sort();
    this.#changed("replay");
    return rows.length;
  }

  #sort() {
    const rows = [...this.rows.values()].sort((one, other) => one.counter - other.counter);
    this.rows = new Map(rows.map((row) => [row.counter, row]));
  }

  /** Forget what was accepted more than fourteen days ago, and photos that were sent since. */
  async prune() {
    const before = Date.now() - KEPT_MS;
    const old = [];
    await this.store.write(["outbox", "photos", "history"], async (stores) => {
      const states = stores.outbox.index("state");
      const ended = await Promise.all(
        ["accepted", "repeated", "refused", "parked"].map((each) => asked(states.getAll(each))));
      for (const row of ended.flat()) {
        if (row.ended_at < before && !needsSomebody(row)) old.push(row);
      }
      for (const row of old) stores.outbox.delete(row.counter);
      const photos = await asked(stores.photos.getAll());
      for (const photo of photos) {
        if (photo.state === "sent" && photo.at < before) stores.photos.delete(photo.hash);
      }
      const past = stores.history.index("at").getAllKeys(IDBKeyRange.upperBound(before));
      for (const key of await asked(past)) stores.history.delete(key);
    });
    this.counted = null;
    for (const row of old) {
      this.rows.delete(row.counter);
      this.byScan.delete(row.scan_id);
    }
  }

  /** Something changed that a screen may show; `row`: which. */
  #changed(what, row) {
    const counts = this.counts();
    for (const listener of this.listeners) listener({ counts, what, row });
  }

  /** Say to the sender's listeners that its trouble or its work changed. */
  changed(what) {
    this.#changed(what);
  }

  #tell() {
    this.channel?.postMessage("changed");
  }
}

/** Whether a person has to look at it: refused or parked and not seen, or stuck. */
export function needsSomebody(row) {
  const ended = row.state === "refused" || row.state === "parked";
  return Boolean((ended && !row.acknowledged) || (row.state === "waiting" && row.stuck));
}
