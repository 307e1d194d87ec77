// How far a label is, in words, with a pictogram and what somebody can do about it.

import { _, message } from "../words.js";

const AT_THE_PRINTER = {
  unreachable: { say: message("The printer does not answer."), help: message("Is it on?") },
  broken: { say: message("The printer stopped half way."), help: message("It goes on by itself.") },
  paper_out: { say: message("The paper is out."), help: message("Put paper in the printer.") },
  ribbon_out: { say: message("The ribbon is out."), help: message("Put a ribbon in the printer.") },
  head_open: { say: message("The printer is open."), help: message("Close the printer.") },
  paused: {
    say: message("The printer is on pause."),
    help: message("Press start on the printer."),
  },
};
const NEVER = {
  offline: { say: message("There is no network."), help: message("Use a blank label.") },
  practice: { say: message("You are practising."), help: message("No label is printed.") },
  unknown: { say: message("The label has to wait."), help: message("Use a blank label.") },
  no_printer: { say: message("Which printer?"), help: message("Choose it under settings.") },
  refused: { say: message("This label cannot be printed."), help: message("Use a blank label.") },
};
const FAILED = {
  too_late: { say: message("This label waited too long."), help: message("Print it again.") },
  too_small: { say: message("The label is too small."), help: message("Take a larger label.") },
};
const CANNOT = NEVER.refused;
const SENT = { say: message("The printer has it."), help: message("Scan the new label.") };
const DOUBTFUL = { say: message("Is the label there?"), help: message("Look at the printer.") };

/**
 * What to say of a print job.
 * @param {object} job see printing.js
 * @returns {{say: string, help: string, pictogram: string, badge: "ok"|"wait"|"bad"|"quiet",
 *   word: string}} word: one or two words for a row
 */
export function saidOf(job) {
  const told = toldOf(job);
  return { ...told, say: _(told.say), help: told.help ? _(told.help) : "", word: _(told.word) };
}

function toldOf(job) {
  const { state, problem } = job;
  if (NEVER[state]) return { ...NEVER[state], ...BADGES.bad };
  if (state === "queued" && AT_THE_PRINTER[problem]) {
    return { ...AT_THE_PRINTER[problem], ...BADGES.wait };
  }
  if (state === "queued") return { say: message("It is being printed."), ...BADGES.wait };
  if (state === "sent" && AT_THE_PRINTER[problem]) {
    return { ...AT_THE_PRINTER[problem], ...BADGES.look };
  }
  if (state === "sent") return { ...SENT, ...BADGES.ok };
  if (state === "doubtful") return { ...DOUBTFUL, ...BADGES.look };
  if (state === "printed") return { say: message("The label is there."), ...BADGES.ok };
  if (state === "cancelled") return { say: message("This label is not printed."), ...BADGES.quiet };
  return { ...(FAILED[problem] ?? CANNOT), ...BADGES.bad };
}

const BADGES = {
  ok: { badge: "ok", pictogram: "ok", word: message("Done") },
  wait: { badge: "wait", pictogram: "clock", word: message("Waits") },
  look: { badge: "wait", pictogram: "look", word: message("Look") },
  bad: { badge: "bad", pictogram: "no", word: message("Not printed") },
  quiet: { badge: "quiet", pictogram: "no", word: message("Stopped") },
};
