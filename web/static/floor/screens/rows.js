// Rows of a list, as every screen shows them.

import { h, pic } from "../dom.js";

/**
 * A list of rows. Those that can be pressed answer to the number keys and cards 1 to 9.
 * @param {Array<{text: string, note?: string, figure?: string, pictogram?: string,
 *   stream?: string, badge?: {look: string, text: string, pictogram: string}, id?: string,
 *   pressed?: boolean, onpress?: () => any}>} items
 * @param {{label?: string, from?: number}} [how]  from: the number of the first; 0: no numbers
 */
export function rows(items, { label, from = 1 } = {}) {
  const made = items.map((item, index) => {
    const number = from && item.onpress && from + index <= 9 ? from + index : null;
    return h("li", null, row(item, number));
  });
  return h("ul", { class: "rows", "aria-label": label }, made);
}

function row(item, number) {
  const look = item.stream ? `row stream-${item.stream}` : "row";
  const inside = [
    item.stream && pic(item.stream, "shape"),
    item.pictogram && pic(item.pictogram),
    h("span", { class: "row-main" }, item.text, item.note && h("small", null, item.note)),
    item.badge && badge(item.badge),
    item.figure && h("span", { class: "row-figure" }, item.figure),
  ];
  if (!item.onpress) return h("div", { class: look, "data-row": item.id }, inside);
  return h(
    "button",
    {
      type: "button",
      class: look,
      "aria-pressed": item.pressed === undefined ? null : String(item.pressed),
      "data-choice": number,
      "data-row": item.id,
      "data-focus": `row ${item.id || item.text}`,
      onclick: item.onpress,
    },
    inside,
  );
}

/** A shape with a word. look: wait, ok, bad or quiet. */
export function badge({ look, text, pictogram }) {
  return h("span", { class: `badge ${look}` }, pic(pictogram), text);
}
