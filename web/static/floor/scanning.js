// From a scanned text to what a screen gets: one after the other, in order, never in silence.

import { press } from "./keys.js";
import { answered } from "./screens/where.js";
import { _ } from "./words.js";

const LABELS = new Set(["batch", "bin", "blank_batch", "blank_bin", "delivery", "shipment", "find"]);

/**
 * The scans of a floor.
 * @param {object} floor
 * @returns {(text: string) => Promise<void>}  comes back when the scan was answered
 */
export function createScanning(floor) {
  let line = Promise.resolve();
  return (text) => {
    line = line.then(() => scanned(floor, text)).catch((error) => floor.failed(error));
    return line;
  };
}

async function scanned(floor, text) {
  const { answers } = floor.frame;
  floor.badge.look();
  answers.leave();
  if (await floor.badge.take(text)) {
    answers.clear();
    return;
  }
  floor.badge.seen();
  const read = floor.world.read(text);
  const scan = read instanceof Promise ? await read : read;
  // A screen that was just opened may still fetch what was half done.
  await floor.view?.ready;
  if (floor.practice && LABELS.has(scan.kind) && !scan.code.startsWith("P")) {
    const say = _("This label is real. Take a practice label.");
    floor.answer({ verdict: "refused", say, read: scan.read });
    return;
  }
  if (scan.kind === "command") {
    answers.clear();
    if (press(floor, scan.code)) return;
  }
  // The screen is built anew after the answer, not before it.
  floor.release = floor.router.hold();
  try {
    const wanted = floor.view?.scanned ? await floor.view.scanned(scan) : false;
    if (wanted === false) nobodyWants(floor, scan);
  } finally {
    floor.release();
    answers.clear();
  }
}

/** What it is and where it stands; from home, the work that begins with such a thing. */
function nobodyWants(floor, scan) {
  if (scan.kind === "command") {
    floor.answer({ verdict: "look", say: _("There is nothing to press here."), read: scan.read });
  } else if (scan.kind === "unknown") {
    floor.answer(unknown(scan));
  } else if (scan.kind === "find_kind") {
    floor.go("found", { scan });
  } else {
    floor.go("where", { scan });
    answered(floor, scan);
  }
}

/** The answer to what nobody knows. */
export function unknown(scan) {
  const isForeign = scan.fields || scan.now?.gs1;
  const say = isForeign
    ? _("This code is of another company.")
    : scan.misread ? _("Scan it once more.") : _("We do not know this code.");
  return { verdict: "unknown", say, read: scan.read };
}
