/** Rules that several kinds of command ask for. Pure; as the rooms of the server have them. */

import {
  No, WEIGHING_DIFFERENCE, broken, malformed, notFound, permille, sum,
} from "./arithmetic.js";
import { parse } from "./codes.js";

const ACTIVE = new Set(["received", "sorting"]);

export function knownBatch(looks, code) {
  const batch = code && looks.batch(code);
  if (!batch) throw notFound();
  return batch;
}

export function knownBin(looks, code) {
  const bin = code && looks.bin(code);
  if (!bin) throw notFound();
  return bin;
}

export function requireActive(batch, { held }) {
  const { code, state } = batch;
  if (!ACTIVE.has(state)) throw broken("batch_closed", { batch: code, state });
  if (held) throw broken("batch_held", { batch: code });
}

export function requireStation(looks, code) {
  if (!looks.isStation(code)) throw notFound();
}

export function requireReason(looks, reason, act) {
  if (!looks.hasReason(reason, act)) throw broken("reason_needed", { act, reason: reason ?? "" });
}

/** The written form of a label that may be used now. Other stations' labels are not known here. */
export function requireCode(looks, given, kind) {
  const read = parse(given);
  if (!read.kind) throw malformed("code", "misread", { read: given });
  const practising = read.kind === "practice";
  if (practising !== looks.practice) {
    if (practising) throw new No("refused", "practice_label", { read: given });
    throw malformed("code", "not the label of a practice", { read: given });
  }
  if (!practising && read.kind !== kind) {
    throw malformed("code", `not the label of a ${kind}`, { read: given });
  }
  if (looks.isUsed(read.code)) throw broken("code_taken", { read: read.code });
  return read.code;
}

/** What of a kind a batch lost so far; below zero: it turned out to weigh more. */
export function lossBefore(batch, kind) {
  return batch.losses?.[kind] ?? 0;
}

/** By how much more than is held may be sorted; `more`: if that much came in or turned up. */
export function roomG(looks, batch, { input_g: input = 0, gained_g: gained = 0 } = {}) {
  const part = looks.group(batch.article_group)?.tolerance_permille ?? 0;
  const tolerated = permille(batch.input_g + input, part);
  if (batch.losses_known) {
    const sofar = -lossBefore(batch, WEIGHING_DIFFERENCE) + gained;
    return Math.max(0, tolerated - Math.max(0, sofar));
  }
  const spent = permille(batch.input_g, part) - batch.tolerance_g;
  return Math.max(0, tolerated - Math.max(0, spent + gained));
}

/** `sorting` once something of a batch stands in a bin or went out. */
export function stateByBalance(batch, bins = batch.bins) {
  const inside = sum(Object.values(bins));
  const named = sum(Object.values(batch.losses ?? {}));
  const here = batch.held_g + batch.quarantine_g + named + (batch.finds_g ?? 0) + inside;
  const gone = batch.losses_known ? batch.input_g - here : 0;
  return inside > 0 || gone > 0 ? "sorting" : "received";
}

/**
 * Whether the owner lets a group go to a destination.
 * @param {{code: string, accepts: string[]}} destination
 * @param {{code: string, security: string}} group
 * @param {Array<{article_group: string, destinations: string[]}>} rules of this supplier
 * @param {Array<{code: string, security: string}>} groups all of them: an unknown group may only
 *   go where every group may
 * @returns {null|"owner"|"security"} by which rule it may not
 */
export function mayGo(destination, group, rules, groups) {
  const known = groups.filter((each) => each.code !== "unknown");
  const asked = group.code === "unknown" ? known : [group];
  for (const each of asked) {
    const rule = rules.find((one) => one.article_group === each.code);
    if (rule && !rule.destinations.includes(destination.code)) return "owner";
    if (!rule && !destination.accepts.includes(each.security)) return "security";
  }
  return null;
}

/** Gates of the target that what stands in the source has not left through already. */
export function missingGates(target, source) {
  if (!target) return [];
  return target.gates.filter((gate) => !source?.gates.includes(gate));
}

export function requireMayGo(looks, supplier, destination, group) {
  if (!destination || !group) return;
  const rule = mayGo(destination, group, looks.ownerRules(supplier), looks.groups);
  if (rule) {
    throw broken("destination_forbidden", {
      rule, destination: destination.code, article_group: group.code,
    });
  }
}
