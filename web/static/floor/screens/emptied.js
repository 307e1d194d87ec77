// The box is empty: close the batch, with the difference named; or say what is still missing.

import { ask, button, choices, facts, foot, h, work } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, own } from "../words.js";
import { binRow, kg, shortCode, toleranceOf } from "./lookup.js";

const DIFFERENCE = "weighing_difference";

/** What stands between a batch and its closing. */
export function closingOf(floor, batch) {
  const waiting = Object.entries(batch.bins || {})
    .map(([code, mass_g]) => ({ code, mass_g, bin: binRow(floor, code) }))
    .filter(({ bin, mass_g }) => bin && !bin.destination && mass_g > 0);
  const difference_g = batch.held_g;
  const before_g = batch.losses?.[DIFFERENCE] || 0;
  const isWithin = Math.abs(before_g + difference_g) <= toleranceOf(floor, batch);
  return { waiting, difference_g, isWithin };
}

/** The step that asks whether the box is empty. */
export function emptyParts(s) {
  const batch = s.source.row;
  const closing = closingOf(s.floor, batch);
  if (closing.waiting.length) return workFirst(s, closing.waiting);
  if (!closing.isWithin) return missing(s, batch, closing);
  const loss = s.state.loss || DIFFERENCE;
  return [
    ask({ pictogram: "box", text: _("The box is empty. Close it?") }),
    h("div", { class: "work" }, card(s, batch, closing), named(s, closing, loss)),
    foot(
      no(s, _("No, go on")),
      button({
        pictogram: "ok",
        text: _("Yes, close it"),
        command: "yes",
        onpress: () => close(s, batch, closing, loss),
      }),
    ),
  ];
}

function no(s, text) {
  return button({
    kind: "second",
    pictogram: "no",
    text,
    command: "no",
    onpress: () => s.set({ view: null, loss: null }),
  });
}

function card(s, batch, closing) {
  return h(
    "div",
    { class: "fact-card" },
    facts([
      [_("Came in"), kg(batch.input_g)],
      [_("Sorted"), kg(batch.input_g - closing.difference_g)],
      [_("Difference"), kg(closing.difference_g)],
    ]),
  );
}

/** A difference has a name; most are the scale's. */
function named(s, closing, loss) {
  if (closing.difference_g <= 0) return null;
  const kinds = s.floor.world.reference?.loss_kinds || [];
  const items = kinds.map((kind) => ({
    value: kind.code,
    text: own(kind.names, kind.code),
    pictogram: pictogramOf("loss", kind.code),
  }));
  return h(
    "div",
    { class: "named" },
    h("h2", null, _("Why is it less?")),
    choices(items, (code) => s.set({ loss: code }), { selected: loss, look: "small" }),
  );
}

async function close(s, batch, closing, loss) {
  const isNamed = loss !== DIFFERENCE && closing.difference_g > 0;
  const losses = isNamed ? [{ kind: loss, mass_g: closing.difference_g }] : [];
  await s.floor.book("close", batch.code, { losses }, {
    say: _("This batch is done. Scan the next."),
    figures: closing.difference_g ? `${_("Difference")} ${kg(closing.difference_g)}` : [],
    onkept: () => s.set({ source: null, view: null, last: null, found: null, loss: null }),
  });
}

/** Too much is missing: look once more, else a person decides. */
function missing(s, batch, closing) {
  return [
    ask({ pictogram: "attention", text: _("Look in the container once more.") }),
    work(card(s, batch, closing)),
    foot(
      button({
        kind: "second",
        pictogram: "person_call",
        text: _("It is empty"),
        onpress: () => close(s, batch, closing, DIFFERENCE),
      }),
      button({
        pictogram: "box",
        text: _("Go on sorting"),
        onpress: () => s.set({ view: null }),
      }),
    ),
  ];
}

/** What waits in work bins belongs to the batch still. */
function workFirst(s, waiting) {
  const rows = waiting.map(({ code, mass_g }, index) =>
    h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "row",
          "data-choice": index < 9 ? index + 1 : null,
          "data-focus": `source ${code}`,
          onclick: () => s.start({ kind: "bin", code }),
        },
        h("span", { class: "row-main" }, shortCode(code)),
        h("span", { class: "row-figure" }, kg(mass_g)),
      ),
    ),
  );
  return [
    ask({ pictogram: "work_bin", text: _("First sort these bins.") }),
    work(h("ul", { class: "rows" }, rows)),
    foot(no(s, _("Not now"))),
  ];
}
