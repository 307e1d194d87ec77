// A text as the bars of Code 128 (ISO/IEC 15417, code set B), for scanners to read off a screen.

import { h } from "./dom.js";

/** Widths of bars and gaps of each character, eleven modules each; then start B and stop. */
const WIDTHS =
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222" +
  "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321" +
  "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121" +
  "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224" +
  "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111" +
  "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113" +
  "114311411113411311113141114131311141411131";
const START_B = "211214";
const START_B_VALUE = 104;
const STOP = "2331112";
const MODULUS = 103;
const QUIET = 12;
const HEIGHT = 60;

/** A picture of the bars, white around it. Only for characters between space and tilde. */
export function code128(text) {
  const values = [...text].map((sign) => sign.charCodeAt(0) - 32);
  const sum = values.reduce((total, value, at) => total + value * (at + 1), START_B_VALUE);
  const widths = [START_B, ...[...values, sum % MODULUS].map(widthsOf), STOP].join("");
  let x = QUIET;
  const bars = [...widths].map((width, at) => {
    const bar = at % 2 === 0 && h("rect", { x, y: 0, width, height: HEIGHT });
    x += Number(width);
    return bar;
  });
  const box = { class: "bars", viewBox: `0 0 ${x + QUIET} ${HEIGHT}`, "aria-hidden": "true" };
  return h("svg", { ...box, preserveAspectRatio: "none" }, bars);
}

const widthsOf = (value) => WIDTHS.slice(value * 6, value * 6 + 6);
