/** Sorting, gates and bins, foretold. Pure; as `sorting/` and `dispatch/bins.py` do it. */

import {
  WEIGHING_DIFFERENCE, broken, checkedG, divide, inOrder, malformed, netG, notFound, PIECES_MAX,
  share, spreadDifference, sum,
} from "./arithmetic.js";
import {
  knownBatch, knownBin, missingGates, requireActive, requireCode, requireMayGo, requireStation,
  roomG,
} from "./effects_rules.js";

const PARTS_MAX = 50;

/** Adds up changes, so that each row is named once. */
class Changes {
  constructor() {
    this.rows = new Map();
  }

  of(on, code) {
    const key = `${on}:${code}`;
    if (!this.rows.has(key)) this.rows.set(key, { on, code });
    return this.rows.get(key);
  }

  add(on, code, path, amount) {
    if (!amount) return;
    const change = this.of(on, code);
    change.add ??= {};
    change.add[path] = (change.add[path] ?? 0) + amount;
  }

  into(bin, row, sign = 1) {
    const change = this.of("bin", bin);
    change.contents ??= [];
    const mass = sign * row.mass_g;
    change.contents.push({ ...row, mass_g: mass, pieces: sign * (row.pieces ?? 0) });
    this.add("bin", bin, "mass_g", mass);
    this.add("batch", row.batch, `bins/${bin}`, mass);
  }

  get all() {
    return [...this.rows.values()];
  }
}

function checkedParts(parts) {
  if (!(parts?.length >= 1 && parts.length <= PARTS_MAX)) throw malformed("parts", "1 to 50");
  for (const part of parts) {
    if (Boolean(part.destination) === Boolean(part.bin)) {
      throw malformed("parts", "either a destination or a bin");
    }
  }
  return sum(parts.map((part) => {
    const { pieces } = part;
    if (pieces !== undefined && pieces !== null && !(pieces >= 0 && pieces <= PIECES_MAX)) {
      throw malformed("parts.pieces", "below zero or absurd", { given: pieces });
    }
    return checkedG(part.mass_g, "parts.mass_g");
  }));
}

function requireTargets(looks, parts) {
  for (const { destination } of parts) {
    if (destination && !looks.destination(destination)) throw malformed("destination", "unknown");
  }
  for (const { bin } of parts) if (bin) knownBin(looks, looks.resolve(bin));
}

/** Where each part goes. A destination without an open bin gets one, without a code as yet. */
function targetsOf(looks, parts, changes) {
  const named = parts.map((part) => part.bin
    ? looks.bin(looks.resolve(part.bin)) : looks.openBinFor(part.destination));
  const opened = new Map();
  return parts.map((part, at) => {
    const bin = named[at] ?? opened.get(part.destination) ?? newBin(looks, part, changes);
    if (!named[at]) opened.set(part.destination, bin);
    if (bin.state !== "open") throw broken("bin_closed", { bin: bin.code, state: bin.state });
    return { part, bin, destination: bin.destination ? looks.destination(bin.destination) : null };
  }).map((target) => ({ ...target, ...knownOf(looks, target.part) }));
}

function newBin(looks, { destination }, changes) {
  const { stream } = looks.destination(destination);
  const row = {
    code: `~${destination}`, destination, stream, container: null, state: "open", mass_g: 0,
    tare_g: null, contents: [], unnamed: true,
  };
  changes.of("bin", row.code).make = row;
  return row;
}

function knownOf(looks, part) {
  const group = part.article_group ? looks.group(part.article_group) : null;
  if (part.article_group && !group) throw malformed("article_group", "unknown");
  const scale = part.scale ? looks.scale(part.scale) : null;
  if (part.scale && !scale) throw notFound();
  return { group, quality: scale?.overdue ? "estimated" : part.quality ?? "measured" };
}

/** What passed each gate and has not left, used up part by part within one command. */
class Free {
  constructor(looks) {
    this.looks = looks;
    this.left = new Map();
  }

  of(batch, gate) {
    const key = `${batch}/${gate}`;
    if (!this.left.has(key)) {
      const known = this.looks.batch(batch)?.gates?.[gate];
      this.left.set(key, known ? { ...known } : { free_g: 0, free_pieces: 0 });
    }
    return this.left.get(key);
  }

  /** Throws gate_missing. A batch that is not held here has gates that are not known here. */
  use(gate, destination, line, changes) {
    if (!this.looks.batch(line.batch)) return;
    const free = this.of(line.batch, gate);
    const counted = line.pieces ?? 0;
    if (line.mass_g <= free.free_g) {
      free.free_g -= line.mass_g;
      changes.add("batch", line.batch, `gates/${gate}/free_g`, -line.mass_g);
    } else if (counted > 0 && counted <= free.free_pieces) {
      free.free_pieces -= counted;
      changes.add("batch", line.batch, `gates/${gate}/free_pieces`, -counted);
    } else {
      throw broken("gate_missing", {
        gate, destination, needed_g: line.mass_g, passed_g: free.free_g,
      });
    }
  }
}

