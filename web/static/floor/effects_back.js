/** Undo, foretold for what this tablet booked itself. Pure; as `streams/reversals.py` does it. */

import { broken, notAllowed, notFound } from "./arithmetic.js";
import { requireReason, roomG, stateByBalance } from "./effects_rules.js";

const REVERSIBLE = new Set([
  "delivery", "intake", "weigh", "correct", "hold", "release", "refuse", "close", "reopen", "sort",
  "gate", "find", "bin", "bin_close", "shipment", "return", "confirm",
]);
export const BY_WORKER = new Set([
  "intake", "weigh", "hold", "sort", "gate", "find", "bin", "bin_close",
]);
export const UNDO_MAX_MS = 12 * 3_600_000;

export function reverse(looks, { target: scanId, body }) {
  const entry = looks.scan(scanId);
  // Somebody else's booking: the server knows it, this tablet does not.
  if (!entry) return { unsure: true };
  const kind = entry.kind.replace(/^(sort|gate)_bin$/, "$1");
  if (entry.parked) return dropped(looks, entry, body);
  // What was refused, or only dropped something that waited, is no entry.
  if (!entry.booked || entry.answer?.state === "dropped") throw notFound();
  if (kind === "reverse") throw broken("already_reversed", { scan_id: scanId });
  if (!REVERSIBLE.has(kind)) throw broken("not_reversible", { kind });
  const late = entry.bookedAt && looks.serverNow() - entry.bookedAt > UNDO_MAX_MS;
  if (looks.role === "worker" && (late || !BY_WORKER.has(kind))) throw notAllowed();
  requireReason(looks, body.reason, "reversal");
  if (entry.reversed) throw broken("already_reversed", { scan_id: scanId });
  const changes = entry.changes.filter((change) => change.on !== "label").map(mirrored);
  for (const change of changes) requireStill(looks, entry, change);
  const answer = { reverses: scanId, kind, subject: entry.target ?? entry.body?.code ?? null };
  return { answer, changes: changes.map((change) => settled(looks, change)) };
}

/** Nothing of what waits for a team leader was booked: it is only dropped. */
function dropped(looks, entry, body) {
  if (entry.reversed) throw notFound();
  requireReason(looks, body.reason, "reversal");
  return { answer: { scan_id: entry.scan_id, state: "dropped" } };
}

/** What takes a change back. */
function mirrored(change) {
  const { on, code, add, set, was, make, contents } = change;
  const back = { on, code };
  if (add) back.add = Object.fromEntries(Object.entries(add).map(([path, by]) => [path, -by]));
  if (set) Object.assign(back, { set: was, was: set });
  if (contents) {
    back.contents = contents.map((row) => ({ ...row, mass_g: -row.mass_g, pieces: -row.pieces }));
  }
  // A bin that opened by itself is an entry of its own, and stays.
  if (make && !make.unnamed) {
    back.set = { state: "reversed" };
    back.was = { state: make.state };
    if (on === "batch") {
      back.add = { held_g: -make.held_g, held_estimated_g: -make.held_estimated_g };
    }
    back.ends = true;
  }
  return back;
}

/** Throws moved_on unless everything still is as the booking left it. */
function requireStill(looks, entry, change) {
  const row = change.on === "batch" ? looks.batch(change.code) : looks.bin(change.code);
  if (!row) return;
  const stands = amounts(row, change);
  const moved = stands.some((amount) => amount < 0) || isInUse(row, change)
    || Object.entries(change.was ?? {}).some(([name, value]) => isOther(change, name, row, value))
    || (isReleased(change) && looks.laterHolds(entry, change.code).length > 0);
  if (moved) throw broken("moved_on", { entries: looks.laterOn(entry, change) });
}

function isReleased(change) {
  return change.was?.held === true && change.set.held === false;
}

/** A batch's state follows from its balance, unless the booking made the batch. */
function isOther(change, name, row, value) {
  const follows = change.on === "batch" && name === "state" && !change.ends;
  return !follows && change.set[name] !== value && row[name] !== value;
}

const MAY_OWE = /^(losses\/|tolerance_g|input_g|held_estimated_g)/;

function amounts(row, change) {
  return Object.entries(change.add ?? {})
    .filter(([path]) => !MAY_OWE.test(path))
    .map(([path, by]) => (path.split("/").reduce((at, step) => at?.[step], row) ?? 0) + by);
}

/** What a booking made and something else was brought to since. */
function isInUse(row, change) {
  if (!change.ends) return false;
  if (change.on === "bin") return row.mass_g !== 0;
  const left = row.held_g + (change.add?.held_g ?? 0);
  const elsewhere = [...Object.values(row.bins), ...Object.values(row.losses ?? {})];
  return left !== 0 || row.quarantine_g !== 0 || (row.finds_g ?? 0) !== 0
    || elsewhere.some((amount) => amount !== 0);
}

/** The state that a batch has afterwards: a closed one that gets mass back is open again. */
function settled(looks, change) {
  if (change.on !== "batch" || change.ends) return change;
  const batch = looks.batch(change.code);
  if (!batch || ["reversed", "replaced"].includes(batch.state)) return without(change, "state");
  const after = (path) => (change.add?.[path] ?? 0);
  const bins = Object.fromEntries(
    Object.entries(batch.bins).map(([code, mass]) => [code, mass + after(`bins/${code}`)]));
  const held = batch.held_g + after("held_g");
  const waiting = held + batch.quarantine_g + after("quarantine_g");
  const losses = { ...batch.losses };
  for (const [path, by] of Object.entries(change.add ?? {})) {
    const [first, kind] = path.split("/");
    if (first === "losses") losses[kind] = (losses[kind] ?? 0) + by;
  }
  const then = {
    ...batch, held_g: held, quarantine_g: waiting - held, losses,
    input_g: batch.input_g + after("input_g"), finds_g: (batch.finds_g ?? 0) + after("finds_g"),
  };
  const stays = batch.state === "closed" && waiting === 0;
  const state = stays ? "closed" : stateByBalance(then, bins);
  const rest = without(change, "state");
  if (rest.add && batch.losses_known) {
    rest.add = { ...rest.add, tolerance_g: roomG(looks, then) - batch.tolerance_g };
  }
  if (state === batch.state) return rest;
  return { ...rest, set: { ...rest.set, state }, was: { ...rest.was, state: batch.state } };
}

function without(change, name) {
  const drop = (values) => values && Object.fromEntries(
    Object.entries(values).filter(([each]) => each !== name));
  return { ...change, set: drop(change.set), was: drop(change.was) };
}
