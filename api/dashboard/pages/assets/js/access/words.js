// What is said to whoever signs in, and to whoever may not.

/** @type {import("../types").Dictionary} */
export const WORDS = {
  "access.in": ["Masuk", "Sign in"],
  "access.out": ["Keluar", "Sign out"],
  "access.asking": ["Memeriksa siapa Anda…", "Asking who you are…"],
  "access.token": ["Kode masuk petugas", "Staff token"],
  "access.hint": ["Kode disimpan di tab ini saja dan hilang bila tab ditutup.", "The token stays in this tab only and is gone when the tab is closed."],
  "access.unsent": ["Masih ada jawaban yang belum terkirim. Keluar juga? Jawaban tetap tersimpan di perangkat ini untuk akun Anda.", "Some answers have not been sent yet. Sign out all the same? They stay on this device for your account."],
  "refusal.token": ["Itu bukan kode masuk: kode tidak berisi spasi.", "That is no token: a token has no spaces."],
  "refusal.bad": ["Kode tidak dikenal atau sudah tidak berlaku. Minta kode baru kepada operator, lalu masuk lagi.", "The token is not known, or no longer good. Ask the operator for another one, then sign in again."],
  "refusal.role": ["Kode dikenal, tetapi tidak diberi peran di sini. Minta operator memberi peran.", "The token is known but has no role here. Ask the operator for a role."],
  "refusal.network": ["Server tidak menjawab, jadi kode belum diperiksa. Coba lagi.", "The server does not answer, so the token was not checked. Try again."],
  "role.officer": ["petugas", "officer"],
  "role.verifier": ["verifikator", "verifier"],
  "role.leadership": ["pimpinan", "leadership"],
  "role.operator": ["operator", "operator"],
};
