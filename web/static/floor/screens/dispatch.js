// Dispatch: a full bin is weighed and closed; closed bins leave together on a truck.

import { ask, button, chips, choices, empty, foot, h, scanHere, work } from "../dom.js";
import { sentenceOf } from "../refusals.js";
import { _ } from "../words.js";
import { binRow, containerRow, kg, partyName, shortCode } from "./lookup.js";
import { lastFirst, remembered } from "./pickers.js";
import { rows } from "./rows.js";
import { binWords, boxRow } from "./telling.js";
import { mayTake, onTruck, readyBins } from "./truck.js";
import { weighPanel } from "./weigh.js";

const DRAFT = "dispatch";
const ROWS_MAX = 12;
const WAYBILL_MAX = 60;
const NOTHING = { closing: null, tare_g: null, view: null, loading: false, outlet: null, bins: [], waybill: null };

export const dispatch = {
  name: "dispatch",
  title: () => _("Close and load"),
  pictogram: "dispatch",
  kinds: ["dispatch"],
  order: 35,
  starts: ["bin"],
  open: (floor, params) => new Dispatching(floor, params),
};

class Dispatching {
  constructor(floor, params) {
    this.floor = floor;
    this.state = { ...NOTHING };
    this.panel = weighPanel(floor, { onweight: (weight) => this.shut(weight) });
    this.tarePanel = weighPanel(floor, {
      mode: "keypad",
      onweight: (weight) => this.setTare(weight.gross_g),
    });
    this.ready = this.begin(params);
  }

  async begin(params) {
    this.state = { ...NOTHING, ...(await this.floor.draft(DRAFT)) };
    this.setPanel();
    this.floor.refresh();
    if (params.bin) this.scannedBin(params.bin, binRow(this.floor, params.bin));
  }

  close() {
    this.panel.close();
    this.tarePanel.close();
  }

  set(part) {
    Object.assign(this.state, part);
    this.floor.saveDraft(DRAFT, this.state);
    this.floor.refresh();
  }

  get bin() {
    return this.state.closing && binRow(this.floor, this.state.closing);
  }

  get tare_g() {
    return this.state.tare_g ?? this.bin?.tare_g ?? 0;
  }

  setPanel() {
    const max_g = containerRow(this.floor, this.bin?.container)?.max_g ?? null;
    this.panel.set({ mode: "load", tare_g: this.tare_g, max_g });
  }

  setTare(tare_g) {
    this.set({ tare_g, view: null });
    this.setPanel();
  }

  render() {
    const { loading, view } = this.state;
    if (loading) return this.state.outlet && view !== "outlet" ? this.loadParts() : this.outletParts();
    if (!this.bin) return this.startParts();
    return view === "tare" ? this.tareParts() : this.closeParts();
  }

  // Closing a bin

  startParts() {
    const open = this.floor.world.openBins().filter((bin) => bin.destination && bin.mass_g > 0);
    const items = open.slice(0, ROWS_MAX).map((bin) => this.binRowOf(bin, () => this.weighNow(bin.code)));
    const ready = readyBins(this.floor).length;
    return [
      ask({ pictogram: "bin_full", text: _("Which bin is full?") }),
      h(
        "div",
        { class: "work split" },
        h("section", null, scanHere(_("Scan the label on the bin."))),
        h("section", null, items.length ? rows(items) : empty(_("No bin is filled."), "bin")),
      ),
      foot(
        button({
          pictogram: "truck",
          text: _("Load a truck"),
          sub: _("Ready: %(count)s", { count: ready }),
          onpress: () => this.set({ loading: true }),
        }),
      ),
    ];
  }

  binRowOf(bin, onpress, more = {}) {
    return { ...boxRow(this.floor, bin.code, bin.mass_g), onpress, ...more };
  }

  /** This bin is full: now its weight. */
  weighNow(code) {
    this.set({ closing: code, tare_g: null, view: null });
    this.setPanel();
  }

  head() {
    return chips([
      {
        pictogram: this.bin.stream || "bin",
        name: _("Bin"),
        value: binWords(this.floor, this.bin),
        onpress: () => this.set({ closing: null, view: null }),
      },
      {
        pictogram: "container",
        name: _("Empty weight"),
        value: kg(this.tare_g),
        onpress: () => this.set({ view: "tare" }),
      },
      { pictogram: "list", name: _("In it by the books"), value: kg(this.bin.mass_g) },
    ]);
  }

  closeParts() {
    return [this.head(), h("h1", { class: "away" }, _("Weigh")), this.panel.node];
  }

