// Found something? What, how many, in which box; and then at once what to do now.

import { ask, button, chips, choices, foot, h, pic, scanHere, work } from "../dom.js";
import { photoRow } from "../photo.js";
import { pictogramOf } from "../pictograms.js";
import { sentenceOf } from "../refusals.js";
import { _, own } from "../words.js";
import { openBatches } from "./lookup.js";
import { rows } from "./rows.js";
import { boxRow, boxWords, findName } from "./telling.js";

const DRAFT = "found";
const COUNT_MAX = 999;
const ROWS_MAX = 6;
/** A find that nobody went on with is another one's by now. */
const STALE_MS = 15 * 60_000;
/** What hurts, whether or not the box has to wait for it. */
const DANGEROUS = new Set(["knife", "cartridge", "magazine"]);
const NOTHING = { kind: null, count: 1, batch: null, nobodyKnows: false, photos: [], view: null, done: null };
/** Where a screen says which box somebody has in hand. */
const IN_HAND = {
  sort: (draft) => draft.source?.kind === "batch" && draft.source.code,
  inspect: (draft) => draft.last,
  intake: (draft) => draft.fresh || draft.last?.code,
  hold: (draft) => draft.batch,
};

export const found = {
  name: "found",
  title: () => _("Found something?"),
  pictogram: "find",
  kinds: [],
  open: (floor, params) => new Finding(floor, params),
};

/** The box that was being worked on before this screen, or null. */
export async function inHand(floor) {
  const before = floor.router.before;
  const scan = before?.params?.scan;
  if (scan?.kind === "batch") return scan.code;
  const read = IN_HAND[before?.name];
  const draft = read && (await floor.draft(before.name));
  const code = draft && read(draft);
  return code && floor.world.batch(code) ? code : null;
}

const isDangerous = (row) =>
  Boolean(row?.stops_batch) || DANGEROUS.has(pictogramOf("find", row?.code));

class Finding {
  constructor(floor, params) {
    this.floor = floor;
    this.state = { ...NOTHING };
    this.ready = this.begin(params);
  }

  async begin(params) {
    const found = await this.floor.draft(DRAFT);
    const kept = found && Date.now() - found.at < STALE_MS ? found : null;
    const batch = params.batch || (await inHand(this.floor));
    this.state = { ...NOTHING, batch, ...kept };
    if (batch && !kept?.done) this.state.batch = batch;
    this.floor.refresh();
    if (!params.scan) return;
    // Once: the tab may be killed and come back to this very screen.
    this.floor.router.keep({});
    this.wanted(params.scan);
  }

  set(part) {
    Object.assign(this.state, part);
    this.floor.saveDraft(DRAFT, { ...this.state, at: Date.now() });
    this.floor.refresh();
  }

  /** What to do now was read; a killed tab never comes here, and shows it again. */
  close() {
    if (this.state.done) this.floor.saveDraft(DRAFT, null);
  }

  leave() {
    this.state = { ...NOTHING };
    this.floor.saveDraft(DRAFT, null);
    this.floor.back();
  }

  render() {
    const { kind, view, done } = this.state;
    if (done) return this.whatNow(done);
    if (!kind) return this.kindParts();
    if (view === "batch") return this.batchParts();
    return this.countParts();
  }

  kindParts() {
    const kinds = [...(this.floor.world.reference.find_kinds || [])];
    kinds.sort((one, other) => Number(isDangerous(other)) - Number(isDangerous(one)));
    const items = kinds.map((row) => ({
      value: row.code,
      text: own(row.names, row.code),
      pictogram: pictogramOf("find", row.code),
      class: isDangerous(row) ? "dangerous" : undefined,
    }));
    const pick = (kind) => this.set({ kind });
    return [
      ask({ pictogram: "find", text: _("What did you find?") }),
      work(choices(items, pick, { look: "small finds", label: _("Finds") })),
    ];
  }

  countParts() {
    const { kind, count, photos } = this.state;
    const step = (by) => this.set({ count: Math.min(COUNT_MAX, Math.max(1, this.state.count + by)) });
    const key = (by, pictogram, label) =>
      button({ kind: "key", pictogram, label, onpress: () => step(by) });
    return [
      this.head(),
      ask({ pictogram: pictogramOf("find", kind), text: _("How many?") }),
      work(
        h(
          "div",
          { class: "counter" },
          key(-1, "minus", _("One less")),
          h("output", { "aria-live": "polite" }, String(count)),
          key(1, "plus", _("One more")),
        ),
        photoRow(this.floor, photos, (kept) => this.set({ photos: kept })),
      ),
      foot(button({ pictogram: "ok", text: _("Done"), onpress: () => this.done() })),
    ];
  }

