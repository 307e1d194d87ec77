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
    answers.passOn();
    control(floor, CONTROLS[code]);
    return true;
  }
  const hook = /^[1-9]$/.test(code) ? `[data-choice="${code}"]` : `[data-command=${code.toLowerCase()}]`;
  const places = [answers.node, main].filter(Boolean);
  const found = places.map((place) => place.querySelector(`${hook}:not(:disabled)`)).find(Boolean);
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
 * A key that somebody pressed, and no scanner. The screen sees it first.
 * @param {object} floor
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it did something
 */
export function pressKey(floor, event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  const types = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
  if (!types && floor.view?.key?.(event)) return true;
  if (event.key === "Escape") return press(floor, floor.frame.answers.shown ? "OK" : "BACK");
  if (types) return false;
  if (/^[1-9]$/.test(event.key)) return press(floor, event.key);
  const onButton = event.target instanceof HTMLButtonElement || event.target.closest?.("a");
  if (event.key === "Enter" && !onButton) return press(floor, "OK");
  return false;
}
