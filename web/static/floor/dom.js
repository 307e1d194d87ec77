// Makes elements. Screens are built anew after every change, so this does as little as it can.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "use", "path", "circle", "rect", "g", "line", "polygon", "text"]);
const PICTOGRAMS = new URL("./pictograms.svg", import.meta.url).pathname;

/**
 * An element. Props: `class`, `onclick` (any listener by its name), `style` (an object, set through
 * the object model because the policy forbids style attributes), `hidden` and other booleans, and
 * plain attributes such as `data-x`. What is null, undefined or false is left out.
 * Children: nodes, texts, numbers, lists of them; null and false are skipped.
 * @param {string} tag
 * @param {Record<string, any>|null} [props]
 * @param {...any} children
 * @returns {HTMLElement|SVGElement}
 */
export function h(tag, props, ...children) {
  const node = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) set(node, name, value);
  append(node, children);
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "style") setStyle(node, value);
  else if (name === "value" && "value" in node) node.value = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function setStyle(node, values) {
  for (const [name, value] of Object.entries(values)) node.style.setProperty(name, value);
}

function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

/** Puts other children into a node, at once. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/**
 * A pictogram of pictograms.svg. Without a label it is only for the eye.
 * @param {string} id
 * @param {string} [look]  more classes: "mid", "big", "huge", "shape"
 * @param {string} [label]
 */
export function pic(id, look = "", label = "") {
  const said = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return h(
    "svg",
    { class: `pic ${look}`.trim(), focusable: "false", ...said },
    h("use", { href: `${PICTOGRAMS}#${id}` }),
  );
}

/** A shorter word for who thinks of it as an icon. */
export const icon = pic;

const PRESSED_AGAIN_MS = 300;

/** One press is one press: a second one at once, from a trembling hand, does nothing. */
function once(onpress) {
  let last = -Infinity;
  return (event) => {
    if (event.timeStamp - last < PRESSED_AGAIN_MS) return;
    last = event.timeStamp;
    onpress(event);
  };
}

/**
 * A button with a pictogram and a word.
 * @param {{pictogram?: string, text?: string, label?: string, onpress: (event: Event) => any,
 *   kind?: "primary"|"second"|"danger"|"tool"|"act"|"chip"|"key", big?: boolean,
 *   disabled?: boolean, pressed?: boolean, class?: string, sub?: any, id?: string,
 *   command?: "yes"|"no"|"ok"|"back"|"undo"|"home"|"found"}} how
 *   kind: "primary" unless said; "danger" is a red primary. big: fills its place, pictogram above
 *   the word (a tile). command: the control card (SS:YES, SS:NO, SS:OK) that presses it; a primary
 *   button answers to "ok" by itself. label: read aloud in place of the text. sub: a smaller line.
 *   id: keeps the focus when the screen is built anew (by default the text).
 */
export function button(how) {
  const kind = how.kind || "primary";
  const look = how.big ? "tile" : kind === "danger" ? "primary danger" : kind;
  const command = how.command || (look.startsWith("primary") ? "ok" : null);
  return h(
    "button",
    {
      type: "button",
      class: how.class ? `${look} ${how.class}` : look,
      disabled: how.disabled,
      "aria-label": how.label,
      "aria-pressed": how.pressed === undefined ? null : String(how.pressed),
      "data-command": command,
      "data-focus": how.id || how.text || how.label,
      onclick: once(how.onpress),
    },
    how.pictogram && pic(how.pictogram),
    how.text && h("span", { class: how.big ? "tile-word" : null }, how.text),
    how.sub && h(how.big ? "span" : "small", { class: how.big ? "tile-note" : null }, how.sub),
  );
}

/**
 * A grid of tiles. The number keys 1 to 9, and the cards SS:1 to SS:9, pick the nth choice of a
 * screen.
 * @param {Array<{pictogram?: string, text: string, value: any, stream?: string, note?: any,
 *   last?: string, disabled?: boolean, class?: string, command?: string}>} items
 *   stream: reuse, recycle, incineration or held, shown by colour and shape. last: the words
 *   "Last time" on the choice that was made the last time.
 * @param {(value: any, item: object) => any} onpick
 * @param {{selected?: any|any[], many?: boolean, label?: string, from?: number,
 *   look?: "two"|"small"|"home"}} [how]
 *   selected: the value (or values) chosen now; many: each is a toggle; from: the number of the
 *   first one, when a screen has two grids (0: no numbers).
 */
