// The words of the floor. The sentences stand in the code in English; the server gives the others.

let current = { code: "en", words: {}, decimal: ".", group: ",", languages: [] };

/**
 * The sentence in the language of this tablet, with its places filled in.
 * @param {string} msgid  the English sentence; `%(name)s` marks a place
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export function _(msgid, values) {
  const text = current.words[msgid] || msgid;
  if (!values) return text;
  return text.replace(/%\((\w+)\)s/g, (place, key) => (key in values ? values[key] : place));
}

/** Marks a sentence for the catalogues without translating it now. */
export const message = (msgid) => msgid;

/** The language now: `{code, decimal, group, languages: [{code, name}]}`. */
export const language = () => current;

/** A name of reference data in this language: `names` is `{nl: "...", en: "..."}`. */
export function own(names, code) {
  return (names && (names[current.code] || names.en)) || code;
}

/**
 * Takes a language into use. Offline the service worker answers: it keeps every language.
 * @param {string} [wanted]  code; without it the one of the page
 */
export async function speak(wanted) {
  const code = wanted || document.documentElement.lang || "nl";
  current = { ...current, code, ...(await fetched(code)) };
  document.documentElement.lang = current.code;
  // The first day of a language costs more than a whole screen: not while somebody waits for it.
  setTimeout(() => day(Date.now()));
  return current;
}

async function fetched(code) {
  try {
    const answer = await fetch(`/floor/words/${encodeURIComponent(code)}.json`);
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

const moments = new Map();

function moment(how) {
  const key = `${current.code} ${JSON.stringify(how)}`;
  if (!moments.has(key)) moments.set(key, new Intl.DateTimeFormat(current.code, how));
  return moments.get(key);
}

/** A time of day as people say it: `14:05`. */
export function clock(at, zone) {
  return moment({ hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(at));
}

/** A day as people say it: `3 mrt`. */
export function day(at, zone) {
  return moment({ day: "numeric", month: "short", timeZone: zone }).format(new Date(at));
}
