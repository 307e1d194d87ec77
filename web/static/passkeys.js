// Lets a browser make or show a passkey: it asks us what for, then its owner, and sends the answer
// as a form. What went wrong is said in words that stand in the page.

const REASONS = {
  AbortError: "stopped",
  NotAllowedError: "stopped",
  InvalidStateError: "known",
  ConstraintError: "weak",
  NotSupportedError: "weak",
  TypeError: "offline",
  Unable: "unable",
};
const PATIENCE_MS = 240_000;
let waiting = null;

class Refused extends Error {}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.codePointAt(0));
}

function text(buffer) {
  const plain = String.fromCodePoint(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function named(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

function forBrowser(options) {
  const ready = { ...options, challenge: bytes(options.challenge) };
  ready.allowCredentials = named(options.allowCredentials);
  ready.excludeCredentials = named(options.excludeCredentials);
  if (options.user) {
    ready.user = { ...options.user, id: bytes(options.user.id) };
  }
  return ready;
}

function forServer({ id, rawId, type, response }) {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = text(response.attestationObject);
    said.transports = response.getTransports?.() ?? [];
  } else {
    said.authenticatorData = text(response.authenticatorData);
    said.signature = text(response.signature);
    said.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: said });
}

async function optionsOf(form) {
  const address = `${form.dataset.options}?lang=${document.documentElement.lang}`;
  const response = await fetch(address, { method: "POST" });
  if (!response.headers.get("content-type")?.includes("json")) {
    if (!("offer" in form.dataset)) {
      // Nobody is signed in any more, or passkeys do not work here: the page itself says so.
      window.location.reload();
    }
    throw new TypeError("no answer of ours");
  }
  const said = await response.json();
  if (!response.ok) {
    throw new Refused(`${said.title} ${said.detail}`);
  }
  return forBrowser(said);
}

function say(form, error) {
  const place = form.querySelector(".passkey-says");
  if (error instanceof Refused) {
    const line = document.createElement("p");
    line.className = "wrong";
    line.textContent = error.message;
    place.replaceChildren(line);
    return;
  }
  const reason = REASONS[error.name] ?? "failed";
  const words = form.querySelector(`[data-say="${reason}"]`);
  place.replaceChildren(words.content.cloneNode(true));
}

function send(form, credential) {
  form.elements.answer.value = forServer(credential);
  form.submit();
}

async function ask(form) {
  const isNew = form.dataset.passkey === "make";
  const button = form.querySelector("button");
  button.disabled = true;
  form.querySelector(".passkey-says").replaceChildren();
  waiting?.abort();
  try {
    const publicKey = await optionsOf(form);
    const credentials = navigator.credentials;
    send(form, await (isNew ? credentials.create({ publicKey }) : credentials.get({ publicKey })));
  } catch (error) {
    say(form, error);
    button.disabled = false;
  }
}

// While somebody types their address, the browser offers the passkeys that it holds for us.
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    return;
  }
  waiting = new AbortController();
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const publicKey = await optionsOf(form);
    send(form, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
  } catch {
    // Then there is the button, and the password.
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    say(form, { name: "Unable" });
    form.querySelector("button").disabled = true;
  } else if ("offer" in form.dataset) {
    offer(form);
  } else {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
}
