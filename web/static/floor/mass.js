// Mass is whole grams. Here alone grams become words and words become grams, as streams/mass.py
// and web/units.py do it.

/** A weight of 40 t or more is a slip, not a batch. */
export const HEAVIEST_G = 40000000;
/** Below twenty of its divisions a scale tells too little (EN 45501, minimum load). */
export const DIVISIONS_MIN = 20;

const SIGNS = { nl: [".", ","], en: [",", "."] };
const KILOGRAMS = /^\s*(\d{1,5})(?:[.,](\d{1,3}))?\s*(?:kg)?\s*$/i;

/**
 * Kilograms and grams apart, so that a screen can set the grams smaller.
 * @param {number} mass_g
 * @param {string|{code: string, decimal?: string, group?: string}} language
 * @returns {{kilograms: string, grams: string}} grams with the decimal sign before them
 */
export function massParts(mass_g, language) {
  const [group, decimal] = signs(language);
  const whole = Math.abs(mass_g);
  const kilograms = String(Math.floor(whole / 1000)).replace(/\B(?=(\d{3})+$)/g, group);
  return {
    kilograms: (mass_g < 0 ? "\u2212" : "") + kilograms,
    grams: decimal + String(whole % 1000).padStart(3, "0"),
  };
}

/** `12,345 kg` in Dutch, `12.345 kg` in English: always to the gram, so never ambiguous. */
export function formatMass(mass_g, language) {
  const parts = massParts(mass_g, language);
  return `${parts.kilograms}${parts.grams} kg`;
}

function signs(language) {
  if (language && language.decimal) return [language.group, language.decimal];
  return SIGNS[(language && language.code) || language] || SIGNS.en;
}

/**
 * Grams from what was typed: `12,345 kg`, `12.5`, `7`. Comma and point both part the kilograms
 * from the grams, so a thousands mark is no weight: at most three figures may follow.
 * @param {string} text
 * @returns {number|null}
 */
export function parseMass(text) {
  const read = KILOGRAMS.exec(text);
  return read ? Number(read[1]) * 1000 + Number((read[2] || "0").padEnd(3, "0")) : null;
}

/**
 * What a key makes of the weight that is being typed: figures, one decimal sign, "erase".
 * @param {string} shown
 * @param {string} key  "0".."9", "," or ".", "erase"
 */
export function typeKey(shown, key) {
  if (key === "erase") return shown.slice(0, -1);
  const next = shown === "0" && /\d/.test(key) ? key : shown + key;
  return /^\d{0,5}([.,]\d{0,3})?$/.test(next) ? next.replace(/^[.,]/, (sign) => `0${sign}`) : shown;
}

/**
 * What is strange about a weight. "refused": no register would take it. Else somebody looks again
 * and says that it is so.
 * @param {{gross_g: number, tare_g?: number, max_g?: number|null, division_g?: number|null,
 *   net?: boolean}} weight  max_g: net that the container may hold; net: the scale took a tare off
 * @returns {null|{code: "too_heavy"|"nothing"|"net_on_scale"|"light_for_scale"|
 *   "heavy_for_container", refused: boolean}}
 */
export function doubt({ gross_g, tare_g = 0, max_g = null, division_g = null, net = false }) {
  if (gross_g >= HEAVIEST_G) return { code: "too_heavy", refused: true };
  if (gross_g <= 0 || gross_g - tare_g <= 0) return { code: "nothing", refused: true };
  if (net && tare_g > 0) return { code: "net_on_scale", refused: true };
  if (division_g && gross_g < DIVISIONS_MIN * division_g) {
    return { code: "light_for_scale", refused: false };
  }
  if (max_g && gross_g - tare_g > max_g) return { code: "heavy_for_container", refused: false };
  return null;
}