function useGates(free, target, source, lines, changes) {
  for (const gate of missingGates(target.destination, source)) {
    for (const line of lines) free.use(gate, target.destination.code, line, changes);
  }
}

export function sortBatch(looks, { target: code, body }) {
  const batch = knownBatch(looks, code);
  requireActive(batch, { held: batch.held });
  requireStation(looks, body.station);
  const sorted = checkedParts(body.parts);
  const over = Math.max(0, sorted - batch.held_g);
  const room = roomG(looks, batch);
  if (over > room) {
    throw broken("mass_exceeded", { held_g: batch.held_g, sorted_g: sorted, tolerance_g: room });
  }
  requireTargets(looks, body.parts);
  const changes = new Changes();
  const targets = targetsOf(looks, body.parts, changes);
  const estimated = batch.held_estimated_g;
  const held = { measured: batch.held_g - estimated + over, estimated };
  const free = new Free(looks);
  for (const target of targets) {
    const group = target.group ?? looks.group(batch.article_group);
    requireMayGo(looks, batch.supplier, target.destination, group);
    const lines = takenFrom(held, target.part).map((line) => ({
      ...line, batch: code, supplier: batch.supplier, article_group: group?.code ?? "unknown",
      quality: target.quality,
    }));
    useGates(free, target, null, lines, changes);
    for (const line of lines) changes.into(target.bin.code, line);
  }
  changes.add("batch", code, "held_g", over - sorted);
  changes.add("batch", code, "held_estimated_g", held.estimated - estimated);
  if (over) {
    changes.add("batch", code, `losses/${WEIGHING_DIFFERENCE}`, -over);
    changes.add("batch", code, "tolerance_g", roomG(looks, batch, { gained_g: over }) - room);
  }
  if (batch.state !== "sorting") {
    Object.assign(changes.of("batch", code), {
      set: { state: "sorting" }, was: { state: batch.state },
    });
  }
  const bins = targets.map((target) => target.bin.code);
  const answer = { code, held_g: batch.held_g + over - sorted, state: "sorting", bins };
  return { answer, changes: changes.all };
}

/** What a part takes: measured grams as long as there are any, then estimated ones. */
function takenFrom(held, part) {
  const measured = Math.min(part.mass_g, held.measured);
  const masses = [measured, part.mass_g - measured].filter(Boolean);
  held.measured -= measured;
  held.estimated -= part.mass_g - measured;
  const counted = part.pieces ?? null;
  const pieces = counted === null ? masses.map(() => null) : divide(counted, masses);
  return masses.map((mass_g, at) => ({ mass_g, pieces: pieces[at] }));
}

export function sortBin(looks, { target: code, body }) {
  const source = knownBin(looks, code);
  requireStation(looks, body.station);
  const sorted = checkedParts(body.parts);
  requireTargets(looks, body.parts);
  const changes = new Changes();
  if (!["open", "closed"].includes(source.state)) {
    throw broken("bin_closed", { bin: code, state: source.state });
  }
  if (sorted > source.mass_g) {
    throw broken("mass_exceeded", { held_g: source.mass_g, sorted_g: sorted, tolerance_g: 0 });
  }
  const targets = targetsOf(looks, body.parts, changes);
  if (targets.some((target) => target.bin.code === code)) {
    throw malformed("parts.bin", "the bin itself");
  }
  const from = source.destination ? looks.destination(source.destination) : null;
  const free = new Free(looks);
  let left = looks.contents(code);
  for (const target of targets) {
    const taken = share(left, target.part.mass_g);
    for (const row of taken) {
      const group = target.group ?? looks.group(row.article_group);
      requireMayGo(looks, row.supplier, target.destination, group);
    }
    const lines = counted(taken, target);
    useGates(free, target, from, lines, changes);
    lines.forEach((line, at) => {
      changes.into(code, taken[at], -1);
      changes.into(target.bin.code, line);
    });
    left = without(left, taken);
  }
  const bins = targets.map((target) => target.bin.code);
  return {
    answer: { code, held_g: source.mass_g - sorted, state: source.state, bins },
    changes: changes.all,
  };
}

/** The same rows as they stand in the target: its group and quality, and the pieces of the part. */
function counted(taken, { part, group, quality }) {
  const pieces = part.pieces === undefined || part.pieces === null
    ? taken.map((row) => row.pieces || null) : divide(part.pieces, taken.map((row) => row.mass_g));
  return taken.map((row, at) => ({
    ...row, article_group: group?.code ?? row.article_group, quality, pieces: pieces[at],
  }));
}

function without(contents, taken) {
  const key = (row) => `${row.batch}/${row.article_group}/${row.quality}`;
  const gone = new Map(taken.map((row) => [key(row), row]));
  return contents.map((row) => {
    const out = gone.get(key(row));
    if (!out) return row;
    return { ...row, mass_g: row.mass_g - out.mass_g, pieces: (row.pieces ?? 0) - out.pieces };
  });
}