  head() {
    const { kind, batch, nobodyKnows } = this.state;
    const box = batch ? boxWords(this.floor, batch) : nobodyKnows && _("Nobody knows which batch");
    return chips([
      {
        pictogram: pictogramOf("find", kind),
        name: _("Found"),
        value: findName(this.floor, kind),
        onpress: () => this.set({ kind: null }),
      },
      { pictogram: "box", name: _("Batch"), value: box, onpress: () => this.set({ view: "batch" }) },
    ]);
  }

  batchParts() {
    const boxes = openBatches(this.floor).slice(0, ROWS_MAX).map((batch) => ({
      ...boxRow(this.floor, batch.code, batch.held_g),
      onpress: () => this.inBox(batch.code),
    }));
    return [
      this.head(),
      ask({ pictogram: "box", text: _("Which batch was it in?") }),
      h(
        "div",
        { class: "work split" },
        h("section", null, scanHere(_("Scan its label."))),
        h("section", null, rows(boxes)),
      ),
      foot(
        button({
          pictogram: "question",
          text: _("I do not know"),
          command: "no",
          onpress: () => this.inBox(null),
        }),
      ),
    ];
  }

  /** Which box it was in is the last question: with its answer it is booked. */
  inBox(code) {
    const wasAsked = this.state.asked;
    this.set({ batch: code, nobodyKnows: code === null, view: null, asked: false });
    if (wasAsked) return this.done();
    return undefined;
  }

  async done() {
    const { kind, count, batch, nobodyKnows, photos } = this.state;
    if (!batch && !nobodyKnows) {
      this.set({ view: "batch", asked: true });
      return;
    }
    const hashes = photos.map((photo) => photo.hash);
    const body = { kind, count, batch, ...(hashes.length ? { photos: hashes } : {}) };
    const row = this.floor.world.findKind(kind);
    const how = { photos: hashes, draft: DRAFT };
    if (!isDangerous(row)) {
      await this.floor.book("find", null, body, {
        ...how,
        say: _("Put it in the box for finds. Go on."),
        figures: `${count} × ${findName(this.floor, kind)}`,
        onkept: () => this.leave(),
      });
      return;
    }
    const told = await this.floor.book("find", null, body, { ...how, quiet: true });
    if (told.verdict === "refused") {
      this.floor.answer({ verdict: "refused", ...sentenceOf(this.floor, told), read: batch });
      return;
    }
    this.set({ done: { kind, count, batch: row.stops_batch ? batch : null } });
    const say = _("Do not touch it. Call your team leader.");
    this.floor.answer({ verdict: told.verdict, word: _("Stop"), say, sound: "alarm", aside: true });
  }

  /** In big words, as long as it takes. */
  whatNow({ kind, batch }) {
    const steps = [
      ["hand_off", _("Do not touch it.")],
      ["person_call", _("Call your team leader.")],
      batch && ["held", _("This batch must wait.")],
    ];
    return [
      h(
        "div",
        { class: "ask alarm" },
        pic(pictogramOf("find", kind)),
        h("div", null, h("h1", { class: "question" }, _("Stop"), ": ", findName(this.floor, kind))),
      ),
      h(
        "div",
        { class: "work" },
        h(
          "ol",
          { class: "do-now" },
          steps.filter(Boolean).map(([id, text]) => h("li", null, pic(id), h("span", null, text))),
        ),
      ),
      foot(
        button({
          kind: "danger",
          pictogram: "ok",
          text: _("My team leader is here"),
          onpress: () => this.leave(),
        }),
      ),
    ];
  }

  async scanned(scan) {
    await this.ready;
    return this.wanted(scan);
  }

  wanted({ kind, code, read }) {
    if (this.state.done) return kind !== "command" && this.look(_("First call your team leader."), read);
    if (kind === "find_kind") return this.scannedKind(code);
    if (kind === "batch") return this.inBox(code);
    if (kind === "bin") return this.scannedBin(code, read);
    if (kind === "command" && /^[1-9]$/.test(code) && this.state.kind) {
      return this.set({ count: Number(code) });
    }
    return false;
  }

  /** The same card once more is one more of it. */
  scannedKind(code) {
    const isSame = this.state.kind === code;
    this.set({ kind: code, count: isSame ? Math.min(COUNT_MAX, this.state.count + 1) : 1 });
  }

  scannedBin(code, read) {
    const batches = [...new Set(this.floor.world.contents(code).map((row) => row.batch))];
    if (batches.length === 1) return this.inBox(batches[0]);
    return this.look(_("Scan its label."), read);
  }

  look(say, read) {
    this.floor.answer({ verdict: "look", say, read });
  }

  key(event) {
    const { kind, view, done, count } = this.state;
    if (!kind || view || done) return false;
    const by = { "+": 1, "=": 1, "-": -1, ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (by) this.set({ count: Math.min(COUNT_MAX, Math.max(1, count + by)) });
    else if (/^[1-9]$/.test(event.key)) this.set({ count: Number(event.key) });
    else return false;
    return true;
  }
}
