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
  else if (name === "style") for (const key of Object.keys(value)) node.style.setProperty(key, value[key]);
  else if (name === "value" && "value" in node) node.value = value;
  else node.setAttribute(name, value === true ? "" : String(value));
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
 * @param {string} name
 * @param {string} [label]
 */
export function icon(name, label) {
  const said = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return h(
    "svg",
    { class: "pictogram", "data-pictogram": name, focusable: "false", ...said },
    h("use", { href: `${PICTOGRAMS}#${name}` }),
  );
}

/**
 * A button with a pictogram above or before its word. One press is one press: a second one within
 * the same half second, from a trembling hand, does nothing.
 * @param {{pictogram?: string, text?: string, label?: string, onpress: (event: Event) => any,
 *   kind?: "main"|"yes"|"no"|"quiet"|"danger", big?: boolean, wide?: boolean, disabled?: boolean,
 *   pressed?: boolean, command?: "yes"|"no"|"ok"|"back"|"undo"|"home"|"found", stream?: string,
 *   sub?: any, id?: string}} how  command: the control card that presses it; sub: a smaller line
 *   below the word; label: what is read aloud in place of the text; id: keeps the focus when the
 *   screen is built anew (by default the text).
 */
export function button(how) {
  const kinds = [how.kind, how.big && "big", how.wide && "wide", how.stream].filter(Boolean);
  let last = 0;
  const press = (event) => {
    const at = event.timeStamp;
    if (last && at - last < 500) return;
    last = at;
    how.onpress(event);
  };
  return h(
    "button",
    {
      type: "button",
      class: ["button", ...kinds].join(" "),
      disabled: how.disabled,
      "aria-label": how.label,
      "aria-pressed": how.pressed === undefined ? null : String(how.pressed),
      "data-command": how.command,
      "data-stream": how.stream,
      "data-focus": how.id || how.text || how.label,
      onclick: press,
    },
    how.pictogram && icon(how.pictogram),
    how.text && h("span", { class: "word" }, how.text),
    how.sub && h("span", { class: "sub" }, how.sub),
  );
}

/**
 * A grid of choices. The number keys 1 to 9 (and the cards SS:1 to SS:9) pick the nth choice of a
 * screen; the number stands in its corner.
 * @param {Array<{pictogram?: string, text: string, value: any, stream?: string, sub?: any,
 *   disabled?: boolean, kind?: string}>} items
 * @param {(value: any, item: object) => any} onpick
 * @param {{selected?: any|any[], many?: boolean, label?: string, from?: number}} [how]
 *   selected: the value (or values) chosen now; many: several may be chosen, so each is a toggle;
 *   from: the number of the first one, when a screen has two grids (0: no numbers).
 */
export function choices(items, onpick, how = {}) {
  const chosen = new Set(Array.isArray(how.selected) ? how.selected : [how.selected]);
  const first = how.from === undefined ? 1 : how.from;
  const toggles = how.many || how.selected !== undefined;
  const all = items.map((item, index) => {
    const number = first > 0 && first + index <= 9 ? first + index : null;
    const made = button({
      ...item,
      kind: item.kind,
      big: true,
      id: `choice ${String(item.value)}`,
      pressed: toggles ? chosen.has(item.value) : undefined,
      onpress: () => onpick(item.value, item),
    });
    made.classList.add("choice");
    if (number && !item.disabled) {
      made.setAttribute("data-choice", String(number));
      made.setAttribute("aria-keyshortcuts", String(number));
      made.append(h("kbd", { class: "number", "aria-hidden": "true" }, String(number)));
    }
    return made;
  });
  return h("div", { class: "choices", role: "group", "aria-label": how.label }, all);
}

/**
 * The question of a screen: its heading, spoken when the screen opens.
 * @param {string} text
 * @param {{pictogram?: string, sub?: any}} [how]
 */
export function question(text, how = {}) {
  return h(
    "div",
    { class: "question" },
    how.pictogram && icon(how.pictogram),
    h("h1", { tabindex: "-1" }, text),
    how.sub && h("p", { class: "sub" }, how.sub),
  );
}

/**
 * "Scan the ..." with a large pictogram: the step of a screen at which something is scanned.
 * @param {{text: string, pictogram: string, sub?: any}} how
 */
export function scanStep(how) {
  return h(
    "div",
    { class: "scan-step" },
    h("div", { class: "scan-picture" }, icon(how.pictogram), icon("scan")),
    h("h1", { tabindex: "-1" }, how.text),
    how.sub && h("p", { class: "sub" }, how.sub),
  );
}

/**
 * A labelled text field of a finger's size.
 * @param {{label: string, value?: string, name: string, oninput?: (text: string) => void,
 *   onenter?: (text: string) => void, inputmode?: string, maxlength?: number}} how
 */
export function field(how) {
  const input = h("input", {
    type: "text",
    id: `field-${how.name}`,
    name: how.name,
    value: how.value || "",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    inputmode: how.inputmode,
    maxlength: how.maxlength,
    "data-focus": `field ${how.name}`,
    oninput: () => how.oninput && how.oninput(input.value),
    onkeydown: (event) => {
      if (event.key !== "Enter" || !how.onenter) return;
      event.preventDefault();
      how.onenter(input.value);
    },
  });
  return h(
    "div",
    { class: "field" },
    h("label", { for: `field-${how.name}` }, how.label),
    input,
  );
}
