// Pieces times a standard weight: each scan of a bin is one piece, so nothing has to be weighed.

import { ask, work } from "../dom.js";
import { _ } from "../words.js";
import { groupRow, kg } from "./lookup.js";
import { groupTiles } from "./pickers.js";

/**
 * The group whose standard weight counts, or null while somebody has to choose one.
 * @param {object} floor
 * @param {string|null} found  what the pieces are
 * @param {string|null} declared  what the batch is said to be
 */
export function pieceGroup(floor, found, declared) {
  const group = groupRow(floor, found || declared);
  return group && group.piece_g > 0 ? group : null;
}

/** One piece as a weight that can be booked: an estimate, and counted. */
export function onePiece(group) {
  return {
    net_g: group.piece_g,
    pieces: 1,
    quality: "estimated",
    by: "pieces",
    scale: null,
    frame: null,
  };
}

/** Which kind the pieces are of. */
export function pieceGroupParts(floor, selected, onpick) {
  return [
    ask({ text: _("What do you count?"), pictogram: "method_pieces" }),
    work(
      groupTiles(floor, {
        selected,
        only: (group) => group.piece_g > 0,
        note: (group) => _("1 piece = %(mass)s", { mass: kg(group.piece_g) }),
        onpick,
      }),
    ),
  ];
}
