// Every word of photos.

/** @type {import("../types").Dictionary} */
export const WORDS = {
  "shot.title": ["Foto", "Photos"],
  "shot.before": ["Sebelum pekerjaan", "Before the work"],
  "shot.after": ["Sesudah pekerjaan", "After the work"],
  "shot.earlier": ["Foto kasus lain, lebih dahulu", "Photo of another case, earlier"],
  "shot.alt": ["Foto: {what}", "Photo: {what}"],
  "shot.elsewhere": ["Fotonya tidak ada di sini; yang ada sidiknya", "The photo is not here; its hash is"],
  "shot.gone": ["Foto ini tidak ada lagi", "This photo is not here any more"],
  "shot.forbidden": ["Foto hanya untuk petugas: masuk dahulu", "Photos are for staff: sign in first"],
  "shot.line": ["Tidak ada sambungan", "No connection"],
  "shot.failed": ["Foto belum dapat ditampilkan", "The photo cannot be shown now"],
  "shot.compare": ["Lihat fotonya", "See the photos"],
};
