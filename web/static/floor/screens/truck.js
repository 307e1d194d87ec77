// What may go on a truck, and what stands on it.

import { facts, h, pic } from "../dom.js";
import { _ } from "../words.js";
import { kg } from "./lookup.js";
import { history } from "./telling.js";

/** Bins that stand ready for a truck: closed, and not asked for by a load that waits. */
export function readyBins(floor) {
  const asked = new Set(
    history(floor)
      .filter((each) => each.kind === "shipment" && each.parked && !each.reversed)
      .flatMap((each) => each.body.bins),
  );
  return floor.world.bins.filter(
    (bin) => bin.state === "closed" && bin.destination && bin.mass_g > 0 && !asked.has(bin.code),
  );
}

/** Whether an outlet may take bins of all these destinations. */
export function mayTake({ treatments }, destinations) {
  return !treatments || destinations.every((code) => treatments.includes(code));
}

/** How many bins are on it, and how heavy they are. */
export function onTruck(count, mass_g) {
  return h(
    "div",
    { class: "fact-card" },
    h("p", { class: "named-thing" }, pic("truck", "big"), h("span", null, _("On the truck: %(count)s", { count }))),
    facts([[_("Weight"), kg(mass_g)]]),
  );
}
