// A code without a scanner: typed by hand, or seen by the camera.

import { cameraScan } from "../camera.js";
import { ALPHABET } from "../codes.js";
import { ask, button, foot, h, pic, work } from "../dom.js";
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
    let camera = null;

    const set = (text) => {
      typed = text.toUpperCase().slice(0, LENGTH_MAX);
      floor.refresh();
    };
    // What was being done goes on, with this code as if a scanner had read it.
    const use = (text) => {
      if (!text) return;
      floor.back();
      floor.scanned(text);
    };
    const close = () => {
      camera?.close();
      camera = null;
    };
    const change = (part) => {
      part();
      floor.refresh();
    };
    const look = () => change(() => (camera ? close() : (camera = cameraScan(floor, use))));
    const widen = () => change(() => (all = !all));
    return {
      close,
      render: () => (camera ? seen(camera, look) : keypad({ typed, all, set, use, look, widen })),
      key(event) {
        if (camera) return false;
        if (/^[A-Za-z0-9:-]$/.test(event.key)) set(typed + event.key);
        else if (event.key === "Backspace") set(typed.slice(0, -1));
        else if (event.key === "Enter") use(typed);
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

function seen(camera, look) {
  return [
    ask({ pictogram: "camera", text: _("Hold the code before the camera.") }),
    work(camera.node),
    foot(button({ kind: "second", pictogram: "keypad", text: _("Type a code"), onpress: look })),
  ];
}

function keypad({ typed, all, set, use, look, widen }) {
  return [
    ask({ pictogram: "keypad", text: _("Type the code.") }),
    work(
      h(
        "section",
        { class: "keypad letters" },
        h("p", { class: "keypad-shown" }, h("output", null, typed || "\u00a0")),
        h("div", { class: "keys" }, keysOf(typed, all, set), widerKey(all, widen)),
      ),
    ),
    foot(
      button({ kind: "second", pictogram: "camera", text: _("Camera"), onpress: look }),
      button({ pictogram: "ok", text: _("Done"), disabled: !typed, onpress: () => use(typed) }),
    ),
  ];
}

/** Only letters that a label of ours can have, unless somebody asks for all. */
function keysOf(typed, all, set) {
  const first = typed === "" ? KINDS : ALPHABET;
  const letters = all ? DIGITS + LETTERS : first;
  const keys = [...letters].map((letter) => key(letter, letter, () => set(typed + letter)));
  return [...keys, key(pic("erase"), _("Take the last one away"), () => set(typed.slice(0, -1)))];
}

/** What other people's labels may hold. */
function widerKey(all, widen) {
  const label = all ? _("Fewer letters") : _("All letters");
  return key(all ? "BK" : "A-Z", label, widen);
}

function key(shown, label, onclick) {
  return h(
    "button",
    { type: "button", class: "key", "aria-label": label, "data-focus": `key ${label}`, onclick },
    shown,
  );
}
