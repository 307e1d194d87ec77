// Intake: who it is from, what it stands in, what it weighs, and a label. Scans come in any order.

import { sentenceOf } from "../refusals.js";
import { _, message } from "../words.js";
import { draw, isLost, nextTiles } from "./intake_views.js";
import { containerRow, deliveryRow, groupRow, kg, partyName, suppliers } from "./lookup.js";
import { remembered } from "./pickers.js";
import { asideOf, hashesOf } from "./trouble.js";
import { weighPanel } from "./weigh.js";

/** Half-done work; what is practised leaves the real work alone. */
const draftOf = (floor) => (floor.practice ? "intake practice" : "intake");
const NOTHING = {
  containers: [],
  tare_g: null,
  weight: null,
  label: null,
  trouble: null,
  view: null,
  fresh: null,
  labels: 1,
  last: null,
};
const SETTLED_MS = 1000;
const MISSING = {
  supplier: message("Who is it from? Scan the card."),
  container: message("Scan the container first."),
  group: message("Choose what it is first."),
};

export const intake = {
  name: "intake",
  title: () => _("Intake"),
  pictogram: "intake",
  kinds: ["intake"],
  order: 10,
  starts: ["organisation", "delivery", "container", "blank_batch", "group"],
  open: (floor) => new Intake(floor),
};

class Intake {
  constructor(floor) {
    this.floor = floor;
    this.state = { ...NOTHING };
    /** The load that stands still now, and the clock that waits whether it stays so. */
    this.steady = { mass_g: null, timer: 0 };
    this.panel = weighPanel(floor, { foot: false });
    this.ready = this.begin();
    this.stop = floor.weight.subscribe((reading) => this.heard(reading));
  }

  async begin() {
    this.state = { ...NOTHING, ...(await this.floor.draft(draftOf(this.floor))) };
    this.setPanel();
    this.floor.refresh();
  }

  close() {
    clearTimeout(this.steady.timer);
    this.stop();
    this.panel.close();
  }

  render() {
    return draw(this);
  }

  // What is so now

  get supplier() {
    return this.floor.context.supplier || null;
  }

  get delivery() {
    return deliveryRow(this.floor, this.floor.context.delivery);
  }

  get group() {
    return this.floor.context.article_group || null;
  }

  get hasContainer() {
    return this.state.containers.length > 0 || this.state.tare_g !== null;
  }

  get tare_g() {
    const tares = this.state.containers.map((code) => containerRow(this.floor, code)?.tare_g || 0);
    return tares.reduce((sum, tare_g) => sum + tare_g, this.state.tare_g || 0);
  }

  get max_g() {
    const limits = this.state.containers.map((code) => containerRow(this.floor, code)?.max_g);
    const isKnown = limits.length > 0 && limits.every(Boolean);
    return isKnown ? limits.reduce((sum, each) => sum + each, 0) : null;
  }

  get step() {
    if (this.state.fresh) return "fresh";
    if (!this.supplier) return "supplier";
    if (!this.hasContainer) return "container";
    if (!this.group) return "group";
    return "weigh";
  }

  get hasScale() {
    return this.floor.weight.practice || this.floor.weight.choice.kind !== "keypad";
  }

  /** Whether a printer stands ready for this tablet: its own, or the only one of the site. */
  get hasPrinter() {
    const printers = this.floor.world.reference?.printers || [];
    const isOne = Boolean(this.floor.settings.printer) || printers.length === 1;
    return this.floor.online && !this.floor.practice && isOne;
  }

  get canPrint() {
    return this.hasPrinter && !this.floor.context.blank_labels;
  }

  // What changes it

  set(part) {
    this.floor.frame.toTop();
    Object.assign(this.state, part);
    if (this.steady.mass_g !== null) {
      clearTimeout(this.steady.timer);
      this.steady.timer = setTimeout(() => this.settled(), SETTLED_MS);
    }
    this.floor.saveDraft(draftOf(this.floor), this.state);
    this.setPanel();
    this.floor.refresh();
  }

  setPanel() {
    this.panel.set({ mode: "load", tare_g: this.tare_g, max_g: this.max_g });
  }

  view(name) {
    this.set({ view: name });
  }

