// What a refusal says at the floor: what to do now, and the figures that explain it.

import { formatMass } from "./mass.js";
import { _, language, message, own } from "./words.js";

const SAY = {
  not_found: message("Scan the label again."),
  not_allowed: message("Call your team leader."),
  malformed: message("Call your team leader."),
  scan_reused: message("Do it once more."),
  mass_exceeded: message("This is more than there is. Weigh again."),
  batch_closed: message("This batch is finished. Scan another."),
  batch_held: message("This batch must wait. Call your team leader."),
  bin_closed: message("This bin is full. Scan another bin."),
  bin_open: message("Close the bin first."),
  bin_empty: message("There is nothing in this bin."),
  gate_missing: message("One step must come first."),
  destination_forbidden: message("This may not go there. Choose again."),
  balance_open: message("The weights do not add up. Call your team leader."),
  loss_limit: message("Too much is missing. Weigh again."),
  already_reversed: message("This was undone before."),
  moved_on: message("Undo the newer one first."),
  not_reversible: message("This cannot be undone. Call your team leader."),
  practice_label: message("This is a practice label. Take a real label."),
  code_taken: message("This label is used already. Take a new label."),
  state_forbids: message("This cannot be done now."),
  clock_doubt: message("The clock of this tablet is wrong."),
  reason_needed: message("Choose a reason."),
  parked: message("Your team leader looks at it. Go on."),
  protocol_unknown: message("Load the app anew. Nothing is lost."),
  unauthenticated: message("This tablet must be let in again."),
};
const NAMES = {
  held_g: message("There is"),
  sorted_g: message("You have"),
  difference_g: message("Differs"),
  tolerance_g: message("May differ"),
  limit_g: message("At most"),
  loss_g: message("Missing"),
  needed_g: message("Needed"),
  passed_g: message("Passed the step"),
  gross_g: message("Gross"),
  tare_g: message("Tare"),
  max_g: message("At most"),
};
const LINES_MAX = 3;

/**
 * The sentence and the lines of a refusal, foretold or answered by the server.
 * @param {object} floor
 * @param {{code?: string, figures?: object}} told
 * @returns {{say: string, figures: Array<[string, string]>}}
 */
export function sentenceOf(floor, told) {
  return { say: sayOf(floor, told), figures: linesOf(told.figures || {}) };
}

/** What to do; where the rule names a step or who does not allow it, that. */
function sayOf(floor, { code, figures }) {
  if (code === "gate_missing" && figures?.gate) {
    const step = own(floor.world.gate(figures.gate)?.names, figures.gate);
    return _("First: %(step)s.", { step });
  }
  if (code === "destination_forbidden" && figures?.rule === "owner") {
    return _("The supplier does not allow this. Choose again.");
  }
  return _(SAY[code] || message("This cannot be done now."));
}

/** Figures as names and weights: only those that everybody knows. */
export function linesOf(figures) {
  return Object.entries(figures)
    .filter(([name, value]) => NAMES[name] && typeof value === "number")
    .slice(0, LINES_MAX)
    .map(([name, value]) => [_(NAMES[name]), formatMass(value, language())]);
}
