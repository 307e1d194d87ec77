// A part that goes into a bin: with the weight of now, or as soon as it is stable.

import { _ } from "../words.js";
import { binName, bringHere } from "./bins.js";
import { binRow, kg } from "./lookup.js";
import { onePiece } from "./pieces.js";

/**
 * A bin was scanned or touched: that is the decision, and with a weight it is booked at once.
 * @param {object} s  the screen of sort.js
 * @param {string} code
 * @param {string} [read]
 */
export async function into(s, code, read) {
  const bin = binRow(s.floor, code);
  if (!bin) return s.look(_("Scan the bin again."), read || code);
  if (bin.state === "open") bringHere(s.floor, bin.code);
  if (s.method === "pieces") return countOne(s, bin, read);
  if (s.taken) return bookPart(s, bin, s.taken, read);
  if (s.method === "bin") await beforeOf(s, bin);
  let booking = null;
  s.panel.take((weight) => {
    booking = bookPart(s, bin, weight, read);
  });
  return booking || wait(s, bin, read);
}

/** What an empty bin weighed before: as much as its container. */
async function beforeOf(s, bin) {
  const name = `gross of ${bin.code}`;
  if (bin.mass_g === 0 && bin.tare_g > 0 && !(await s.floor.draft(name))) {
    await s.floor.saveDraft(name, { gross_g: bin.tare_g });
  }
  await s.setPanel({ bin: bin.code });
}

/** There is no weight yet. It says what to do; a load that still moves is waited for. */
function wait(s, bin, read) {
  const { state, mass_g } = s.floor.weight.current;
  if (s.isTyped) return s.look(_("Type the weight first."), read);
  if (state === "moving") {
    s.pending = { code: bin.code, read };
    s.floor.refresh();
    return s.look(_("Wait. It is booked by itself."), read);
  }
  if (state !== "stable" || mass_g <= 0) return s.look(_("Put it on the scale first."), read);
  if (s.method === "bin") return s.look(_("Noted. Now fill the bin."), read);
  return s.look(_("This was booked. Put the next on it."), read);
}

/** The scale says something: what waited is booked, and an old answer makes room. */
export function waited(s, reading) {
  const isOn = reading.state === "stable" && reading.mass_g > 0;
  if (s.pending && isOn) {
    const { code, read } = s.pending;
    s.pending = null;
    into(s, code, read).catch((error) => s.floor.failed(error));
  } else if (s.pending && reading.state !== "moving") {
    s.pending = null;
    s.floor.refresh();
  } else if (reading.state === "moving" && s.method !== "pieces") {
    s.floor.answer(null);
  }
}

function countOne(s, bin, read) {
  if (s.pieces) return bookPart(s, bin, onePiece(s.pieces), read);
  s.view("found");
  return s.look(_("What do you count?"), read);
}

async function bookPart(s, bin, weight, read) {
  const told = await s.floor.book("sort", s.source.code, { parts: [partOf(s, bin, weight)] }, {
    say: binName(s.floor, bin),
    figures: kg(weight.net_g),
    read,
    onkept: () => booked(s, bin, weight),
    get next() {
      return s.next();
    },
  });
  if (told.verdict === "refused" && weight.by !== "hand" && weight.by !== "pieces") {
    s.panel.release();
  }
}

function partOf(s, bin, weight) {
  const { scale, frame, pieces } = weight;
  const known = Object.entries({ scale, frame, pieces }).filter(([, value]) => value);
  const group = weight.by === "pieces" ? s.pieces.code : s.group;
  return {
    bin: bin.code,
    mass_g: weight.net_g,
    quality: weight.quality,
    ...(group && group !== "unknown" ? { article_group: group } : {}),
    ...Object.fromEntries(known),
  };
}

function booked(s, bin, weight) {
  s.taken = null;
  s.pending = null;
  const isEmpty = s.source.kind === "batch" && s.source.left_g <= 0;
  const last = { bin: bin.code, mass_g: weight.net_g };
  s.set({ answers: [], chosen: null, view: isEmpty ? "empty" : null, last }, { soon: true });
}
