// What this station does, as big tiles; what is half done; the rest under "more".

import { ask, choices, h, pic, work } from "../dom.js";
import { _ } from "../words.js";
import { SCREENS } from "./index.js";

const BESIDE_MAX = 3;

export const home = {
  name: "home",
  title: () => _("Home"),
  pictogram: "home",
  kinds: [],
  open: (floor) => ({
    render: () => [
      ask({ text: _("What do you want to do?") }),
      work(openWork(floor), tiles(floor, offered(floor).here, [MORE])),
    ],
    scanned: (scan) => begin(floor, scan),
  }),
};

export const more = {
  name: "more",
  title: () => _("More"),
  pictogram: "list",
  kinds: [],
  open: (floor) => ({
    render: () => [ask({ text: _("More") }), work(tiles(floor, offered(floor).others, []))],
    scanned: (scan) => begin(floor, scan),
  }),
};

const MORE = { pictogram: "list", value: "more", title: () => _("More") };

const ofStation = (screen, kind) => screen.kinds.includes(kind) || screen.kinds.includes("*");

/** The screens for home, in their order: those of this station, then the others. */
function offered(floor) {
  const kind = floor.station?.kind;
  const listed = [...SCREENS.values()].filter((screen) => screen.kinds.length);
  const sorted = listed.sort((one, other) => (one.order ?? 50) - (other.order ?? 50));
  const here = sorted.filter((screen) => ofStation(screen, kind) && !screen.more);
  return { here, others: sorted.filter((screen) => !here.includes(screen)) };
}

function tiles(floor, screens, last) {
  const items = [...screens, ...last].map((screen) => ({
    pictogram: screen.pictogram,
    text: screen.title(),
    value: screen.value ?? screen.name,
  }));
  return choices(items, (name) => floor.go(name), { look: "home" });
}

/** Work that was begun at this station and is not done. */
function openWork(floor) {
  const found = [...SCREENS.values()]
    .filter((screen) => screen.openWork && ofStation(screen, floor.station?.kind))
    .flatMap((screen) => screen.openWork(floor).map((half) => ({ screen, ...half })))
    .slice(0, BESIDE_MAX);
  if (!found.length) return null;
  return h(
    "ul",
    { class: "rows", "aria-label": _("Not finished yet") },
    found.map((half) => h("li", null, row(floor, half))),
  );
}

function row(floor, half) {
  return h(
    "button",
    {
      type: "button",
      class: "row",
      "data-focus": `open ${half.text}`,
      onclick: () => floor.go(half.screen.name, half.params),
    },
    pic(half.pictogram || half.screen.pictogram),
    h("span", { class: "row-main" }, half.text, " ", h("small", null, _("Not finished yet"))),
    half.note && h("span", { class: "row-figure" }, half.note),
  );
}

/** The scan is the interface: what begins with such a thing at this station opens with it. */
function begin(floor, scan) {
  const { here } = offered(floor);
  const screen = here.find((each) => each.starts?.includes(scan.kind));
  if (!screen) return false;
  floor.go(screen.name, {});
  return floor.view.scanned(scan);
}
