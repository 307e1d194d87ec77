/**
 * The weight on the scale of this tablet, from wherever it comes: `floor.weight`.
 *
 * Only a stable weight can be taken, and the same load only once: until the scale showed another
 * stable weight, or nearly nothing, `take` gives null. So a double tap or a card scanned twice
 * never books a box twice, also when the tab was closed in between.
 */

import { softwareScale, startSource } from "./sources.js";

/** So many divisions a load may creep and still be the same load. */
const SAME_DIVISIONS = 3;
/** For a scale of which nothing is known. */
const DIVISION_G = 100;
const STALE_MS = 2500;

/**
 * @typedef {object} Current  what the scale says now
 * @property {"stable"|"moving"|"overload"|"underload"|"not_ready"|"garbled"|"disconnected"|"none"}
 *   state  none: this tablet has no scale
 * @property {number|null} mass_g
 * @property {string|null} frame  the scale's own line
 * @property {string|null} scale  its code in the register
 * @property {boolean} overdue  past its calibration: what it weighs is an estimate
 * @property {boolean} net  the scale itself took a tare off
 * @property {number} at  when it was read, by `performance.now()`
 */

/**
 * @typedef {object} Taken  a weight that can be booked
 * @property {number} gross_g
 * @property {"measured"|"estimated"} quality
 * @property {"scale"|"hand"|"pieces"|"software"} by
 * @property {string|null} scale
 * @property {string|null} frame
 * @property {boolean} net
 * @property {number|null} division_g
 */

/**
 * @param {object} from
 * @param {(path: string) => Promise<object>} from.ask  GET under /api/v1; rejects without an answer
 * @param {() => Array<object>} from.scales  the scales of this site, as the register knows them
 * @param {() => object|undefined} from.load  what `keep` was given the last time
 * @param {(kept: {kind: string, scale: string|null, taken: number|null}) => void} from.keep
 */
export function startWeight(from) {
  const software = softwareScale();
  const hearing = new Set();
  let choice = null;
  let practice = false;
  let stop = null;
  let current = nothing();
  let taken = null;
  let before = null;

  const chosen = () => {
    if (practice) return { kind: "software", scale: null };
    if (!choice) {
      const kept = from.load();
      taken = kept && Number.isInteger(kept.taken) ? kept.taken : null;
      choice = kept && kept.kind ? { kind: kept.kind, scale: kept.scale || null } : null;
    }
    return choice || byRegister(from.scales());
  };
  const row = () => from.scales().find((each) => each.code === chosen().scale) || null;
  const slack = () => SAME_DIVISIONS * ((row() && row().division_g) || DIVISION_G);
  const remember = (mass_g) => {
    taken = mass_g;
    if (!practice) from.keep({ ...chosen(), taken });
  };

  const heard = (read) => {
    const known = row();
    const { kind } = chosen();
    current = {
      state: read.state,
      mass_g: read.mass_g === undefined ? null : read.mass_g,
      frame: kind === "software" ? null : read.raw || null,
      scale: known && kind !== "software" ? known.code : null,
      overdue: kind !== "software" && (Boolean(read.overdue) || isOverdue(known)),
      net: Boolean(read.net),
      at: performance.now(),
    };
    if (taken !== null && isAnother(current, taken, slack())) remember(null);
    tell();
  };
  const tell = () => {
    for (const fn of [...hearing]) fn(service.current);
  };
  const start = () => {
    current = nothing(chosen().kind === "keypad" ? "none" : "not_ready");
    stop = startSource(chosen(), { ask: from.ask, software }, heard);
  };
  const restart = () => {
    if (stop) stop();
    stop = null;
    if (hearing.size) start();
    else current = nothing();
    tell();
  };

  const service = {
    software,
    /** Which scale this tablet uses: `{kind, scale}`. */
    get choice() {
      return chosen();
    },
    /** @param {{kind: "server"|"agent"|"serial"|"software"|"keypad", scale?: string|null}} wanted */
    choose(wanted) {
      chosen();
      choice = { kind: wanted.kind, scale: wanted.scale || null };
      remember(null);
      restart();
    },
    /** In practice there is only the software scale. */
    get practice() {
      return practice;
    },
    set practice(wanted) {
      if (practice === Boolean(wanted)) return;
      chosen();
      practice = Boolean(wanted);
      taken = null;
      restart();
    },
    /** The row of the register of the scale in use, or null. */
    get scale() {
      return chosen().kind === "software" ? null : row();
    },
    /** @returns {Current} */
    get current() {
      const silent = performance.now() - current.at > STALE_MS && stop !== null;
      const may = ["server", "agent", "serial"].includes(chosen().kind);
      return silent && may ? { ...current, state: "disconnected", mass_g: null } : current;
    },
    /** Hear of every reading; it is asked for only while somebody listens. Returns how to stop. */
    subscribe(fn) {
      hearing.add(fn);
      if (!stop) start();
      fn(service.current);
      return () => {
        hearing.delete(fn);
        if (!hearing.size && stop) {
          stop();
          stop = null;
        }
      };
    },
    /** Waits at most so long for a stable weight. @returns {Promise<Current|null>} */
    stable(ms) {
      return new Promise((done) => {
        const end = (found) => {
          clearTimeout(timer);
          queueMicrotask(() => leave());
          done(found);
        };
        const timer = setTimeout(() => end(null), ms);
        const leave = service.subscribe((read) => read.state === "stable" && end(read));
      });
    },
    /** Whether the load on the scale was taken before. */
    get isTaken() {
      const read = service.current;
      return taken !== null && read.mass_g !== null && Math.abs(read.mass_g - taken) <= slack();
    },
    /** The stable weight, once. @returns {Taken|null} */
    take() {
      const read = service.current;
      if (read.state !== "stable" || service.isTaken) return null;
      before = taken;
      remember(read.mass_g);
      const software_ = chosen().kind === "software";
      return {
        gross_g: read.mass_g,
        quality: software_ || read.overdue ? "estimated" : "measured",
        by: software_ ? "software" : "scale",
        scale: read.scale,
        frame: read.frame,
        net: read.net,
        division_g: (row() && row().division_g) || null,
      };
    },
    /** The last load may be taken again: its booking was refused, or thrown away. */
    release() {
      remember(before);
      before = null;
    },
    /** A weight that was typed. @returns {Taken} */
    byHand: (gross_g, quality) => ({
      gross_g,
      quality: quality === "estimated" ? "estimated" : "measured",
      by: "hand",
      scale: null,
      frame: null,
      net: false,
      division_g: null,
    }),
  };
  return service;
}

function nothing(state = "none") {
  return {
    state,
    mass_g: null,
    frame: null,
    scale: null,
    overdue: false,
    net: false,
    at: performance.now(),
  };
}

/** Without a choice: the only scale that the server reads, else the keypad. */
function byRegister(rows) {
  const read = rows.filter((row) => row.reads === "server");
  return read.length === 1
    ? { kind: "server", scale: read[0].code }
    : { kind: "keypad", scale: null };
}

function isOverdue(row) {
  if (!row) return false;
  if (typeof row.overdue === "boolean") return row.overdue;
  return row.calibration_due < new Date().toISOString().slice(0, 10);
}

/** Another load, for certain: stable and different, or (nearly) nothing on the scale. */
function isAnother(read, taken, slack) {
  if (read.mass_g === null) return false;
  if (Math.abs(read.mass_g) <= slack && Math.abs(taken) > slack) return true;
  return read.state === "stable" && Math.abs(read.mass_g - taken) > slack;
}
