/**
 * Calls to our server, and whether it answers. Online is not what the browser believes, but
 * whether our own server was heard last.
 */

const TIMEOUT_MS = 15_000;
const HEARTBEAT_MS = 20_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Nobody of ours answered: no network, no server, or something else in between. */
export class Unreachable extends Error {
  constructor(why) {
    super(`The server was not reached: ${why}`);
    this.name = "Unreachable";
  }
}

/** How long to wait after so many failures in a row: 1, 2, 4 .. 30 s, and a little by chance. */
export function pauseAfter(failures) {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
  return pause * (0.85 + Math.random() * 0.15);
}

/**
 * @typedef {Object} Reply
 * @property {number} status
 * @property {boolean} ok 2xx
 * @property {any} body the JSON of the answer; null when it has none
 */

export class Net {
  /**
   * @param {{token?: () => string|null, base?: string}} [how] token: of this tablet. base: where
   *   the API is, without the origin
   */
  constructor({ token = () => null, base = "/api/v1" } = {}) {
    this.token = token;
    this.base = base;
    /** Whether the server answered last; null until it was tried. */
    this.online = null;
    /** When the server last answered, by `performance.now()`. */
    this.heardAt = -Infinity;
    this.failures = 0;
    this.listeners = new Set();
    this.timer = 0;
  }

  /** Call `listener(online)` at every change. Returns how to stop that. */
  onchange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Call the API. A refusal is an answer; null when nobody of ours answered.
   * @param {string} method
   * @param {string} path under the base; one that begins with `//` is taken as `/...`
   * @param {any} [json] body
   * @param {{raw?: BodyInit, type?: string, timeout?: number}} [how] raw: a body that is no JSON,
   *   of this type
   * @returns {Promise<Reply|null>}
   */
  async call(method, path, json, how) {
    try {
      return await this.ask(method, path, json, how);
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }

  /** As `call`, but throws Unreachable when nobody of ours answered. */
  async ask(method, path, json, { raw, type, timeout = TIMEOUT_MS } = {}) {
    const headers = { Accept: "application/json" };
    const token = this.token();
    if (token) headers.Authorization = `Bearer ${token}`;
    if (json !== undefined && json !== null) headers["Content-Type"] = "application/json";
    if (raw) headers["Content-Type"] = type ?? raw.type;
    try {
      const response = await fetch(path.startsWith("//") ? path.slice(1) : this.base + path, {
        method,
        headers,
        body: raw ?? (headers["Content-Type"] ? JSON.stringify(json) : undefined),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(timeout),
      });
      const reply = await replyOf(response);
      this.#heard();
      return reply;
    } catch (error) {
      this.#missed();
      throw error instanceof Unreachable ? error : new Unreachable(error?.name ?? String(error));
    }
  }

  /** Ask whether the server is there. Never throws. */
  async probe() {
    await this.call("GET", "//healthz", null, { timeout: 5_000 });
    return this.online === true;
  }

  /** Keep asking: now, at every hint of the browser, with pauses while nobody answers. */
  watch() {
    const ask = () => this.#tick(true);
    addEventListener("online", ask);
    addEventListener("offline", ask);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) ask();
    });
    ask();
  }

  async #tick(now) {
    clearTimeout(this.timer);
    const quiet = performance.now() - this.heardAt;
    if (now || !this.online || quiet >= HEARTBEAT_MS) await this.probe();
    clearTimeout(this.timer);
    const pause = this.online ? HEARTBEAT_MS : pauseAfter(this.failures);
    this.timer = setTimeout(() => this.#tick(false), pause);
  }

  #heard() {
    this.heardAt = performance.now();
    this.failures = 0;
    this.#say(true);
  }

  #missed() {
    this.failures += 1;
    this.#say(false);
  }

  #say(online) {
    if (this.online === online) return;
    this.online = online;
    for (const listener of this.listeners) listener(online);
  }
}

/** What came, if it is ours: a gateway or a hotel's login page is nobody we know. */
async function replyOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  const isJson = /^application\/(problem\+)?json\b/.test(type);
  if (response.status >= 502 && response.status <= 504 && !isJson) {
    throw new Unreachable(`status ${response.status}`);
  }
  if (!isJson && response.status !== 204) throw new Unreachable(`an answer of type "${type}"`);
  const body = isJson ? await response.json() : null;
  return { status: response.status, ok: response.ok, body };
}
