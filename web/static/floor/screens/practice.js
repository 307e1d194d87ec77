// Practice: the same screens, with labels that can never enter the figures.

import { ask, button, choices, foot, h, pic, work } from "../dom.js";
import { _ } from "../words.js";
import { code128 } from "../code128.js";
import { binName } from "./bins.js";
import { groupName, kg, partyName, shortCode } from "./lookup.js";

const DRAFTS = ["intake", "sort", "inspect", "dispatch", "hold", "found"];
const EACH_MAX = 9;
const FEW = 2;

export const practice = {
  name: "practice",
  title: () => _("Practise"),
  pictogram: "practice",
  kinds: ["*"],
  order: 70,
  more: true,
  open: (floor) => new Practising(floor),
};

class Practising {
  constructor(floor) {
    this.floor = floor;
    this.big = null;
  }

  render() {
    if (!this.floor.practice) return this.startParts();
    return this.big ? this.bigParts(this.big) : this.trayParts();
  }

  startParts() {
    return [
      ask({ pictogram: "practice", text: _("Do you want to practise?"), help: _("Nothing of it counts.") }),
      work(
        h(
          "ol",
          { class: "do-now calm" },
          h("li", null, pic("label"), h("span", null, _("You get practice labels."))),
          h("li", null, pic(this.floor.pictogram), h("span", null, _("You do the same work."))),
          h("li", null, pic("erase"), h("span", null, _("In the end all of it goes."))),
        ),
      ),
      foot(button({ pictogram: "practice", text: _("Begin"), onpress: () => begin(this.floor) })),
    ];
  }

  /** Labels to touch, in place of paper ones; what was being done goes on with it. */
  trayParts() {
    return [
      ask({ pictogram: "label", text: _("Which label do you scan?"), help: _("Tap it, or show it big.") }),
      work(choices(labels(this.floor), (text) => this.scan(text), { look: "small", label: _("Labels") })),
      foot(
        button({
          kind: "second",
          pictogram: "scan",
          text: _("Show one big"),
          onpress: () => this.show(labels(this.floor)[0]),
        }),
        button({ pictogram: "no", text: _("Stop practising"), onpress: () => end(this.floor) }),
      ),
    ];
  }

  scan(text) {
    this.floor.back();
    return this.floor.scanned(text);
  }

  show(label) {
    this.big = label;
    this.floor.refresh();
  }

  /** For a scanner: the bars on the screen. */
  bigParts(label) {
    const all = labels(this.floor);
    const next = all[(all.findIndex((each) => each.value === label.value) + 1) % all.length];
    return [
      ask({ pictogram: label.pictogram, text: label.text, help: label.note }),
      work(h("figure", { class: "big-code" }, code128(label.value), h("figcaption", null, label.value))),
      foot(
        button({ kind: "second", pictogram: "list", text: _("All labels"), onpress: () => this.show(null) }),
        button({ pictogram: "next", text: _("Next label"), onpress: () => this.show(next) }),
      ),
    ];
  }

  /** Scanned off this very screen: the work before it gets it. */
  scanned(scan) {
    if (!this.floor.practice || scan.kind === "command") return false;
    this.floor.back();
    const { view } = this.floor;
    return view?.scanned && view !== this ? view.scanned(scan) : false;
  }
}

/** What there is to scan while practising. */
function labels(floor) {
  const { world } = floor;
  const boxes = world.openBatches().slice(-EACH_MAX).map((row) => ({
    value: row.code,
    pictogram: "box",
    text: groupName(floor, row.article_group),
    note: `${kg(row.held_g)} · ${shortCode(row.code)}`,
  }));
  const bins = world.bins.slice(0, EACH_MAX).map((row) => ({
    value: row.code,
    stream: row.stream || undefined,
    pictogram: "bin",
    text: binName(floor, row),
    note: shortCode(row.code),
  }));
  const blank = (kind, text) =>
    world.codes[kind].slice(0, 1).map((code) => ({ value: code, pictogram: "label", text, note: shortCode(code) }));
  const suppliers = world.suppliers().slice(0, FEW).map((row) => ({
    value: `SS:SUPPLIER:${row.code}`,
    pictogram: "supplier",
    text: partyName(floor, row.code),
  }));
  const containers = (world.reference.containers || []).slice(0, FEW).map((row) => ({
    value: row.code,
    pictogram: "container",
    text: row.code,
    note: kg(row.tare_g),
  }));
  const blanks = [...blank("batch", _("New batch label")), ...blank("bin", _("New bin label"))];
  return [...boxes, ...bins, ...blanks, ...suppliers, ...containers];
}

/** From now on everything is thrown away in the end. */
async function begin(floor) {
  floor.kept = floor.context;
  floor.world.startPractice();
  floor.weight.practice = true;
  floor.context = { ...floor.kept, sort_bins: floor.world.openBins().map((row) => row.code), work_bins: {} };
  for (const name of DRAFTS) await floor.saveDraft(name, null);
  floor.home();
  floor.answer({ verdict: "look", word: _("Practise"), say: _("Nothing counts now. Try everything.") });
}

async function end(floor) {
  for (const name of DRAFTS) await floor.saveDraft(name, null);
  floor.world.endPractice();
  floor.weight.practice = false;
  floor.context = floor.kept || floor.context;
  floor.home();
  floor.answer({
    verdict: "accepted",
    word: _("Thrown away"),
    say: _("Nothing of the practice counts."),
  });
}
