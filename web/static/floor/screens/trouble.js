// Something about a box is not right: what, a photo of it, and what happens with it.

import { ask, button, choices, foot, work } from "../dom.js";
import { photoRow } from "../photo.js";
import { _, message, own } from "../words.js";
import { reasonsFor } from "./lookup.js";

const KINDS = {
  wet: { text: message("Wet"), pictogram: "wet" },
  torn: { text: message("Torn"), pictogram: "torn" },
  seal: { text: message("Seal broken"), pictogram: "scissors" },
  other: { text: message("Something else"), pictogram: "question" },
};
const ACTS = {
  keep: { text: message("Take it in"), pictogram: "intake" },
  hold: { text: message("Set it apart"), pictogram: "hold" },
  refusal: { text: message("Send it back"), pictogram: "truck" },
};
const BOOKED_AS = { hold: "hold", refusal: "refuse" };
const REASON_PICTOGRAMS = {
  wet: "wet",
  contaminated: "dirty",
  not_ours: "wrong_supplier",
  to_check: "inspect",
};
const NAMED = { wet: ["wet"], torn: [], seal: ["to_check"], other: [] };

/** The steps by name, for the screen that has a box with trouble. */
export const troubleViews = {
  trouble: kindStep,
  trouble_photo: photoStep,
  trouble_act: actStep,
  trouble_reason: reasonStep,
};

/** What is wrong, in a word. */
export const troubleWord = (trouble) => _(KINDS[trouble.kind].text);

const tilesFrom = (kinds) =>
  Object.entries(kinds).map(([value, kind]) => ({
    value,
    text: _(kind.text),
    pictogram: kind.pictogram,
  }));

function kindStep(s) {
  const pick = (kind) =>
    s.set({ trouble: { kind, act: "keep", reason: null, photos: [] }, view: "trouble_photo" });
  return [
    ask({ pictogram: "attention", text: _("What is wrong with it?") }),
    work(choices(tilesFrom(KINDS), pick)),
    foot(never(s)),
  ];
}

/** Nothing is wrong after all. */
function never(s) {
  return button({
    kind: "second",
    pictogram: "undo",
    text: _("Nothing is wrong"),
    command: "no",
    onpress: () => s.setTrouble(null),
  });
}

function photoStep(s) {
  const { trouble } = s.state;
  const keep = (photos) => s.set({ trouble: { ...trouble, photos } });
  return [
    ask({ pictogram: "camera", text: _("Take a photo of it.") }),
    work(photoRow(s.floor, trouble.photos, keep)),
    foot(
      never(s),
      button({ pictogram: "next", text: _("Go on"), onpress: () => s.view("trouble_act") }),
    ),
  ];
}

function actStep(s) {
  const pick = (act) => {
    const trouble = { ...s.state.trouble, act };
    if (act === "keep") return s.setTrouble(trouble);
    const reason = reasonsFor(s.floor, act).find(({ code }) => NAMED[trouble.kind].includes(code));
    if (reason) return s.setTrouble({ ...trouble, reason: reason.code });
    return s.set({ trouble, view: "trouble_reason" });
  };
  return [
    ask({ pictogram: "person_call", text: _("What do we do with it?") }),
    work(choices(tilesFrom(ACTS), pick)),
    foot(never(s)),
  ];
}

function reasonStep(s) {
  const { trouble } = s.state;
  const items = reasonsFor(s.floor, trouble.act).map((reason) => ({
    value: reason.code,
    text: own(reason.names, reason.code),
    pictogram: REASON_PICTOGRAMS[reason.code] || "question",
  }));
  return [
    ask({ pictogram: "question", text: _("Why?") }),
    work(choices(items, (reason) => s.setTrouble({ ...trouble, reason }))),
    foot(never(s)),
  ];
}

/** The photos of a box, as the command names them. */
export const hashesOf = (trouble) => (trouble ? trouble.photos.map(({ hash }) => hash) : []);

/** After the box was taken in: hold it, or send it back. */
export async function asideOf(floor, code, trouble) {
  const kind = BOOKED_AS[trouble.act];
  if (!kind) return;
  const say = kind === "hold" ? _("Set this batch apart.") : _("This batch goes back.");
  const told = await floor.book(kind, code, { reason: trouble.reason }, { quiet: true });
  if (told.verdict !== "refused") floor.answer({ verdict: "look", word: _("Stop"), say });
}
