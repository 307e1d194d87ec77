/**
 * Photos of what is off: taken, made small, and kept on this tablet until they are sent.
 *
 * A command names them twice: `body.photos` for the server, and `how.photos` of `floor.book`, so
 * that they are sent before it.
 */

import { h, pic } from "./dom.js";
import { _ } from "./words.js";

export const PHOTOS_MAX = 6;
const SIDE_MAX = 1600;
const BYTES_MAX = 300_000;
const QUALITIES = [0.8, 0.65, 0.5];
const SMALLER = 0.75;

/**
 * Lets somebody take a photo, with the camera of the tablet. To be called from a press.
 * @param {object} floor
 * @returns {Promise<{hash: string, blob: Blob}|null>}  null: nothing was taken
 */
export async function takePhoto(floor) {
  const file = await taken();
  return file ? keepPhoto(floor, file) : null;
}

/**
 * Makes a picture small enough and keeps it until it is sent; in practice it goes nowhere.
 * @param {object} floor
 * @param {Blob} file
 * @returns {Promise<{hash: string, blob: Blob}>}
 */
export async function keepPhoto(floor, file) {
  const blob = await shrink(file);
  const hash = floor.practice ? await hashOf(blob) : await floor.outbox.addPhoto(blob);
  return { hash, blob };
}

/**
 * The photos of a screen, each with a way to take it away, and the button for another one.
 * @param {object} floor
 * @param {Array<{hash: string, blob: Blob}>} photos
 * @param {(photos: Array<{hash: string, blob: Blob}>) => any} onchange
 */
export function photoRow(floor, photos, onchange) {
  const add = async () => {
    const photo = await takePhoto(floor);
    const known = photo && photos.some((one) => one.hash === photo.hash);
    if (photo && !known) onchange([...photos, photo]);
  };
  const drop = (photo) => onchange(photos.filter((one) => one !== photo));
  return h(
    "ul",
    { class: "photos" },
    photos.map((photo, index) => h("li", null, shown(photo, index), dropper(photo, index, drop))),
    photos.length < PHOTOS_MAX && h("li", null, adder(add)),
  );
}

function shown(photo, index) {
  const url = URL.createObjectURL(photo.blob);
  const alt = _("Photo %(number)s", { number: index + 1 });
  const done = () => URL.revokeObjectURL(url);
  return h("img", { src: url, alt, onload: done, onerror: done });
}

function dropper(photo, index, drop) {
  const label = _("Take photo %(number)s away", { number: index + 1 });
  const press = { type: "button", class: "photo-drop", "aria-label": label };
  return h("button", { ...press, onclick: () => drop(photo) }, pic("no"));
}

function adder(onclick) {
  const press = { type: "button", class: "photo-add", "data-focus": "photo add", onclick };
  return h("button", press, pic("camera"), h("span", null, _("Photo")));
}

/** What the camera of the tablet, or its folder of pictures, gives. */
function taken() {
  return new Promise((resolve) => {
    const input = h("input", { type: "file", accept: "image/*", capture: "environment" });
    input.addEventListener("change", () => resolve(input.files?.[0] ?? null));
    input.addEventListener("cancel", () => resolve(null));
    input.click();
  });
}

/**
 * A JPEG of at most 1600 pixels and 300 KB; without what the camera noted of place and time.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
  let blob = null;
  try {
    for (;;) {
      const canvas = painted(picture, scale);
      for (const quality of QUALITIES) {
        blob = await jpeg(canvas, quality);
        if (blob.size <= BYTES_MAX) return blob;
      }
      scale *= SMALLER;
    }
  } finally {
    picture.close();
  }
}

/** The picture, or what the camera shows, on a canvas. */
export function painted(source, scale) {
  const width = source.videoWidth || source.width;
  const height = source.videoHeight || source.height;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  // What is see-through would turn black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The canvas as a JPEG. */
export function jpeg(canvas, quality) {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("no picture"))),
      "image/jpeg",
      quality,
    );
  });
}

async function hashOf(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
