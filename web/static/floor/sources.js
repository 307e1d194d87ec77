// Where a weight can come from. A source is started with what it may use and a way to tell what it
// read; it returns how to stop it. Nothing here decides what may be booked.

import { readFrame } from "./frames.js";

/** The agent of this tablet: `stofstroom scale-agent`. */
export const AGENT = "http://127.0.0.1:7531/reading";
const EVERY_MS = 250;
const AFTER_SILENCE_MS = 1000;
const LINE_MAX = 200;

const SILENT = { state: "disconnected", mass_g: null, raw: "", net: false };

/** Asks again and again, one question at a time, until it is stopped. */
function polling(ask, tell) {
  let stopped = false;
  let timer = null;
  const round = async () => {
    let read = SILENT;
    try {
      read = await ask();
    } catch {
      read = SILENT; // No network, no server, no agent: for a weight it is all the same.
    }
    if (stopped) return;
    tell(read);
    timer = setTimeout(round, read.state === "disconnected" ? AFTER_SILENCE_MS : EVERY_MS);
  };
  round();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function askAgent() {
  const answer = await fetch(AGENT, { cache: "no-store", credentials: "omit" });
  if (!answer.ok) return SILENT;
  return answer.json();
}

/** Reads frames from a serial port of this tablet, and asks for them. */
function overSerial(port, tell) {
  let stopped = false;
  let reader = null;
  let timer = null;
  const ask = async () => {
    const writer = port.writable.getWriter();
    await writer.write(new TextEncoder().encode("SI\r\n")).finally(() => writer.releaseLock());
  };
  const listen = async () => {
    let rest = "";
    const decoder = new TextDecoder("latin1");
    reader = port.readable.getReader();
    while (!stopped) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/[\r\n]+/);
      rest = lines.pop().slice(-LINE_MAX);
      for (const line of lines.filter(Boolean)) tell(readFrame(line));
    }
  };
  const run = async () => {
    while (!stopped) {
      try {
        if (!port.readable) await port.open({ baudRate: 9600 });
        timer = setInterval(() => ask().catch(() => tell(SILENT)), EVERY_MS);
        await listen();
      } catch {
        tell(SILENT); // The cable is out; it may come back.
      }
      clearInterval(timer);
      if (reader) reader.releaseLock();
      reader = null;
      if (!stopped) await new Promise((done) => setTimeout(done, AFTER_SILENCE_MS));
    }
    if (port.readable) await port.close().catch(() => null);
  };
  run();
  return () => {
    stopped = true;
    clearInterval(timer);
    if (reader) reader.cancel().catch(() => null);
  };
}

/** A port that somebody allowed before; with `asking` (after a tap) the browser asks which. */
export async function serialPort(asking = false) {
  if (!("serial" in navigator)) return null;
  const known = await navigator.serial.getPorts();
  if (known.length && !asking) return known[0];
  return asking ? navigator.serial.requestPort().catch(() => null) : null;
}

function fromSerial(tell) {
  let stop = null;
  let stopped = false;
  serialPort().then((port) => {
    if (stopped) return;
    if (port) stop = overSerial(port, tell);
    else tell(SILENT);
  });
  return () => {
    stopped = true;
    if (stop) stop();
  };
}

/**
 * Starts the source of a choice.
 * @param {{kind: string, scale: string|null}} choice
 * @param {{ask: (path: string) => Promise<object>, software: object}} from
 * @param {(read: {state: string, mass_g: number|null, raw: string, net?: boolean}) => void} tell
 * @returns {() => void} stops it
 */
export function startSource(choice, from, tell) {
  if (choice.kind === "server") {
    const path = `/scales/${encodeURIComponent(choice.scale)}/reading`;
    return polling(() => from.ask(path), tell);
  }
  if (choice.kind === "agent") return polling(askAgent, tell);
  if (choice.kind === "serial") return fromSerial(tell);
  if (choice.kind === "software") return from.software.listen(tell);
  return () => null;
}

/** A scale that is not there, to try things out: somebody says what it weighs. */
export function softwareScale() {
  let read = { state: "stable", mass_g: 0, raw: "", net: false };
  const hearing = new Set();
  return {
    /** @param {number|null} mass_g @param {string} [state] */
    set(mass_g, state = "stable") {
      const weighs = state === "stable" || state === "moving";
      read = { state, mass_g: weighs ? mass_g : null, raw: "", net: false };
      for (const tell of hearing) tell(read);
    },
    listen(tell) {
      hearing.add(tell);
      tell(read);
      return () => hearing.delete(tell);
    },
  };
}
