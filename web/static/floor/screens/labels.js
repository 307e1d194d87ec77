// Labels: print one again, hang a blank one in the place of a damaged one, and see what is stuck.

import {
  ask,
  button,
  choices,
  empty,
  facts,
  foot,
  h,
  pic,
  scanHere,
  work,
  yesOrNo,
} from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { isStuck } from "../printing.js";
import { _, own } from "../words.js";
import { saidOf } from "./label_words.js";
import { batchRow, binRow, kg, openBatches, openBins, reasonsFor, shortCode } from "./lookup.js";

const LISTED_MAX = 40;
const LOOK_EVERY_MS = 3_000;
const THINGS = ["batch", "bin"];
const PRINTABLE = [...THINGS, "container", "station"];

export const labels = {
  name: "labels",
  title: () => _("Labels"),
  pictogram: "label",
  kinds: ["*"],
  order: 70,
  more: true,
  open: (floor, params) => new Labels(floor, params),
};

class Labels {
  constructor(floor, params) {
    this.floor = floor;
    this.jobs = [];
    this.state = { step: "start" };
    if (params.code) this.state = { step: "thing", ...thingOf(floor, params.code) };
    this.watch();
  }

  /** Looks how far the labels are, as long as somebody looks here. */
  async watch() {
    const jobs = await this.floor.printing.jobs({ limit: 50 });
    if (this.closed) return;
    if (JSON.stringify(jobs) !== JSON.stringify(this.jobs)) {
      this.jobs = jobs;
      this.floor.refresh();
    }
    this.timer = setTimeout(() => this.watch(), LOOK_EVERY_MS);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  set(state) {
    this.state = state;
    this.floor.refresh();
  }

  render() {
    return STEPS[this.state.step](this);
  }

  /** What was scanned: the fresh label of a job, a blank one, or a thing that needs a label. */
  async scanned(scan) {
    if (this.state.step === "blank") return this.hang(scan);
    if (PRINTABLE.includes(scan.kind)) {
      if (await this.isFresh(scan)) return undefined;
      this.set({ step: "thing", kind: scan.kind, code: scan.code });
      return undefined;
    }
    return scan.kind.startsWith("blank") ? this.needsThing(scan) : false;
  }

  async isFresh(scan) {
    const waits = this.jobs.some((job) => job.code === scan.code && isAwaited(job));
    if (!waits || !(await this.floor.printing.confirm(scan.code))) return false;
    this.floor.answer({ verdict: "accepted", say: _("The label is there."), read: scan.read });
    this.set({ step: "start" });
    return true;
  }

  needsThing(scan) {
    this.floor.answer({
      verdict: "look",
      say: _("This label is blank. First choose the box."),
      read: scan.read,
    });
  }

  /** A blank label hangs in the place of the damaged one. */
  async hang(scan) {
    const { kind, code, reason } = this.state;
    if (scan.kind !== `blank_${kind}`) {
      this.floor.answer({ verdict: "refused", say: _("Scan a blank label."), read: scan.read });
      return;
    }
    const booked = await this.floor.book(
      "relabel",
      code,
      { code: scan.code, reason },
      { say: _("The new label works. The old one too."), read: scan.read },
    );
    if (booked.verdict !== "refused") this.set({ step: "start" });
  }

  async print(code) {
    const { printer } = this.floor.settings;
    const job = await this.floor.printing.print(code, printer ? { printer } : {});
    this.set({ step: "job", job });
  }

  async again(job) {
    this.set({ step: "job", job: await this.floor.printing.again(job) });
  }

  async isThere(job) {
    await this.floor.printing.confirm(job.code);
    this.set({ step: "start" });
    await this.look();
  }

  async cancel(job) {
    await this.floor.printing.cancel(job);
    this.set({ step: "start" });
    await this.look();
  }

  async look() {
    this.jobs = await this.floor.printing.jobs({ limit: 50 });
    this.floor.refresh();
  }
}

const isAwaited = (job) => ["sent", "doubtful", "failed"].includes(job.state);

function thingOf(floor, code) {
  return { kind: batchRow(floor, code) ? "batch" : "bin", code };
}

const STEPS = { start, list, thing, blank, job: oneJob };

/** Scan it, or find it; below it what is stuck at the printer. */
function start(s) {
  const stuck = s.jobs.filter(isStuck);
  return [
    ask({ pictogram: "label", text: _("Which label?"), help: _("Scan it or find it.") }),
    work(stuck.length ? jobRows(s, stuck) : scanHere(_("Scan the label."))),
    foot(
      button({
        pictogram: "label_damaged",
        text: _("I cannot scan it"),
        onpress: () => s.set({ step: "list" }),
      }),
    ),
  ];
}

function jobRows(s, jobs) {
  return h(
    "ul",
    { class: "rows", "aria-label": _("Labels at the printer") },
    jobs.map((job) => h("li", null, jobRow(s, job))),
  );
}

function jobRow(s, job) {
  const said = saidOf(job);
  return h(
    "button",
    {
      type: "button",
      class: "row",
      "data-job": job.state,
      "data-focus": `job ${job.scan_id}`,
      onclick: () => s.set({ step: "job", job }),
    },
    pic("printer"),
    h("span", { class: "row-main" }, shortCode(job.code), " ", h("small", null, said.say)),
    h("span", { class: `badge ${said.badge}` }, pic(said.pictogram), said.word),
  );
}

/** The label cannot be read: the thing itself is found by what is known of it. */
function list(s) {
  const { floor } = s;
  const batches = openBatches(floor).map((row) => item(floor, "batch", row));
  const bins = openBins(floor).map((row) => item(floor, "bin", row));
  const found = [...batches, ...bins].slice(0, LISTED_MAX);
  return [
    ask({ pictogram: "where", text: _("Which one is it?") }),
    work(
      found.length
        ? choices(found, (_value, each) => s.set({ step: "thing", ...each.thing }), {
            look: "small",
          })
        : empty(_("There is nothing here.")),
    ),
    back(s),
  ];
}

function item(floor, kind, row) {
  return {
    value: row.code,
    thing: { kind, code: row.code },
    text: shortCode(row.code),
    note: kg(row.mass_g),
    pictogram: kind,
    stream: kind === "bin" ? row.stream : undefined,
  };
}

/** What is to be done about the label of one thing. */
function thing(s) {
  const { floor, state } = s;
  const { kind, code } = state;
  const reasons = THINGS.includes(kind) ? reasonsFor(floor, "relabel") : [];
  const items = [
    { value: null, text: _("Print it again"), pictogram: "printer" },
    ...reasons.map((row) => ({
      value: row.code,
      text: own(row.names, row.code),
      note: _("Hang a blank label"),
      pictogram: pictogramOf("reason", row.code),
    })),
  ];
  const pick = (reason) =>
    reason === null ? s.print(code) : s.set({ step: "blank", kind, code, reason });
  return [
    ask({ pictogram: "label", text: _("What is wrong with the label?"), help: shortCode(code) }),
    work(known(floor, kind, code), choices(items, pick)),
    foot(
      button({
        kind: "second",
        pictogram: "document",
        text: _("Show as PDF"),
        disabled: !floor.online || floor.practice,
        onpress: () => floor.printing.pdf(code),
      }),
    ),
  ];
}

function known(floor, kind, code) {
  const row = THINGS.includes(kind) && (batchRow(floor, code) || binRow(floor, code));
  const pairs = [[_("Code"), code], row && [_("Weight"), kg(row.mass_g)]].filter(Boolean);
  return h("div", { class: "fact-card" }, facts(pairs));
}

function blank(s) {
  return [
    ask({ pictogram: "label_new", text: _("Stick a blank label on it.") }),
    work(scanHere(_("Scan the blank label."), "label_new")),
    back(s),
  ];
}

/** How far one label is, and the one thing to do about it. */
function oneJob(s) {
  const job = s.jobs.find((each) => each.scan_id === s.state.job.scan_id) ?? s.state.job;
  const said = saidOf(job);
  return [
    ask({ pictogram: said.pictogram, text: said.say, help: said.help }),
    work(bodyOf(s, job)),
    nextOf(s, job),
  ];
}

/** In doubt somebody looks and says so; what is at the printer is scanned when it comes. */
function bodyOf(s, job) {
  if (job.state === "doubtful") {
    return yesOrNo({
      yes: _("It is there"),
      no: _("It is not there"),
      onpick: (isThere) => (isThere ? s.isThere(job) : s.again(job)),
    });
  }
  if (job.state === "sent") return scanHere(_("Scan the new label."), "printer");
  return known(s.floor, thingOf(s.floor, job.code).kind, job.code);
}

function nextOf(s, job) {
  const press = (pictogram, text, onpress) => button({ pictogram, text, onpress });
  const done = press("ok", _("OK"), () => s.set({ step: "start" }));
  const again = press("printer", _("Print it again"), () => s.again(job));
  const there = press("ok", _("It is there"), () => s.isThere(job));
  const feet = {
    doubtful: () => back(s),
    sent: () => foot(there),
    failed: () => foot(stop(s, job), again),
    queued: () => foot(stop(s, job), done),
  };
  return (feet[job.state] ?? (() => foot(done)))();
}

function stop(s, job) {
  return button({
    kind: "second",
    pictogram: "no",
    text: _("Do not print it"),
    onpress: () => s.cancel(job),
  });
}

function back(s) {
  return foot(
    button({
      kind: "second",
      pictogram: "back",
      text: _("Other label"),
      onpress: () => s.set({ step: "start" }),
    }),
  );
}
