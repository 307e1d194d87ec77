// Sentences above the screen, for as long as they are true.

import { h, pic } from "./dom.js";
import { _ } from "./words.js";

const TROUBLES = {
  unauthenticated: () => _("This tablet is not let in any more. Call your team leader."),
  not_allowed: () => _("This tablet is not let in any more. Call your team leader."),
  outdated: () => _("This app is too old. Load it anew."),
  storage: () => _("This tablet is full. Call your team leader."),
};

/** Watches what somebody should know of, whatever they are doing. */
export function notices(floor) {
  const look = () => {
    const trouble = TROUBLES[floor.outbox.trouble];
    floor.frame.banner("trouble", trouble && banner("warn", "attention", trouble()));
    const practising = floor.practice && banner("practice", "practice", _("You practise. Nothing counts."));
    floor.frame.banner("practice", practising || null);
  };
  floor.outbox.onchange(look);
  floor.world.onchange(look);
  look();
  persist(floor);
}

/** The browser may throw everything away unless it says that it will not. */
async function persist(floor) {
  const kept = await floor.store.persist();
  floor.persisted = kept;
  const text = _("This browser may lose what waits. Stay connected.");
  floor.frame.banner("storage", kept ? null : banner("warn", "attention", text));
}

function banner(look, pictogram, text) {
  return h("p", { class: `banner ${look}` }, pic(pictogram), h("span", null, text));
}
