/**
 * Sending what waits: in order, fifty at a time, as often as it takes. An answer that cannot be
 * read is no answer, and whatever the server says, nothing that waits is dropped.
 */

import { Unreachable, pauseAfter } from "./net.js";
import { uuid7 } from "./ids.js";

/** Of the call /sync; the server understands this one and its neighbour. */
export const PROTOCOL = "1";
const AT_ONCE = 50;
const AGAIN_AFTER_MS = 900;
const CODES_AT_ONCE = 500;
const ENDS = new Set(["accepted", "repeated", "refused", "parked"]);
/** Answers to a whole call that come from this call, and will come again. */
const UNREADABLE = new Set([400, 404, 405, 409, 411, 413, 415, 422]);

export class Sender {
  constructor(outbox, { device = () => "tablet", station = () => "", version = "0" } = {}) {
    this.outbox = outbox;
    this.who = { device, station, version };
    this.trouble = null;
    this.failures = 0;
    this.failedAt = -Infinity;
    this.timer = 0;
    this.running = null;
    this.again = false;
    /** Whether something was sent of which nobody knows how it ended. */
    this.unsure = false;
    this.saidAttention = null;
    /** The server's epoch as this tablet knows it. */
    this.epoch = null;
    this.onsynced = () => undefined;
  }

  get store() {
    return this.outbox.store;
  }

  /** Send until nothing waits or nobody answers. One at a time; a second call makes it go on. */
  flush() {
    this.again = true;
    this.running ??= this.#run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** The server was heard again: go on, unless it was this call that failed a moment ago. */
  wake() {
    if (performance.now() - this.failedAt > AGAIN_AFTER_MS) this.outbox.flush();
  }

  async #run() {
    clearTimeout(this.timer);
    while (this.again && this.outbox.leading) {
      this.again = false;
      try {
        await this.#all();
        this.failures = 0;
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error) {
    if (error instanceof Later) this.trouble = error.trouble;
    else if (error?.name === "StorageTrouble") this.trouble = "storage";
    else if (!(error instanceof Unreachable)) console.error(error);
    this.failures += 1;
    this.failedAt = performance.now();
    this.again = false;
    clearTimeout(this.timer);
    const pause = Math.max(pauseAfter(this.failures), error?.pause ?? 0);
    this.timer = setTimeout(() => this.flush(), pause);
    this.outbox.changed("pause");
  }

  async #all() {
    let size = AT_ONCE;
    while (this.outbox.leading) {
      await this.#announce();
      const rows = this.#next(size);
      const { attention } = this.outbox.counts();
      if (rows.length === 0 && attention === this.saidAttention) return;
      await this.#photos(rows);
      const reply = await this.#sync(rows);
      if (isUnreadable(reply)) {
        size = await this.#unreadable(rows, reply);
        continue;
      }
      const told = checked(reply);
      if (!isAnswer(told)) throw new Later("unreadable");
      size = AT_ONCE;
      if (await this.#isRestored(told)) continue;
      await this.#ended(rows, told);
      if (rows.length === 0) return;
    }
  }

  /** What goes next: the first that wait, but for those that are stuck and what builds on them. */
  #next(size) {
    const rows = [];
    const stuck = new Set();
    for (const row of this.outbox.rows.values()) {
      if (row.state !== "waiting") continue;
      if (row.stuck === this.who.version || stuck.has(row.target)) {
        stuck.add(row.scan_id);
        if (row.body?.code) stuck.add(row.body.code);
      } else if (rows.push(row) >= size) break;
    }
    return rows;
  }

  async #sync(rows) {
    const { waiting, attention } = this.outbox.counts();
    const epoch = (await this.store.get("epoch")) ?? null;
    this.epoch = epoch;
    this.unsure = rows.length > 0;
    const reply = await this.outbox.net.ask("POST", "/sync", {
      device: this.who.device() || "tablet",
      app_version: `${PROTOCOL}+${this.who.version}`,
      sent_at: new Date().toISOString(),
      epoch,
      waiting: waiting - rows.length,
      attention,
      commands: rows.map(commandOf),
    }, { timeout: 30_000 });
    this.saidAttention = reply.ok ? attention : null;
    return reply;
  }

