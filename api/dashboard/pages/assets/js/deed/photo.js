// Makes a photo ready for a slow line. What a hash proves is the file that is uploaded, so a file that is small enough goes as it is; a
// larger one is made smaller, and the page says so.

import { takenOf, withTaken } from "./exif.js";

/** @typedef {import("./types").DeedPhoto} DeedPhoto */

/** A file up to so many bytes goes as it is: twelve seconds on 1 Mbit/s. */
const AS_IS_BYTES = 1_500_000;
/** Squares a side of a picture that was made smaller, at most. */
const SIDE = 1_600;
const QUALITY = 0.85;
/** What the server takes. */
export const PHOTO_TYPES = ["image/jpeg", "image/png"];

/**
 * @param {File} file
 * @returns {Promise<DeedPhoto | null>} null where the browser can make no picture of it
 */
export async function preparePhoto(file) {
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes === null) return null;
  const taken = takenOf(bytes);
  if (PHOTO_TYPES.includes(file.type) && file.size <= AS_IS_BYTES) return { blob: file, from: file.size, smaller: false, dated: taken !== null };
  const made = await smaller(file);
  if (made === null) return null;
  const blob = taken ? withTaken(await made.arrayBuffer(), taken) : made;
  return { blob, from: file.size, smaller: true, dated: taken !== null };
}

/** @param {Blob} file @returns {Promise<Blob | null>} */
async function smaller(file) {
  // Upright, as the camera says it was held.
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return null;
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return pen ? new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY)) : null;
}

/**
 * The picture as a `data:` address: it is drawn as long as its draft lives, and needs no taking back.
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
export function pictureOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
