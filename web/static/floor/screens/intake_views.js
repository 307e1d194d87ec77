// What the intake screen looks like at each step. It only draws; intake.js knows what is so.

import { ask, button, chips, choices, foot, h, pic, scanHere, work } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _ } from "../words.js";
import { partFigure } from "./left.js";
import { groupName, kg, partyName, receivedOf, shortCode } from "./lookup.js";
import { containerTiles, groupTiles, supplierTiles } from "./pickers.js";
import { troubleViews, troubleWord } from "./trouble.js";
import { weighPanel } from "./weigh.js";

const LABELS_MAX = 24;
const NEXT_MAX = 4;
const CONTAINERS_MAX = 4;
/** Whether no label comes of a print job. */
export const isLost = (job) =>
  ["offline", "failed", "no_printer", "refused", "unknown"].includes(job.state);
const DRAWN = {
  supplier: supplierStep,
  container: containerStep,
  containers: containersStep,
  group: groupStep,
  weigh: weighStep,
  fresh: freshStep,
  tare: tareStep,
  label: labelStep,
  ...troubleViews,
};

/** The screen of now. */
export function draw(s) {
  return (DRAWN[s.state.view] || DRAWN[s.step])(s);
}

/** Under an answer: what the next step asks, to choose from. */
export function nextTiles(s) {
  if (s.step === "supplier") return suppliersOf(s);
  if (s.step === "container") return containerTiles(s.floor, tilesOf(s, { most: NEXT_MAX }));
  return s.step === "group" ? groupsOf(s) : null;
}

// What is always in sight

/** What is known and what is asked still, in the order of the work. Each can be changed. */
function head(s) {
  const { floor, state } = s;
  const known = [
    {
      pictogram: "supplier",
      name: _("Supplier"),
      value: s.supplier && partyName(floor, s.supplier),
      onpress: () => s.view("supplier"),
    },
    {
      pictogram: "container",
      name: _("Container"),
      value: s.hasContainer && (state.containers.join(" + ") || kg(s.tare_g)),
      onpress: () => s.set({ containers: [], tare_g: null, view: null }),
    },
    {
      pictogram: pictogramOf("group", s.group || "unknown"),
      name: _("This is"),
      value: s.group && groupName(floor, s.group),
      onpress: () => s.view("group"),
    },
    s.hasPrinter && {
      pictogram: s.canPrint ? "printer" : "label",
      name: _("Label"),
      value: s.canPrint ? _("Printer") : _("Blank label"),
      onpress: () => s.floor.keep({ blank_labels: s.canPrint }),
    },
    state.label && {
      pictogram: "label",
      name: _("Label"),
      value: shortCode(state.label),
      onpress: () => s.set({ label: null }),
    },
    state.trouble && {
      pictogram: "attention",
      name: _("Not right"),
      value: troubleWord(state.trouble),
      onpress: () => s.view("trouble"),
    },
  ];
  return chips(known.filter(Boolean));
}

function back(s) {
  return button({
    kind: "second",
    pictogram: "undo",
    text: _("One step back"),
    command: "no",
    onpress: () => s.set({ view: null }),
  });
}

// The steps

function supplierStep(s) {
  return [
    head(s),
    ask({
      pictogram: "supplier",
      text: _("Who is it from?"),
      help: _("Scan the card, or choose."),
    }),
    work(suppliersOf(s)),
    s.state.view ? foot(back(s)) : null,
  ];
}

const suppliersOf = (s) =>
  supplierTiles(s.floor, {
    recent: s.floor.context.recent_suppliers,
    onsupplier: (code) => s.setSupplier(code),
    ondelivery: (code) => s.setDelivery(code),
  });

const groupsOf = (s) =>
  groupTiles(s.floor, {
    selected: s.group || undefined,
    recent: s.floor.context.recent_groups,
    onpick: (code) => s.setGroup(code),
  });

const tilesOf = (s, more = {}) => ({
  recent: s.floor.context.recent_containers,
  taken: s.state.containers,
  onpick: (code) => s.addContainer(code),
  after: [
    { value: "none", text: _("No container"), pictogram: "box", pick: () => s.view("tare") },
  ],
  ...more,
});

function containersStep(s) {
  return [
    head(s),
    ask({ pictogram: "container", text: _("Which container?") }),
    work(containerTiles(s.floor, tilesOf(s))),
    foot(back(s)),
  ];
}

function containerStep(s) {
  return [
    head(s),
    h("h1", { class: "away" }, _("Scan the container.")),
    h(
      "div",
      { class: "work split" },
      h(
        "section",
        null,
        announced(s),
        scanHere(_("Scan the container."), "container"),
        lastBox(s),
      ),
      h("section", null, containerTiles(s.floor, tilesOf(s, fewOf(s)))),
    ),
  ];
}

/** The containers of the last boxes; the others are one tap further. */
function fewOf(s) {
  const others = {
    value: "others",
    text: _("Another container"),
    pictogram: "plus",
    pick: () => s.view("containers"),
  };
  return { most: CONTAINERS_MAX, after: [...tilesOf(s).after, others] };
}

