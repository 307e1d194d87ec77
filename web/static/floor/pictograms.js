// Which pictogram stands for what. Codes are an operator's own, so each kind has a fallback.

const DRAWN = {
  group: {
    wet: "wet_clothes",
    soiled: "dirty",
    boots: "footwear",
    shoes: "footwear",
    backpack: "equipment",
    bag: "equipment",
    cap: "headgear",
    overall: "workwear",
  },
  destination: {
    fibre_textile: "fibre",
    witnessed_burning: "witnessed",
    disposal_burning: "fire",
  },
  find: { other: "other_find" },
  question: { in_use: "list", washable: "wash", logo_off: "scissors", repairable: "repair" },
  loss: {
    weighing_difference: "weigh",
    moisture: "wet",
    packaging: "box",
    counting_error: "pieces",
  },
  reason: {
    mistake: "undo",
    double_scan: "scan",
    wrong_destination: "bin",
    wrong_batch: "batch",
    wrong_weight: "weigh",
    wrong_group: "mixed",
    contaminated: "dirty",
    not_ours: "no",
    to_check: "look",
    checked: "ok",
    handed_over: "hand",
    explained: "note",
    more_found: "find",
    refused_by_outlet: "truck",
    torn: "label_damaged",
    label_lost: "label",
    other: "more",
  },
  container: { bin: "container", crate: "container", cart: "bin", trolley: "bin" },
  station: { intake: "intake", inspection: "inspect", sorting: "sort", dispatch: "dispatch" },
  weight: { by_hand: "hand", estimated: "estimate", disconnected: "weight_none" },
};

const KNOWN = {
  group:
    "unknown uniform_combat uniform_service uniform_dress workwear footwear equipment jacket " +
    "trousers shirt helmet vest blanket bedding gloves headgear rainwear towel mixed ballistic",
  destination:
    "reissue repaired public_sale donation guarded_recycling whole_sale panels upcycling " +
    "metal_plastic ballistic_return energy_plant",
  gate: "xray logo_removed cut_up washed serial_noted witnessed",
  find:
    "knife cartridge magazine pass key wallet phone battery document money jewellery medicine " +
    "lighter",
  loss: "dust",
  reason: "wet wrong_supplier",
  question:
    "wet wash ballistic whole torn list logo scissors nice repair cloth pair sole dirty pocket",
  container: "box cage bag pallet container",
  stream: "reuse recycle incineration held",
};

const FALLBACKS = {
  group: "shirt",
  destination: "bin",
  gate: "gate",
  find: "other_find",
  loss: "question",
  reason: "question",
  question: "question",
  container: "container",
  station: "station",
  stream: "work_bin",
  verdict: "verdict_unknown",
  weight: "weight_none",
};

const PREFIXED = {
  verdict: "accepted refused parked look unknown",
  weight: "stable moving overload none empty",
};

const TABLES = Object.fromEntries(Object.keys(FALLBACKS).map((kind) => [kind, tableOf(kind)]));

function tableOf(kind) {
  const own = codes(KNOWN[kind]).map((code) => [code, code]);
  const prefixed = codes(PREFIXED[kind]).map((code) => [code, `${kind}_${code}`]);
  return new Map([...own, ...prefixed, ...Object.entries(DRAWN[kind] || {})]);
}

function codes(text = "") {
  return text.split(" ").filter(Boolean);
}

/** Words in a code that say enough, for what an operator added: `winter_jacket` is a jacket. */
function likely(table, code) {
  return code
    .split("_")
    .reverse()
    .map((word) => table.get(word) || table.get(word.replace(/s$/, "")))
    .find(Boolean);
}

/**
 * The id in pictograms.svg that stands for a code of a kind; always one that exists.
 * @param {"group"|"destination"|"gate"|"find"|"loss"|"reason"|"question"|"container"|"station"|
 *   "stream"|"verdict"|"weight"} kind
 * @param {string|null} [code]
 * @param {string} [stream]  of a destination: what to show when the code says nothing
 * @returns {string}
 */
export function pictogramOf(kind, code, stream) {
  const table = TABLES[kind];
  if (!table) return "question";
  const asked = String(code || "").toLowerCase();
  const found = asked && (table.get(asked) || likely(table, asked));
  if (found) return found;
  if (kind === "destination" && !asked) return "work_bin";
  if (kind === "destination" && TABLES.stream.has(stream)) return stream;
  return FALLBACKS[kind];
}
