// Calls of the screens: an answer, or null when nobody answered.

import { language } from "./words.js";

/**
 * @param {import("./net.js").Net} net
 */
export function createCalls(net) {
  return {
    /**
     * A call under /api/v1.
     * @param {string} method
     * @param {string} path
     * @param {object} [body]  sent as JSON
     * @param {{raw?: BodyInit, type?: string, timeout?: number}} [more]  raw: sent as it is
     * @returns {Promise<{ok: boolean, status: number, body: any}|null>}
     */
    async call(method, path, body, more = {}) {
      try {
        if (method === "GET" && path.startsWith("/labels/")) return await file(net, path);
        const { raw, type, timeout } = more;
        const reply = await net.call(method, path, { json: body, body: raw, type, timeout });
        return { ok: reply.ok, status: reply.status, body: reply.data };
      } catch (error) {
        if (error.name !== "Unreachable") throw error;
        return null;
      }
    },
  };
}

/** A file to look at, where a call answers with JSON. */
async function file(net, path) {
  const headers = { Authorization: `Bearer ${net.token()}`, "Accept-Language": language().code };
  try {
    const answer = await fetch(net.base + path, { headers, cache: "no-store" });
    return { ok: answer.ok, status: answer.status, body: await answer.blob() };
  } catch {
    return null;
  }
}
