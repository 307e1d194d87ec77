/**
 * What a tablet holds of its site: rows as the server gave them, and over them what its own
 * commands change. Copied on write, so that the server's rows stay what they are.
 */

const ON = ["batch", "bin", "label"];

/** A row of the server with everything that the rules ask for. */
export function whole(on, row) {
  if (on !== "batch") return row;
  return {
    quarantine_g: 0,
    finds_g: 0,
    held_estimated_g: row.quality === "estimated" ? row.held_g : 0,
    ...row,
    losses: row.losses ?? {},
    losses_known: row.losses !== undefined,
  };
}

export class Layer {
  constructor() {
    this.base = Object.fromEntries(ON.map((on) => [on, new Map()]));
    this.reset();
  }

  /** Forget what the own commands change. */
  reset() {
    this.over = Object.fromEntries(ON.map((on) => [on, new Map()]));
    /** Own commands by `scan_id`, in order. */
    this.log = new Map();
    /** Codes that would have been made by what waits for a team leader: by whom. */
    this.unmade = new Map();
    this.lists = {};
  }

  get(on, code) {
    return this.over[on].get(code) ?? this.base[on].get(code);
  }

  /** All rows: those of the server in their order, then those that are only known here. */
  all(on) {
    this.lists[on] ??= this.#all(on);
    return this.lists[on];
  }

  #all(on) {
    const rows = [...this.base[on].keys()].map((code) => this.get(on, code));
    for (const [code, row] of this.over[on]) if (!this.base[on].has(code)) rows.push(row);
    return rows;
  }

  /** Let changes take place (`effects.js` says what a change is). */
  apply(changes) {
    for (const change of changes) {
      const row = change.make !== undefined ? copy(change.make) : this.#own(change.on, change.code);
      if (row === undefined) continue;
      this.over[change.on].set(change.code, row);
      for (const [path, by] of Object.entries(change.add ?? {})) addTo(row, path.split("/"), by);
      if (change.add?.tolerance_g) row.tolerance_g = Math.max(0, row.tolerance_g);
      if (change.set) Object.assign(row, change.set);
      if (change.contents && row.contents) row.contents = merged(row.contents, change.contents);
      delete this.lists[change.on];
    }
  }

  #own(on, code) {
    const own = this.over[on].get(code);
    if (own !== undefined) return own;
    const base = this.base[on].get(code);
    return base === undefined ? undefined : copy(base);
  }

  /** What stands in a bin, per batch, group and quality, as far as it is known here. */
  contents(code) {
    const bin = this.get("bin", code);
    if (bin?.contents) return bin.contents.filter((row) => row.mass_g !== 0);
    return this.all("batch").filter((batch) => batch.bins[code] > 0).map((batch) => ({
      batch: batch.code, supplier: batch.supplier, article_group: batch.article_group,
      quality: "measured", mass_g: batch.bins[code], pieces: 0,
    }));
  }

  /** Keep an own command, whatever became of it. */
  note(command, told, { booked = told.verdict === "accepted", bookedAt = null } = {}) {
    const { scan_id, kind, target, body, counter, captured_at } = command;
    const parked = !booked && told.verdict === "parked";
    this.log.set(scan_id, {
      scan_id, kind, target: target ?? null, body, counter, captured_at, booked, parked, bookedAt,
      changes: told.changes ?? [], answer: told.answer ?? null, reversed: false,
    });
    const undone = kind === "reverse" && booked && this.log.get(target);
    if (undone) {
      undone.reversed = true;
      this.unmade.get(undone.body?.code)?.delete(target);
    }
    if (parked && body?.code) {
      if (!this.unmade.has(body.code)) this.unmade.set(body.code, new Set());
      this.unmade.get(body.code).add(scan_id);
    }
  }

  /** Own bookings after this one that stand on the same row, the last first. */
  later(entry, fits) {
    const entries = [...this.log.values()];
    const after = entries.slice(entries.findIndex((each) => each.scan_id === entry.scan_id) + 1);
    return after
      .filter((each) => each.booked && !each.reversed && each.changes.some(fits))
      .map((each) => each.scan_id)
      .reverse();
  }
}

function copy(row) {
  if (typeof row !== "object") return row;
  const own = { ...row };
  for (const name of ["gates", "bins", "losses"]) if (row[name]) own[name] = { ...row[name] };
  if (own.gates) {
    for (const [gate, free] of Object.entries(own.gates)) own.gates[gate] = { ...free };
  }
  return own;
}

function addTo(row, path, by) {
  const last = path.pop();
  let at = row;
  for (const step of path) {
    at[step] ??= at === row.gates ? { free_g: 0, free_pieces: 0 } : {};
    at = at[step];
  }
  at[last] = (at[last] ?? 0) + by;
  if (at[last] === 0 && (at === row.bins || at === row.losses)) delete at[last];
}

function merged(contents, changes) {
  const key = (row) => `${row.batch}/${row.article_group}/${row.quality}`;
  const rows = new Map(contents.map((row) => [key(row), row]));
  for (const change of changes) {
    const before = rows.get(key(change)) ?? { ...change, mass_g: 0, pieces: 0 };
    const pieces = (before.pieces ?? 0) + (change.pieces ?? 0);
    rows.set(key(change), { ...before, mass_g: before.mass_g + change.mass_g, pieces });
  }
  return [...rows.values()].filter((row) => row.mass_g !== 0);
}
