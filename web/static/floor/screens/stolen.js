// This app is open in another tab too: one of them books.

import { ask, button, foot, work } from "../dom.js";
import { _ } from "../words.js";

export const stolen = {
  name: "stolen",
  title: () => _("Open in another tab"),
  pictogram: "station",
  kinds: [],
  open: (floor) => ({
    render: () => [
      ask({
        pictogram: "attention",
        text: _("The floor is open in another tab."),
        help: _("Only one tab can work."),
      }),
      work(),
      foot(
        button({
          pictogram: "ok",
          text: _("Use it here"),
          onpress: () => floor.take({ steal: true }),
        }),
      ),
    ],
    scanned() {
      floor.answer({ verdict: "refused", say: _("Press: use it here. Then scan again.") });
    },
  }),
};
