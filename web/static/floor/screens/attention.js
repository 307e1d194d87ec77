// What needs a person: refused and kept ones, one at a time, until somebody has seen them.

import { ask, button, empty, facts, foot, h, work } from "../dom.js";
import { sentenceOf } from "../refusals.js";
import { _ } from "../words.js";
import { rows } from "./rows.js";
import { historyRow, told } from "./telling.js";

const ROWS_MAX = 8;

export const attention = {
  name: "attention",
  title: () => _("Needs somebody"),
  pictogram: "attention",
  kinds: [],
  open: (floor) => new Attending(floor),
};

class Attending {
  constructor(floor) {
    this.floor = floor;
    this.chosen = null;
  }

  get row() {
    const all = this.floor.outbox.attention();
    return all.find((each) => each.scan_id === this.chosen) || all[0] || null;
  }

  render() {
    const { row, floor } = this;
    if (!row) {
      return [
        ask({ pictogram: "attention", text: _("Needs somebody") }),
        work(empty(_("Everything is in order."))),
      ];
    }
    const others = floor.outbox.attention().filter((each) => each !== row);
    return [
      ask({
        pictogram: row.state === "parked" ? "person" : "stop",
        text: wordOf(row),
        help: sayOf(floor, row).say,
      }),
      h(
        "div",
        { class: "work split" },
        h("section", null, card(floor, row)),
        h("section", null, others.length > 0 && [h("h2", null, _("Also")), this.list(others)]),
      ),
      foot(
        row.state !== "waiting" &&
          button({ pictogram: "ok", text: _("Seen"), onpress: () => this.seen(row) }),
      ),
    ];
  }

  list(others) {
    const items = others.slice(0, ROWS_MAX).map((each) => ({
      ...historyRow(this.floor, each),
      onpress: () => {
        this.chosen = each.scan_id;
        this.floor.refresh();
      },
    }));
    return rows(items);
  }

  async seen(row) {
    this.chosen = null;
    await this.floor.outbox.acknowledge(row.scan_id);
    this.floor.refresh();
  }

  scanned() {
    return false;
  }
}

function wordOf(row) {
  if (row.state === "parked") return _("Your team leader decides.");
  return row.state === "refused" ? _("This was not booked.") : _("This cannot be sent.");
}

function sayOf(floor, row) {
  const { code, ...figures } = row.answer ?? {};
  if (code === "needs_leader") return { say: _("You asked for this. Go on."), figures: [] };
  if (row.state === "waiting") return { say: _("Call your team leader."), figures: [] };
  return sentenceOf(floor, { code, figures });
}

function card(floor, row) {
  const what = told(floor, row);
  const read = row.target ?? row.body?.code;
  const pairs = [
    [_("What"), [what.text, what.figure].filter(Boolean).join(" · ")],
    what.note && [_("Which"), what.note],
    ...sayOf(floor, row).figures,
    read && [_("Read"), read],
    [_("Number on this tablet"), String(row.counter)],
  ];
  return h("div", { class: "fact-card", "data-row": row.scan_id }, facts(pairs.filter(Boolean)));
}
