// Sentences above the screen, for as long as they are true; and scans that ended another way.

import { button, h, pic } from "./dom.js";
import { sentenceOf } from "./refusals.js";
import { _ } from "./words.js";

const TROUBLES = {
  unauthenticated: () => _("This tablet is not let in any more. Ask your team leader. Nothing is lost."),
  not_allowed: () => _("This tablet is not let in any more. Ask your team leader. Nothing is lost."),
  outdated: () => _("This app is too old. Load it anew."),
  storage: () => _("This tablet is full. Call your team leader."),
};
const JUST_NOW_MS = 15_000;

/**
 * Watches what somebody should know of, whatever they are doing.
 * @returns {() => void}  to be called when another screen is shown
 */
export function createNotices(floor) {
  const look = () => {
    const trouble = TROUBLES[floor.outbox.trouble];
    floor.frame.banner("trouble", trouble && banner("warn", "attention", trouble()));
    const practising = _("You practise. Nothing counts.");
    const labels = button({
      pictogram: "label",
      text: _("Labels"),
      id: "practice labels",
      kind: "second",
      onpress: () => floor.go("practice"),
    });
    const own = floor.screen !== "practice" && labels;
    floor.frame.banner("practice", floor.practice && banner("practice", "practice", practising, own));
    const mayBeLost = floor.persisted === false && floor.screen === "home";
    const text = _("This browser may lose what waits. Stay connected.");
    floor.frame.banner("storage", mayBeLost && banner("warn", "attention", text));
  };
  floor.outbox.onchange(({ what, row }) => {
    look();
    if (what === "ended") ended(floor, row);
  });
  floor.world.onchange(look);
  floor.store.persist().then((kept) => {
    floor.persisted = kept;
    look();
  });
  return look;
}

/** The server sees more than this tablet: what it did not accept is said, when it is fresh. */
function ended(floor, row) {
  if (row.state !== "refused" && row.state !== "parked") return;
  // What this tablet foretold was said when it was booked.
  if (row.state === "parked" && row.foretold?.verdict === "parked") return;
  const isLast = row.counter === floor.outbox.counter;
  if (!isLast || Date.now() - Date.parse(row.captured_at) > JUST_NOW_MS) {
    floor.sound.play("look");
    return;
  }
  const { code, ...figures } = row.answer ?? {};
  const told = sentenceOf(floor, { code, figures });
  floor.answer({ verdict: row.state, ...told, read: row.target ?? row.body?.code });
}

function banner(look, pictogram, text, more) {
  return h("div", { class: `banner ${look}` }, pic(pictogram), h("span", null, text), more);
}
