// Choosing by tile what can also be scanned: a supplier, a container, a group, a destination.

import { choices } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, day, own } from "../words.js";
import {
  containers,
  deliveries,
  destinations,
  groupName,
  groups,
  hindrance,
  kg,
  partyName,
  receivedOf,
  suppliers,
} from "./lookup.js";

const SHOWN_MAX = 24;

/** The last choices first, so that what is used all day stands at the front. */
export function lastFirst(items, recent = []) {
  const rank = (item) => {
    const at = recent.indexOf(item.value);
    return at < 0 ? recent.length : at;
  };
  const sorted = [...items].sort((one, other) => rank(one) - rank(other));
  return sorted.map((item) =>
    item.value === recent[0] ? { ...item, last: _("Last time") } : item,
  );
}

/** A choice goes to the front of those made before. */
export const remembered = (recent = [], value) =>
  [value, ...recent.filter((each) => each !== value)].slice(0, 9);

/**
 * Suppliers to choose from; before them the deliveries that may bring a batch.
 * @param {object} floor
 * @param {{onsupplier: (code: string) => any, ondelivery: (code: string) => any,
 *   recent?: string[]}} how
 */
export function supplierTiles(floor, how) {
  const isOpen = (each) => receivedOf(floor, each.code).mass_g < each.announced_g;
  const open = deliveries(floor).filter(isOpen).slice(0, SHOWN_MAX).map((each) => ({
    value: `delivery ${each.code}`,
    pictogram: "delivery",
    text: partyName(floor, each.supplier),
    note: [day(each.expected_on), kg(each.announced_g), each.reference].filter(Boolean).join(" "),
    pick: () => how.ondelivery(each.code),
  }));
  const known = suppliers(floor).map((each) => ({
    value: each.code,
    pictogram: "supplier",
    text: each.name,
    pick: () => how.onsupplier(each.code),
  }));
  const items = [...open, ...lastFirst(known, how.recent)];
  return choices(items, (value, item) => item.pick(), { label: _("Suppliers") });
}

/** Containers by name, the ones used last first. Those in `taken` stand under this box already. */
export function containerTiles(floor, how) {
  const items = containers(floor)
    .filter((each) => !how.taken.includes(each.code))
    .map((each) => ({
      value: each.code,
      pictogram: "container",
      text: each.code,
      note: kg(each.tare_g),
    }));
  const shown = lastFirst(items, how.recent).slice(0, how.most || SHOWN_MAX);
  return choices([...shown, ...how.after], (value, item) => (item.pick || how.onpick)(value), {
    look: "small",
    label: _("Containers"),
  });
}

/** Article groups. */
export function groupTiles(floor, how) {
  const items = groups(floor)
    .filter((each) => !how.only || how.only(each))
    .map((each) => ({
      value: each.code,
      pictogram: pictogramOf("group", each.code),
      text: groupName(floor, each.code),
      note: how.note && how.note(each),
    }));
  return choices(lastFirst(items, how.recent), how.onpick, {
    selected: how.selected,
    look: "small",
    label: _("Kinds"),
  });
}

/**
 * Destinations with what stands in the way of each. What cannot be is shown as not possible, last.
 * @param {object} floor
 * @param {{source: object|null, group?: string, only?: string[], before?: object[],
 *   onpick: (code: string) => any}} how  source null: whatever goes there is not known yet
 */
export function destinationTiles(floor, how) {
  const items = destinations(floor)
    .filter((each) => !how.only || how.only.includes(each.code))
    .map((each) => {
      const hindered = how.source ? hindrance(floor, how.source, how.group, each) : null;
      return {
        value: each.code,
        stream: each.stream,
        pictogram: pictogramOf("destination", each.code),
        text: own(each.names, each.code),
        note: hindered?.say,
        disabled: Boolean(hindered),
      };
    });
  const possible = items.filter((item) => !item.disabled);
  const others = items.filter((item) => item.disabled);
  const all = [...possible, ...(how.more || []), ...others];
  return choices(all, (value, item) => (item.pick || how.onpick)(value), {
    look: "small",
    label: _("Destinations"),
  });
}
