// What the keyboard and the control cards press: the nth choice, yes, no, OK, back, home.

const CONTROLS = { BACK: "back", HOME: "home", UNDO: "undo", FOUND: "found" };

/**
 * Presses what a control card stands for.
 * @param {object} floor
 * @param {string} code  YES, NO, OK, BACK, UNDO, HOME, FOUND, 1 to 9
 * @returns {boolean} whether there was something to press
 */
export function press(floor, code) {
  const { answers, main } = floor.frame;
  if (code === "OK" && answers.shown) {
    answers.close();
    return true;
  }
  if (code in CONTROLS) {
    // Nobody goes on to other work before the badge that is asked for.
    if (floor.badge.locked) return false;
    answers.passOn();
    control(floor, CONTROLS[code]);
    return true;
  }
  const hook = /^[1-9]$/.test(code) ? "choice" : "command";
  const wanted = `[data-${hook}="${code.toLowerCase()}"]:not(:disabled)`;
  const places = [answers.node, main].filter(Boolean);
  const found = places.map((place) => place.querySelector(wanted)).find(Boolean);
  if (!found || answers.blocks) return false;
  answers.passOn();
  found.click();
  return true;
}

function control(floor, what) {
  if (what === "back") floor.back();
  else if (what === "home") floor.home();
  else floor.go(what);
}

/**
 * A character that somebody pressed outside of any field, and no scanner. The screen sees it first.
 * @param {object} floor
 * @param {{key: string, code: string}} pressed
 * @returns {boolean} whether it did something
 */
export function pressCharacter(floor, pressed) {
  if (floor.frame.answers.blocks) return false;
  if (floor.view?.key?.(pressed)) return true;
  return /^[1-9]$/.test(pressed.key) && press(floor, pressed.key);
}

/**
 * A key that stands for no character: Enter for OK, Escape for back, and what a screen wants of
 * the others. Buttons and fields keep their own Enter.
 * @param {object} floor
 * @param {KeyboardEvent} event
 */
export function pressKey(floor, event) {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  if (event.key.length === 1 || event.key === "Tab" || event.key === "Shift") return;
  if (acts(floor, event)) event.preventDefault();
}

function acts(floor, event) {
  const { answers } = floor.frame;
  if (event.key === "Escape") return press(floor, answers.shown ? "OK" : "BACK");
  if (event.target.closest?.("button, a, input, select")) return false;
  if (!answers.blocks && floor.view?.key?.(event)) return true;
  return event.key === "Enter" && press(floor, "OK");
}
