/**
 * What the tablet keeps: IndexedDB `stofstroom`, with promises.
 *
 * Stores: meta (by name), counter (the one number, apart so that a scan waits for no setting that
 * is being kept), outbox (by counter; index scan_id, state), drafts (by name), world (by
 * `table:code`), photos (by hash), history (running number; index at).
 */

const NAME = "stofstroom";
const VERSION = 2;
/** The key of the one number in the store `counter`. */
export const LAST = "last";

/** The browser keeps nothing for us, or has no room left. kind: full, refused. */
export class StorageTrouble extends Error {
  constructor(kind, cause) {
    super(kind === "full" ? "The storage is full." : "The browser refuses to store anything.");
    this.name = "StorageTrouble";
    this.kind = kind;
    this.cause = cause;
  }
}

function troubleOf(error) {
  if (error instanceof StorageTrouble) return error;
  return new StorageTrouble(error?.name === "QuotaExceededError" ? "full" : "refused", error);
}

/** Something of IndexedDB that is still being done, as a promise. */
export function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** From version `from` (0: nothing yet) to this one, step by step, so that what waits stays. */
function upgrade(database, from, transaction) {
  if (from < 1) {
    database.createObjectStore("meta");
    const outbox = database.createObjectStore("outbox", { keyPath: "counter" });
    outbox.createIndex("scan_id", "scan_id", { unique: true });
    outbox.createIndex("state", "state");
    database.createObjectStore("drafts");
    database.createObjectStore("world");
    database.createObjectStore("photos", { keyPath: "hash" });
    const history = database.createObjectStore("history", { autoIncrement: true });
    history.createIndex("at", "at");
  }
  if (from < 2) {
    const counter = database.createObjectStore("counter");
    const request = transaction.objectStore("meta").get("counter");
    request.onsuccess = () => {
      if (request.result) counter.put(request.result, LAST);
    };
  }
}

export class Store {
  /** @param {string} [name] of the database */
  constructor(name = NAME) {
    this.name = name;
    this.opening = null;
  }

  /** Open it, or open it again after the browser closed it. Throws StorageTrouble. */
  open() {
    this.opening ??= this.#open().catch((error) => {
      this.opening = null;
      throw troubleOf(error);
    });
    return this.opening;
  }

  async #open() {
    const request = indexedDB.open(this.name, VERSION);
    request.onupgradeneeded = (event) =>
      upgrade(request.result, event.oldVersion, request.transaction);
    const database = await asked(request);
    const gone = () => {
      this.opening = null;
    };
    database.onversionchange = () => {
      gone();
      database.close();
    };
    database.onclose = gone;
    return database;
  }

  /** Close it, for who wants to throw it away. */
  async close() {
    const opening = this.opening;
    this.opening = null;
    (await opening)?.close();
  }

  /**
   * Everything that `work` writes, or nothing. Resolves when it is committed.
   * @param {string[]} names stores
   * @param {(stores: Object<string, IDBObjectStore>) => any} work may be async, but may wait only
   *   for requests of these stores
   * @param {{strict?: boolean}} [how] strict: on the disk, not only handed to it
   * @returns {Promise<any>} what `work` returned
   */
  async write(names, work, { strict = false } = {}) {
    return this.#within(names, "readwrite", work, strict ? "strict" : "relaxed");
  }

  /** As `write`, for what only reads. */
  async read(names, work) {
    return this.#within(names, "readonly", work, "default");
  }

  async #within(names, mode, work, durability) {
    const database = await this.open();
    try {
      const transaction = this.#transaction(database, names, mode, durability);
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      });
      done.catch(() => undefined);
      const stores = Object.fromEntries(names.map((each) => [each, transaction.objectStore(each)]));
      let result;
      try {
        result = await work(stores, transaction);
      } catch (error) {
        abort(transaction);
        await done.catch(() => undefined);
        throw transaction.error ?? error;
      }
      await done;
      return result;
    } catch (error) {
      if (error instanceof DOMException) throw troubleOf(error);
      throw error;
    }
  }

  #transaction(database, names, mode, durability) {
    try {
      return database.transaction(names, mode, { durability });
    } catch (error) {
      // Closed behind our back: the next try opens it anew.
      this.opening = null;
      throw error;
    }
  }

  /** A value of the store `meta`, such as settings and the route. */
  get(name) {
    return this.find("meta", name);
  }

  /** Keep a value in the store `meta`. */
  set(name, value) {
    return this.put("meta", value, name);
  }

  /** A value of a store. */
  find(name, key) {
    return this.read([name], (stores) => asked(stores[name].get(key)));
  }

  put(name, value, key) {
    return this.write([name], (stores) => {
      stores[name].put(value, key);
    });
  }

  delete(name, key) {
    return this.write([name], (stores) => {
      stores[name].delete(key);
    });
  }

  /** All values of a store, or those of an index that have this key or lie in this range. */
  all(name, { index, key } = {}) {
    return this.read([name], (stores) => {
      const from = index ? stores[name].index(index) : stores[name];
      return asked(from.getAll(key));
    });
  }

  /**
   * Ask the browser to keep this even when it runs out of room.
   * @returns {Promise<boolean>} whether it will
   */
  async persist() {
    const storage = navigator.storage;
    if (!storage?.persist) return false;
    return (await storage.persisted()) || storage.persist();
  }
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself, which is what was wanted.
  }
}

/** Throw everything away that this tablet keeps: only for a tablet that is enrolled anew. */
export function forget(name = NAME) {
  return asked(indexedDB.deleteDatabase(name));
}
