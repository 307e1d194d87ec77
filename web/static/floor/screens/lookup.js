// What the screens want to know of the world: names, what is open, and where something may go.

import { mayGo, missingGates } from "../effects_rules.js";
import { formatMass } from "../mass.js";
import { _, language, own } from "../words.js";

const ACTIVE = new Set(["received", "sorting"]);

/** A weight in the language of the tablet: `12,345 kg`. */
export const kg = (mass_g) => formatMass(mass_g, language());

const table = (floor, name) => floor.world.reference?.[name] || [];
const row = (floor, name, code) => table(floor, name).find((each) => each.code === code) || null;
const nameOf = (floor, name, code) => own(row(floor, name, code)?.names, code);

export const groupRow = (floor, code) => row(floor, "article_groups", code);
export const groupName = (floor, code) => nameOf(floor, "article_groups", code);
export const destinationRow = (floor, code) => row(floor, "destinations", code);
export const destinationName = (floor, code) => nameOf(floor, "destinations", code);
export const gateName = (floor, code) => nameOf(floor, "gates", code);
export const containerRow = (floor, code) => row(floor, "containers", code);
export const groups = (floor) => table(floor, "article_groups");
export const destinations = (floor) => table(floor, "destinations");
export const guides = (floor) => table(floor, "sorting_guide");
export const containers = (floor) => table(floor, "containers");

/** The name of an organisation, or its code while it is not known here. */
export const partyName = (floor, code) => row(floor, "organisations", code)?.name || code;

/** Those who hand in material here, by name. */
export function suppliers(floor) {
  return table(floor, "organisations")
    .filter((each) => each.roles.includes("supplier"))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** Reasons that may stand beside an act: hold, refusal, close, ... */
export const reasonsFor = (floor, act) =>
  table(floor, "reasons").filter((each) => each.acts.includes(act));

export const batchRow = (floor, code) => floor.world.batch(code) || null;
export const binRow = (floor, code) => floor.world.bin(code) || null;
export const deliveryRow = (floor, code) => floor.world.delivery(code) || null;

/** Deliveries that are announced, the first expected first. */
export const deliveries = (floor) => [...floor.world.deliveries];

/** Batches that wait for sorting: those begun first, then the newest. */
export function openBatches(floor) {
  const open = [...floor.world.batches].filter((each) => ACTIVE.has(each.state));
  const begun = (each) => (each.state === "sorting" ? 0 : 1);
  return open.reverse().sort((one, other) => begun(one) - begun(other));
}

/** Work bins with something in them: they can be sorted again. */
export const workBins = (floor) =>
  openBins(floor).filter((each) => !each.destination && each.mass_g > 0);

/** Bins that can be filled. */
export const openBins = (floor) =>
  floor.world.bins.filter((each) => each.state === "open");

/** What came in of a delivery so far. */
export function receivedOf(floor, delivery) {
  const came = [...floor.world.batches].filter((each) => each.delivery === delivery);
  return { boxes: came.length, mass_g: came.reduce((sum, each) => sum + each.mass_g, 0) };
}

/** How much a batch may differ without a team leader. */
export function toleranceOf(floor, batch) {
  const permille = groupRow(floor, batch.article_group)?.tolerance_permille || 0;
  return Math.floor((Math.max(0, batch.input_g) * permille) / 1000);
}

/** The last letters of a code: enough to tell bins apart that stand side by side. */
export const shortCode = (code) => code.slice(-4);

/** By which rule a group of a supplier may not go to a destination; null: it may. */
export function forbidden(floor, supplier, group, destination) {
  const rules = table(floor, "owner_rules").filter((each) => each.supplier === supplier);
  const asked = groupRow(floor, group);
  return asked ? mayGo(destination, asked, rules, groups(floor)) : null;
}

/**
 * Why something cannot go to a destination now, in few words; null when it can.
 * @param {object} floor
 * @param {object} source as `sourceOf` of sort.js gives it
 * @param {string} group found or declared
 * @param {object} destination
 * @returns {null|{rule: "owner"|"security"|"gate", gate?: string, say: string}}
 */
export function hindrance(floor, source, group, destination) {
  const rules = source.owners.map((owner) =>
    forbidden(floor, owner.supplier, group || owner.article_group, destination),
  );
  const rule = rules.find(Boolean);
  if (rule === "owner") return { rule, say: _("Not allowed by the supplier") };
  if (rule) return { rule, say: _("Not for this kind") };
  const before = destinationRow(floor, source.destination);
  const gate = missingGates(destination, before).find((each) => !source.free(each));
  if (!gate) return null;
  return { rule: "gate", gate, say: _("First: %(step)s", { step: gateName(floor, gate) }) };
}
