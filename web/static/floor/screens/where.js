// What is this, and where does it stand? The answer to any scan that nobody else wants.

import { ask, button, empty, facts, foot, h, pic, scanHere, work } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, day, own } from "../words.js";
import { batchRow, binRow, groupName, kg, partyName, receivedOf, shortCode } from "./lookup.js";
import { rows } from "./rows.js";
import { binWords, boxRow, boxWords, history, historyRow, isAbout } from "./telling.js";
import { batchFacts, binFacts, places, stateWord } from "./standing.js";

const HISTORY_MAX = 4;
const LABELS = new Set(["batch", "bin"]);
const OTHERS = {
  practice: { pictogram: "practice", say: () => _("This is a practice label. Take a real label.") },
  sscc: { pictogram: "pallet", say: () => _("This number is of another company.") },
  blank_batch: { pictogram: "label", say: () => _("An empty label, for a batch.") },
  blank_bin: { pictogram: "label", say: () => _("An empty label, for a bin.") },
  certificate: { pictogram: "document", say: () => _("This is a proof, not a batch.") },
  shipment: { pictogram: "truck", say: () => _("This went with a truck.") },
  find: { pictogram: "find", say: () => _("This was found.") },
};

export const where = {
  name: "where",
  title: () => _("Where is it?"),
  pictogram: "where",
  kinds: ["*"],
  order: 60,
  open: (floor, params) => new Looking(floor, params),
};

class Looking {
  constructor(floor, params) {
    this.floor = floor;
    this.scan = params.scan || null;
    this.told = null;
    this.label = null;
    this.learn();
  }

  /** The server knows more than this tablet: also what is closed, or stands elsewhere. */
  async learn() {
    const { scan } = this;
    if (!scan || !LABELS.has(scan.kind) || !this.floor.online || this.floor.practice) return;
    const table = scan.kind === "batch" ? "batches" : "bins";
    const reply = await this.floor.net.call("GET", `/${table}/${encodeURIComponent(scan.code)}`);
    if (!reply?.ok || this.scan !== scan) return;
    this.told = reply.body;
    this.floor.refresh();
  }

  show(scan) {
    this.scan = scan;
    this.told = null;
    this.label = null;
    this.floor.router.keep({ scan });
    this.floor.refresh();
    this.learn();
  }

  render() {
    const { scan } = this;
    if (!scan) return this.askParts();
    if (this.label) return this.labelParts();
    const batch = scan.kind === "batch" && batchRow(this.floor, scan.code);
    const bin = scan.kind === "bin" && binRow(this.floor, scan.code);
    if (batch || (scan.kind === "batch" && this.told)) return this.batchParts(batch);
    if (bin || (scan.kind === "bin" && this.told)) return this.binParts(bin);
    return this.otherParts();
  }

  askParts() {
    return [
      ask({ pictogram: "where", text: _("What do you want to know?") }),
      work(scanHere(_("Scan anything."))),
      foot(
        button({ pictogram: "keypad", text: _("Type a code"), onpress: () => this.floor.go("code") }),
      ),
    ];
  }

  batchParts(row) {
    const { code } = this.scan;
    const { floor } = this;
    const apart = row?.held || this.told?.held;
    return [
      ask({
        pictogram: apart ? "held" : "box",
        text: partyName(floor, (row || this.told).supplier),
        help: [groupName(floor, (row || this.told).article_group), stateWord(row || this.told)].join(" · "),
      }),
      h(
        "div",
        { class: "work split" },
        h(
          "section",
          null,
          h("div", { class: "fact-card" }, facts(batchFacts(floor, row, this.told))),
          h("div", { class: "acts" }, this.otherActs(row)),
        ),
        h("section", null, this.placesList(places(floor, row, this.told)), this.past(code)),
      ),
      foot(this.sortAct(row)),
    ];
  }

  placesList(found) {
    if (!found.length) return null;
    const items = found.map(({ bin, text, mass_g, stream, pictogram }) => ({
      id: bin,
      stream,
      pictogram,
      text,
      figure: kg(mass_g),
      onpress: bin && (() => this.show({ kind: "bin", code: bin, read: bin })),
    }));
    return [h("h2", null, _("Where it stands")), rows(items, { from: 0 })];
  }

