/**
 * What a command will bring about, by the same rules as the server's. Pure: everything that is
 * known of the site comes through `looks` (`world.js`), and what would change is only named.
 *
 * A change is `{on: "batch"|"bin", code, add?, set?, was?, make?, contents?}`: numbers to add by
 * path (`gates/logo/free_g`), values before and after, a new row, grams per row of a bin.
 */

import {
  No, PIECES_MAX, WEIGHING_DIFFERENCE, broken, checkedG, malformed, netG, notAllowed, notFound,
  permille, sum,
} from "./arithmetic.js";
import { closeBin, gateOfBatch, gateOfBin, openBin, sortBatch, sortBin } from "./effects_bins.js";
import { reverse } from "./effects_back.js";
import {
  knownBatch, lossBefore, requireActive, requireCode, requireReason, requireStation, roomG,
} from "./effects_rules.js";

export { mayGo, missingGates } from "./effects_rules.js";

const CLOCK_AHEAD_MAX_MS = 5 * 60_000;
/** What only a team leader decides: kept for one, because it has happened. */
const FOR_LEADERS = new Set(["correct", "reopen", "release", "shipment", "return"]);
const FOR_OTHERS = new Set(["delivery", "confirm"]);
/** Fields in which a command names what another one may have made. */
const NAMES_A_CODE = new Set(["batch", "bin", "bins", "delivery"]);
const RULES = {
  intake, hold, refuse, find, weigh, close, relabel, reverse,
  bin: openBin, bin_close: closeBin,
};
const BY_TARGET = { sort: [sortBatch, sortBin], gate: [gateOfBatch, gateOfBin] };

/**
 * @param {Object} looks what is known of the site
 * @param {{scan_id: string, kind: string, target?: string|null, body: Object}} command
 * @returns {{verdict: "accepted"|"parked"|"refused", code?: string, figures?: Object,
 *   answer?: Object, changes: Object[]}} parked: a rule says no, so the server would keep it for a
 *   team leader. refused: it cannot be read, is unknown or not allowed.
 */
export function foretell(looks, command) {
  try {
    return { verdict: "accepted", changes: [], ...ruled(looks, command) };
  } catch (error) {
    if (!(error instanceof No)) throw error;
    const { verdict, code, figures } = error;
    return { verdict, code, figures, changes: [] };
  }
}

function ruled(looks, command) {
  const { scan_id, kind, body = {} } = command;
  const target = command.target ? looks.resolve(command.target) : null;
  if (looks.role === "worker" && FOR_OTHERS.has(kind)) throw notAllowed();
  if (looks.role === "worker" && FOR_LEADERS.has(kind)) throw broken("needs_leader", { kind });
  if (target && looks.isUnmade(target)) throw broken("parked", { scan_id });
  try {
    const told = ruleOf(looks, kind, target)(looks, { ...command, body, target });
    requireClock(looks, body.scanned_at);
    return told;
  } catch (error) {
    // What it names may wait itself: then this waits with it.
    const waits = error.code === "not_found" && named(body).some((code) => looks.isUnmade(code));
    throw waits ? broken("parked", { scan_id }) : error;
  }
}

function named(value, name = "") {
  if (typeof value === "string") return NAMES_A_CODE.has(name) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, inner]) => named(inner, Array.isArray(value) ? name : key));
}

function ruleOf(looks, kind, target) {
  const plain = kind.replace(/^(sort|gate)_bin$/, "$1");
  if (BY_TARGET[plain]) {
    if (!target) throw notFound();
    const isBin = target.startsWith("K") || (looks.practice && looks.bin(target));
    return BY_TARGET[plain][isBin ? 1 : 0];
  }
  // Of other kinds nothing is known here; the server decides.
  return RULES[kind] ?? (() => ({}));
}

function requireClock(looks, scannedAt) {
  const ahead = scannedAt ? Date.parse(scannedAt) - looks.serverNow() : 0;
  if (ahead > CLOCK_AHEAD_MAX_MS) throw broken("clock_doubt", { scanned_at: scannedAt });
}

