// The sorting guide: yes-or-no questions on a picture, until one destination is left.

import { ask, h, work, yesOrNo } from "../dom.js";
import { pictogramOf } from "../pictograms.js";
import { _, own } from "../words.js";

/** How much help somebody wants: every question, only the deciding ones, or none. */
export const LEVELS = ["every", "deciding", "straight"];

/**
 * The guide for a group: the one that is named after it, else the main one, else the first. Each
 * is its first question: `{code, question, pictogram, deciding, yes, no}`, where yes and no are the
 * next question or `{destination}`.
 * @param {Array<object>} guides
 * @param {string|null} group
 */
export function guideFor(guides, group) {
  const named = (code) => guides.find((guide) => guide.code === code);
  return named(group) || named("main") || guides[0] || null;
}

/**
 * Where somebody stands in a guide after these answers. With level "deciding" a question that
 * decides little is not asked: what can still come of it is chosen from.
 * @param {object} guide
 * @param {Array<boolean>} answers  in their order
 * @param {string} level
 * @returns {{question?: object, from?: string[], destination?: string}}
 */
export function stand(guide, answers, level) {
  let at = guide;
  for (const yes of answers) at = at.question ? at[yes ? "yes" : "no"] : at;
  if (!at.question) return { destination: at.destination };
  if (level === "deciding" && !at.deciding) return { from: leaves(at) };
  return { question: at };
}

/** The destinations that can still come of a question, each once, in the order of the tree. */
export function leaves(at) {
  if (!at.question) return [at.destination];
  return [...new Set([...leaves(at.yes), ...leaves(at.no)])];
}

/** The words of a question in this language. */
export const words = (question) => own(question.question, "?");

/**
 * A question as it stands on the screen: its picture, its words, yes and no.
 * @param {object} question
 * @param {(yes: boolean) => any} onpick
 */
export function questionParts(question, onpick) {
  return [
    ask({ text: words(question), pictogram: pictogramOf("question", question.pictogram) }),
    work(
      question.photo && h("img", { class: "example", src: question.photo, alt: words(question) }),
      yesOrNo({ yes: _("Yes"), no: _("No"), onpick }),
    ),
  ];
}
