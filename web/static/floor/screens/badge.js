// Who stands here? Nothing is booked before somebody says so, where the station asks for it.

import { cameraScan } from "../camera.js";
import { ask, button, foot, scanHere, work } from "../dom.js";
import { _ } from "../words.js";

export const badge = {
  name: "badge",
  title: () => _("Scan your badge"),
  pictogram: "badge",
  kinds: [],
  // It is no step of the work, so nothing leads back to it.
  apart: true,
  open(floor) {
    let camera = null;
    const close = () => {
      camera?.close();
      camera = null;
    };
    const use = (text) => {
      close();
      floor.refresh();
      floor.scanned(text);
    };
    const look = () => {
      if (camera) close();
      else camera = cameraScan(floor, use);
      floor.refresh();
    };
    return {
      close,
      render: () => [
        ask({
          pictogram: "badge",
          text: _("Scan your badge"),
          help: _("Your work is kept. Sending goes on."),
        }),
        work(camera?.node ?? scanHere(_("Hold your badge before the scanner."), "badge")),
        foot(without(floor), seen(look)),
      ],
      scanned() {
        const say = _("Scan your badge first. Then scan this again.");
        floor.answer({ verdict: "refused", say });
      },
    };
  },
};

function without(floor) {
  return floor.badge.optional && button({
    kind: "second",
    pictogram: "next",
    text: _("Without a badge"),
    onpress: () => floor.badge.without(),
  });
}

function seen(onpress) {
  return button({ kind: "second", pictogram: "camera", text: _("Camera"), onpress });
}
