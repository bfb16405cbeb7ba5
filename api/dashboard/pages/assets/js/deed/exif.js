// When a photo was taken, as its file says, and a file that says so again: a picture made smaller loses what its file told, and of that
// only the time is evidence. The place and the maker are left behind on purpose. Source: EXIF 2.32 (CIPA DC-008), JPEG (ITU-T T.81).

const POINTER = 0x8769;
const TAKEN = 0x9003;
const ZONE = 0x9011;
const TEXT = 2;
const LONG = 4;

/** @typedef {{ taken: string, zone: string | null }} Taken as EXIF writes them: `2026:01:15 14:03:00` and `+07:00` */

/**
 * @param {ArrayBuffer} file
 * @returns {Taken | null} null where it does not say, or is no JPEG
 */
export function takenOf(file) {
  try {
    const at = exifOf(new DataView(file));
    return at === null ? null : read(new DataView(file, at));
  } catch (error) {
    // A file that points beyond its end says nothing.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * A JPEG that says when it was taken.
 * @param {ArrayBuffer} jpeg without EXIF of its own
 * @param {Taken} said
 * @returns {Blob}
 */
export function withTaken(jpeg, said) {
  const exif = write(said);
  const segment = new Uint8Array(4 + exif.length);
  segment.set([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 0xff]);
  segment.set(exif, 4);
  return new Blob([jpeg.slice(0, 2), segment, jpeg.slice(2)], { type: "image/jpeg" });
}

/** Where the TIFF part of a JPEG's EXIF begins. @param {DataView} file @returns {number | null} */
function exifOf(file) {
  if (file.byteLength < 4 || file.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 <= file.byteLength) {
    const marker = file.getUint16(at);
    // From the start of the scan on there is only the picture.
    if (marker === 0xffda || marker >> 8 !== 0xff) return null;
    const named = marker === 0xffe1 && at + 10 <= file.byteLength && file.getUint32(at + 4) === 0x45786966 && file.getUint16(at + 8) === 0;
    if (named) return at + 10;
    at += 2 + file.getUint16(at + 2);
  }
  return null;
}

/** @param {DataView} tiff @returns {Taken | null} */
function read(tiff) {
  const little = tiff.getUint16(0) === 0x4949;
  const pointer = entry(tiff, tiff.getUint32(4, little), POINTER, little);
  if (pointer === null) return null;
  const directory = tiff.getUint32(pointer + 8, little);
  const text = (/** @type {number} */ tag, /** @type {RegExp} */ form) => {
    const at = entry(tiff, directory, tag, little);
    if (at === null) return null;
    const length = tiff.getUint32(at + 4, little);
    const from = length > 4 ? tiff.getUint32(at + 8, little) : at + 8;
    let said = "";
    for (let i = 0; i < Math.min(length, 32); i += 1) said += String.fromCharCode(tiff.getUint8(from + i));
    return said.match(form)?.[0] ?? null;
  };
  const taken = text(TAKEN, /^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d/);
  return taken === null ? null : { taken, zone: text(ZONE, /^[+-]\d\d:\d\d/) };
}

/**
 * Where a directory has the entry of a tag.
 * @param {DataView} tiff
 * @param {number} directory
 * @param {number} tag
 * @param {boolean} little
 * @returns {number | null}
 */
function entry(tiff, directory, tag, little) {
  const entries = tiff.getUint16(directory, little);
  for (let i = 0; i < entries; i += 1) {
    const at = directory + 2 + 12 * i;
    if (tiff.getUint16(at, little) === tag) return at;
  }
  return null;
}

/** @param {Taken} said */
function write({ taken, zone }) {
  const texts = [{ tag: TAKEN, text: `${taken}\0` }, ...(zone ? [{ tag: ZONE, text: `${zone}\0` }] : [])];
  // The TIFF head, a directory that points to the next one, and that with its texts behind it.
  const directory = 8 + 2 + 12 + 4;
  let free = directory + 2 + 12 * texts.length + 4;
  const tiff = new DataView(new ArrayBuffer(free + texts.reduce((sum, { text }) => sum + text.length, 0)));
  tiff.setUint16(0, 0x4d4d);
  tiff.setUint16(2, 42);
  tiff.setUint32(4, 8);
  tiff.setUint16(8, 1);
  const put = (/** @type {number} */ at, /** @type {[number, number, number, number]} */ [tag, kind, count, value]) => {
    tiff.setUint16(at, tag);
    tiff.setUint16(at + 2, kind);
    tiff.setUint32(at + 4, count);
    tiff.setUint32(at + 8, value);
  };
  put(10, [POINTER, LONG, 1, directory]);
  tiff.setUint16(directory, texts.length);
  texts.forEach(({ tag, text }, i) => {
    put(directory + 2 + 12 * i, [tag, TEXT, text.length, free]);
    for (const letter of text) {
      tiff.setUint8(free, letter.charCodeAt(0));
      free += 1;
    }
  });
  return new Uint8Array([...new TextEncoder().encode("Exif\0\0"), ...new Uint8Array(tiff.buffer)]);
}