function intake(looks, { body }) {
  if (body.site !== looks.site) throw notFound();
  requireStation(looks, body.station);
  const supplier = looks.supplier(body.supplier);
  if (!supplier?.roles.includes("supplier")) throw notFound();
  const group = looks.group(body.article_group ?? "unknown");
  if (!group) throw malformed("article_group", "unknown");
  for (const code of body.containers ?? []) if (!looks.container(code)) throw notFound();
  const mass = netG(body.gross_g, body.tare_g);
  requireCount(body.pieces);
  const code = body.code ? requireCode(looks, body.code, "batch") : null;
  const delivery = body.delivery ? looks.delivery(body.delivery) : null;
  if (body.delivery && delivery && delivery.supplier !== body.supplier) throw notFound();
  const scale = body.scale && looks.scale(body.scale);
  if (body.scale && !scale) throw notFound();
  const quality = scale?.overdue ? "estimated" : body.quality ?? "measured";
  const answer = { code, mass_g: mass, held_g: mass, state: "received" };
  if (!code) return { answer };
  const row = {
    code, supplier: body.supplier, article_group: group.code, state: "received", held: false,
    mass_g: mass, input_g: mass, held_g: mass, pieces: body.pieces ?? null, received_day: null,
    quality, tolerance_g: permille(mass, group.tolerance_permille), gates: {}, bins: {},
    delivery: body.delivery ?? null, quarantine_g: 0, losses: {}, losses_known: true,
    held_estimated_g: quality === "estimated" ? mass : 0,
  };
  return { answer, changes: [{ on: "batch", code, make: row }] };
}

function requireCount(pieces) {
  const counted = pieces !== null && pieces !== undefined;
  const absurd = counted && !(pieces >= 0 && pieces <= PIECES_MAX);
  if (absurd) throw malformed("pieces", "below zero or absurd", { given: pieces });
}

function hold(looks, { target, body }) {
  const batch = knownBatch(looks, target);
  requireReason(looks, body.reason, "hold");
  requireActive(batch, { held: false });
  if (body.mass_g === undefined || body.mass_g === null) {
    if (batch.held) throw broken("batch_held", { batch: target });
    return aside(batch, [{ on: "batch", code: target, set: { held: true }, was: { held: false } }]);
  }
  const mass = requireHeld(batch, body.mass_g);
  const add = { held_g: -mass, quarantine_g: mass, ...fromEstimates(batch, mass) };
  return aside(batch, [{ on: "batch", code: target, add }]);
}

function aside(batch, changes) {
  const [{ add = {}, set = {} }] = changes;
  const answer = {
    code: batch.code,
    state: set.state ?? batch.state,
    held: set.held ?? batch.held,
    held_g: batch.held_g + (add.held_g ?? 0),
    quarantine_g: batch.quarantine_g + (add.quarantine_g ?? 0),
  };
  return { answer, changes };
}

/** What is set aside or lost comes out of what was estimated first. */
function fromEstimates(batch, mass) {
  const estimated = Math.min(mass, batch.held_estimated_g);
  return estimated ? { held_estimated_g: -estimated } : {};
}

function requireHeld(batch, mass) {
  checkedG(mass, "mass_g");
  if (mass > batch.held_g) {
    throw broken("mass_exceeded", { held_g: batch.held_g, sorted_g: mass, tolerance_g: 0 });
  }
  return mass;
}

function refuse(looks, { target, body }) {
  const batch = knownBatch(looks, target);
  requireReason(looks, body.reason, "refusal");
  requireActive(batch, { held: false });
  const mass = requireHeld(batch, body.mass_g ?? batch.held_g);
  const room = { tolerance_g: roomG(looks, batch, { input_g: -mass }) - roomG(looks, batch) };
  const add = { held_g: -mass, input_g: -mass, ...room, ...fromEstimates(batch, mass) };
  const whole = mass === batch.input_g;
  const state = whole ? { set: { state: "refused" }, was: { state: batch.state } } : {};
  return aside(batch, [{ on: "batch", code: target, add, ...state }]);
}

function find(looks, { body }) {
  requireStation(looks, body.station);
  const kind = looks.findKind(body.kind);
  if (!kind) throw malformed("kind", "unknown");
  if (!(body.count >= 1 && body.count <= 1_000_000)) throw malformed("count", "1 to 1 000 000");
  if (!body.batch) {
    if (body.mass_g !== undefined && body.mass_g !== null) {
      throw malformed("mass_g", "only with a batch");
    }
    return { answer: { batch_held: false } };
  }
  const code = looks.resolve(body.batch);
  const batch = knownBatch(looks, code);
  const change = { on: "batch", code };
  if (body.mass_g !== undefined && body.mass_g !== null) {
    requireActive(batch, { held: false });
    const mass = requireHeld(batch, body.mass_g);
    change.add = { held_g: -mass, finds_g: mass, ...fromEstimates(batch, mass) };
  }
  if (kind.stops_batch) Object.assign(change, { set: { held: true }, was: { held: batch.held } });
  return { answer: { batch_held: Boolean(kind.stops_batch) }, changes: [change] };
}

