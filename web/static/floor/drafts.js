// Half-done work of the screens: in memory, so that no scan waits for the disk to read it, and on
// the disk, so that it survives a killed tab.

import { asked } from "./store.js";

export class Drafts {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.kept = new Map();
  }

  /** Read what is on the disk: at the start, and when this tab takes over from another. */
  async load() {
    const [names, values] = await this.store.read(["drafts"], ({ drafts }) =>
      Promise.all([drafts.getAllKeys(), drafts.getAll()].map(asked)));
    this.kept = new Map(names.map((name, at) => [name, values[at]]));
  }

  /** A copy of a draft, or undefined. */
  find(name) {
    return structuredClone(this.kept.get(name));
  }

  /** Keep a draft; null or undefined throws it away. Resolves when the disk has it. */
  save(name, value) {
    if (value === null || value === undefined) {
      this.kept.delete(name);
      return this.store.delete("drafts", name);
    }
    this.kept.set(name, structuredClone(value));
    return this.store.put("drafts", value, name);
  }

  /** The outbox has thrown it away together with what it became. */
  ended(name) {
    this.kept.delete(name);
  }
}