  /** A supplier stays until there is another one; what was known of a delivery goes. */
  setSupplier(code, read) {
    const known = suppliers(this.floor).find((each) => each.code === code);
    if (!known) return this.no({ code: "not_found" }, read || code);
    const recent = remembered(this.floor.context.recent_suppliers, code);
    const isOther = this.supplier !== null && this.supplier !== code;
    const forgotten = isOther ? { delivery: null, article_group: null } : {};
    this.floor.keep({ supplier: code, recent_suppliers: recent, ...forgotten });
    this.set({ view: null });
    return this.went(known.name, read);
  }

  setDelivery(code, read) {
    const row = deliveryRow(this.floor, code);
    if (!row) return this.no({ code: "not_found" }, read || code);
    const kinds = new Set(row.lines.map((line) => line.article_group).filter(Boolean));
    this.floor.keep({
      supplier: row.supplier,
      delivery: row.code,
      article_group: kinds.size === 1 ? [...kinds][0] : null,
      recent_suppliers: remembered(this.floor.context.recent_suppliers, row.supplier),
    });
    this.set({ view: null });
    return this.went(partyName(this.floor, row.supplier), read, kg(row.announced_g));
  }

  setGroup(code, read) {
    if (!groupRow(this.floor, code)) return this.no({ code: "not_found" }, read || code);
    const recent = remembered(this.floor.context.recent_groups, code);
    this.floor.keep({ article_group: code, recent_groups: recent });
    this.set({ view: null });
    return this.went(_("That is what it is."), read);
  }

  /** One more container under this box. After a printed label it is the next box. */
  addContainer(code, read) {
    const row = containerRow(this.floor, code);
    if (!row) return this.no({ code: "not_found" }, read || code);
    if (this.state.containers.includes(row.code)) {
      return this.look(_("You have this container already."), read);
    }
    const recent = remembered(this.floor.context.recent_containers, row.code);
    this.floor.keep({ recent_containers: recent });
    this.set({
      containers: [...this.state.containers, row.code],
      view: null,
      fresh: null,
    });
    return this.went(row.code, read, kg(row.tare_g));
  }

  setTare(tare_g) {
    this.set({ tare_g, containers: [], view: null });
  }

  setTrouble(trouble) {
    this.set({ trouble, view: null });
  }

  /** What was scanned is answered; what was touched is seen. */
  went(say, read, figures) {
    if (read && !this.bookWaiting(read)) {
      this.floor.answer({ verdict: "accepted", say, figures, read, next: nextTiles(this) });
    }
  }

  look(say, read, next) {
    this.floor.answer({ verdict: "look", say, read, next });
  }

  no(told, read) {
    this.floor.answer({ verdict: "refused", ...sentenceOf(this.floor, told), read });
  }

  // What is scanned

  async scanned(scan) {
    await this.ready;
    const { code, read } = scan;
    const how = {
      organisation: () => this.setSupplier(code, read),
      delivery: () => this.setDelivery(code, read),
      container: () => this.addContainer(code, read),
      group: () => this.setGroup(code, read),
      blank_batch: () => this.label(code, read),
      batch: () => this.scannedBatch(code, read),
      command: () => this.panel.scanned(scan),
    }[scan.kind];
    return how ? how() : false;
  }

  async scannedBatch(code, read) {
    if (code === this.state.fresh) return this.confirm(read);
    if (code === this.state.last?.code) return this.look(_("This batch is done."), read);
    return false;
  }

  /** A blank label: with everything known it is booked; else it waits for what is missing. */
  async label(code, read) {
    this.set({ label: code, fresh: null });
    const booking = this.bookWaiting(read);
    if (booking) return booking;
    return this.look(_(MISSING[this.step]), read, nextTiles(this));
  }

  /** Books when a label waits and the rest is known. */
  bookWaiting(read) {
    const { label } = this.state;
    if (!label || this.step !== "weigh") return null;
    if (this.state.weight) return this.bookBox(label, this.state.weight, read);
    let booking = null;
    this.panel.take((weight) => {
      booking = this.bookBox(label, weight, read);
    });
    if (!booking && !this.hasScale) this.look(_("Type the weight first."), read);
    else if (!booking && this.floor.weight.isTaken) {
      this.look(_("This was weighed. Take it off first."), read);
    } else if (!booking) this.look(_("Wait. It is booked by itself."), read);
    return booking || Promise.resolve();
  }

