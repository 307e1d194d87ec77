// What the sorting screen looks like at each step. It only draws; sort.js knows what is so.

import { ask, button, chips, choices, empty, foot, h, pic, scanHere, work } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, message } from "../words.js";
import {
  binCards,
  binName,
  binsHere,
  binsOf,
  choiceName,
  choicePictogram,
  moreCard,
  workChoices,
} from "./bins.js";
import { emptyParts } from "./emptied.js";
import { questionParts } from "./guide.js";
import { groupName, kg, openBatches, partyName, shortCode, workBins } from "./lookup.js";
import { into } from "./parts.js";
import { destinationTiles, groupTiles } from "./pickers.js";
import { pieceGroupParts } from "./pieces.js";
import { lastLine, leftFigure, sourceWords } from "./source.js";

const ROWS_MAX = 12;
const LEVELS = {
  every: { text: message("All questions"), pictogram: "guide_every" },
  deciding: { text: message("Short questions"), pictogram: "guide_deciding" },
  straight: { text: message("No questions"), pictogram: "guide_straight" },
};
const METHODS = {
  part: { text: message("Weigh the part"), pictogram: "weigh" },
  bin: { text: message("Weigh the bin"), pictogram: "before_after" },
  pieces: { text: message("Count pieces"), pictogram: "pieces" },
  keypad: { text: message("Type it"), pictogram: "keypad" },
};
const VIEWS = {
  source: sourceView,
  manner: mannerView,
  found: foundView,
  bins: otherView,
  new_bin: otherView,
  empty: emptyParts,
};

/** The screen of now. */
export function draw(s) {
  if (!s.source) return sourceView(s);
  const view = VIEWS[s.state.view];
  if (view) return view(s);
  if (s.method === "pieces" && !s.pieces) return foundView(s);
  const { question, from, destination } = s.where;
  if (question) return questionView(s, question);
  if (from) return fromView(s, from);
  if (destination && s.hindrance(destination)) return hinderedView(s, destination);
  if (s.isTyped && !s.taken) return typeView(s, destination);
  return destination ? decidedView(s, destination) : binsView(s);
}

/** Under an answer: the next question, or the bins to go on with. */
export function nextParts(s) {
  if (!s.source || s.state.view) return null;
  const { question, from, destination } = s.where;
  const answer = (yes) => s.answerQuestion(yes);
  if (question) return h("div", { class: "next" }, questionParts(question, answer));
  if (from || s.isTyped) return null;
  const bins = destination ? binsOf(s.floor, destination) : binsHere(s.floor);
  return bins.length ? cards(s, bins) : null;
}

// What is always in sight

function head(s) {
  const { floor, source } = s;
  const method = METHODS[s.method];
  return [
    chips([
      {
        pictogram: source.kind === "bin" ? "bin" : "box",
        name: _("Batch"),
        value: source.name,
        onpress: () => s.view("source"),
      },
      {
        pictogram: pictogramOf("group", s.group || "mixed"),
        name: _("This is"),
        value: s.group ? groupName(floor, s.group) : _("Mixed"),
        onpress: () => s.view("found"),
      },
      {
        pictogram: method.pictogram,
        name: _(LEVELS[s.level].text),
        value: _(method.text),
        onpress: () => s.view("manner"),
      },
    ]),
    h(
      "div",
      { class: "left-and-last" },
      leftFigure(source),
      lastLine(floor, s.state.last),
    ),
  ];
}

function feet(s, ...more) {
  const back = button({
    kind: "second",
    pictogram: "undo",
    text: _("One step back"),
    command: "no",
    onpress: () => s.stepBack(),
  });
  const canStep = s.state.view || s.state.chosen || s.state.answers.length || s.taken;
  const isBegun = s.source?.kind === "batch" && s.source.left_g < s.source.whole_g;
  const done = button({
    kind: "second",
    pictogram: "box",
    text: _("The box is empty"),
    onpress: () => s.view("empty"),
  });
  const shown = [canStep && back, !s.state.view && isBegun && done, ...more].filter(Boolean);
  return shown.length ? foot(...shown) : null;
}