  /** What this tablet did with it. */
  past(code) {
    const entries = history(this.floor).filter((each) => isAbout(each, code)).slice(0, HISTORY_MAX);
    if (!entries.length) return null;
    const items = entries.map((each) => historyRow(this.floor, each));
    return [h("h2", null, _("Done on this tablet")), rows(items, { from: 0 })];
  }

  sortAct(row) {
    const isOpen = row && !row.held && ["received", "sorting"].includes(row.state);
    if (!isOpen) return null;
    const onpress = () => this.floor.go("sort", { batch: this.scan.code });
    return button({ pictogram: "sort", text: _("Sort it"), onpress });
  }

  otherActs(row) {
    const { code } = this.scan;
    return [
      this.printAct(code),
      this.act("find", _("Found something?"), "found", { batch: code }),
      row && this.act("wrong_supplier", _("Wrong supplier"), "wrong_supplier", { batch: code }),
      row && this.act("hold", row.held ? _("May it go on?") : _("Set apart"), "hold", { batch: code }),
    ];
  }

  act(pictogram, text, screen, params) {
    return button({ kind: "second", pictogram, text, onpress: () => this.floor.go(screen, params) });
  }

  /** The label once more; without a printer a blank one is scanned, and hung on it. */
  printAct(code) {
    const { floor } = this;
    const hasPrinter = (floor.world.reference.printers || []).length > 0;
    if (!hasPrinter || !floor.online || floor.practice) return null;
    return button({
      kind: "second",
      pictogram: "printer",
      text: _("Print the label"),
      onpress: () => this.print(code),
    });
  }

  async print(code) {
    const { printer } = this.floor.settings;
    const job = await this.floor.printing.print(code, printer ? { printer } : {});
    const isSent = ["queued", "sent", "printed"].includes(job.state);
    if (isSent) this.floor.answer({ verdict: "accepted", say: _("The label comes. Scan it.") });
    else this.floor.answer({ verdict: "refused", say: _("No label comes. Take a blank label.") });
  }

  binParts(row) {
    const { floor } = this;
    const { code } = this.scan;
    const bin = row || this.told;
    const isOpen = bin.state === "open";
    const contents = massesOf(floor, code).map(([batch, mass_g]) => ({
      ...boxRow(floor, batch, mass_g),
      onpress: () => this.show({ kind: "batch", code: batch, read: batch }),
    }));
    return [
      ask({ pictogram: isOpen ? "bin" : "bin_full", text: binWords(floor, { ...bin, code }), help: stateWord(bin) }),
      h(
        "div",
        { class: "work split" },
        h(
          "section",
          null,
          h("div", { class: "fact-card" }, facts(binFacts(floor, bin))),
          h("div", { class: "acts" }, this.printAct(code)),
        ),
        h(
          "section",
          null,
          contents.length > 0 && [h("h2", null, _("These batches are in it")), rows(contents, { from: 0 })],
          this.past(code),
        ),
      ),
      foot(
        bin.mass_g > 0 && ["open", "closed"].includes(bin.state) &&
          this.act("sort", _("Sort it again"), "sort", { bin: code }),
        isOpen && bin.mass_g > 0 && bin.destination &&
          button({
            pictogram: "bin_full",
            text: _("Close the bin"),
            onpress: () => floor.go("dispatch", { bin: code }),
          }),
      ),
    ];
  }

  /** A blank label was scanned beside it: it may take the place of a damaged one. */
  labelParts() {
    const name = LABELS.has(this.scan.kind) ? boxWords(this.floor, this.scan.code) : "";
    return [
      ask({ pictogram: "label_new", text: _("Hang this new label on it?"), help: name }),
      work(
        h("div", { class: "fact-card" }, facts([
          [_("Old label"), shortCode(this.scan.code)],
          [_("New label"), shortCode(this.label)],
        ])),
      ),
      foot(
        button({ kind: "second", pictogram: "no", text: _("No"), command: "no",
          onpress: () => this.drop() }),
        button({ pictogram: "label_new", text: _("Yes, it hangs on it"), command: "yes",
          onpress: () => this.relabel() }),
      ),
    ];
  }

  drop() {
    this.label = null;
    this.floor.refresh();
  }

