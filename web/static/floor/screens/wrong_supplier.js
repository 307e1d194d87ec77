// A box was taken in under the wrong supplier: the right one, put right by a leader or done again.

import { ask, button, chips, choices, foot, h, scanHere, work } from "../dom.js";
import { _ } from "../words.js";
import { openBatches, partyName, suppliers } from "./lookup.js";
import { lastFirst } from "./pickers.js";
import { rows } from "./rows.js";
import { boxRow, boxWords } from "./telling.js";

const ROWS_MAX = 8;

export const wrong_supplier = {
  name: "wrong_supplier",
  title: () => _("Wrong supplier"),
  pictogram: "wrong_supplier",
  kinds: ["intake"],
  order: 45,
  open: (floor, params) => new Righting(floor, params),
};

class Righting {
  constructor(floor, params) {
    this.floor = floor;
    this.batch = params.batch || null;
    this.right = null;
  }

  get row() {
    return this.batch && this.floor.world.batch(this.batch);
  }

  /** Whether taking it in was the very last act here, so that it can be done again at once. */
  get intake() {
    const [last] = this.floor.world.own(1);
    const isIt = last?.kind === "intake" && last.body.code === this.row?.code;
    return isIt ? last : null;
  }

  show(part) {
    Object.assign(this, part);
    this.floor.refresh();
  }

  render() {
    if (!this.row) return this.boxParts();
    if (this.right && this.intake) return this.howParts();
    return this.supplierParts();
  }

  boxParts() {
    const boxes = openBatches(this.floor).slice(0, ROWS_MAX).map((batch) => ({
      ...boxRow(this.floor, batch.code, batch.mass_g),
      onpress: () => this.show({ batch: batch.code }),
    }));
    return [
      ask({ pictogram: "wrong_supplier", text: _("Which batch is it?") }),
      h(
        "div",
        { class: "work split" },
        h("section", null, scanHere(_("Scan its label."))),
        h("section", null, rows(boxes)),
      ),
    ];
  }

  head() {
    return chips([
      {
        pictogram: "box",
        name: _("Batch"),
        value: boxWords(this.floor, this.row.code),
        onpress: () => this.show({ batch: null, right: null }),
      },
    ]);
  }

  supplierParts() {
    const others = suppliers(this.floor).filter((each) => each.code !== this.row.supplier);
    const items = others.map((each) => ({ value: each.code, text: each.name, pictogram: "supplier" }));
    const recent = this.floor.context.recent_suppliers;
    return [
      this.head(),
      ask({
        pictogram: "wrong_supplier",
        text: _("Who is it really from?"),
        help: _("Now it says: %(name)s", { name: partyName(this.floor, this.row.supplier) }),
      }),
      work(choices(lastFirst(items, recent), (code) => this.choose(code), { label: _("Suppliers") })),
    ];
  }

  choose(code, read) {
    if (code === this.row.supplier) {
      return this.floor.answer({ verdict: "look", say: _("That is what it says now."), read });
    }
    if (this.intake) return this.show({ right: code });
    return this.askLeader(code, read);
  }

  howParts() {
    const name = partyName(this.floor, this.right);
    return [
      this.head(),
      ask({
        pictogram: "undo",
        text: _("Weigh it again, as from %(name)s?", { name }),
        help: _("Take the old label off."),
      }),
      work(
        choices(
          [
            { value: true, text: _("Yes, weigh again"), pictogram: "weigh", class: "yes", command: "yes" },
            { value: false, text: _("No, ask my team leader"), pictogram: "person", command: "no" },
          ],
          (again) => (again ? this.again() : this.askLeader(this.right)),
          { look: "two" },
        ),
      ),
      foot(
        button({
          kind: "second",
          pictogram: "supplier",
          text: _("Another supplier"),
          onpress: () => this.show({ right: null }),
        }),
      ),
    ];
  }

  reason(act, wanted) {
    const codes = this.floor.world.reasons(act).map((row) => row.code);
    return wanted.find((code) => codes.includes(code)) || codes[0];
  }

  /** Asked of a team leader, who may make another batch of it. */
  async askLeader(supplier, read) {
    const reason = this.reason("correction", ["wrong_supplier", "mistake"]);
    await this.floor.book("correct", this.row.code, { reason, supplier }, {
      word: _("Asked"),
      say: _("Your team leader puts it right."),
      figures: [partyName(this.floor, supplier)],
      read,
      onkept: () => this.floor.back(),
    });
  }

  /** Undone here and now; what stood under the box is known still. */
  async again() {
    const { intake, right } = this;
    const { containers = [], tare_g } = intake.body;
    const reason = this.reason("reversal", ["wrong_supplier", "mistake"]);
    const told = await this.floor.book("reverse", intake.scan_id, { reason }, {
      word: _("Taken back"),
      say: _("Weigh it again. Take a new label."),
      onkept: () => {
        this.floor.weight.release();
        this.floor.keep({ supplier: right, delivery: null });
        const stood = containers.length ? { containers } : { tare_g };
        this.floor.saveDraft("intake", stood).then(() => this.floor.go("intake"));
      },
    });
    return told;
  }

  scanned(scan) {
    const { kind, code, read } = scan;
    if (kind === "batch" && scan.row) return this.show({ batch: code, right: null });
    if (kind === "organisation" && this.row) return this.choose(code, read);
    return false;
  }
}