// The steps

function sourceView(s) {
  const { floor } = s;
  const batches = openBatches(floor).slice(0, ROWS_MAX);
  const bins = workBins(floor).slice(0, ROWS_MAX);
  const rows = [
    ...batches.map((batch) => ({
      named: { kind: "batch", code: batch.code },
      pictogram: "box",
      text: partyName(floor, batch.supplier),
      note: `${groupName(floor, batch.article_group)} · ${shortCode(batch.code)}`,
      mass_g: batch.held_g,
      held: batch.held,
    })),
    ...bins.map((bin) => ({
      named: { kind: "bin", code: bin.code },
      pictogram: "work_bin",
      text: binName(floor, bin),
      note: shortCode(bin.code),
      mass_g: bin.mass_g,
    })),
  ];
  return [
    ask({ pictogram: "box", text: _("Scan the batch.") }),
    h(
      "div",
      { class: "work split" },
      h("section", null, scanHere(_("Scan its label."))),
      h("section", null, rows.length ? sourceRows(s, rows) : nothing()),
    ),
    s.source && feet(s),
  ];
}

const nothing = () => empty(_("No batch is waiting."), "box");

function sourceRows(s, rows) {
  const made = rows.map((row, index) =>
    h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: row.held ? "row stream-held" : "row",
          "data-choice": index < 9 ? index + 1 : null,
          "data-source": row.named.code,
          "data-focus": `source ${row.named.code}`,
          onclick: () => s.start(row.named),
        },
        pic(row.held ? "held" : row.pictogram),
        h("span", { class: "row-main" }, row.text, h("small", null, row.note)),
        h("span", { class: "row-figure" }, kg(row.mass_g)),
      ),
    ),
  );
  return h("ul", { class: "rows" }, made);
}

function questionView(s, question) {
  return [head(s), questionParts(question, (yes) => s.answerQuestion(yes)), feet(s)];
}

/** What can still come of it, to choose from. */
function fromView(s, from) {
  return [
    head(s),
    ask({ pictogram: "bin", text: _("Where does it go?") }),
    work(destinationTiles(s.floor, tilesOf(s, { only: from }))),
    feet(s),
  ];
}

const tilesOf = (s, more = {}) => ({
  source: s.source,
  group: s.group,
  more: workChoices(),
  onpick: (code) => s.choose(code),
  ...more,
});

/** What a blank label may be for. */
export const newBinTiles = (s) => destinationTiles(s.floor, tilesOf(s));

/** The guide leads to what cannot be: it says why, and what else there is. */
function hinderedView(s, destination) {
  const { say } = s.hindrance(destination);
  const name = choiceName(s.floor, destination);
  return [
    head(s),
    ask({ pictogram: "stop", text: `${say}.`, help: _("Not yet: %(name)s", { name }) }),
    work(destinationTiles(s.floor, tilesOf(s))),
    feet(s),
  ];
}

function decidedView(s, choice) {
  const bins = binsOf(s.floor, choice);
  const pictogram = choicePictogram(s.floor, choice);
  return [
    head(s),
    ask({ pictogram, text: choiceName(s.floor, choice), help: _("Scan the bin.") }),
    split(s, cards(s, bins, newBinCard(s, choice, bins.length + 1))),
    feet(s),
  ];
}

/** Without a scale the keypad has the screen. A bin that is scanned takes the weight at once. */
function typeView(s, choice) {
  const take = button({
    pictogram: "ok",
    text: _("Take this weight"),
    onpress: () => s.keepTyped(),
  });
  const pictogram = choice && choicePictogram(s.floor, choice);
  return [
    head(s),
    choice
      ? ask({ pictogram, text: choiceName(s.floor, choice) })
      : h("h1", { class: "away" }, _("Weigh")),
    h("div", { class: "bare" }, s.panel.node),
    feet(s, take),
  ];
}

