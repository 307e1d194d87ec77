// A code without a scanner: typed by hand, or seen by the camera.

import { ALPHABET } from "../codes.js";
import { ask, foot, button, h, pic, work } from "../dom.js";
import { _ } from "../words.js";

const KINDS = "BKCSDZVP";
const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LENGTH_MAX = 40;

export const code = {
  name: "code",
  title: () => _("Type a code"),
  pictogram: "keypad",
  kinds: [],
  open(floor) {
    let typed = "";
    let all = false;

    const set = (text) => {
      typed = text.toUpperCase().slice(0, LENGTH_MAX);
      floor.refresh();
    };
    const done = () => {
      if (!typed) return;
      const text = typed;
      // What was being done goes on, with this code as if it was scanned.
      floor.back();
      floor.scanned(text);
    };
    return {
      render: () => [
        ask({ pictogram: "keypad", text: _("Type the code.") }),
        work(
          h(
            "section",
            { class: "keypad letters" },
            h("p", { class: "keypad-shown" }, h("output", null, typed || "\u00a0")),
            h("div", { class: "keys" }, keysOf(typed, all, set)),
          ),
        ),
        foot(
          button({
            kind: "second",
            pictogram: "keypad",
            text: all ? _("Fewer letters") : _("All letters"),
            onpress: () => {
              all = !all;
              floor.refresh();
            },
          }),
          button({ pictogram: "ok", text: _("Done"), disabled: !typed, onpress: done }),
        ),
      ],
      key(event) {
        if (/^[A-Za-z0-9-]$/.test(event.key)) set(typed + event.key);
        else if (event.key === "Backspace") set(typed.slice(0, -1));
        else if (event.key === "Enter") done();
        else return false;
        return true;
      },
      scanned(scan) {
        floor.back();
        return floor.view.scanned ? floor.view.scanned(scan) : false;
      },
    };
  },
};

/** Only letters that a label of ours can have, unless somebody asks for all. */
function keysOf(typed, all, set) {
  const first = typed === "" ? KINDS : ALPHABET;
  const letters = all ? DIGITS + LETTERS : first;
  const keys = [...letters].map((letter) => key(letter, letter, () => set(typed + letter)));
  return [...keys, key(pic("erase"), _("Take the last one away"), () => set(typed.slice(0, -1)))];
}

function key(shown, label, onclick) {
  return h(
    "button",
    { type: "button", class: "key", "aria-label": label, "data-focus": `key ${label}`, onclick },
    shown,
  );
}
