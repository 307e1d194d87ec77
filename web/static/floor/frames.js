// What a scale says, read into whole grams. The twin of scales/frames.py: the same vectors hold
// both (tests/scales/frames.json).

export const FRAME_MAX = 60;

const FACTORS = { g: 1n, kg: 1000n, t: 1000000n };
const ANSWER = /^S +([SDI+-])(?: +([^ ].*))?$/s;
const LINE = /^(ST|US|OL|UL)(?:[ ,]+([^\s].*))?$/s;
const WEIGHT =
  /^(?:([A-Z]{1,3})[ ,]+)?([+-]?) *([0-9]{0,8})(?:\.([0-9]{1,6}))? *(g|kg|t)(?: +([A-Z]{1,3}))?$/;
const STATES = {
  S: "stable",
  ST: "stable",
  D: "moving",
  US: "moving",
  "+": "overload",
  OL: "overload",
  "-": "underload",
  UL: "underload",
  I: "not_ready",
};
const NET = ["N", "NT", "NET"];
const KINDS = ["G", "GS", "B", ...NET];

/**
 * One line of a scale, without its line end. Only what is "stable" may be booked.
 * @param {string} line
 * @returns {{state: "stable"|"moving"|"overload"|"underload"|"not_ready"|"garbled",
 *   mass_g: number|null, raw: string, net: boolean}} raw: printable ASCII, kept with the weight;
 *   net: the scale itself took a tare off
 */
export function readFrame(line) {
  const text = line.replace(/^[\r\n]+|[\r\n]+$/g, "");
  const raw = [...text].map((sign) => (sign >= " " && sign <= "~" ? sign : "?")).join("");
  const nothing = { state: "garbled", mass_g: null, raw: raw.slice(0, FRAME_MAX), net: false };
  if ([...text].length > FRAME_MAX) return nothing;
  const said = text.replace(/^ +| +$/g, "");
  const found = ANSWER.exec(said) || LINE.exec(said);
  if (!found) return nothing;
  const state = STATES[found[1]];
  if (state === "stable" || state === "moving") return weighed(state, found[2] || "", nothing);
  return found[1] === "OL" || found[1] === "UL" || !found[2] ? { ...nothing, state } : nothing;
}

function weighed(state, rest, nothing) {
  const found = WEIGHT.exec(rest);
  if (!found || !(found[3] || found[4])) return nothing;
  const kinds = new Set([found[1], found[6]].filter(Boolean));
  if (kinds.size > 1 || ![...kinds].every((kind) => KINDS.includes(kind))) return nothing;
  const net = [...kinds].some((kind) => NET.includes(kind));
  return { ...nothing, state, mass_g: grams(found), net };
}

/** Half a gram goes to the even gram. */
function grams([, , sign, whole, decimals = "", unit]) {
  const parts = 10n ** BigInt(decimals.length);
  const all = BigInt(whole + decimals) * FACTORS[unit];
  let found = all / parts;
  const rest = (all % parts) * 2n;
  if (rest > parts || (rest === parts && found % 2n === 1n)) found += 1n;
  return Number(sign === "-" ? -found : found) + 0;
}