function binsView(s) {
  const bins = binsHere(s.floor);
  if (!bins.length) return otherView(s);
  const other = moreCard({
    pictogram: "plus",
    text: _("Another bin"),
    number: bins.length + 1,
    onpress: () => s.view("bins"),
  });
  const heading = h("h1", { class: "away" }, _("Into which bin?"));
  return [head(s), heading, split(s, cards(s, bins, other)), feet(s)];
}

/** Where to, when no bin of it stands here yet; or what a blank label is for. */
function otherView(s) {
  const isNew = s.state.view === "new_bin";
  const text = isNew ? _("What goes into this bin?") : _("Scan a bin, or choose.");
  const tiles = newBinTiles(s);
  return [
    head(s),
    ask({ pictogram: "bin", text }),
    s.state.view ? work(tiles) : split(s, tiles),
    feet(s),
  ];
}

function newBinCard(s, choice, number) {
  return moreCard({
    pictogram: "plus",
    text: _("New bin"),
    number,
    onpress: () => s.newBin(choice, null),
  });
}

/** The weight at the left, the bins at the right. Pieces need no weight. */
function split(s, right) {
  if (s.method === "pieces") return work(piecesFact(s), right);
  const left = s.taken ? takenFact(s) : s.panel.node;
  const look = s.method === "bin" ? "" : "bare";
  return h(
    "div",
    { class: "work split" },
    h("section", null, h("div", { class: look }, left)),
    h("section", null, right),
  );
}

function piecesFact(s) {
  const group = s.pieces;
  return h(
    "p",
    { class: "piece-fact" },
    pic(pictogramOf("group", group.code), "mid"),
    h("span", null, _("1 scan is 1 piece")),
    " ",
    h("b", null, kg(group.piece_g)),
  );
}

function takenFact(s) {
  return h(
    "section",
    { class: "weigh", "data-state": s.taken.quality === "estimated" ? "estimated" : "by_hand" },
    h("p", { class: "live" }, h("output", null, kg(s.taken.net_g))),
    h("p", { class: "weigh-state" }, pic("bin"), h("span", null, _("Into which bin?"))),
  );
}

function cards(s, bins, more) {
  return binCards(s.floor, bins, {
    source: s.source,
    group: s.group,
    last: s.state.last?.bin,
    waiting: s.pending ? s.pending.code : undefined,
    more,
    onpick: (code) => into(s, code),
  });
}

// What can be changed at any moment

const tilesFrom = (kinds, isOff = () => false) =>
  Object.entries(kinds).map(([value, kind]) => ({
    value,
    text: _(kind.text),
    pictogram: kind.pictogram,
    disabled: isOff(value),
  }));

/** How somebody works here: with how many questions, and how the weight is known. */
function mannerView(s) {
  const levels = tilesFrom(LEVELS);
  const methods = tilesFrom(METHODS, (value) => value === "part" && !s.hasScale);
  const from = levels.length + 1;
  return [
    head(s),
    ask({ pictogram: "guide", text: _("How do you work?") }),
    work(
      choices(levels, (level) => s.setLevel(level), { selected: s.level, look: "small" }),
      choices(methods, (way) => s.setMethod(way), { selected: s.method, look: "small", from }),
    ),
    foot(button({ pictogram: "ok", text: _("Done"), onpress: () => s.view(null) })),
  ];
}

function foundView(s) {
  const pick = (code) => s.setFound(code);
  if (s.method === "pieces") {
    return [head(s), pieceGroupParts(s.floor, s.group, pick), feet(s)];
  }
  const recent = s.floor.context.recent_groups;
  const tiles = groupTiles(s.floor, { selected: s.group, recent, onpick: pick });
  return [
    head(s),
    ask({ pictogram: "look", text: _("What is it really?") }),
    work(tiles),
    feet(s),
  ];
}
