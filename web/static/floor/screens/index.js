// All screens, in the order of their names. A screen that is not here does not exist.

import { code } from "./code.js";
import { enrol } from "./enrol.js";
import { home, more } from "./home.js";
import { intake } from "./intake.js";
import { labels } from "./labels.js";
import { scales } from "./scales.js";
import { settings } from "./settings.js";
import { sort } from "./sort.js";
import { stolen } from "./stolen.js";

const ALL = [
  code,
  enrol,
  home,
  intake,
  labels,
  more,
  scales,
  settings,
  sort,
  stolen,
];

/** By name. */
export const SCREENS = new Map(ALL.map((screen) => [screen.name, screen]));
