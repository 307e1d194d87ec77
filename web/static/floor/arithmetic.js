/** The ledger's arithmetic, as `streams/rules.py` has it: whole grams, no fraction. Pure. */

export const HEAVIEST_G = 40_000_000;
export const PIECES_MAX = 10_000_000;
export const WEIGHING_DIFFERENCE = "weighing_difference";

/** A rule says no (parked), or it cannot be read, is unknown or not allowed (refused). */
export class No extends Error {
  constructor(verdict, code, figures = {}) {
    super(code);
    this.verdict = verdict;
    this.code = code;
    this.figures = figures;
  }
}

export const malformed = (field, problem, more) =>
  new No("refused", "malformed", { field, problem, ...more });
export const notFound = () => new No("refused", "not_found");
export const notAllowed = () => new No("refused", "not_allowed");
export const broken = (code, figures) => new No("parked", code, figures);

/** Whole grams above zero (or zero) and below 40 t. */
export function checkedG(mass, field, { zero = false } = {}) {
  if (!Number.isInteger(mass)) throw malformed(field, "not whole grams");
  if (mass < 0 || (mass === 0 && !zero)) {
    throw malformed(field, "not above zero", { given_g: mass });
  }
  if (mass >= HEAVIEST_G) throw malformed(field, "40 t or more", { given_g: mass });
  return mass;
}

export function netG(gross, tare) {
  checkedG(gross, "gross_g");
  checkedG(tare, "tare_g", { zero: true });
  if (tare >= gross) {
    throw malformed("tare_g", "not below gross", { gross_g: gross, tare_g: tare });
  }
  return gross - tare;
}

export function permille(mass, part) {
  return Math.floor((Math.max(0, mass) * part) / 1000);
}

export const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);

/** Divide a whole number over weights by largest remainder; ties go to the earlier weight. */
export function divide(total, weights) {
  const whole = sum(weights);
  if (total === 0 || whole === 0) return weights.map(() => 0);
  const parts = weights.map((weight) => Math.floor((total * weight) / whole));
  const order = weights
    .map((weight, at) => [(total * weight) % whole, at])
    .sort(([one, at], [other, then]) => other - one || at - then);
  for (const [, at] of order.slice(0, total - sum(parts))) parts[at] += 1;
  return parts;
}

/** Rows of a bin in the order that ties of a division go by. */
export function inOrder(contents) {
  const key = (row) => [row.batch, row.article_group, row.quality].join("\u0000");
  return [...contents].sort((one, other) => {
    const [mine, yours] = [key(one), key(other)];
    return mine < yours ? -1 : mine > yours ? 1 : 0;
  });
}

/** `mass` divided over what stands in a bin: rows with their part of it. */
export function share(contents, mass) {
  const rows = inOrder(contents.filter((row) => row.mass_g > 0));
  const masses = divide(mass, rows.map((row) => row.mass_g));
  return rows
    .map((row, at) => ({
      ...row,
      mass_g: masses[at],
      pieces: Math.floor((Math.max(0, row.pieces ?? 0) * masses[at]) / row.mass_g),
    }))
    .filter((row) => row.mass_g > 0);
}

/** What each row of a bin gains, or loses, when the whole is weighed: estimates take it first. */
export function spreadDifference(contents, whole) {
  const rows = inOrder(contents.filter((row) => row.mass_g > 0));
  const estimates = rows.filter((row) => row.quality === "estimated");
  const measured = rows.filter((row) => row.quality !== "estimated");
  const difference = whole - sum(rows.map((row) => row.mass_g));
  const taken = (takers, mass, sign) =>
    divide(mass, takers.map((row) => row.mass_g)).map((part, at) => [takers[at], sign * part]);
  if (difference >= 0) return taken(estimates.length ? estimates : measured, difference, 1);
  const byEstimates = Math.min(-difference, sum(estimates.map((row) => row.mass_g)));
  return [
    ...taken(estimates, byEstimates, -1), ...taken(measured, -difference - byEstimates, -1),
  ];
}
