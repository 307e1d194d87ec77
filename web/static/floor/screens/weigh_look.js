// What the weigh panel looks like: shape and word, never colour alone.

import { button, fill, h, pic, yesOrNo } from "../dom.js";
import { formatMass, massParts } from "../mass.js";
import { pictogramOf } from "../pictograms.js";
import { _, language, message } from "../words.js";

/** What a scale can say of itself. */
export const STATES = {
  stable: message("Stable"),
  moving: message("It still moves"),
  empty: message("The scale is empty"),
  overload: message("Too heavy for this scale"),
  underload: message("Below zero. Set the scale to zero."),
  not_ready: message("The scale is not ready yet"),
  garbled: message("The scale cannot be understood"),
  disconnected: message("No contact with the scale"),
  none: message("No scale here"),
};
/** The looks that the sheet knows; the others are "none". */
const LOOKS = {
  stable: "stable",
  moving: "moving",
  empty: "empty",
  overload: "overload",
  underload: "overload",
  by_hand: "by_hand",
  estimated: "estimated",
};
const ASKED = {
  light_for_scale: message("This is very light. Is it right?"),
  heavy_for_container: message("This is very heavy. Is it right?"),
};
const PRESETS_G = [0, 5_000, 12_345, 52_300, 320_000];
const DASH = "\u2013";

function stateOf(panel) {
  if (panel.way === "pieces") return "estimated";
  if (panel.way === "keypad") return panel.quality === "estimated" ? "estimated" : "by_hand";
  const { state, mass_g } = panel.floor.weight.current;
  return state === "stable" && mass_g === 0 ? "empty" : state;
}

/** The one sentence of the panel: what it was asked to say, else what the state is. */
function wordOf(panel) {
  if (panel.said) return _(panel.said.text);
  if (panel.way === "pieces") return _("Estimated by the piece");
  if (panel.way === "keypad") {
    return panel.quality === "estimated" ? _("Estimated") : _("Measured by hand");
  }
  return _(STATES[stateOf(panel)]);
}

/**
 * The weight, its state and the little sum. Built once and told what changed, four times a second.
 * @returns {{node: HTMLElement, update: () => void}}
 */
export function createLive(panel) {
  const output = h("output", { "aria-live": "off" });
  const state = h("p", { class: "weigh-state", role: "status" });
  const sum = h("dl", { class: "sum" });
  const overdue = h("p", { class: "flag", "data-overdue": "", hidden: true });
  const weight = h("p", { class: "live" }, output, " ", h("span", null, "kg"));
  const node = h("section", { class: "weigh" }, weight, state, sum, overdue);
  let shown = "";
  const update = () => {
    const { name, look, shape, word, rows, isOverdue } = seen(panel);
    const mass_g = panel.gross_g;
    const parts = massParts(mass_g || 0, language());
    fill(output, typing(panel) || (mass_g === null ? DASH : parts.kilograms + parts.grams));
    node.setAttribute("data-net", rows[2][1] === null ? "" : rows[2][1]);
    sum.hidden = !panel.isDifference && !panel.tare_g;
    fill(sum, rows.map(([term, grams]) => h("div", null, h("dt", null, term), h("dd", null, say(grams)))));
    const now = `${name} ${look} ${word} ${isOverdue}`;
    if (shown === now) return;
    shown = now;
    node.setAttribute("data-state", look);
    node.setAttribute("data-weight", name);
    fill(state, pic(shape), h("span", null, word));
    const text = _("This scale is past its check. The weight is an estimate.");
    overdue.hidden = !isOverdue;
    fill(overdue, isOverdue && [pic("estimate"), h("span", null, text)]);
  };
  return { node, update };
}

/** What is being typed, as it is typed. */
const typing = (panel) => (panel.way === "keypad" ? panel.typed.shown || "0" : null);

const say = (mass_g) => (mass_g === null ? "?" : formatMass(mass_g, language()));

function seen(panel) {
  const name = stateOf(panel);
  const words = panel.isDifference
    ? [_("Now"), _("Before"), _("Added")]
    : [_("Gross"), _("Empty weight"), _("Net")];
  const { gross_g } = panel;
  const tare_g = panel.wantsBefore ? null : panel.tare_g;
  const net_g = gross_g === null || tare_g === null ? null : gross_g - tare_g;
  // Green says "this can be taken": not when nothing is left, or when it was just refused.
  const isEmpty = name === "stable" && net_g !== null && net_g <= 0;
  const look = isEmpty || (name === "stable" && panel.said) ? "empty" : LOOKS[name] || "none";
  return {
    name,
    look,
    shape: panel.said ? "attention" : pictogramOf("weight", look),
    word: wordOf(panel),
    rows: [gross_g, tare_g, net_g].map((grams, at) => [words[at], grams]),
    isOverdue: panel.way === "scale" && panel.floor.weight.current.overdue,
  };
}

/** An unusual weight, asked once more. */
export function question(panel) {
  const { taken, code } = panel.asked;
  return [
    h("div", { class: "ask" }, pic("attention"), h("h2", { class: "question" }, _(ASKED[code]))),
    h(
      "div",
      { class: "work" },
      h("p", { class: "answer-figure" }, formatMass(taken.gross_g - panel.tare_g, language())),
      yesOrNo({
        yes: _("Yes"),
        no: _("No"),
        onpick: (yes) => panel.answered(yes),
      }),
    ),
  ];
}

/** Loads for the software scale. */
export function tryOut(panel) {
  const { choice, software } = panel.floor.weight;
  if (choice.kind !== "software") return null;
  const load = (text, mass_g, state) =>
    button({ kind: "chip", text, onpress: () => software.set(mass_g, state) });
  return h(
    "div",
    { class: "chips", "data-software": "", style: { "flex-wrap": "wrap" } },
    PRESETS_G.map((mass_g) => load(formatMass(mass_g, language()), mass_g)),
    load(_("It still moves"), 12_345, "moving"),
    load(_("Too heavy"), null, "overload"),
  );
}

/** How well a typed weight is known, and the other ways to weigh. */
export function ways(panel) {
  const chip = (text, pictogram, onpress, pressed) =>
    button({ kind: "chip", text, pictogram, onpress, pressed });
  const other = (way, text, pictogram) => chip(text, pictogram, () => panel.use(way));
  const mark = (quality, text, pictogram) =>
    panel.way === "keypad" &&
    chip(text, pictogram, () => panel.use("keypad", quality), panel.quality === quality);
  const hasScale = panel.floor.weight.choice.kind !== "keypad";
  return h(
    "div",
    { class: "chips" },
    mark("measured", _("Measured by hand"), "hand"),
    mark("estimated", _("Estimated"), "estimate"),
    panel.way !== "scale" && hasScale && other("scale", _("Scale"), "weigh"),
    panel.way !== "keypad" && other("keypad", _("Type it"), "keypad"),
    panel.way !== "pieces" && panel.how.piece_g && other("pieces", _("Count"), "pieces"),
    panel.isDifference &&
      !panel.wantsBefore &&
      chip(_("Weigh before"), "before_after", () => panel.weighBefore()),
  );
}

/** The one thing to do. */
export function foot(panel) {
  return h(
    "div",
    { class: "do" },
    button({
      text: panel.wantsBefore ? _("This is before") : _("Take this weight"),
      pictogram: "ok",
      id: "take weight",
      onpress: () => panel.take(panel.book),
    }),
  );
}
