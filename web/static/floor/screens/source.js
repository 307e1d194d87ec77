// What somebody sorts out of: a batch, or a bin that is sorted again.

import { h, pic } from "../dom.js";
import { _ } from "../words.js";
import { batchRow, binRow, destinationRow, groupName, kg, partyName, shortCode } from "./lookup.js";
import { binName } from "./bins.js";
import { partFigure } from "./left.js";

/**
 * @typedef {object} Source
 * @property {"batch"|"bin"} kind
 * @property {string} code
 * @property {object} row
 * @property {string} name  who it is from, or what the bin is for
 * @property {string|null} group  declared
 * @property {Array<{supplier: string, article_group: string}>} owners
 * @property {string|null} destination  of a bin
 * @property {number} left_g
 * @property {number} whole_g
 * @property {(gate: string) => boolean} free  whether something passed a gate and has not left yet
 */

/** @returns {Source|null} null when it is not known here */
export function sourceOf(floor, named) {
  if (!named) return null;
  return named.kind === "bin" ? binSource(floor, named) : batchSource(floor, named);
}

function batchSource(floor, { code }) {
  const row = batchRow(floor, code);
  if (!row) return null;
  return {
    kind: "batch",
    code: row.code,
    row,
    name: partyName(floor, row.supplier),
    group: row.article_group,
    owners: [{ supplier: row.supplier, article_group: row.article_group }],
    destination: null,
    left_g: row.held_g,
    whole_g: Math.max(row.input_g, row.mass_g, 1),
    free: (gate) => passed(row, gate),
  };
}

function binSource(floor, { code, whole_g }) {
  const row = binRow(floor, code);
  if (!row) return null;
  const contents = row.contents || [];
  const batches = contents.map((each) => batchRow(floor, each.batch)).filter(Boolean);
  return {
    kind: "bin",
    code: row.code,
    row,
    name: binName(floor, row),
    group: null,
    owners: contents.map(({ supplier, article_group }) => ({ supplier, article_group })),
    destination: row.destination || null,
    left_g: row.mass_g,
    whole_g: Math.max(whole_g || 0, row.mass_g, 1),
    free: (gate) => batches.length > 0 && batches.every((batch) => passed(batch, gate)),
  };
}

function passed(batch, gate) {
  const free = batch.gates?.[gate];
  return Boolean(free && (free.free_g > 0 || free.free_pieces > 0));
}

/** Why something cannot be sorted now, as a refusal says it; null when it can. */
export function whyNot(source) {
  const { row } = source;
  if (source.kind === "batch") {
    if (row.held) return { code: "batch_held" };
    return ["received", "sorting"].includes(row.state) ? null : { code: "batch_closed" };
  }
  if (!["open", "closed"].includes(row.state)) return { code: "bin_closed" };
  return row.mass_g > 0 ? null : { code: "bin_empty" };
}

/** How much is left, as a bar that empties. */
export const leftFigure = (source) =>
  partFigure(_("To do"), source.left_g, source.whole_g, { "data-left": source.left_g });

/** The last booking, so that nobody has to remember it. */
export function lastLine(floor, last) {
  if (!last) return null;
  const bin = binRow(floor, last.bin);
  const destination = destinationRow(floor, bin?.destination);
  return h(
    "p",
    { class: "last-line", "data-last": last.bin },
    pic(destination ? destination.stream : "work_bin", destination ? "shape" : ""),
    h("span", null, _("Last: %(mass)s", { mass: kg(last.mass_g) })),
    " ",
    h("b", null, bin ? binName(floor, bin) : shortCode(last.bin)),
  );
}

/** What a source is, in a row of words. */
export const sourceWords = (floor, source) =>
  [source.name, source.group && groupName(floor, source.group)].filter(Boolean).join(" · ");
