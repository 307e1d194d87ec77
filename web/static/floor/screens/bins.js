// The bins that stand around somebody, side by side; and opening a new one.

import { h, pic } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, message } from "../words.js";
import {
  binRow,
  destinationName,
  destinationRow,
  hindrance,
  kg,
  openBins,
  shortCode,
} from "./lookup.js";

const SIDE_BY_SIDE_MAX = 12;
const WORK = "work ";
const WORK_WORDS = {
  wash: message("To wash"),
  repair: message("To repair"),
  later: message("For later"),
};

/** Whether a choice is no destination but a bin that somebody works on first. */
export const isWork = (choice) => Boolean(choice?.startsWith(WORK));

/** The choices for a work bin, as tiles. */
export const workChoices = () =>
  Object.entries(WORK_WORDS).map(([purpose, word]) => ({
    value: WORK + purpose,
    text: _(word),
    pictogram: pictogramOfWork(purpose),
  }));

const pictogramOfWork = (purpose) => (purpose === "later" ? "work_bin" : purpose);

/** What a bin is for, as it can be chosen: its destination, or the work that waits for it. */
export const choiceOf = (floor, bin) =>
  bin.destination || WORK + (floor.context.work_bins?.[bin.code] || "later");

/** What a choice is called. */
export const choiceName = (floor, choice) =>
  isWork(choice) ? _(WORK_WORDS[choice.slice(WORK.length)]) : destinationName(floor, choice);

/** The pictogram of a choice. */
export const choicePictogram = (floor, choice) =>
  isWork(choice)
    ? pictogramOfWork(choice.slice(WORK.length))
    : pictogramOf("destination", choice, destinationRow(floor, choice)?.stream);

/** The bins at this station that can still be filled, as rows. */
export function binsHere(floor) {
  const codes = floor.context.sort_bins || [];
  return codes.map((code) => binRow(floor, code)).filter((bin) => bin && bin.state === "open");
}

/** A bin stands here from now on. */
export function bringHere(floor, code) {
  const codes = floor.context.sort_bins || [];
  if (codes.includes(code)) return;
  const open = codes.filter((each) => binRow(floor, each)?.state === "open");
  floor.keep({ sort_bins: [...open, code].slice(-SIDE_BY_SIDE_MAX) });
}

/** Open bins for a choice, those that stand here first. */
export function binsOf(floor, choice) {
  const here = new Set(floor.context.sort_bins || []);
  const place = (bin) => (here.has(bin.code) ? 0 : 1);
  return openBins(floor)
    .filter((bin) => choiceOf(floor, bin) === choice)
    .sort((one, other) => place(one) - place(other));
}

/** What a bin is for, in words. */
export const binName = (floor, bin) => choiceName(floor, choiceOf(floor, bin));

/**
 * Bins as cards. What may not go into one is said on it.
 * @param {object} floor
 * @param {Array<object>} bins
 * @param {{source?: object|null, group?: string, last?: string, waiting?: string,
 *   more?: Node, onpick: (code: string) => any}} how
 *   waiting: the bin that was chosen before there was a weight
 */
export function binCards(floor, bins, how) {
  const cards = bins.map((bin, index) => card(floor, bin, index + 1, how));
  return h("div", { class: "bins", role: "group", "aria-label": _("Bins") }, cards, how.more);
}

function card(floor, bin, number, how) {
  const destination = destinationRow(floor, bin.destination);
  const hindered =
    destination && how.source ? hindrance(floor, how.source, how.group, destination) : null;
  const stream = destination ? `stream-${destination.stream}` : "";
  const choice = hindered || number > 9 ? null : number;
  return h(
    "button",
    {
      type: "button",
      class: ["bin", stream, how.last === bin.code && "last"].filter(Boolean).join(" "),
      disabled: Boolean(hindered),
      "aria-pressed": how.waiting === undefined ? null : String(how.waiting === bin.code),
      "aria-keyshortcuts": choice,
      "data-choice": choice,
      "data-bin": bin.code,
      "data-focus": `bin ${bin.code}`,
      onclick: () => how.onpick(bin.code),
    },
    destination && pic(destination.stream, "shape"),
    pic(choicePictogram(floor, choiceOf(floor, bin))),
    h("span", { class: "bin-word" }, binName(floor, bin)),
    hindered && h("span", { class: "bin-note" }, hindered.say),
    h("span", { class: "bin-code" }, shortCode(bin.code)),
    h("span", { class: "bin-mass" }, kg(bin.mass_g)),
    how.last === bin.code && h("span", { class: "bin-last" }, _("Last time")),
  );
}

/** A card that leads to another bin. */
export function moreCard(how) {
  return h(
    "button",
    {
      type: "button",
      class: "bin other",
      "data-focus": how.text,
      "data-choice": how.number && how.number <= 9 ? how.number : null,
      onclick: how.onpress,
    },
    pic(how.pictogram),
    h("span", { class: "bin-word" }, how.text),
  );
}

/**
 * Opens a bin with a blank label, or with a code that was reserved for this station.
 * @param {object} floor
 * @param {string} choice  a destination, or the work that waits
 * @param {string|null} label  the blank label that was scanned
 * @returns {Promise<string|null>} its code; null when it could not be opened
 */
export async function openBin(floor, choice, label) {
  const code = label || (await floor.world.takeCode("bin"));
  if (!code) {
    floor.answer({ verdict: "look", say: _("Take a blank bin label and scan it.") });
    return null;
  }
  const destination = isWork(choice) ? null : choice;
  const { verdict } = await floor.book("bin", null, { code, destination }, { quiet: true });
  if (verdict === "refused") {
    floor.answer({ verdict: "refused", say: _("Take another label and scan it."), read: code });
    return null;
  }
  bringHere(floor, code);
  if (!destination) {
    floor.keep({ work_bins: { ...floor.context.work_bins, [code]: choice.slice(WORK.length) } });
  }
  return code;
}
