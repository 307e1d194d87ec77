// All screens, in the order of their names. A screen that is not here does not exist.

import { attention } from "./attention.js";
import { badge } from "./badge.js";
import { code } from "./code.js";
import { dispatch } from "./dispatch.js";
import { enrol } from "./enrol.js";
import { found } from "./found.js";
import { hold } from "./hold.js";
import { home, more } from "./home.js";
import { inspect } from "./inspect.js";
import { intake } from "./intake.js";
import { labels } from "./labels.js";
import { outbox } from "./outbox.js";
import { practice } from "./practice.js";
import { scales } from "./scales.js";
import { settings } from "./settings.js";
import { shift_end } from "./shift_end.js";
import { sort } from "./sort.js";
import { stolen } from "./stolen.js";
import { undo } from "./undo.js";
import { where } from "./where.js";
import { wrong_supplier } from "./wrong_supplier.js";

const ALL = [
  attention,
  badge,
  code,
  dispatch,
  enrol,
  found,
  hold,
  home,
  inspect,
  intake,
  labels,
  more,
  outbox,
  practice,
  scales,
  settings,
  shift_end,
  sort,
  stolen,
  undo,
  where,
  wrong_supplier,
];

/** By name. */
export const SCREENS = new Map(ALL.map((screen) => [screen.name, screen]));
