// Taking back: what was booked last on this tablet, what that takes back, and one tap for it.

import { BY_WORKER } from "../effects_back.js";
import { ask, button, empty, facts, foot, h, pic, work } from "../dom.js";
import { sentenceOf } from "../refusals.js";
import { _, clock } from "../words.js";
import { rows } from "./rows.js";
import { history, historyRow, told } from "./telling.js";

const SHOWN_MAX = 8;

export const undo = {
  name: "undo",
  title: () => _("Take back"),
  pictogram: "undo",
  kinds: [],
  open: (floor, params) => new Undoing(floor, params),
};

class Undoing {
  constructor(floor, params) {
    this.floor = floor;
    this.chosen = params.scan_id || null;
    this.isDone = false;
  }

  /** What would be taken back: the one that was chosen, else the last that still counts. */
  get entry() {
    const entries = history(this.floor).filter((each) => each.kind !== "reverse");
    const open = entries.filter((each) => !each.reversed && (each.booked || each.parked));
    return open.find((each) => each.scan_id === this.chosen) || open[0] || null;
  }

  get body() {
    const reasons = this.floor.world.reasons("reversal").map((row) => row.code);
    return { reason: reasons.includes("mistake") ? "mistake" : reasons[0] };
  }

  /** Why it cannot be taken back, as a refusal says it; null when it can. */
  whyNot(entry) {
    const command = { scan_id: "", kind: "reverse", target: entry.scan_id, body: this.body };
    const answer = this.floor.world.foretell(command);
    if (answer.verdict === "accepted") return null;
    const kind = entry.kind.replace(/^(sort|gate)_bin$/, "$1");
    if (!entry.parked && !BY_WORKER.has(kind)) {
      return { say: _("Only your team leader can take this back.") };
    }
    const newer = answer.figures?.entries?.[0];
    return { ...sentenceOf(this.floor, answer), newer };
  }

  render() {
    const { entry } = this;
    if (this.isDone) return this.doneParts();
    if (!entry) {
      return [
        ask({ pictogram: "undo", text: _("Take back") }),
        work(empty(_("There is nothing to take back."), "ok")),
      ];
    }
    const no = this.whyNot(entry);
    const newer = no?.newer && {
      pictogram: "next",
      text: _("Show the newer one"),
      onpress: () => this.choose(no.newer),
    };
    return [
      ask({
        pictogram: no ? "stop" : "undo",
        text: no ? no.say : _("Take this back?"),
        help: no ? null : _("It stays in the list, as taken back."),
      }),
      h(
        "div",
        { class: "work split" },
        h("section", null, card(this.floor, entry)),
        h("section", null, this.others(entry)),
      ),
      foot(
        no
          ? newer && button(newer)
          : button({ pictogram: "undo", text: _("Yes, take it back"), command: "ok", id: "take back",
              onpress: () => this.take(entry) }),
      ),
    ];
  }

  choose(scanId) {
    this.chosen = scanId;
    this.isDone = false;
    this.floor.refresh();
  }

  others(entry) {
    const isOnly = history(this.floor).length < 2;
    return isOnly ? null : [h("h2", null, _("Before that")), this.list(entry)];
  }

  list(entry) {
    const others = history(this.floor).filter((each) => each.scan_id !== entry?.scan_id);
    const open = (each) => !each.reversed && (each.booked || each.parked) && each.kind !== "reverse";
    const items = others.slice(0, SHOWN_MAX).map((each) => ({
      ...historyRow(this.floor, each),
      onpress: open(each) ? () => this.choose(each.scan_id) : undefined,
    }));
    return rows(items, { label: _("Bookings of this tablet") });
  }

  async take(entry) {
    const { text, figure } = told(this.floor, entry);
    const answer = await this.floor.book("reverse", entry.scan_id, this.body, {
      word: _("Taken back"),
      say: text,
      figures: figure || [],
      onkept: () => this.taken(),
    });
    if (answer.verdict === "accepted") this.floor.weight.release();
  }

  taken() {
    this.chosen = null;
    this.isDone = true;
    this.floor.refresh();
  }

  doneParts() {
    return [
      ask({ pictogram: "ok", text: _("It is taken back.") }),
      work(this.list(null)),
      foot(
        button({ kind: "second", pictogram: "undo", text: _("One more"), onpress: () => this.choose(null) }),
        button({ pictogram: "next", text: _("Go on"), onpress: () => this.floor.back() }),
      ),
    ];
  }

  scanned() {
    return false;
  }
}

/** Big: what it is, how heavy, when. */
function card(floor, entry) {
  const what = told(floor, entry);
  const at = entry.captured_at && clock(entry.captured_at, floor.station?.timezone);
  return h(
    "div",
    { class: what.stream ? `fact-card stream-${what.stream}` : "fact-card", "data-entry": entry.kind },
    h("p", { class: "named-thing" }, pic(what.stream || what.pictogram, what.stream ? "big shape" : "big"),
      h("span", null, what.text)),
    what.figure && h("p", { class: "answer-figure" }, what.figure),
    what.note && h("p", { class: "help" }, what.note),
    at && facts([[_("When"), at]]),
  );
}
