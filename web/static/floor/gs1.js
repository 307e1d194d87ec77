/**
 * GS1 element strings and Digital Link addresses, as far as freight labels use them. Pure.
 * Source: GS1 General Specifications, section 3; GS1 Digital Link, URI syntax.
 */

const FNC1 = "\x1d";
/** Digits of a fixed length per identifier; a number below zero: up to so many characters. */
const LENGTHS = {
  "00": 18, "01": 14, "02": 14, 10: -20, 11: 6, 12: 6, 13: 6, 15: 6, 16: 6, 17: 6, 20: 2, 21: -20,
  22: -20, 30: -8, 37: -8, 240: -30, 241: -30, 250: -30, 251: -30, 400: -30, 401: -30, 402: 17,
  403: -30, 410: 13, 411: 13, 412: 13, 413: 13, 414: 13, 415: 13, 416: 13, 417: 13, 420: -20,
  421: -12, 422: 3, 8003: -30, 8004: -30, 8008: -12, 8018: 18, 8200: -70, 90: -30, 91: -90, 92: -90,
  93: -90, 94: -90, 95: -90, 96: -90, 97: -90, 98: -90, 99: -90,
};
/** Fixed in a table of GS1 by their first two digits: no FNC1 has to follow these. */
const FIXED = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;
const CHECKED = new Set(["00", "01", "02", "402", "410", "411", "412", "413", "414", "8018"]);
const LINK_KEYS = ["00", "01", "401", "402", "400", "8003", "8004", "8018", "414"];
const AIM_GS1 = /^\](C1|e0|e1|d2|Q3|J1)/;
const AIM_OTHER = /^\][A-Za-z][0-9A-Fa-f]/;
/** 82 characters of GS1, among which neither brackets at the start nor control characters. */
const CHARACTERS = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/;

/**
 * The last digit of a GTIN, GLN or SSCC.
 * @param {string} body the digits before it
 */
export function checkDigit(body) {
  const sum = [...body].reverse().reduce(
    (total, digit, place) => total + Number(digit) * (place % 2 ? 1 : 3), 0);
  return String((10 - (sum % 10)) % 10);
}

/** Whether a text is 18 digits with the right check digit. */
export function isSscc(text) {
  return /^\d{18}$/.test(text) && checkDigit(text.slice(0, -1)) === text.at(-1);
}

/**
 * What a text says in GS1's terms; null when it is none.
 * @param {string} text
 * @returns {{fields: Object<string, string>, code: string, sscc?: string}|null}
 */
export function gs1Of(text) {
  const trimmed = text.replace(/^[\r\n\t \0]+|[\r\n\t \0]+$/g, "");
  const sure = AIM_GS1.test(trimmed);
  const plain = trimmed.replace(AIM_OTHER, "");
  const fields = /^https?:\/\//i.test(plain) ? linkFields(plain)
    : plain.startsWith("(") ? bracketFields(plain)
    : elementFields(plain, sure);
  if (!fields) return null;
  const sscc = fields["00"];
  return sscc ? { fields, code: sscc, sscc } : { fields, code: bestOf(fields) };
}

function bestOf(fields) {
  const key = LINK_KEYS.find((each) => fields[each]) ?? Object.keys(fields)[0];
  return fields[key];
}

/** The identifier at the start of a text, and how long its value is; null when it is none. */
function identifierAt(text) {
  for (const size of [2, 3, 4]) {
    const identifier = text.slice(0, size);
    if (identifier.length === size && identifier in LENGTHS) {
      return { identifier, length: LENGTHS[identifier] };
    }
  }
  // Measures: 310n is net kilograms with n decimals, 330n gross.
  if (/^3[1-6]\d[0-9]/.test(text)) return { identifier: text.slice(0, 4), length: 6 };
  if (/^39[0-4]\d/.test(text)) return { identifier: text.slice(0, 4), length: -18 };
  return null;
}

function isRight(identifier, value, length) {
  const size = Math.abs(length);
  if (length > 0 ? value.length !== size : value.length === 0 || value.length > size) return false;
  if (length > 0 && !/^\d+$/.test(value)) return false;
  if (!CHARACTERS.test(value)) return false;
  return !CHECKED.has(identifier) || checkDigit(value.slice(0, -1)) === value.at(-1);
}

/** sure: the scanner said that it is GS1. Else what could be anything must prove itself. */
function elementFields(text, sure) {
  const marked = text.startsWith(FNC1) || text.includes(FNC1);
  let rest = text.replace(/^\x1d+/, "");
  const fields = {};
  let proven = sure || marked;
  while (rest) {
    const found = identifierAt(rest);
    if (!found) return null;
    const { identifier, length } = found;
    const value = valueOf(rest.slice(identifier.length), length, identifier);
    if (value === null || !isRight(identifier, value, length)) return null;
    proven ||= CHECKED.has(identifier);
    fields[identifier] = value;
    rest = rest.slice(identifier.length + value.length).replace(/^\x1d/, "");
  }
  // A number that happens to begin like an identifier is not GS1 yet.
  return proven && Object.keys(fields).length ? fields : null;
}

function valueOf(text, length, identifier) {
  if (length > 0 || FIXED.test(identifier)) {
    return text.length >= length ? text.slice(0, length) : null;
  }
  const end = text.indexOf(FNC1);
  return end < 0 ? text : text.slice(0, end);
}

function bracketFields(text) {
  const fields = {};
  const pattern = /\((\d{2,4})\)((?:(?!\(\d{2,4}\)).)+)/gs;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    const [whole, identifier, given] = found;
    const value = given.trim();
    const known = identifierAt(identifier);
    if (found.index !== at || known?.identifier !== identifier) return null;
    if (!isRight(identifier, value, known.length)) return null;
    fields[identifier] = value;
    at += whole.length;
  }
  return at === text.length && at > 0 ? fields : null;
}

function linkFields(address) {
  const found = /^https?:\/\/[^/?#]+([^?#]*)(?:\?([^#]*))?/i.exec(address) ?? [];
  const [, path = "", query = ""] = found;
  const steps = path.split("/").filter(Boolean);
  const start = steps.findIndex((step, at) => LINK_KEYS.includes(step) && at + 1 < steps.length);
  if (start < 0 || (steps.length - start) % 2) return null;
  const pairs = [];
  for (let at = start; at < steps.length; at += 2) pairs.push([steps[at], steps[at + 1]]);
  for (const part of query.split("&").filter(Boolean)) {
    const [name, value = ""] = part.split("=");
    if (/^\d{2,4}$/.test(name)) pairs.push([name, value]);
  }
  return checkedPairs(pairs);
}

function checkedPairs(pairs) {
  const fields = {};
  for (const [identifier, written] of pairs) {
    const known = identifierAt(identifier);
    const value = decoded(written);
    if (known?.identifier !== identifier || !isRight(identifier, value, known.length)) return null;
    fields[identifier] = value;
  }
  return Object.keys(fields).length ? fields : null;
}

function decoded(written) {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