function weigh(looks, { target, body }) {
  const batch = knownBatch(looks, target);
  requireActive(batch, { held: false });
  requireStation(looks, body.station);
  const mass = netG(body.gross_g, body.tare_g);
  const scale = body.scale && looks.scale(body.scale);
  if (body.scale && !scale) throw notFound();
  const estimated = scale?.overdue || body.quality === "estimated";
  const answer = { code: target, mass_g: mass, held_g: mass, state: batch.state };
  const gain = mass - batch.held_g;
  if (batch.held_estimated_g > 0) {
    const add = {
      held_g: gain,
      input_g: gain,
      tolerance_g: roomG(looks, batch, { input_g: gain }) - roomG(looks, batch),
      held_estimated_g: (estimated ? mass : 0) - batch.held_estimated_g,
    };
    return { answer, changes: [{ on: "batch", code: target, add }] };
  }
  if (gain === 0) return { answer };
  const kind = gain < 0 ? body.loss_kind ?? WEIGHING_DIFFERENCE : WEIGHING_DIFFERENCE;
  requireLoss(looks, batch, kind, Math.abs(gain), gain < 0 ? 1 : -1);
  const add = { held_g: gain, [`losses/${kind}`]: -gain };
  if (kind === WEIGHING_DIFFERENCE) {
    add.tolerance_g = roomG(looks, batch, { gained_g: gain }) - roomG(looks, batch);
  }
  return { answer, changes: [{ on: "batch", code: target, add }] };
}

function requireLoss(looks, batch, kind, mass, sign) {
  const row = looks.lossKind(kind);
  if (!row) throw malformed("loss_kind", "unknown");
  const part = kind === WEIGHING_DIFFERENCE
    ? looks.group(batch.article_group)?.tolerance_permille ?? 0 : row.limit_permille;
  const limit = permille(batch.input_g, part);
  const loss = sign * lossBefore(batch, kind) + mass;
  if (loss > limit) throw broken("loss_limit", { kind, limit_g: limit, loss_g: loss });
}

function close(looks, { target, body }) {
  const batch = knownBatch(looks, target);
  requireActive(batch, { held: batch.held });
  requireStation(looks, body.station);
  if (body.reason) requireReason(looks, body.reason, "close");
  const losses = {};
  for (const { kind, mass_g } of body.losses ?? []) {
    losses[kind] = (losses[kind] ?? 0) + checkedG(mass_g, "losses.mass_g");
  }
  for (const [kind, mass] of Object.entries(losses)) requireLoss(looks, batch, kind, mass, 1);
  const inWorkBins = sum(Object.entries(batch.bins)
    .filter(([code]) => looks.bin(code) && !looks.bin(code).destination).map(([, mass]) => mass));
  const difference = batch.held_g - sum(Object.values(losses));
  const before = lossBefore(batch, WEIGHING_DIFFERENCE) + (losses[WEIGHING_DIFFERENCE] ?? 0);
  const group = looks.group(batch.article_group);
  const tolerance = permille(batch.input_g, group?.tolerance_permille ?? 0);
  const elsewhere = batch.quarantine_g + inWorkBins;
  if (elsewhere || (difference && Math.abs(before + difference) > tolerance)) {
    throw broken("balance_open", {
      difference_g: difference + elsewhere, tolerance_g: tolerance,
      quarantine_g: batch.quarantine_g, work_bin_g: inWorkBins,
    });
  }
  const add = { held_g: -batch.held_g, held_estimated_g: -batch.held_estimated_g };
  for (const [kind, mass] of Object.entries(losses)) add[`losses/${kind}`] = mass;
  const named = `losses/${WEIGHING_DIFFERENCE}`;
  if (difference) add[named] = (add[named] ?? 0) + difference;
  const change = { add, set: { state: "closed" }, was: { state: batch.state } };
  return {
    answer: { code: target, state: "closed", held_g: 0, difference_g: difference },
    changes: [{ on: "batch", code: target, ...change }],
  };
}

function relabel(looks, { target, body }) {
  const kind = looks.batch(target) ? "batch" : looks.bin(target) ? "bin" : null;
  if (!kind) throw notFound();
  requireReason(looks, body.reason, "relabel");
  const code = requireCode(looks, body.code, kind);
  return { answer: { code: target, label: code }, changes: [{ on: "label", code, make: target }] };
}
