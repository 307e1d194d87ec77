// What can be chosen on this tablet, and what it says of itself.

import { ask, button, facts, foot, h, pic, work } from "../dom.js";
import { _, language } from "../words.js";

const LOUDNESS = [0, 0.3, 0.6, 1];

export const settings = {
  name: "settings",
  title: () => _("Settings"),
  pictogram: "settings",
  kinds: ["*"],
  order: 90,
  more: true,
  open(floor) {
    const about = { version: null, used: null };
    learn(floor, about);
    return {
      render: () => [
        ask({ pictogram: "settings", text: _("Settings") }),
        work(
          h("ul", { class: "rows" }, rows(floor).map((each) => h("li", null, each))),
          facts(aboutTablet(floor, about)),
        ),
        foot(
          button({
            kind: "second",
            pictogram: "outbox",
            text: _("Save what waits as a file"),
            onpress: () => saveFile(floor),
          }),
        ),
      ],
    };
  },
};

/** What has to be asked for comes when it comes. */
async function learn(floor, about) {
  about.version = await floor.update.version();
  const room = await navigator.storage?.estimate?.();
  about.used = room ? Math.round(room.usage / 1_000_000) : null;
  floor.refresh();
}

function rows(floor) {
  const all = [languageRow, soundRow, speechRow, printerRow, scaleRow, enrolRow];
  return all.map((each) => each(floor));
}

function row(pictogram, text, value, onclick, pressed) {
  return h(
    "button",
    {
      type: "button",
      class: "row",
      "aria-pressed": pressed === undefined ? null : String(pressed),
      "data-focus": `set ${pictogram}`,
      onclick,
    },
    pic(pictogram),
    h("span", { class: "row-main" }, text),
    h("span", { class: "row-figure" }, value),
  );
}

/** The next of several values, so that one tap is one change. */
function after(values, now) {
  return values[(values.indexOf(now) + 1) % values.length];
}

async function change(floor, part) {
  await floor.configure(part);
  floor.refresh();
}

function languageRow(floor) {
  const { code, languages } = language();
  const codes = languages.map((each) => each.code);
  const name = languages.find((each) => each.code === code)?.name ?? code;
  return row("language", _("Language"), name, () => floor.speakIn(after(codes, code)));
}

function soundRow(floor) {
  const now = floor.settings.sound;
  const words = [_("Off"), _("Soft"), _("Normal"), _("Loud")];
  const next = async () => {
    await change(floor, { sound: after(LOUDNESS, now) });
    floor.sound.play("accepted");
  };
  return row("bell", _("Sound"), words[LOUDNESS.indexOf(now)], next);
}

function speechRow(floor) {
  const on = floor.settings.speech;
  const next = async () => {
    await change(floor, { speech: !on });
    floor.speech.answer(_("I read every answer aloud."));
  };
  return row("speak", _("Read answers aloud"), on ? _("On") : _("Off"), next, on);
}

function printerRow(floor) {
  const codes = [null, ...(floor.world.reference?.printers ?? []).map((each) => each.code)];
  const now = floor.settings.printer ?? null;
  const name = floor.world.reference?.printers?.find((each) => each.code === now)?.name;
  const next = () => change(floor, { printer: after(codes, now) });
  return row("printer", _("Printer"), name ?? _("By itself"), next);
}

function scaleRow(floor) {
  const { scale, kind } = floor.weight.choice;
  const name = floor.world.reference?.scales?.find((each) => each.code === scale)?.name;
  const words = { software: _("To try out"), keypad: _("No scale") };
  return row("weigh", _("Scale"), name ?? words[kind] ?? "?", () => floor.go("scales"));
}

/** To another station, or in again. What waits belongs to this one: it has to leave first. */
function enrolRow(floor) {
  const next = () => {
    const isOut = floor.outbox.trouble === "unauthenticated";
    if (floor.outbox.counts().waiting && !isOut) {
      floor.answer({ verdict: "refused", say: _("Wait until everything is sent.") });
    } else {
      floor.go("enrol");
    }
  };
  return row("station", _("Let this tablet in"), floor.station?.name ?? "?", next);
}

function aboutTablet(floor, about) {
  return [
    [_("Tablet"), floor.device?.name ?? ""],
    [_("Station"), floor.station?.name ?? ""],
    [_("Version"), about.version ?? floor.version],
    [_("Kept for good"), floor.persisted ? _("Yes") : _("No")],
    [_("Room used"), about.used === null ? "?" : `${about.used} MB`],
  ];
}

/** For emergencies: what waits, as a file that a person can carry. */
export async function saveFile(floor) {
  const whole = {
    device: floor.device?.name,
    station: floor.station?.code,
    version: floor.version,
    saved_at: new Date().toISOString(),
    commands: floor.outbox.list(),
  };
  const file = new Blob([JSON.stringify(whole, null, 1)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  const name = `stofstroom-${floor.device?.name ?? "tablet"}.json`;
  h("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
  floor.answer({ verdict: "accepted", say: _("The file is saved on this tablet.") });
}
