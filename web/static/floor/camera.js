/**
 * Scans with the camera. The browser reads the codes itself where it can (BarcodeDetector), also
 * offline; else a press sends one picture to the server, which reads it.
 */

import { button, fill, h, pic } from "./dom.js";
import { jpeg, painted } from "./photo.js";
import { _ } from "./words.js";

const WANTED = ["code_128", "qr_code", "data_matrix", "ean_13", "itf", "code_39"];
const LOOK_MS = 120;
const SAME_AGAIN_MS = 2_500;
const SENT_SIDE = 1280;
const SENT_QUALITY = 0.8;

/**
 * A picture of what the camera sees, that scans. Whoever shows it says `close()` when it goes away,
 * and may put `node` into every new rendering of the screen: it goes on.
 * @param {object} floor
 * @param {(text: string) => any} onscan  once for each code that is held before it
 * @returns {{node: HTMLElement, close: () => void}}
 */
export function cameraScan(floor, onscan) {
  const node = h("div", { class: "camera-scan" });
  const state = { floor, node, onscan, stream: null, open: true, seen: "", seenAt: 0 };
  start(state).catch((error) => {
    floor.failed?.(error);
    withoutCamera(state);
  });
  return {
    node,
    close() {
      state.open = false;
      for (const track of state.stream?.getTracks() ?? []) track.stop();
    },
  };
}

async function start(state) {
  state.stream = await cameraOf();
  if (!state.stream) return withoutCamera(state);
  if (!state.open) return state.stream.getTracks().forEach((track) => track.stop());
  const video = h("video", { playsinline: true, "aria-label": _("What the camera sees") });
  video.muted = true;
  video.srcObject = state.stream;
  const frame = h("div", { class: "camera" }, video);
  const detector = await detectorOf();
  fill(state.node, frame, detector ? hint(_("Hold the code before the camera.")) : look(state, video));
  await video.play();
  if (detector) watch(state, video, detector);
}

async function cameraOf() {
  if (!navigator.mediaDevices?.getUserMedia) return null;
  const video = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    // Refused by the person, taken by another program, or there is none: there is another way.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

async function detectorOf() {
  if (!("BarcodeDetector" in window)) return null;
  const known = await window.BarcodeDetector.getSupportedFormats();
  const formats = WANTED.filter((format) => known.includes(format));
  return formats.length ? new window.BarcodeDetector({ formats }) : null;
}

async function watch(state, video, detector) {
  while (state.open) {
    if (video.readyState >= video.HAVE_CURRENT_DATA && !document.hidden) {
      for (const code of await codesIn(detector, video)) say(state, code);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function codesIn(detector, video) {
  try {
    return (await detector.detect(video)).map((found) => found.rawValue).filter(Boolean);
  } catch (error) {
    // The picture may be between two frames; the next one comes at once.
    if (error instanceof DOMException) return [];
    throw error;
  }
}

/** A code that stays before the camera is one scan. */
function say(state, text) {
  const now = performance.now();
  const isSame = text === state.seen && now - state.seenAt < SAME_AGAIN_MS;
  state.seen = text;
  state.seenAt = now;
  if (!isSame && state.open) state.onscan(text);
}

/** The browser cannot read codes: the server can. */
function look(state, video) {
  const onpress = async () => {
    const scale = Math.min(1, SENT_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    await send(state, await jpeg(painted(video, scale), SENT_QUALITY));
  };
  return h(
    "div",
    { class: "do" },
    button({ pictogram: "camera", text: _("Read the code"), command: "ok", onpress }),
  );
}

/** No camera that a page may use: the tablet's own camera takes a picture for us. */
function withoutCamera(state) {
  const input = h("input", {
    class: "away",
    type: "file",
    accept: "image/*",
    capture: "environment",
    onchange: async () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) await send(state, await small(file));
    },
  });
  const label = h("label", { class: "photo-add" }, pic("camera"), h("span", null, _("Photo")), input);
  fill(state.node, label, hint(_("Take a photo of the code.")));
}

async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, (2 * SENT_SIDE) / Math.max(picture.width, picture.height));
  const canvas = painted(picture, scale);
  picture.close();
  return jpeg(canvas, SENT_QUALITY);
}

async function send(state, blob) {
  const how = { raw: blob, type: "image/jpeg", timeout: 30_000 };
  const reply = await state.floor.net.call("POST", "/scan/picture", null, how);
  if (!state.open) return;
  const texts = reply?.ok ? reply.body.texts : [];
  for (const text of texts) state.onscan(text);
  if (texts.length) return;
  const why = reply ? _("No code in the picture. Try again.") : _("No network. Type the code.");
  state.floor.answer({ verdict: "unknown", say: why });
}

function hint(text) {
  return h("p", { class: "help", role: "status" }, text);
}