  heard(reading) {
    const isOn = reading.state === "stable" && reading.mass_g > 0;
    const mass_g = isOn ? reading.mass_g : null;
    if (mass_g !== this.steady.mass_g) {
      clearTimeout(this.steady.timer);
      this.steady = { mass_g, timer: isOn ? setTimeout(() => this.settled(), SETTLED_MS) : 0 };
    }
    if (isOn && this.isFree && this.state.label) this.go(this.bookWaiting());
  }

  /** Whether the load on the scale is a box of which nothing else is missing. */
  get isFree() {
    return this.step === "weigh" && !this.state.view && !this.floor.weight.isTaken;
  }

  /** Nobody leans on the box any more: the printer may begin. */
  settled() {
    if (this.isFree && !this.state.label && this.canPrint) this.go(this.print());
  }

  go(booking) {
    booking?.catch((error) => this.floor.failed(error));
  }

  // What is booked

  /** With a code that was reserved, and a label from the printer. */
  async print() {
    const code = await this.floor.world.takeCode("batch");
    if (!code) return this.look(_("Take a blank label and scan it."));
    let booking = null;
    const book = (weight) => {
      booking = this.bookBox(code, weight, null, true);
    };
    if (this.state.weight) book(this.state.weight);
    else this.panel.take(book);
    return booking;
  }

  /** A typed weight is kept while somebody takes a label; a label that waits books it. */
  keepTyped() {
    this.panel.take((weight) => {
      this.set({ weight });
      this.go(this.bookWaiting());
    });
  }

  async bookBox(code, weight, read, prints = false) {
    const { trouble } = this.state;
    const next = () => (prints ? null : nextTiles(this));
    const told = await this.floor.book("intake", null, this.bodyOf(code, weight), {
      say: partyName(this.floor, this.supplier),
      figures: kg(weight.net_g),
      read,
      photos: hashesOf(trouble),
      onkept: () => this.booked(code, weight, prints),
      get next() {
        return next();
      },
    });
    if (told.verdict === "refused") {
      if (weight.by !== "hand") this.panel.release();
      this.set({ label: null });
      return;
    }
    if (trouble) await asideOf(this.floor, code, trouble);
    if (prints) await this.toPrinter(code);
  }

  bodyOf(code, weight) {
    const { context } = this.floor;
    const { scale, frame } = weight;
    const known = { scale, frame, delivery: this.delivery?.code };
    const photos = hashesOf(this.state.trouble);
    return {
      code,
      supplier: this.supplier,
      article_group: context.article_group,
      containers: this.state.containers,
      gross_g: weight.gross_g,
      tare_g: weight.tare_g,
      quality: weight.quality,
      ...(photos.length ? { photos } : {}),
      ...Object.fromEntries(Object.entries(known).filter(([, value]) => value)),
    };
  }

  booked(code, weight, prints) {
    const last = { code, mass_g: weight.net_g, supplier: this.supplier };
    const labels = Math.max(1, this.state.containers.length);
    this.set({ ...NOTHING, fresh: prints ? code : null, labels, last });
  }

  /** A label for each container of a batch: 1/2 and 2/2. */
  async toPrinter(code) {
    const { labels } = this.state;
    const parts = Array.from({ length: labels }, (_each, at) => ({ part: at + 1, parts: labels }));
    const jobs = [];
    for (const part of labels > 1 ? parts : [{}]) {
      jobs.push(await this.floor.printing.print(code, { ...this.printer, ...part }));
    }
    this.job = jobs.find(isLost) ?? jobs.at(-1);
    this.floor.refresh();
  }

  get printer() {
    const { printer } = this.floor.settings;
    return printer ? { printer } : {};
  }

  /** The fresh label hangs on the box: scanned, or said with a tap. */
  async confirm(read) {
    const { fresh } = this.state;
    this.job = null;
    this.set({ fresh: null });
    this.floor.answer({
      verdict: "accepted",
      say: _("The label is on it. Go on."),
      read,
      next: nextTiles(this),
    });
    await this.floor.printing.confirm(fresh);
  }

  key(event) {
    if (this.step !== "weigh" || this.state.view || this.state.weight) return false;
    return this.panel.key(event);
  }
}
