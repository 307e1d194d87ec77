// Who stands before the tablet, where its station asks for that: a badge, for as long as there are
// scans. It is kept in memory only; while it is asked for, the outbox goes on sending.

import { _ } from "./words.js";

const CARD = /^(?:\][A-Za-z][0-9A-Fa-f])?(SS:BADGE:[A-Z0-9]+)$/i;
const LOOK_EVERY_MS = 5_000;
const MINUTE_MS = 60_000;

/**
 * @param {object} floor
 * @returns {{locked: boolean, optional: boolean, look: () => void, seen: () => void,
 *   take: (text: string) => Promise<boolean>, without: () => void,
 *   stamp: () => {badge?: string}}}
 */
export function createBadge(floor) {
  let shown = null;
  let open = false;
  let last = 0;

  const rule = () => floor.world.badges ?? { asks: "none", rest_minutes: 0, hashes: [] };
  const isOut = () => ["enrol", "stolen"].includes(floor.screen);

  const isRested = () => Date.now() - last >= rule().rest_minutes * MINUTE_MS;
  const isGood = () => open && !isRested() && (shown ? rule().hashes.includes(shown) : isFree());
  const isFree = () => rule().asks === "optional";

  const unlock = async (hash) => {
    shown = hash;
    open = true;
    last = Date.now();
    await floor.router.restore();
  };

  const badge = {
    get locked() {
      return floor.screen === "badge";
    },
    get optional() {
      return isFree();
    },
    /** Asks when it is time to ask, and no longer when nothing has to be asked. */
    look() {
      if (!floor.watching || isOut()) return;
      const asks = rule().asks !== "none" && !floor.practice && !isGood();
      if (asks && !badge.locked) {
        open = false;
        shown = null;
        floor.frame.answers.passOn();
        if (!badge.locked) floor.router.only("badge");
      } else if (badge.locked && !asks) {
        floor.router.restore();
      }
    },
    /** Somebody works: the rest begins anew. */
    seen() {
      last = Date.now();
    },
    /** A scan that is a badge, which is answered here. Its code is shown nowhere and never sent. */
    async take(text) {
      const code = CARD.exec(text.trim())?.[1];
      if (!code || isOut()) return false;
      if (rule().asks === "none") {
        floor.answer({ verdict: "look", say: _("No badge is needed here.") });
        return true;
      }
      const hash = await hashOf(code.toUpperCase());
      if (!rule().hashes.includes(hash)) {
        floor.answer({ verdict: "refused", say: _("This badge does not work. Ask your team leader.") });
        return true;
      }
      if (badge.locked) await unlock(hash);
      shown = hash;
      floor.answer({ verdict: "accepted", say: _("You can begin.") });
      return true;
    },
    without() {
      if (isFree()) unlock(null);
    },
    /** What a command carries besides what was done. */
    stamp: () => (shown && !floor.practice ? { badge: shown } : {}),
  };
  setInterval(badge.look, LOOK_EVERY_MS);
  return badge;
}

async function hashOf(code) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
