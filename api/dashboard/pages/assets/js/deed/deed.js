// What may be said with each action, what must be, and how it is put to the server.

/** @typedef {import("./types").Action} Action */
/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").DeedWords} DeedWords */

/** What a form of an action asks for; `*` must be given. */
const FIELDS = /** @type {Record<Action, string[]>} */ ({
  accept: [],
  redirect: ["target*", "reason*", "note"],
  dispatch: ["officer", "note"],
  complete: ["photo*", "note"],
  close: ["reason*", "note", "photo"],
  ask: ["note*"],
  answer: ["note"],
  verify: [],
  reject: ["reason*", "note"],
  reopen: ["note*"],
});

/** Codes of reasons, the most usual first. `duplicate` and `not_ours` say what they mean in the status of a closed case. */
const REASONS = /** @type {Partial<Record<Action, string[]>>} */ ({
  redirect: ["salah_unit", "salah_lokasi", "salah_kategori", "lainnya"],
  close: ["tidak_ditemukan", "duplicate", "not_ours", "data_kurang", "bukan_pelanggaran", "lainnya"],
  reject: ["duplicate", "foto_lama", "foto_kabur", "salah_lokasi", "bukan_tugas", "lainnya"],
});

/** Letters of a note, as the server takes them. */
export const NOTE_LETTERS = 2_000;

/** The key of each action. Two actions never stand side by side with one key. */
export const KEYS = /** @type {Record<Action, string>} */ ({
  accept: "a", redirect: "o", dispatch: "d", complete: "s", close: "c", ask: "t", answer: "w", reopen: "b", verify: "v", reject: "x",
});

/** @param {Action} action */
export function reasonsOf(action) {
  return REASONS[action] ?? [];
}

/** @param {Action} action */
export function fieldsOf(action) {
  return FIELDS[action].map((field) => field.replace("*", ""));
}

/** Whether an action asks for nothing: it is done by one key. @param {Action} action */
export function plain(action) {
  return FIELDS[action].length === 0;
}

/**
 * What is still missing. "Something else" is a reason only with a note.
 * @param {Pick<Deed, "action" | "photo" | keyof DeedWords>} deed
 */
export function missing(deed) {
  const wanted = FIELDS[deed.action].filter((field) => field.endsWith("*")).map((field) => field.slice(0, -1));
  if (deed.reason === "lainnya" && fieldsOf(deed.action).includes("reason")) wanted.push("note");
  return wanted.filter((field) => field === "photo" ? deed.photo === null : /** @type {any} */ (deed)[field].trim() === "");
}

/** Whether nothing was written yet. @param {Pick<Deed, "photo" | keyof DeedWords>} deed */
export function empty(deed) {
  return deed.photo === null && [deed.target, deed.officer, deed.reason, deed.note].every((said) => said.trim() === "");
}

/**
 * The body of the request; `photo` is what the server called the uploaded one.
 * @param {Deed} deed
 * @param {string | null} photo
 */
export function bodyOf(deed, photo) {
  const fields = fieldsOf(deed.action);
  const said = (/** @type {keyof DeedWords} */ field) => (fields.includes(field) && deed[field].trim() ? deed[field].trim() : undefined);
  return {
    channel: deed.channel, action: deed.action, expected: deed.expected,
    unit: said("target"), officer: said("officer"), reason: said("reason"), note: said("note"), photo: photo ?? undefined,
  };
}

/**
 * A name nobody else gives: 128 bits of chance. `crypto.randomUUID` is not there on a page without TLS, as in an office's own network.
 */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
