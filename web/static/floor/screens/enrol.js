// Lets this tablet in, with the code that a team leader reads out or shows.

import { ask, typing, work } from "../dom.js";
import { _ } from "../words.js";

const LINK = /[#&]code=([^&]+)/;

export const enrol = {
  name: "enrol",
  title: () => _("Let this tablet in"),
  pictogram: "station",
  kinds: [],
  open(floor) {
    let typed = "";
    let busy = false;

    const send = async (code) => {
      if (busy) return;
      busy = true;
      typed = code;
      const answer = await floor.net.call("POST", "//floor/enrol", { code });
      busy = false;
      if (answer?.ok) {
        await welcome(floor, answer.body);
        return;
      }
      const say = answer
        ? _("This code does not work. Ask for a new one.")
        : _("There is no network. Try again.");
      floor.answer({ verdict: "refused", say, read: code });
    };
    const linked = LINK.exec(location.hash);
    if (linked) {
      history.replaceState(null, "", location.pathname);
      send(decodeURIComponent(linked[1]));
    }
    return {
      render: () => [
        ask({
          pictogram: "station",
          text: _("Type the code for this tablet."),
          help: _("Your team leader gives you this code."),
        }),
        work(
          typing({
            name: "code",
            label: _("Code"),
            done: _("Done"),
            value: typed,
            autofocus: true,
            oninput: (text) => {
              typed = text;
            },
            ondone: send,
          }),
        ),
      ],
      // The code as a square to scan holds the address of this page.
      scanned: (scan) => send(LINK.exec(scan.read)?.[1] ?? scan.code ?? scan.read),
    };
  },
};

/** Keeps who this tablet is, fetches its world, and goes to work. */
async function welcome(floor, body) {
  floor.device = {
    token: body.token,
    name: body.device?.name ?? body.device,
    station: stationOf(body),
  };
  await floor.store.set("device", floor.device);
  await floor.world.refresh();
  await floor.take({ steal: false });
  floor.answer({ verdict: "accepted", say: _("This tablet is ready."), read: floor.station?.name });
}

function stationOf(body) {
  const site = body.site?.code ?? body.site;
  return typeof body.station === "string"
    ? { code: body.station, name: body.station, site }
    : { ...body.station, site };
}