/** What was announced against what came in. */
function announced(s) {
  const { delivery } = s;
  if (!delivery) return null;
  const { mass_g } = receivedOf(s.floor, delivery.code);
  return partFigure(_("Came in"), mass_g, delivery.announced_g, { "data-received": mass_g });
}

/** The last box, and the way to put its supplier right. */
function lastBox(s) {
  const { last } = s.state;
  if (!last) return null;
  return h(
    "ul",
    { class: "rows" },
    h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "row",
          "data-last": last.code,
          "data-focus": "wrong supplier",
          onclick: () => s.floor.go("wrong_supplier", { batch: last.code }),
        },
        pic("wrong_supplier"),
        h(
          "span",
          { class: "row-main" },
          _("Wrong supplier?"),
          h("small", null, `${partyName(s.floor, last.supplier)} · ${shortCode(last.code)}`),
        ),
        h("span", { class: "row-figure" }, kg(last.mass_g)),
      ),
    ),
  );
}

function groupStep(s) {
  return [
    head(s),
    ask({ pictogram: "look", text: _("What is in it?") }),
    work(groupsOf(s)),
    s.state.view ? foot(back(s)) : null,
  ];
}

function weighStep(s) {
  return s.hasScale || s.state.weight ? labelAsked(s) : typeStep(s);
}

/** Without a scale: the keypad has the whole screen. A label that is scanned takes the weight. */
function typeStep(s) {
  const take = button({
    pictogram: "ok",
    text: _("Take this weight"),
    onpress: () => s.keepTyped(),
  });
  return [head(s), h("h1", { class: "away" }, _("Weigh")), s.panel.node, foot(wrong(s), take)];
}

function labelAsked(s) {
  const right = s.canPrint
    ? scanHere(_("Wait. The label comes by itself."), "printer")
    : scanHere(_("Stick a label on it. Scan it."), "label");
  return [
    head(s),
    h("h1", { class: "away" }, _("Weigh")),
    h(
      "div",
      { class: "work split" },
      h("section", null, s.state.weight ? typed(s) : s.panel.node),
      h("section", null, right),
    ),
    foot(wrong(s), takeLabel(s)),
  ];
}

function wrong(s) {
  return button({
    kind: "second",
    pictogram: "attention",
    text: _("Something is wrong"),
    onpress: () => s.view("trouble"),
  });
}

function typed(s) {
  const { weight } = s.state;
  return h(
    "section",
    { class: "weigh", "data-state": weight.quality === "estimated" ? "estimated" : "by_hand" },
    h("p", { class: "live" }, h("output", null, kg(weight.net_g))),
    h(
      "div",
      { class: "chips" },
      button({
        kind: "chip",
        pictogram: "keypad",
        text: _("Type it again"),
        onpress: () => s.set({ weight: null }),
      }),
    ),
  );
}

function takeLabel(s) {
  if (s.canPrint) {
    return button({ pictogram: "printer", text: _("Print the label"), onpress: () => s.print() });
  }
  return button({
    pictogram: "label",
    text: _("Choose the label"),
    onpress: () => s.view("label"),
  });
}

/** Without a scanner: which of the blank labels was stuck on. */
function labelStep(s) {
  const codes = s.floor.world.blanks.batch.slice(0, LABELS_MAX);
  const items = codes.map((code) => ({
    value: code,
    text: shortCode(code),
    pictogram: "label",
  }));
  const pick = (code) => {
    s.set({ view: null });
    return s.label(code);
  };
  return [
    head(s),
    ask({
      pictogram: "label",
      text: _("Which label is on it?"),
      help: _("Look at the last letters."),
    }),
    work(choices(items, pick, { look: "small", label: _("Labels") })),
    foot(back(s)),
  ];
}

function freshStep(s) {
  const { job } = s;
  const { labels } = s.state;
  const stick =
    labels > 1
      ? _("Stick on %(count)s labels. Scan one.", { count: labels })
      : _("Stick the label on. Scan it.");
  const lost = Boolean(job && isLost(job));
  const text = lost ? _("The printer does not answer.") : stick;
  return [
    head(s),
    h("h1", { class: "away" }, text),
    h(
      "div",
      { class: "work", "data-job": job ? job.state : "" },
      scanHere(text, lost ? "stop" : "printer"),
      lastBox(s),
    ),
    foot(
      button({
        kind: "second",
        pictogram: "printer",
        text: _("Print again"),
        onpress: () => s.toPrinter(s.state.fresh),
      }),
      button({ pictogram: "ok", text: _("The label is on it"), onpress: () => s.confirm() }),
    ),
  ];
}

/** Without a container: what stands under it, typed. */
function tareStep(s) {
  s.tarePanel ??= tareOf(s);
  return [
    ask({ pictogram: "box", text: _("How heavy is the empty box?") }),
    s.tarePanel.node,
    foot(
      back(s),
      button({
        kind: "second",
        pictogram: "no",
        text: _("Nothing"),
        id: "no tare",
        onpress: () => s.setTare(0),
      }),
      button({
        pictogram: "ok",
        text: _("Done"),
        onpress: () => s.tarePanel.take((weight) => s.setTare(weight.gross_g)),
      }),
    ),
  ];
}

const tareOf = (s) => weighPanel(s.floor, { mode: "keypad", foot: false });
