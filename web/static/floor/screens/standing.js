// Where the grams of a box or a bin stand, by this tablet and, online, by the server.

import { formatMass } from "../mass.js";
import { _, day, language, message } from "../words.js";
import { binName } from "./bins.js";
import { binRow, gateName, kg, shortCode } from "./lookup.js";

const STATES = {
  received: message("Not sorted yet"),
  sorting: message("Is being sorted"),
  closed: message("Finished"),
  refused: message("Went back"),
  reversed: message("Was taken back"),
  replaced: message("Has another label now"),
  open: message("Open: it is filled now"),
  shipped: message("Left with a truck"),
};
const BIN_CLOSED = message("Closed: it waits for a truck");
/** Pools of the register, in words of the floor. */
const POOLS = {
  holding: { text: message("Not sorted yet"), pictogram: "box" },
  quarantine: { text: message("Set apart"), stream: "held" },
  bin: { text: message("In a bin"), pictogram: "bin" },
  transit: { text: message("On the road"), pictogram: "truck" },
  loss: { text: message("Lost weight"), pictogram: "weigh" },
  find: { text: message("Found things"), pictogram: "find" },
  outlet: { text: message("At another company"), pictogram: "truck" },
};

/** What state it is in, in words. */
export function stateWord(row) {
  if (!row) return null;
  if (row.held) return _("It must wait.");
  const isBin = "destination" in row;
  return _(isBin && row.state === "closed" ? BIN_CLOSED : STATES[row.state] || message("Finished"));
}

/** A box: from whom, how much came in, how much is left, which steps it passed. */
export function batchFacts(floor, row, told) {
  const known = row || told;
  const gates = row
    ? Object.entries(row.gates || {}).map(([gate, { free_g }]) => [gate, free_g])
    : (told.gates || []).map(({ gate, free_g }) => [gate, free_g]);
  return [
    known.received_day && [_("Came in on"), day(known.received_day)],
    [_("Came in"), kg(known.mass_g ?? known.input_g)],
    [_("To do"), kg(known.held_g)],
    ...gates.filter(([, free_g]) => free_g > 0).map(([gate, free_g]) => [gateName(floor, gate), kg(free_g)]),
    [_("Label"), shortCode(known.code)],
  ].filter(Boolean);
}

export function binFacts(floor, bin) {
  return [
    [_("In it"), formatMass(bin.mass_g, language())],
    bin.container && [_("Stands in"), bin.container],
    bin.tare_g && [_("Empty weight"), kg(bin.tare_g)],
    [_("Label"), shortCode(bin.code)],
  ].filter(Boolean);
}

/**
 * Where the grams of a box stand.
 * @returns {Array<{bin?: string, text: string, mass_g: number, stream?: string, pictogram?: string}>}
 */
export function places(floor, row, told) {
  return row ? byTablet(floor, row) : byServer(floor, told);
}

function byTablet(floor, row) {
  const here = [
    { ...POOLS.holding, text: _(POOLS.holding.text), mass_g: row.held_g },
    { ...POOLS.quarantine, text: _(POOLS.quarantine.text), mass_g: row.quarantine_g || 0 },
  ];
  const inBins = Object.entries(row.bins || {}).map(([code, mass_g]) => inBin(floor, code, mass_g));
  return [...here, ...inBins].filter((each) => each.mass_g > 0);
}

function inBin(floor, code, mass_g) {
  const bin = binRow(floor, code);
  return {
    bin: code,
    text: bin ? `${binName(floor, bin)} · ${shortCode(code)}` : shortCode(code),
    stream: bin?.stream || undefined,
    pictogram: bin?.stream ? undefined : "work_bin",
    mass_g,
  };
}

/** The register names its places `pool/site/.../code`. */
function byServer(floor, told) {
  return (told.places || []).filter((each) => each.mass_g > 0).map(({ place, mass_g }) => {
    const steps = place.split("/");
    if (steps[0] === "bin") return inBin(floor, steps[steps.length - 1], mass_g);
    const pool = POOLS[steps[0]] || { text: message("At another company"), pictogram: "truck" };
    return { ...pool, text: _(pool.text), mass_g };
  });
}