  async relabel() {
    const reason = this.floor.world.reason("relabel")?.code;
    await this.floor.book("relabel", this.scan.code, { code: this.label, reason }, {
      say: _("The new label is good. Throw the old one away."),
      read: this.label,
      onkept: () => this.drop(),
    });
  }

  otherParts() {
    const { floor, scan } = this;
    const other = OTHERS[scan.kind] || knownThing(floor, scan);
    const pairs = [...(other.facts || []), [_("Read"), scan.read || scan.code]];
    return [
      ask({ pictogram: other.pictogram, text: other.say() }),
      work(h("div", { class: "fact-card" }, facts(pairs))),
      foot(other.act ? button(other.act) : null),
    ];
  }

  scanned(scan) {
    const { kind, code, read } = scan;
    if (["command", "unknown", "find_kind"].includes(kind)) return false;
    const isLabel = this.scan && kind === `blank_${this.scan.kind}`;
    if (isLabel) {
      this.label = code;
      this.floor.refresh();
      return this.floor.answer({ verdict: "look", say: _("Hang this new label on it?"), read });
    }
    this.show(scan);
    return answered(this.floor, scan);
  }
}

/** How much of which batch stands in a bin, whatever it was found to be. */
function massesOf(floor, code) {
  const masses = new Map();
  for (const { batch, mass_g } of floor.world.contents(code)) {
    masses.set(batch, (masses.get(batch) || 0) + mass_g);
  }
  return [...masses];
}

/** A scan that leads here is heard, as every scan. */
export function answered(floor, scan) {
  const { kind, code, read } = scan;
  if (kind === "practice") {
    return floor.answer({ verdict: "refused", say: OTHERS.practice.say(), read });
  }
  const known = { batch: batchRow, bin: binRow }[kind]?.(floor, code);
  const say = known ? boxWords(floor, code) : (OTHERS[kind] || knownThing(floor, scan)).say();
  const mass_g = known && (kind === "batch" ? known.held_g : known.mass_g);
  const figures = known ? kg(mass_g) : [];
  // The screen says it: only the ears need to hear that it was read.
  return floor.answer({ verdict: "look", say, figures, read, aside: true });
}

/** What is no label of ours for material. */
function knownThing(floor, { kind, code, row, now }) {
  const named = own(row?.names, row?.name || code);
  const things = {
    container: () => ({
      pictogram: "container",
      say: () => _("A container: %(name)s", { name: code }),
      facts: row ? [[_("Empty weight"), kg(row.tare_g)], row.max_g ? [_("At most"), kg(row.max_g)] : null] : [],
    }),
    organisation: () => ({ pictogram: "supplier", say: () => _("A company: %(name)s", { name: named }) }),
    station: () => ({ pictogram: "station", say: () => _("A station: %(name)s", { name: named }) }),
    printer: () => ({ pictogram: "printer", say: () => _("A printer: %(name)s", { name: named }) }),
    destination: () => ({ pictogram: pictogramOf("destination", code, row?.stream), say: () => named }),
    gate: () => ({ pictogram: pictogramOf("gate", code), say: () => named }),
    group: () => ({ pictogram: pictogramOf("group", code), say: () => groupName(floor, code) }),
    delivery: () => deliveryThing(floor, row, now),
  };
  const thing = things[kind]?.() || { pictogram: "question", say: () => _("We do not know this code.") };
  return { ...thing, facts: (thing.facts || []).filter(Boolean) };
}

/** A supplier's own number: what was announced with it. */
function deliveryThing(floor, row, now) {
  const act = {
    pictogram: "intake",
    text: _("Take it in"),
    onpress: () => {
      floor.go("intake");
      return floor.view.scanned({ kind: "delivery", code: row.code, row });
    },
  };
  const came = row && receivedOf(floor, row.code);
  return {
    pictogram: "delivery",
    say: () => _("A delivery of %(name)s", { name: partyName(floor, row?.supplier || now?.supplier) }),
    facts: row
      ? [
          [_("Their number"), row.reference || "–"],
          [_("Expected"), day(row.expected_on)],
          [_("Announced"), kg(row.announced_g)],
          [_("Came in"), kg(came.mass_g)],
        ]
      : [],
    act: row && act,
  };
}
