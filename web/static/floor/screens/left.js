// How much is left or came in of a whole, in words and as a bar.

import { h } from "../dom.js";
import { _ } from "../words.js";
import { kg } from "./lookup.js";

const BAR = 1000;

/**
 * A figure of a part of a whole.
 * @param {string} word  what the part is
 * @param {number} part_g
 * @param {number} whole_g
 * @param {object} hooks  attributes by which it is found
 */
export function partFigure(word, part_g, whole_g, hooks) {
  const share = Math.round((part_g * BAR) / Math.max(1, whole_g));
  const width = Math.max(0, Math.min(BAR, share));
  return h(
    "figure",
    { class: "left", ...hooks },
    h(
      "figcaption",
      null,
      h("span", null, word),
      " ",
      h("b", null, kg(part_g)),
      " ",
      h("small", null, _("of %(mass)s", { mass: kg(whole_g) })),
    ),
    h(
      "svg",
      {
        class: "left-bar",
        viewBox: `0 0 ${BAR} 40`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      },
      h("rect", { class: "left-full", width, height: 40 }),
    ),
  );
}
