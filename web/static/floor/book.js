// The only way to book: foretell, keep it where no closed tab can lose it, and answer.

import { uuid7 } from "./ids.js";
import { sentenceOf } from "./refusals.js";
import { _ } from "./words.js";

// What each kind of command carries of where and when it was done.
const STAMPS = {
  delivery: ["site"],
  codes: ["station"],
  intake: ["site", "station", "scanned_at"],
  sort: ["station", "scanned_at"],
  sort_bin: ["station", "scanned_at"],
  gate: ["station", "scanned_at"],
  gate_bin: ["station", "scanned_at"],
  weigh: ["station", "scanned_at"],
  correct: ["scanned_at"],
  close: ["station", "scanned_at"],
  reopen: ["station", "scanned_at"],
  hold: ["scanned_at"],
  release: ["scanned_at"],
  refuse: ["scanned_at"],
  reverse: ["scanned_at"],
  find: ["station", "scanned_at"],
  handover: [],
  bin: ["site"],
  bin_close: ["scanned_at"],
  shipment: ["shipped_at"],
  return: ["returned_at"],
  confirm: ["confirmed_at"],
  relabel: ["scanned_at"],
};
/** A command of this kind, done here and now. */
export function commandOf(floor, kind, target, body, now = new Date()) {
  const at = now.toISOString();
  const known = {
    site: floor.station?.site,
    station: floor.station?.code,
    scanned_at: at,
    shipped_at: at,
    returned_at: at,
    confirmed_at: at,
  };
  const stamps = Object.fromEntries((STAMPS[kind] || []).map((name) => [name, known[name]]));
  const scan_id = uuid7(now.getTime());
  const command = { scan_id, kind, body: { ...stamps, ...body }, captured_at: at };
  return target ? { ...command, target } : command;
}

/**
 * Books something that was done. Comes back when it is kept for good on this tablet.
 * @param {object} floor
 * @param {string} kind  of act, as POST /sync names it
 * @param {string|null} target  the code it is done to
 * @param {object} body  without what is known: site, station and time
 * @param {{say?: string, word?: string, read?: string, figures?: any, quiet?: boolean,
 *   next?: Node|null, draft?: string, photos?: string[], onOk?: () => any,
 *   onkept?: (scan_id: string) => any}} [how]
 *   say: the sentence when it is accepted; next: what the hand does next, at the foot of that
 *   answer (read after onkept, so it may be a getter); quiet: the caller answers; draft: name of
 *   the draft that this ends; onkept: it is booked, also when that was said after a refusal
 * @returns {Promise<{verdict: "accepted"|"refused"|"parked", scan_id: string, code?: string,
 *   figures?: object}>}
 */
export async function book(floor, kind, target, body, how = {}) {
  const command = commandOf(floor, kind, target, body);
  const told = await floor.world.foretell(command);
  const says = { scan_id: command.scan_id, code: told.code, figures: told.figures };
  // What only a team leader may do is asked of one; there is nothing to weigh up here.
  const isAsked = told.code === "needs_leader";
  const held = told.verdict === "parked" && !isAsked && floor.online && !floor.practice;
  if (told.verdict === "refused" || held) {
    if (!how.quiet) answerNo(floor, command, told, how);
    return { ...says, verdict: "refused" };
  }
  await keep(floor, command, told, how);
  if (!how.quiet) answerKept(floor, told, how);
  return { ...says, verdict: told.verdict };
}

async function keep(floor, command, told, how) {
  if (floor.practice) {
    await floor.world.practise(command);
  } else {
    const photos = how.photos ? { photos: how.photos } : {};
    const whole = { ...command, ...photos, changes: told.changes, foretold: told.answer };
    await floor.outbox.add(whole, { drop: how.draft });
    if (how.draft) floor.drafts.ended(how.draft);
  }
  how.onkept?.(command.scan_id);
}

function answerKept(floor, told, how) {
  const parked = told.verdict === "parked";
  floor.answer({
    verdict: told.verdict,
    word: parked && told.code !== "needs_leader" ? undefined : how.word,
    say: parked ? parkedSay(told, how) : how.say,
    read: how.read,
    figures: how.figures,
    onOk: how.onOk,
    next: parked ? null : how.next,
  });
}

function parkedSay(told, how) {
  const isAsked = told.code === "needs_leader" && how.say;
  return isAsked ? how.say : _("Kept. Your team leader looks at it.");
}

function answerNo(floor, command, told, how) {
  const mayHaveHappened = told.verdict === "parked";
  floor.answer({
    verdict: "refused",
    ...sentenceOf(floor, told),
    read: how.read,
    onOk: how.onOk,
    also: mayHaveHappened
      ? { text: _("It has happened already"), onpress: () => bookAnyway(floor, command, told, how) }
      : null,
  });
}

/** It lies in the bin whatever the rule says: the server books it, or keeps it for a person. */
async function bookAnyway(floor, command, told, how) {
  await keep(floor, command, told, how);
  floor.answer({
    verdict: "parked",
    say: _("Kept. Your team leader looks at it."),
    read: how.read,
    onOk: how.onOk,
  });
}