  tareParts() {
    return [
      this.head(),
      ask({ pictogram: "container", text: _("How heavy is the empty bin?") }),
      this.tarePanel.node,
    ];
  }

  async shut(weight) {
    const { bin } = this;
    const { gross_g, tare_g, net_g, scale, frame } = weight;
    const difference_g = net_g - bin.mass_g;
    const known = Object.entries({ scale, frame }).filter(([, value]) => value);
    const told = await this.floor.book(
      "bin_close",
      bin.code,
      { gross_g, tare_g, ...Object.fromEntries(known) },
      {
        say: _("The bin is closed."),
        figures: [kg(net_g), difference_g ? [_("Difference"), kg(difference_g)] : null],
        draft: DRAFT,
        onkept: () => this.set({ closing: null, tare_g: null, view: null }),
      },
    );
    if (told.verdict === "refused") this.panel.release();
  }

  // Loading a truck

  get loaded() {
    return this.state.bins.map((code) => binRow(this.floor, code)).filter((bin) => bin?.state === "closed");
  }

  /** Outlets that may take all that is loaded so far; before that, something that stands ready. */
  outlets() {
    const known = (this.floor.world.reference.organisations || []).filter((row) =>
      row.roles.includes("outlet"),
    );
    const loaded = this.loaded.map((bin) => bin.destination);
    if (loaded.length) return known.filter((row) => mayTake(row, loaded));
    const ready = readyBins(this.floor);
    return known.filter((row) => ready.some((bin) => mayTake(row, [bin.destination])));
  }

  outletParts() {
    const items = this.outlets().map((row) => ({ value: row.code, text: row.name, pictogram: "truck" }));
    const pick = (outlet) => this.setOutlet(outlet);
    const { recent_outlets } = this.floor.context;
    const none = this.loaded.length
      ? empty(_("Nobody may take all of this."), "stop")
      : empty(_("No bin stands ready."), "bin_full");
    return [
      ask({ pictogram: "truck", text: _("Where does the truck go?") }),
      items.length
        ? work(choices(lastFirst(items, recent_outlets), pick, { label: _("Outlets") }))
        : work(none),
      foot(
        button({
          kind: "second",
          pictogram: "bin",
          text: _("First close bins"),
          command: "no",
          onpress: () => this.set({ loading: false, view: null }),
        }),
      ),
    ];
  }

  setOutlet(outlet) {
    this.floor.keep({ recent_outlets: remembered(this.floor.context.recent_outlets, outlet) });
    this.set({ outlet, view: null });
  }

  loadParts() {
    const { loaded } = this;
    const mass_g = loaded.reduce((sum, bin) => sum + bin.mass_g, 0);
    const { waybill, outlet } = this.state;
    const off = (code) => this.set({ bins: this.state.bins.filter((each) => each !== code) });
    const on = loaded.map((bin) => this.binRowOf(bin, () => off(bin.code), { pressed: true }));
    return [
      chips(
        [
          {
            pictogram: "truck",
            name: _("Goes to"),
            value: partyName(this.floor, outlet),
            onpress: () => this.set({ view: "outlet" }),
          },
          waybill && {
            pictogram: "document",
            name: _("Waybill"),
            value: waybill,
            onpress: () => this.set({ waybill: null }),
          },
        ].filter(Boolean),
      ),
      ask({
        pictogram: "truck",
        text: _("Scan each bin on the truck."),
        help: waybill ? null : _("Scan the waybill too, if there is one."),
      }),
      h(
        "div",
        { class: "work split" },
        h("section", null, onTruck(loaded.length, mass_g), rows(on, { from: 0 })),
        h("section", null, this.readyRows()),
      ),
      foot(
        button({
          kind: "second",
          pictogram: "bin",
          text: _("First close bins"),
          command: "no",
          onpress: () => this.set({ loading: false }),
        }),
        button({
          pictogram: "ok",
          text: _("The truck is loaded"),
          disabled: !loaded.length,
          onpress: () => this.ship(),
        }),
      ),
    ];
  }

  /** Closed bins that are not on the truck yet, for who has no scanner. */
  readyRows() {
    const { bins } = this.state;
    const others = readyBins(this.floor).filter((bin) => !bins.includes(bin.code));
    const outlet = this.outletRow;
    const items = others.slice(0, ROWS_MAX).map((bin) => {
      const mayGo = mayTake(outlet, [bin.destination]);
      const no = mayGo ? null : _("Not to this place");
      const note = [shortCode(bin.code), no].filter(Boolean).join(" · ");
      const onpress = mayGo ? () => this.load(bin.code) : undefined;
      return this.binRowOf(bin, onpress, { note, pressed: mayGo ? false : undefined });
    });
    return items.length ? rows(items) : empty(_("No other bin stands ready."), "bin_full");
  }

