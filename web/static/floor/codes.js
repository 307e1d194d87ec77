/**
 * What a scanned text is, without looking anything up. Pure.
 *
 * A label code is a letter for its kind, random characters and a check character, as
 * `catalogue/codes.py` mints them; both sides are held to the same vectors.
 */

import { gs1Of } from "./gs1.js";

export const ALPHABET = "2345678FJKLMPQRVX";
const LENGTH = 12;
const CERTIFICATE_LENGTH = 16;
const STEP = 3;
const KINDS = {
  B: "batch", K: "bin", S: "station", C: "container", D: "delivery", Z: "shipment", V: "find",
  P: "practice", W: "certificate",
};
const LETTERS = Object.fromEntries(Object.entries(KINDS).map(([letter, kind]) => [kind, letter]));
const NUMBERS = Object.fromEntries([...ALPHABET].map((character, number) => [character, number]));
const KIND_NUMBERS = {
  B: 0, S: 1, C: 2, D: 3, Z: 4, W: 5, K: NUMBERS.K, V: NUMBERS.V, P: NUMBERS.P,
};
const SEPARATORS = /[ \-\t\u00a0\u2010\u2011\u2012\u2013\u2212]/g;
const AIM = /^\][A-Za-z][0-9A-Fa-f]/;
const CARD = /^SS:([A-Z_]+|[0-9])(?::(.+))?$/i;
const CARD_KINDS = {
  SUPPLIER: "organisation", DESTINATION: "destination", GATE: "gate", FIND: "find_kind",
  GROUP: "group", CONTAINER: "container", STATION: "station", PRINTER: "printer",
};
/** Which kinds of thing a name that people chose may have. */
const UPPER_KINDS = new Set(["organisation", "container", "station", "printer"]);

function sumOf(written) {
  let total = KIND_NUMBERS[written[0]];
  for (const character of written.slice(1)) {
    total = (total * STEP + NUMBERS[character]) % ALPHABET.length;
  }
  return total;
}

function lengthOf(kind) {
  return kind === "certificate" ? CERTIFICATE_LENGTH : LENGTH;
}

/**
 * Read a label code as typed or scanned: case, spaces and hyphens do not matter.
 * @param {string} text
 * @returns {{kind: string, code: string}|{misreading: "length"|"kind"|"character"|"check"}}
 */
export function parse(text) {
  const squeezed = text.length <= 2 * CERTIFICATE_LENGTH ? text.replace(SEPARATORS, "").trim() : "";
  // Some foreign letters become ours in upper case: a long s becomes S, for one.
  const written = /^[\0-\x7f]*$/.test(squeezed) ? squeezed.toUpperCase() : "";
  const kind = KINDS[written[0]];
  if (!kind) return { misreading: written ? "kind" : "length" };
  if (written.length !== lengthOf(kind)) return { misreading: "length" };
  if ([...written.slice(1)].some((character) => !(character in NUMBERS))) {
    return { misreading: "character" };
  }
  return sumOf(written) === 0 ? { kind, code: written } : { misreading: "check" };
}

/** Whether a text is exactly one label code as scanners send it: no spaces, twelve characters. */
export function isLabel(text) {
  return text.length === LENGTH && /^[BKSCDZVP][2-8FJKLMPQRVX]{11}$/i.test(text)
    && sumOf(text.toUpperCase()) === 0;
}

/**
 * A new label code. The floor itself makes only practice codes.
 * @param {string} kind as in `parse`
 * @returns {string}
 */
export function mint(kind) {
  let body = LETTERS[kind];
  while (body.length < lengthOf(kind) - 1) {
    // 255 is fifteen times seventeen, so that no character comes more often than another.
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 255) body += ALPHABET[byte % ALPHABET.length];
  }
  return body + ALPHABET.at(-((sumOf(body) * STEP) % ALPHABET.length));
}

/** A label code as it is printed for people: in fours, with hyphens. */
export function grouped(code) {
  return code.match(/.{1,4}/g)?.join("-") ?? code;
}

/** What can be shown of a text: control characters as signs, at most 60 characters. */
export function printable(text) {
  const shown = text.replace(/[\x00-\x20]/g, (sign) =>
    sign === " " ? " " : String.fromCodePoint(0x2400 + sign.codePointAt(0)));
  const all = [...shown.replace(/[\x7f-\x9f\u2028\u2029]/g, "\ufffd")];
  return all.length > 60 ? `${all.slice(0, 59).join("")}\u2026` : all.join("");
}

/**
 * The text without the scanner's own marks: AIM prefix and line ends, and what an address of
 * ours leads to. As `cleaned` of `web/scanning.py`.
 */
export function cleaned(text) {
  const plain = text.replace(/^[\r\n\t \0]+|[\r\n\t \0]+$/g, "").replace(AIM, "");
  return (/^https?:\/\//i.test(plain) ? lastStep(plain) : plain).trim();
}

function lastStep(address) {
  const path = address.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/, "");
  const steps = path.replace(/\/+$/, "");
  const digitalLink = /\/00\/(\d{18})$/.exec(steps);
  return digitalLink ? `00${digitalLink[1]}` : steps.slice(steps.lastIndexOf("/") + 1);
}

/**
 * What a scanned or typed text is.
 *
 * kind: batch, bin, station, container, delivery, shipment, find, practice or certificate for a
 * label code; command (code YES, NO, OK, BACK, UNDO, HOME, FOUND, 1..9) or organisation,
 * destination, gate, find_kind, group, container, station, printer for a card; sscc (code: its 18
 * digits) or gs1 (`fields`: value per application identifier) for GS1; certificate; else text.
 * @param {string} text
 * @returns {{kind: string, code: string, read: string, fields?: Object<string, string>,
 *   misread?: boolean}} read: what was read, fit to be shown. misread: it looks like a label code
 *   that was misread or mistyped.
 */
export function recognise(text) {
  const read = printable(text.replace(/^[\r\n\t \0]+|[\r\n\t \0]+$/g, ""));
  const card = CARD.exec(text.trim().replace(AIM, ""));
  if (card) return { ...cardOf(card), read };
  const gs1 = gs1Of(text);
  if (gs1?.sscc) return { kind: "sscc", code: gs1.sscc, read, fields: gs1.fields };
  if (gs1) return { kind: "gs1", code: gs1.code, read, fields: gs1.fields };
  const plain = cleaned(text);
  const found = parse(plain);
  if (found.kind) return { kind: found.kind, code: found.code, read };
  const misread = plain.length >= 8 && /^[A-Z0-9]+$/i.test(plain);
  return { kind: "text", code: plain, read, misread };
}

function cardOf([, word, code]) {
  const name = word.toUpperCase();
  if (!code) return { kind: "command", code: name };
  const kind = CARD_KINDS[name] ?? "unknown";
  return { kind, code: UPPER_KINDS.has(kind) ? code.toUpperCase() : code };
}
