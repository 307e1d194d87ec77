/** What a scanned text is here: looked up on the tablet, and asked of the server when it is not. */

import { recognise } from "./codes.js";

/**
 * @param {import("./world.js").World} world
 * @param {string} text
 * @returns {Object|Promise<Object>} `{kind, code, read, row?, misread?, unsure?}`
 */
export function read(world, text) {
  const found = recognise(text);
  const known = LOOKS[found.kind]?.(world, found);
  const scan = known && { misread: false, ...found, ...known };
  if (scan && !scan.unsure) return scan;
  const fallback = scan ?? { ...found, kind: found.kind === "sscc" ? "sscc" : "unknown" };
  if (world.practice || !world.net.online) return fallback;
  return ask(world, text, fallback);
}

const LOOKS = {
  command: () => ({}),
  batch: label("batch"),
  bin: label("bin"),
  practice: practised,
  station: chosen,
  container: chosen,
  delivery: (world, { code }) => row("delivery", world.delivery(code)),
  organisation: (world, { code }) => row("organisation", world.supplier(code)),
  destination: (world, { code }) => row("destination", world.destination(code)),
  gate: (world, { code }) => row("gate", world.gate(code)),
  group: (world, { code }) => row("group", world.group(code)),
  find_kind: (world, { code }) => row("find_kind", world.findKind(code)),
  printer: chosen,
  sscc: (world, { code }) => row("delivery", world.delivery(code)),
  gs1: byFields,
  text: chosen,
};

function row(kind, found) {
  return found && { kind, code: found.code, row: found };
}

/** A label of ours: what hangs on it, or that nothing does yet. */
function label(kind) {
  return (world, { code }) => {
    const own = world.resolve(code);
    const found = kind === "batch" ? world.batch(own) : world.bin(own);
    if (found && found.state !== "reversed") return { kind, code: own, row: found };
    if (found || world.isUsed(code)) return { kind, code: own, row: found, unsure: true };
    const mine = world.reserved[kind].includes(code);
    return { kind: `blank_${kind}`, code, unsure: !mine };
  };
}

function practised(world, { code }) {
  if (!world.practice) return { kind: "practice", code };
  const batch = world.batch(code);
  const bin = world.bin(code);
  if (batch) return { kind: "batch", code: batch.code, row: batch };
  if (bin) return { kind: "bin", code: bin.code, row: bin };
  const kind = world.reserved.bin.includes(code) ? "blank_bin" : "blank_batch";
  return { kind, code };
}

/** Names that people chose, and the numbers of suppliers. */
function chosen(world, { code }) {
  const name = code.toUpperCase();
  const station = (world.reference.stations ?? []).find((each) => each.code === name);
  const second = world.resolve(name);
  if (second !== name) {
    return label(second.startsWith("K") ? "bin" : "batch")(world, { code: second });
  }
  return row("station", station)
    ?? row("container", world.container(name))
    ?? row("printer", world.printer(name))
    ?? row("organisation", world.supplier(name))
    ?? row("delivery", code && world.delivery(code));
}

const REFERENCES = ["400", "401", "402", "8004", "8003", "10", "21", "00", "01"];

function byFields(world, { fields }) {
  for (const identifier of REFERENCES) {
    const found = fields[identifier] && world.delivery(fields[identifier]);
    if (found) return row("delivery", found);
  }
  return undefined;
}

async function ask(world, text, fallback) {
  const reply = await world.net.call("POST", "/scan", { text }, { timeout: 5_000 });
  const seen = reply?.ok ? reply.body : null;
  if (!seen || seen.kind === "unknown") return { ...fallback, now: seen?.now };
  const known = seen.code && (world.batch(seen.code) ?? world.bin(seen.code));
  return {
    ...fallback, unsure: false, kind: seen.kind, code: seen.code, row: known || undefined,
    now: seen.now,
  };
}
