// Typing a weight or a count with keys as big as a thumb in a glove.

import { fill, h, pic } from "../dom.js";
import { parseMass, typeKey } from "../mass.js";
import { _, language } from "../words.js";

const COUNT_MAX = 9999;

/**
 * A keypad that shows what is typed. Its node stays the same.
 * @param {{unit: "kg"|"pieces", onchange: () => void}} how
 */
export function keypad({ unit, onchange }) {
  let shown = "";
  const comma = () => language().decimal || ".";
  const output = h("output", null, "0");
  const type = (key) => {
    shown = typeKey(shown, key);
    if (unit === "pieces" && Number(shown) > COUNT_MAX) shown = String(COUNT_MAX);
    fill(output, shown || "0");
    onchange();
  };
  const key = (sign, label, face) =>
    h(
      "button",
      {
        type: "button",
        class: "key",
        "aria-label": label,
        "data-choice": /[1-9]/.test(sign) ? sign : null,
        "data-focus": `key ${sign}`,
        onclick: () => type(sign),
      },
      face || sign,
    );
  const last = unit === "kg" ? key(comma(), _("Comma"), comma()) : h("span");
  const node = h(
    "section",
    { class: "keypad", "data-keypad": unit },
    // A weight is shown where the scale would show it.
    unit === "pieces" &&
      h("p", { class: "keypad-shown" }, output, " ", h("span", null, _("pieces"))),
    h(
      "div",
      { class: "keys" },
      ["7", "8", "9", "4", "5", "6", "1", "2", "3"].map((digit) => key(digit)),
      last,
      key("0"),
      key("erase", _("Erase"), pic("erase")),
    ),
  );
  return {
    node,
    /** As it was typed. */
    get shown() {
      return shown;
    },
    /** Grams, or how many pieces; null while that is nothing. */
    get value() {
      return unit === "kg" ? parseMass(shown) : Number(shown) || null;
    },
    clear() {
      shown = "";
      fill(output, "0");
    },
    /** A key of a keyboard. Whether it was one of ours. */
    press(name) {
      const sign = { Backspace: "erase", Delete: "erase" }[name] || name;
      const isComma = unit === "kg" && /^[.,]$/.test(sign);
      if (!/^\d$/.test(sign) && sign !== "erase" && !isComma) return false;
      type(isComma ? comma() : sign);
      return true;
    },
  };
}