function measureOf(body) {
  const mass = body.mass_g ?? null;
  const pieces = body.pieces ?? null;
  if ((mass === null) === (pieces === null)) throw malformed("mass_g", "either mass_g or pieces");
  if (mass !== null) return { mass: checkedG(mass, "mass_g"), pieces: 0 };
  if (!(pieces >= 1 && pieces <= PIECES_MAX)) throw malformed("pieces", "not above zero");
  return { mass: 0, pieces };
}

function passed(changes, batch, gate, mass, pieces) {
  changes.add("batch", batch, `gates/${gate}/free_g`, mass);
  changes.add("batch", batch, `gates/${gate}/free_pieces`, pieces);
}

function requireWithin(mass, held) {
  if (mass > held) throw broken("mass_exceeded", { held_g: held, sorted_g: mass, tolerance_g: 0 });
}

export function gateOfBatch(looks, { target: code, body }) {
  const batch = knownBatch(looks, code);
  requireActive(batch, { held: batch.held });
  requireStation(looks, body.station);
  if (!looks.gate(body.gate)) throw malformed("gate", "unknown");
  const { mass, pieces } = measureOf(body);
  requireWithin(mass, batch.held_g + batch.quarantine_g + sum(Object.values(batch.bins)));
  const changes = new Changes();
  passed(changes, code, body.gate, mass, pieces);
  return { answer: { code, gate: body.gate, mass_g: mass, pieces }, changes: changes.all };
}

export function gateOfBin(looks, { target: code, body }) {
  const bin = knownBin(looks, code);
  requireStation(looks, body.station);
  if (!looks.gate(body.gate)) throw malformed("gate", "unknown");
  const { mass, pieces } = measureOf(body);
  if (bin.mass_g === 0) throw broken("bin_empty", { bin: code });
  requireWithin(mass, bin.mass_g);
  const changes = new Changes();
  const rows = inOrder(looks.contents(code));
  const weights = rows.map((row) => row.mass_g);
  const [masses, counts] = [divide(mass, weights), divide(pieces, weights)];
  rows.forEach((row, at) => passed(changes, row.batch, body.gate, masses[at], counts[at]));
  return { answer: { code, gate: body.gate, mass_g: mass, pieces }, changes: changes.all };
}

export function openBin(looks, { body }) {
  if (body.site !== looks.site) throw notFound();
  const destination = body.destination ? looks.destination(body.destination) : null;
  if (body.destination && !destination) throw malformed("destination", "unknown");
  const container = body.container ? looks.container(body.container) : null;
  if (body.container && !container) throw notFound();
  const code = body.code ? requireCode(looks, body.code, "bin") : null;
  const answer = { code, mass_g: 0, destination: destination?.code ?? null, state: "open" };
  if (!code) return { answer };
  const row = {
    code, destination: destination?.code ?? null, stream: destination?.stream ?? null,
    container: container?.code ?? null, state: "open", mass_g: 0, tare_g: container?.tare_g ?? null,
    contents: [],
  };
  return { answer, changes: [{ on: "bin", code, make: row }] };
}

export function closeBin(looks, { target: code, body }) {
  const bin = knownBin(looks, code);
  if (bin.state !== "open") throw broken("bin_closed", { bin: code, state: bin.state });
  const mass = netG(body.gross_g, body.tare_g);
  if (bin.mass_g === 0) throw broken("bin_empty", { bin: code });
  const scale = body.scale ? looks.scale(body.scale) : null;
  if (body.scale && !scale) throw notFound();
  const quality = scale?.overdue ? "estimated" : "measured";
  const changes = new Changes();
  const contents = looks.contents(code);
  const gains = new Map(spreadDifference(contents, mass));
  const gained = new Map();
  for (const row of contents) {
    const gain = gains.get(row) ?? 0;
    changes.into(code, row, -1);
    if (row.mass_g + gain) changes.into(code, { ...row, mass_g: row.mass_g + gain, quality });
    changes.add("batch", row.batch, `losses/${WEIGHING_DIFFERENCE}`, -gain);
    gained.set(row.batch, (gained.get(row.batch) ?? 0) + gain);
  }
  for (const [batch, gain] of gained) {
    const known = looks.batch(batch);
    const room = known ? roomG(looks, known, { gained_g: gain }) - roomG(looks, known) : 0;
    changes.add("batch", batch, "tolerance_g", room);
  }
  // What stands there beyond what is known here changes with it.
  const known = sum(contents.map((row) => row.mass_g));
  if (known !== bin.mass_g) changes.add("bin", code, "mass_g", known - bin.mass_g);
  Object.assign(changes.of("bin", code), {
    set: { state: "closed", tare_g: body.tare_g }, was: { state: "open", tare_g: bin.tare_g },
  });
  const answer = { code, mass_g: mass, state: "closed", difference_g: mass - bin.mass_g };
  return { answer, changes: changes.all };
}
