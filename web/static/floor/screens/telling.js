// What was booked on this tablet, in words: for taking back, for lists, for what needs somebody.

import { pictogramOf } from "../pictograms.js";
import { _, clock, message, own } from "../words.js";
import { binName } from "./bins.js";
import { batchRow, binRow, gateName, groupName, kg, partyName, shortCode } from "./lookup.js";

const SAID = {
  close: { text: message("Batch closed"), pictogram: "box" },
  hold: { text: message("Set apart"), pictogram: "hold" },
  release: { text: message("May go on"), pictogram: "release" },
  refuse: { text: message("Sent back"), pictogram: "truck" },
  weigh: { text: message("Weighed again"), pictogram: "weigh" },
  correct: { text: message("Supplier put right"), pictogram: "wrong_supplier" },
  relabel: { text: message("New label"), pictogram: "label_new" },
  reopen: { text: message("Opened again"), pictogram: "box" },
};
const TOLD = {
  intake: ({ body }, floor) => ({
    text: _("Batch taken in"),
    pictogram: "intake",
    note: [partyName(floor, body.supplier), body.code && shortCode(body.code)].join(" · "),
    figure: kg(body.gross_g - body.tare_g),
  }),
  sort: sorted,
  sort_bin: sorted,
  gate: passed,
  gate_bin: passed,
  find: ({ body }, floor) => ({
    text: findName(floor, body.kind),
    pictogram: pictogramOf("find", body.kind),
    note: body.batch ? boxWords(floor, body.batch) : _("Nobody knows which batch"),
    figure: `${body.count} ×`,
  }),
  bin: ({ body }, floor) => {
    const row = binRow(floor, body.code) || body;
    return { text: _("New bin"), pictogram: "plus", note: binWords(floor, row) };
  },
  bin_close: ({ target, body }, floor) => ({
    text: _("Bin closed"),
    pictogram: "bin_full",
    note: binWords(floor, binRow(floor, target) || { code: target }),
    figure: kg(body.gross_g - body.tare_g),
  }),
  shipment: ({ body }, floor) => ({
    text: _("Truck loaded"),
    pictogram: "truck",
    note: partyName(floor, body.outlet),
    figure: _("Bins: %(count)s", { count: body.bins.length }),
  }),
};

/**
 * A booking in words.
 * @param {object} floor
 * @param {{kind: string, target?: string|null, body: object}} entry
 * @returns {{text: string, pictogram: string, note?: string, figure?: string, stream?: string}}
 */
export function told(floor, entry) {
  if (entry.kind === "reverse") return takenBack(floor, entry);
  if (TOLD[entry.kind]) return TOLD[entry.kind](entry, floor);
  const known = SAID[entry.kind];
  if (!known) return { text: entry.kind, pictogram: "note", note: entry.target };
  const mass_g = entry.body?.mass_g;
  const note = entry.target && boxWords(floor, entry.target);
  return { ...known, text: _(known.text), note, figure: mass_g ? kg(mass_g) : undefined };
}

function takenBack(floor, entry) {
  const before = floor.world.scan(entry.target) || floor.outbox.find(entry.target);
  const what = before && before.kind !== "reverse" ? told(floor, before) : {};
  return {
    text: _("Taken back"),
    pictogram: "undo",
    note: [what.text, what.note].filter(Boolean).join(" · "),
    figure: what.figure,
  };
}

function sorted({ target, body }, floor) {
  const rows = body.parts.map((part) => binRow(floor, part.bin)).filter(Boolean);
  const mass_g = body.parts.reduce((sum, part) => sum + part.mass_g, 0);
  const name = rows.length === 1 ? binName(floor, rows[0]) : _("Bins: %(count)s", { count: body.parts.length });
  return {
    text: name,
    pictogram: "sort",
    stream: rows.length === 1 ? rows[0].stream : undefined,
    note: [_("Sorted"), boxWords(floor, target)].join(" · "),
    figure: kg(mass_g),
  };
}

function passed({ target, body }, floor) {
  return {
    text: gateName(floor, body.gate),
    pictogram: pictogramOf("gate", body.gate),
    note: [_("Passed"), boxWords(floor, target)].join(" · "),
    figure: body.mass_g ? kg(body.mass_g) : _("Pieces: %(count)s", { count: body.pieces }),
  };
}

/** Whose box it is, what is in it, and the end of its code. */
export function boxWords(floor, code) {
  const bin = binRow(floor, code);
  if (bin) return binWords(floor, bin);
  const row = batchRow(floor, code);
  const words = row ? [partyName(floor, row.supplier), groupName(floor, row.article_group)] : [];
  return [...words, shortCode(code)].join(" · ");
}

/** A box or a bin as a row: what it is, and how heavy. */
export function boxRow(floor, code, mass_g) {
  const bin = binRow(floor, code);
  const row = !bin && batchRow(floor, code);
  const note = [row && groupName(floor, row.article_group), shortCode(code)];
  return {
    id: code,
    stream: bin?.stream || undefined,
    pictogram: bin ? (bin.stream ? undefined : "work_bin") : "box",
    text: bin ? binName(floor, bin) : row ? partyName(floor, row.supplier) : shortCode(code),
    note: bin || row ? note.filter(Boolean).join(" · ") : undefined,
    figure: kg(mass_g),
  };
}

/** What a bin is for, and the end of its code. */
export const binWords = (floor, bin) =>
  [binName(floor, bin), bin.code && shortCode(bin.code)].filter(Boolean).join(" · ");

export const findName = (floor, code) => own(floor.world.findKind(code)?.names, code);

/** The bookings of this tablet, the last first, with what became of them. */
export function history(floor) {
  floor.world.settle();
  return [...floor.world.layer.log.values()].reverse();
}

/** A booking as a row of a list, with what became of it as a shape and a word. */
export function historyRow(floor, entry) {
  const at = entry.captured_at && clock(entry.captured_at, floor.station?.timezone);
  const what = told(floor, entry);
  return {
    ...what,
    id: entry.scan_id,
    note: [at, what.note].filter(Boolean).join(" · "),
    badge: stateOf(floor, entry),
  };
}

const STATES = {
  waiting: { look: "wait", text: message("waits"), pictogram: "waiting" },
  refused: { look: "bad", text: message("Not good"), pictogram: "no" },
  parked: { look: "wait", text: message("team leader"), pictogram: "person" },
};

function stateOf(floor, entry) {
  if (entry.reversed) return { look: "quiet", text: _("Taken back"), pictogram: "undo" };
  const state = STATES[entry.state || floor.outbox.find(entry.scan_id)?.state];
  return state ? { ...state, text: _(state.text) } : null;
}

/** Whether a booking is about something. */
export function isAbout(entry, code) {
  const { target, body = {} } = entry;
  const parts = (body.parts || []).map((part) => part.bin);
  return [target, body.code, body.batch, ...parts, ...(body.bins || [])].includes(code);
}
