// What waits to be sent, in its order; why it waits; and how the last ones ended.

import { ask, button, empty, foot, h, work } from "../dom.js";
import { _ } from "../words.js";
import { rows } from "./rows.js";
import { saveFile } from "./settings.js";
import { historyRow } from "./telling.js";

const WAITING_MAX = 30;
const ENDED_MAX = 8;

export const outbox = {
  name: "outbox",
  title: () => _("What waits"),
  pictogram: "outbox",
  kinds: [],
  open: (floor) => ({ render: () => parts(floor) }),
};

const WHY = {
  unauthenticated: () => _("This tablet must be let in again."),
  not_allowed: () => _("This tablet must be let in again."),
  outdated: () => _("This app is too old. Load it anew."),
  storage: () => _("This tablet is full. Call your team leader."),
  unreadable: () => _("The server does not understand this tablet."),
};

/** Why nothing is sent now, and that nothing is lost. */
function whyOf(floor, waiting) {
  const trouble = WHY[floor.outbox.trouble];
  if (trouble) return [trouble(), _("Nothing is lost.")];
  if (!waiting) return [_("Everything is sent."), null];
  if (!floor.online) return [_("No network. It is sent later."), _("Nothing is lost. Just go on.")];
  return [_("It is being sent now."), null];
}

function parts(floor) {
  const all = floor.outbox.list();
  const waiting = all.filter((row) => row.state === "waiting");
  const ended = all.filter((row) => row.state !== "waiting").reverse().slice(0, ENDED_MAX);
  const [text, help] = whyOf(floor, waiting.length);
  const asRows = (list) => rows(list.map((row) => historyRow(floor, row)), { from: 0 });
  return [
    ask({ pictogram: floor.online ? "connected" : "offline", text, help }),
    h(
      "div",
      { class: "work split" },
      h(
        "section",
        null,
        h("h2", null, _("Waits: %(count)s", { count: waiting.length })),
        waiting.length ? asRows(waiting.slice(0, WAITING_MAX)) : empty(_("Nothing waits.")),
      ),
      h(
        "section",
        null,
        h("h2", null, _("Sent last")),
        ended.length ? asRows(ended) : work(empty(_("Nothing yet."), "history")),
      ),
    ),
    foot(
      button({
        kind: "second",
        pictogram: "download",
        text: _("Save as a file"),
        onpress: () => saveFile(floor),
      }),
      waiting.length > 0 &&
        button({ pictogram: "outbox", text: _("Try to send now"), onpress: () => send(floor) }),
    ),
  ];
}

async function send(floor) {
  await floor.outbox.flush();
  floor.refresh();
}