  get outletRow() {
    const known = this.floor.world.reference.organisations || [];
    return known.find((row) => row.code === this.state.outlet) || { roles: [] };
  }

  load(code, read) {
    const bin = binRow(this.floor, code);
    const say = this.whyNotOn(bin);
    if (say) return this.floor.answer({ verdict: "refused", say, read: read || code });
    if (this.state.bins.includes(bin.code)) return this.look(_("This bin is on the truck."), read);
    this.set({ bins: [...this.state.bins, bin.code] });
    if (!read) return undefined;
    const { loaded } = this;
    return this.floor.answer({
      verdict: "accepted",
      say: _("On the truck: %(count)s", { count: loaded.length }),
      figures: kg(loaded.reduce((sum, each) => sum + each.mass_g, 0)),
      read,
    });
  }

  whyNotOn(bin) {
    if (!bin) return sentenceOf(this.floor, { code: "not_found" }).say;
    if (bin.state === "open") return sentenceOf(this.floor, { code: "bin_open" }).say;
    if (bin.state !== "closed") return sentenceOf(this.floor, { code: "bin_closed" }).say;
    if (bin.mass_g <= 0) return sentenceOf(this.floor, { code: "bin_empty" }).say;
    if (!bin.destination) return _("This bin must be sorted first.");
    if (!mayTake(this.outletRow, [bin.destination])) return _("This may not go there. Take it off.");
    const isReady = readyBins(this.floor).some((each) => each.code === bin.code);
    return isReady ? null : _("This bin went with another truck.");
  }

  async ship() {
    const { outlet, waybill } = this.state;
    const bins = this.loaded.map((bin) => bin.code);
    const mass_g = this.loaded.reduce((sum, bin) => sum + bin.mass_g, 0);
    await this.floor.book(
      "shipment",
      null,
      { outlet, bins, ...(waybill ? { waybill } : {}) },
      {
        word: _("Done"),
        say: _("Your team leader looks at it."),
        figures: [_("Bins: %(count)s", { count: bins.length }), kg(mass_g)],
        draft: DRAFT,
        onkept: () => this.set({ ...NOTHING }),
      },
    );
  }

  // What is scanned

  async scanned(scan) {
    await this.ready;
    const { kind, code, read } = scan;
    if (kind === "bin") return this.scannedBin(code, scan.row, read);
    if (this.state.loading) return this.scannedOnTruck(scan);
    if (kind === "container" && this.bin) {
      this.setTare(containerRow(this.floor, code)?.tare_g ?? 0);
      this.floor.answer({ verdict: "accepted", say: _("Empty weight"), figures: kg(this.tare_g), read });
      return true;
    }
    if (kind === "command" && this.bin) return this.panel.scanned(scan);
    return false;
  }

  scannedBin(code, row, read) {
    if (this.state.loading && this.state.outlet) return this.load(code, read);
    if (!row) return false;
    if (row.state === "closed") return this.scannedClosed(code, read);
    if (row.state !== "open") return false;
    if (!row.destination) return this.refuse(_("This bin must be sorted first."), read || code);
    if (row.mass_g <= 0) return this.refuse(sentenceOf(this.floor, { code: "bin_empty" }).say, read || code);
    this.state.loading = false;
    this.weighNow(row.code);
    if (read) this.look(_("Put it on the scale."), read);
    return true;
  }

  /** A closed bin begins a load. */
  scannedClosed(code, read) {
    const no = this.whyNotOn(binRow(this.floor, code));
    if (no) return this.refuse(no, read || code);
    this.set({ loading: true, closing: null, bins: [...new Set([...this.state.bins, code])] });
    return read && this.look(_("Where does the truck go?"), read);
  }

  /** What others wrote on their papers is the number of the waybill. */
  scannedOnTruck({ kind, code, read, row }) {
    if (kind === "organisation" && row?.roles.includes("outlet")) return this.setOutlet(code);
    if (!["unknown", "sscc", "text"].includes(kind) || !this.state.outlet) return false;
    const waybill = (code || read).slice(0, WAYBILL_MAX);
    this.set({ waybill });
    return this.floor.answer({ verdict: "accepted", say: _("That is the waybill."), read: waybill });
  }

  refuse(say, read) {
    this.floor.answer({ verdict: "refused", say, read });
  }

  look(say, read) {
    this.floor.answer({ verdict: "look", say, read });
  }

  key(event) {
    if (this.state.loading || !this.bin) return false;
    return (this.state.view === "tare" ? this.tarePanel : this.panel).key(event);
  }
}
