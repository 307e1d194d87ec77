/** A small site to practise at. Its codes begin with P, which the register refuses. */

import { permille } from "./arithmetic.js";
import { mint } from "./codes.js";
import { Layer } from "./layer.js";

const MASSES_G = [24_500, 12_000, 38_250];
const BINS_MAX = 8;
const BLANKS = 12;

/**
 * @param {Object} reference of the real site
 * @returns {{layer: Layer, codes: {batch: string[], bin: string[]}}}
 */
export function practiceWorld(reference) {
  const layer = new Layer();
  const suppliers = (reference.organisations ?? []).filter((row) => row.roles.includes("supplier"));
  const groups = (reference.article_groups ?? []).filter((row) => row.code !== "unknown");
  MASSES_G.forEach((mass, at) => {
    const group = groups[at % Math.max(1, groups.length)];
    const supplier = suppliers[at % Math.max(1, suppliers.length)];
    if (group && supplier) put(layer, "batch", batchOf(mint("practice"), mass, group, supplier));
  });
  for (const destination of (reference.destinations ?? []).slice(0, BINS_MAX)) {
    put(layer, "bin", binOf(mint("practice"), destination));
  }
  put(layer, "bin", binOf(mint("practice"), null));
  const blanks = () => Array.from({ length: BLANKS }, () => mint("practice"));
  return { layer, codes: { batch: blanks(), bin: blanks() } };
}

function put(layer, on, row) {
  layer.base[on].set(row.code, row);
}

function batchOf(code, mass, group, supplier) {
  return {
    code, supplier: supplier.code, article_group: group.code, state: "received", held: false,
    mass_g: mass, input_g: mass, held_g: mass, pieces: null, received_day: null,
    quality: "measured", tolerance_g: permille(mass, group.tolerance_permille), gates: {}, bins: {},
    delivery: null, quarantine_g: 0, finds_g: 0, losses: {}, losses_known: true,
    held_estimated_g: 0,
  };
}

function binOf(code, destination) {
  return {
    code, destination: destination?.code ?? null, stream: destination?.stream ?? null,
    container: null, state: "open", mass_g: 0, tare_g: null, contents: [],
  };
}
