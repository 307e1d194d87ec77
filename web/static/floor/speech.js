// Says what stands on the screen, in the language of the tablet, by a voice of the tablet.

import { language } from "./words.js";

/**
 * The voice of a floor. It never talks over itself: a new sentence ends the one before.
 * @param {() => boolean} always  whether answers are said without being asked for
 */
export function createSpeech(always) {
  const synthesis = window.speechSynthesis;
  const voice = () => {
    const code = language().code;
    const all = synthesis.getVoices().filter((one) => one.lang.toLowerCase().startsWith(code));
    return all.find((one) => one.localService) || all[0] || null;
  };
  const speech = {
    /** Whether this tablet can speak at all. */
    able: Boolean(synthesis),
    /** Says a text now. */
    say(text) {
      if (!synthesis || !text) return;
      synthesis.cancel();
      const said = new SpeechSynthesisUtterance(text);
      said.lang = language().code;
      said.voice = voice();
      said.rate = 0.9;
      synthesis.speak(said);
    },
    /** Says an answer, when this tablet always says them. */
    answer(text) {
      if (always()) speech.say(text);
    },
    hush() {
      if (synthesis) synthesis.cancel();
    },
    /** Reads a part of the screen aloud: what a reader would hear, in order. */
    read(node) {
      speech.say(heard(node).join(". "));
    },
  };
  return speech;
}

/** The sentences of a part of the screen, each once. */
export function heard(node) {
  const said = [];
  const parts = "h1, h2, p, button, label, li, dt, dd, output, figcaption";
  for (const part of node.querySelectorAll(parts)) {
    if (part.closest("[hidden], .keys, .chips") || part.querySelector("p, button, h1")) continue;
    const text = part.getAttribute("aria-label") || part.textContent;
    const plain = text.replace(/\s+/g, " ").trim();
    if (plain && !said.includes(plain)) said.push(plain.replace(/[.?!]$/, ""));
  }
  return said;
}