  /** A call that the server cannot read: halve it until the one is found that it stumbles over. */
  async #unreadable(rows, reply) {
    this.unsure = false;
    if (rows.length > 1) return Math.ceil(rows.length / 2);
    if (rows.length === 0) throw new Later("outdated");
    await this.outbox.change(rows, {
      stuck: this.who.version, answer: reply.body ?? { status: reply.status },
    }, "stuck");
    return AT_ONCE;
  }

  /** The epoch was heard elsewhere: if it is another one, everything has to be sent again. */
  async heard(epoch) {
    if (this.outbox.leading && (await this.#isRestored({ epoch }))) this.flush();
  }

  /** Another epoch: a backup was restored. What this answer says is only part of the truth. */
  async #isRestored(told) {
    const known = await this.store.get("epoch");
    if (known === told.epoch) return false;
    if (known === undefined) {
      await this.store.set("epoch", told.epoch);
      return false;
    }
    await this.outbox.replay(told.epoch);
    this.epoch = told.epoch;
    return true;
  }

  async #ended(rows, told) {
    const bySent = new Map(rows.map((row) => [row.scan_id, row]));
    const known = new Map();
    for (const result of told.results) {
      const fits = bySent.has(result?.scan_id) && ENDS.has(result.status);
      if (fits && isObject(result.answer)) known.set(result.scan_id, result);
    }
    const ended = rows.filter((row) => known.has(row.scan_id));
    await this.outbox.change(ended, (row) => endOf(row, known.get(row.scan_id), told), "ended");
    this.unsure = false;
    this.trouble = null;
    this.onsynced(ended);
    if (ended.length < rows.length) throw new Later("unreadable");
  }

  /** After a restore the server may not know the labels that were reserved since its backup. */
  async #announce() {
    if (!(await this.store.get("reannounce"))) return;
    const codes = await this.#codesInUse();
    for (const [kind, all] of Object.entries(codes)) {
      for (let at = 0; at < all.length; at += CODES_AT_ONCE) {
        const some = all.slice(at, at + CODES_AT_ONCE);
        const reply = await this.outbox.net.ask("POST", "/codes", {
          scan_id: uuid7(), station: this.who.station(), kind, count: some.length, codes: some,
        });
        if (!isUnreadable(reply)) checked(reply);
      }
    }
    await this.store.set("reannounce", false);
  }

  async #codesInUse() {
    const codes = { batch: new Set(), bin: new Set() };
    const reserved = (await this.store.get("codes")) ?? {};
    for (const kind of Object.keys(codes)) {
      for (const code of reserved[kind] ?? []) codes[kind].add(code);
    }
    for (const row of await this.store.all("outbox", { index: "state", key: "waiting" })) {
      const code = row.body?.code;
      const kind = { intake: "batch", bin: "bin" }[row.kind];
      if (code && kind) codes[kind].add(code);
      if (code && row.kind === "relabel") codes[code[0] === "K" ? "bin" : "batch"].add(code);
    }
    return Object.fromEntries(
      Object.entries(codes).filter(([, all]) => all.size).map(([kind, all]) => [kind, [...all]]));
  }

  async #photos(rows) {
    const wanted = new Set(rows.flatMap(photosOf));
    for (const hash of wanted) {
      const photo = await this.store.find("photos", hash);
      if (!photo || photo.state === "sent") continue;
      const reply = await this.outbox.net.ask("POST", "/photos", null, {
        raw: photo.blob, type: photo.blob.type || "image/jpeg", timeout: 60_000,
      });
      // One that the server cannot read stays here; the command that names it is told so.
      if (reply.ok) await this.store.put("photos", { ...photo, state: "sent" });
      else if (!isUnreadable(reply)) checked(reply);
    }
  }
}

/** Nothing was answered that could be used: try again later. */
class Later extends Error {
  constructor(trouble, pause = 0) {
    super(`Not now: ${trouble}`);
    this.trouble = trouble;
    this.pause = pause;
  }
}

function photosOf({ photos = [], body }) {
  return Array.isArray(body?.photos) ? [...photos, ...body.photos] : photos;
}

function commandOf(row) {
  const { scan_id, kind, target, body, counter, captured_at, badge } = row;
  const command = { scan_id, kind, target: target ?? null, body, counter, captured_at };
  return badge ? { ...command, badge } : command;
}

/** What was answered, when it is what was asked for. Throws Later. */
function checked(reply) {
  if (reply.status === 401) throw new Later("unauthenticated");
  if (reply.status === 403) throw new Later("not_allowed");
  if (reply.body?.code === "app_outdated") throw new Later("outdated");
  if (!reply.ok) throw new Later(null, reply.status === 429 ? 5_000 : 0);
  return reply.body;
}

/** Whether this very call will never be understood, so that it is no use to send it again. */
function isUnreadable({ status, body }) {
  return UNREADABLE.has(status) && body?.code !== "app_outdated";
}

function isAnswer(told) {
  return isObject(told) && typeof told.epoch === "string" && Array.isArray(told.results);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sent again after a restore and answered as before: somebody has seen that answer. */
function isSeen(row, result) {
  const same = result.answer.code === row.answer?.code;
  return Boolean(row.replayed && row.acknowledged && same);
}

function endOf(row, result, told) {
  const booked = result.status === "accepted" || result.status === "repeated";
  const [, seq] = String(result.answer.entry ?? "").split("#");
  return {
    state: result.status,
    answer: result.answer,
    ended_at: Date.now(),
    entry_epoch: booked ? told.epoch : null,
    entry_seq: booked && seq ? Number(seq) : null,
    acknowledged: isSeen(row, result),
    stuck: null,
    // It was said; a tablet keeps no list of whose scans these were.
    badge: null,
  };
}
