/**
 * Print jobs of this tablet: which label goes to the printer, and whether it is there yet.
 *
 * A label is printed once. So a job gets its `scan_id` before it is sent, and when no answer came
 * the same job is sent again, never a new one. Without a network nothing can be printed: the job
 * that comes back says so, and a blank label is hung instead.
 *
 * A job: `{scan_id, code, part, parts, printer, state, problem, attempts, created_at, changed_at}`.
 * state: "queued" (waits, certainly not printed), "sent" (the printer has it), "doubtful" (look
 * whether the label is there), "printed" (its label was scanned), "failed", "cancelled"; and for
 * what never became a job: "offline", "unknown" (the server does not know this code yet),
 * "no_printer" (this site has none, or several: name one), "practice" (nothing is printed while
 * practising), "refused".
 * problem: "", or why it waits or went wrong: "sending", "unreachable", "broken", "no_answer",
 * "paper_out", "ribbon_out", "head_open", "paused", "not_found", "too_small", "unreadable",
 * "too_late", "replaced".
 */

import { uuid7 } from "./ids.js";

const UNSENT = "printing";
const CONFIRMABLE = ["sent", "doubtful", "failed"];
const PDF_TIMEOUT_MS = 20_000;

/**
 * The print jobs of a floor: `floor.printing = createPrinting(floor)`.
 * @param {object} floor uses `net`, `online`, `outbox`, `draft` and `saveDraft`
 */
export function createPrinting(floor) {
  return {
    /**
     * Print the label of a batch, bin, container or station. The scans that wait are sent first,
     * so that the server knows what the label is for. Asking again for the same label while no
     * answer came is the same job.
     * @param {string} code
     * @param {{printer?: string, part?: number, parts?: number}} [wanted] part 1 of 2 containers
     * @returns {Promise<object>} the job
     */
    print: (code, wanted = {}) => print(floor, code, wanted),
    /**
     * The print jobs of this tablet's site, newest first; [] without a network.
     * @param {{state?: string, code?: string, limit?: number}} [asked]
     */
    jobs: (asked = {}) => jobs(floor, asked),
    /** Those that somebody should know of: they wait, are doubtful, or failed. */
    stuck: async () => (await jobs(floor, { limit: 50 })).filter(isStuck),
    /** Print a label once more, after somebody looked. @returns {Promise<object>} the new job */
    again: (job) => again(floor, job),
    /** Nobody wants this label any more. */
    cancel: (job) => act(floor, job, "cancel", {}),
    /** A fresh label was scanned: every job for it is done. @returns {Promise<boolean>} */
    confirm: (code) => confirm(floor, code),
    /** Open the label as a PDF in a new tab; call it straight from a tap. */
    pdf: (code, wanted = {}) => pdf(floor, code, wanted),
  };
}

/** Whether somebody should look at a job. */
export function isStuck(job) {
  if (job.state === "queued") return !["", "sending"].includes(job.problem);
  const isThere = ["printed", "cancelled"].includes(job.state);
  return !isThere && (job.state !== "sent" || Boolean(job.problem));
}

async function print(floor, code, wanted) {
  if (floor.practice) return never(code, "practice");
  if (!floor.online) return never(code, "offline");
  await floor.outbox.flush();
  const unsent = (await floor.draft(UNSENT)) ?? {};
  const key = [code, wanted.part ?? 0, wanted.parts ?? 0].join("/");
  const scan_id = unsent[key] ?? uuid7();
  await floor.saveDraft(UNSENT, { ...unsent, [key]: scan_id });
  const answer = await floor.net.call("POST", "/print-jobs", { scan_id, code, ...wanted });
  if (answer === null || answer.status >= 500 || answer.status === 429) {
    return never(code, "offline");
  }
  await forget(floor, key);
  return answer.ok ? answer.body : never(code, stateOf(answer.body), answer.body?.code);
}

async function forget(floor, key) {
  const unsent = { ...(await floor.draft(UNSENT)) };
  delete unsent[key];
  await floor.saveDraft(UNSENT, unsent);
}

function never(code, state, problem = "") {
  return { scan_id: null, code, state, problem };
}

function stateOf(problem) {
  return { not_found: "unknown", no_printer: "no_printer" }[problem?.code] ?? "refused";
}

async function jobs(floor, asked) {
  const query = new URLSearchParams(Object.entries(asked)).toString();
  const answer = await floor.net.call("GET", `/print-jobs${query ? `?${query}` : ""}`);
  return answer?.ok ? answer.body : [];
}

async function again(floor, job) {
  const answer = await act(floor, job, "again", { scan_id: uuid7() });
  return answer ?? never(job.code, "offline");
}

async function act(floor, job, verb, body) {
  const answer = await floor.net.call("POST", `/print-jobs/${job.scan_id}/${verb}`, body);
  return answer?.ok ? answer.body : null;
}

async function confirm(floor, code) {
  const known = await jobs(floor, { code });
  const open = known.filter((job) => CONFIRMABLE.includes(job.state));
  const done = await Promise.all(open.map((job) => act(floor, job, "confirm", { code })));
  return done.some(Boolean);
}

async function pdf(floor, code, wanted) {
  // A tab that opens later than the tap would be held back as a pop-up.
  const tab = window.open("", "_blank");
  const file = await fetched(floor, code, new URLSearchParams({ format: "pdf", ...wanted }));
  if (!file) {
    tab?.close();
    return false;
  }
  if (tab) tab.location = URL.createObjectURL(file);
  return tab !== null;
}

async function fetched(floor, code, query) {
  try {
    const answer = await fetch(`${floor.net.base}/labels/${encodeURIComponent(code)}?${query}`, {
      headers: { Authorization: `Bearer ${floor.net.token()}` },
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PDF_TIMEOUT_MS),
    });
    return answer.ok ? await answer.blob() : null;
  } catch {
    return null;
  }
}

