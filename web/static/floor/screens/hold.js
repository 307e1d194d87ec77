// Setting a box apart, whole or in part, with why; and asking for one to go on.

import { ask, button, chips, choices, foot, h, scanHere, work } from "../dom.js";
import { photoRow } from "../photo.js";
import { pictogramOf } from "../pictograms.js";
import { _, own } from "../words.js";
import { kg, openBatches, reasonsFor } from "./lookup.js";
import { rows } from "./rows.js";
import { boxRow, boxWords } from "./telling.js";
import { weighPanel } from "./weigh.js";

const DRAFT = "hold";
const ROWS_MAX = 8;
const NOTHING = { batch: null, weight: null, photos: [], view: null };

export const hold = {
  name: "hold",
  title: () => _("Set apart"),
  pictogram: "hold",
  kinds: ["intake", "sorting", "inspection"],
  order: 40,
  open: (floor, params) => new Holding(floor, params),
};

class Holding {
  constructor(floor, params) {
    this.floor = floor;
    this.state = { ...NOTHING };
    this.panel = weighPanel(floor, { foot: false });
    this.ready = this.begin(params);
  }

  async begin(params) {
    this.state = { ...NOTHING, ...(await this.floor.draft(DRAFT)) };
    if (params.batch) this.state = { ...NOTHING, batch: params.batch };
    this.floor.refresh();
  }

  close() {
    this.panel.close();
  }

  set(part) {
    Object.assign(this.state, part);
    this.floor.saveDraft(DRAFT, this.state);
    this.floor.refresh();
  }

  get row() {
    return this.state.batch && this.floor.world.batch(this.state.batch);
  }

  /** Whether it stands apart already, as a whole. */
  get isApart() {
    return Boolean(this.row?.held);
  }

  render() {
    if (!this.row) return this.startParts();
    if (this.state.view === "part") return this.partParts();
    if (this.state.view === "photo") return this.photoParts();
    return this.reasonParts();
  }

  startParts() {
    const apart = this.floor.world.batches.filter((row) => row.held || row.quarantine_g > 0);
    const others = openBatches(this.floor).filter((row) => !apart.includes(row));
    const rowOf = (batch) => ({
      ...boxRow(this.floor, batch.code, batch.held ? batch.held_g : batch.quarantine_g || batch.held_g),
      onpress: () => this.take(batch.code),
    });
    const held = apart.slice(0, ROWS_MAX).map((row) => ({ ...rowOf(row), pictogram: null, stream: "held" }));
    const rest = others.slice(0, ROWS_MAX).map((row) => rowOf(row));
    return [
      ask({ pictogram: "hold", text: _("Which batch must wait?") }),
      h(
        "div",
        { class: "work split" },
        h("section", null, scanHere(_("Scan its label."))),
        h(
          "section",
          null,
          h("h2", null, _("Stand apart now")),
          held.length ? rows(held) : h("p", { class: "help" }, _("Nothing stands apart.")),
          rest.length > 0 && h("h2", null, _("Other batches")),
          rows(rest, { from: held.length + 1 }),
        ),
      ),
    ];
  }

  take(batch) {
    this.set({ ...NOTHING, batch });
  }

  head() {
    const { batch, weight, photos } = this.state;
    const mass_g = weight ? weight.net_g : this.row.held_g;
    return chips(
      [
        {
          pictogram: "box",
          name: _("Batch"),
          value: boxWords(this.floor, batch),
          onpress: () => this.set({ ...NOTHING }),
        },
        !this.isApart && {
          pictogram: "weigh",
          name: weight ? _("A part") : _("All of it"),
          value: kg(mass_g),
          onpress: () => this.set({ view: "part" }),
        },
        !this.isApart && {
          pictogram: "camera",
          name: _("Photo"),
          value: String(photos.length),
          onpress: () => this.set({ view: "photo" }),
        },
      ].filter(Boolean),
    );
  }

  /** The reason is the last decision: with it, it is booked. */
  reasonParts() {
    const act = this.isApart || this.isPartApart ? "release" : "hold";
    const items = reasonsFor(this.floor, act).map((row) => ({
      value: row.code,
      text: own(row.names, row.code),
      pictogram: pictogramOf("reason", row.code),
    }));
    const pick = (reason) => (act === "hold" ? this.hold(reason) : this.release(reason));
    const text = act === "hold" ? _("Why must it wait?") : _("Why may it go on?");
    const pictogram = act === "hold" ? "hold" : "release";
    const help = act === "hold" ? null : _("Your team leader decides.");
    return [
      this.head(),
      ask({ pictogram, text, help }),
      work(choices(items, pick, { label: _("Reasons") })),
      this.row.quarantine_g > 0 && !this.isApart ? foot(this.other(act)) : null,
    ];
  }

  /** Of a box with a part apart: that part may go on, or more must wait. */
  get isPartApart() {
    return this.state.view === "release" && this.row.quarantine_g > 0;
  }

  other(act) {
    const isHold = act === "hold";
    return button({
      kind: "second",
      pictogram: isHold ? "release" : "hold",
      text: isHold ? _("What is apart may go on") : _("More must wait"),
      onpress: () => this.set({ view: isHold ? "release" : null }),
    });
  }

  async hold(reason) {
    const { batch, weight, photos } = this.state;
    const hashes = photos.map((photo) => photo.hash);
    const body = {
      reason,
      ...(weight ? { mass_g: weight.net_g } : {}),
      ...(hashes.length ? { photos: hashes } : {}),
    };
    const mass_g = weight ? weight.net_g : this.row.held_g;
    await this.floor.book("hold", batch, body, {
      say: weight ? _("Set this part apart.") : _("Set this batch apart."),
      figures: kg(mass_g),
      photos: hashes,
      draft: DRAFT,
      onkept: () => this.take(null),
    });
  }

  async release(reason) {
    const { batch } = this.state;
    const mass_g = this.isApart ? null : this.row.quarantine_g;
    const body = { reason, ...(mass_g ? { mass_g } : {}) };
    await this.floor.book("release", batch, body, {
      word: _("Asked"),
      say: _("Your team leader looks at it. The batch waits."),
      draft: DRAFT,
      onkept: () => this.take(null),
    });
  }

  partParts() {
    return [
      this.head(),
      h("h1", { class: "away" }, _("Weigh")),
      this.panel.node,
      foot(
        button({
          kind: "second",
          pictogram: "box",
          text: _("All of it"),
          command: "no",
          onpress: () => this.set({ weight: null, view: null }),
        }),
        button({
          pictogram: "ok",
          text: _("Take this weight"),
          onpress: () => this.panel.take((weight) => this.set({ weight, view: null })),
        }),
      ),
    ];
  }

  photoParts() {
    const { photos } = this.state;
    return [
      this.head(),
      ask({ pictogram: "camera", text: _("Take a photo of it.") }),
      work(photoRow(this.floor, photos, (kept) => this.set({ photos: kept }))),
      foot(button({ pictogram: "ok", text: _("Done"), onpress: () => this.set({ view: null }) })),
    ];
  }

  async scanned(scan) {
    await this.ready;
    if (scan.kind === "batch" && scan.row) return this.take(scan.code);
    if (scan.kind === "command") return this.state.view === "part" && this.panel.scanned(scan);
    return false;
  }

  key(event) {
    return this.state.view === "part" && this.panel.key(event);
  }
}