export function choices(items, onpick, how = {}) {
  const chosen = new Set(Array.isArray(how.selected) ? how.selected : [how.selected]);
  const first = how.from === undefined ? 1 : how.from;
  const toggles = how.many || how.selected !== undefined;
  const look = how.look ? `tiles ${how.look}` : "tiles";
  const tiles = items.map((item, index) => {
    const number = first > 0 && first + index <= 9 ? first + index : null;
    return tile(item, onpick, number, toggles ? chosen.has(item.value) : undefined);
  });
  return h("div", { class: look, role: "group", "aria-label": how.label }, tiles);
}

function tile(item, onpick, number, pressed) {
  const look = ["tile", item.stream && `stream-${item.stream}`, item.last && "last", item.class];
  return h(
    "button",
    {
      type: "button",
      class: look.filter(Boolean).join(" "),
      disabled: item.disabled,
      "aria-pressed": pressed === undefined ? null : String(pressed),
      "aria-keyshortcuts": number,
      "data-choice": item.disabled ? null : number,
      "data-value": String(item.value),
      "data-command": item.command,
      "data-focus": `tile ${String(item.value)}`,
      onclick: once(() => onpick(item.value, item)),
    },
    item.stream && pic(item.stream, "shape"),
    item.pictogram && pic(item.pictogram),
    h("span", { class: "tile-word" }, item.text),
    item.note && h("span", { class: "tile-note" }, item.note),
    item.last && h("span", { class: "tile-last" }, item.last),
  );
}

/**
 * Yes and no, as big as can be. The cards SS:YES and SS:NO press them, and so do the keys 1 and 2.
 * @param {{yes: string, no: string, onpick: (yes: boolean) => any}} how  the words, translated
 */
export function yesOrNo(how) {
  return choices(
    [
      { value: true, text: how.yes, pictogram: "yes", class: "yes", command: "yes" },
      { value: false, text: how.no, pictogram: "no", class: "no", command: "no" },
    ],
    how.onpick,
    { look: "two" },
  );
}

/**
 * What a screen asks: a pictogram, the question, and perhaps one more sentence.
 * @param {{pictogram?: string, text: string, help?: any}} how
 */
export function ask(how) {
  return h(
    "div",
    { class: "ask" },
    how.pictogram && pic(how.pictogram),
    h(
      "div",
      null,
      h("h1", { class: "question" }, how.text),
      how.help && h("p", { class: "help" }, how.help),
    ),
  );
}

/** The big dashed frame that waits for a scan. */
export function scanHere(text, pictogram = "scan") {
  return h("div", { class: "scan-here" }, pic(pictogram), h("p", null, text));
}

/** The work of a screen: what stands between the question and the one thing to do. */
export function work(...children) {
  return h("div", { class: "work" }, children);
}

/** The foot of a screen, always at the same place: a second button if any, then the primary one. */
export function foot(...buttons) {
  return h("div", { class: "do" }, buttons);
}

/**
 * What is known already, each with the way to change it.
 * @param {Array<{pictogram: string, name: string, value?: string, onpress?: () => any}>} facts
 *   without a value it is missing still
 */
export function chips(facts) {
  return h(
    "div",
    { class: "chips" },
    facts.map((fact) =>
      h(
        "button",
        {
          type: "button",
          class: fact.value ? "chip" : "chip missing",
          disabled: !fact.onpress,
          "data-focus": `chip ${fact.name}`,
          onclick: fact.onpress && once(fact.onpress),
        },
        pic(fact.pictogram),
        h("span", null, h("small", null, fact.name), fact.value || "?"),
      ),
    ),
  );
}

/** Nothing to do, said in one sentence. */
export function empty(text, pictogram = "ok") {
  return h("div", { class: "empty" }, pic(pictogram), h("p", null, text));
}

/** Names with their values. @param {Array<[string, any]>} pairs */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))),
  );
}

/**
 * A field to type a code or a word into, with a button.
 * @param {{label: string, name: string, done: string, value?: string, pictogram?: string,
 *   oninput?: (text: string) => any, ondone: (text: string) => any, autofocus?: boolean}} how
 *   done: the button's word; autofocus: what is typed goes here at once
 */
export function typing(how) {
  const id = `type-${how.name}`;
  const input = h("input", {
    id,
    name: how.name,
    value: how.value || "",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "data-focus": id,
    "data-autofocus": how.autofocus,
    oninput: () => how.oninput && how.oninput(input.value),
  });
  const send = (event) => {
    event.preventDefault();
    if (input.value.trim()) how.ondone(input.value.trim());
  };
  return h(
    "form",
    { class: "type", onsubmit: send },
    h("label", { for: id }, how.label),
    input,
    h("button", { class: "primary" }, pic(how.pictogram || "ok"), h("span", null, how.done)),
  );
}
