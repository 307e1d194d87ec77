// The end of a shift: what is half done stays as it is. That is normal.

import { ask, button, empty, foot, h } from "../dom.js";
import { _ } from "../words.js";
import { openBatches } from "./lookup.js";
import { rows } from "./rows.js";
import { boxRow } from "./telling.js";

const ROWS_MAX = 6;
/** What stands at the station, whoever works there. */
const STAYS = ["sort_bins", "work_bins"];
const DRAFTS = ["intake", "sort", "inspect", "dispatch", "hold", "found"];

export const shift_end = {
  name: "shift_end",
  title: () => _("End of shift"),
  pictogram: "shift_end",
  kinds: ["*"],
  order: 80,
  open: (floor) => ({ render: () => parts(floor) }),
};

function parts(floor) {
  const { waiting, attention } = floor.outbox.counts();
  const half = openBatches(floor).filter((batch) => batch.state === "sorting");
  const bins = floor.world.openBins().filter((bin) => bin.mass_g > 0);
  const boxRows = half.slice(0, ROWS_MAX).map((batch) => ({
    ...boxRow(floor, batch.code, batch.held_g),
  }));
  const binRows = bins.slice(0, ROWS_MAX).map((bin) => ({
    ...boxRow(floor, bin.code, bin.mass_g),
  }));
  return [
    ask({
      pictogram: "shift_end",
      text: _("Are you done for today?"),
      help: waiting ? _("Leave this tablet on. It still sends.") : _("Everything is sent."),
    }),
    h(
      "div",
      { class: "work split" },
      list(_("Half done. That is fine."), boxRows, _("No batch is half done.")),
      list(_("Open bins"), binRows, _("No bin is open.")),
    ),
    foot(
      attention > 0 &&
        button({
          kind: "second",
          pictogram: "attention",
          text: _("Look first: %(count)s", { count: attention }),
          onpress: () => floor.go("attention"),
        }),
      button({ pictogram: "shift_end", text: _("Till tomorrow"), onpress: () => leave(floor) }),
    ),
  ];
}

function list(text, items, none) {
  return h("section", null, h("h2", null, text), items.length ? rows(items) : empty(none));
}

/** The next one begins with nothing of this person; the bins stay where they are. */
async function leave(floor) {
  for (const name of DRAFTS) await floor.saveDraft(name, null);
  for (const name of Object.keys(floor.context)) {
    if (!STAYS.includes(name)) delete floor.context[name];
  }
  await floor.keep({});
  floor.home();
  floor.answer({
    verdict: "accepted",
    word: _("Till tomorrow"),
    say: _("Everything is kept. Thank you."),
  });
}
