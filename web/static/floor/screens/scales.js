// Which scale this tablet weighs with: one on the network, one on a cable, or none at all.

import { ask, choices, work } from "../dom.js";
import { serialPort } from "../sources.js";
import { _, message } from "../words.js";

/** What can be chosen: each scale in each way in which this tablet can read it. */
export function waysToWeigh(rows, hasSerial) {
  const wired = rows.filter((row) => row.reads === "server");
  const near = rows.filter((row) => row.reads !== "server");
  const way = (kind, note, pictogram) => (row) => ({
    value: `${kind} ${row.code}`,
    text: row.name,
    note: _(note),
    pictogram,
    choice: { kind, scale: row.code },
  });
  return [
    ...wired.map(way("server", message("By the network"), "connected")),
    ...near.map(way("agent", message("By the helper on this tablet"), "station")),
    ...(hasSerial ? near.map(way("serial", message("By a cable"), "weigh")) : []),
    {
      value: "keypad ",
      text: _("No scale"),
      note: _("You type the weight."),
      pictogram: "keypad",
      choice: { kind: "keypad", scale: null },
    },
    {
      value: "software ",
      text: _("Try it out"),
      note: _("A scale that is not real."),
      pictogram: "practice",
      choice: { kind: "software", scale: null },
    },
  ];
}

export const scales = {
  name: "scales",
  title: () => _("Scale"),
  pictogram: "weigh",
  kinds: [],
  open(floor) {
    const pick = async (item) => {
      // The browser asks which port; it does so only right after a tap.
      if (item.choice.kind === "serial" && !(await serialPort(true))) return;
      floor.weight.choose(item.choice);
      floor.back();
    };
    return {
      render() {
        const { kind, scale } = floor.weight.choice;
        const rows = floor.world.reference?.scales ?? [];
        const items = waysToWeigh(rows, "serial" in navigator);
        const node = document.createDocumentFragment();
        node.append(
          ask({ pictogram: "weigh", text: _("Which scale do you use?") }),
          work(
            choices(items, (value, item) => pick(item), {
              selected: `${kind} ${scale || ""}`,
              label: _("Scale"),
            }),
          ),
        );
        return node;
      },
      scanned: () => false,
    };
  },
};
