// Every word of the pages, in Indonesian and English. A key missing in one language, or used nowhere, fails a test; the
// category labels are held against the engine's own by a test too.

/** @typedef {import("./types").Lang} Lang */

/** @type {Record<string, [indonesian: string, english: string]>} */
export const WORDS = {
  "app.subtitle": ["Keluhan warga Jakarta", "Citizen complaints of Jakarta"],
  "app.skip": ["Langsung ke isi", "Skip to content"],
  "app.theme.dark": ["Tema gelap", "Dark theme"],
  "app.theme.light": ["Tema terang", "Light theme"],
  "app.language": ["Bahasa", "Language"],
  "app.retry": ["Coba lagi", "Try again"],
  "app.close": ["Tutup", "Close"],
  "app.views": ["Halaman", "Pages"],
  "app.api": ["Data terbuka dan API", "Open data and API"],

  "tab.peta": ["Peta", "Map"],
  "tab.peringkat": ["Peringkat", "Ranking"],
  "tab.antrean": ["Antrean", "Inbox"],

  "fresh.connecting": ["MENYAMBUNG", "CONNECTING"],
  "fresh.live": ["LANGSUNG", "LIVE"],
  "fresh.delayed": ["TERTUNDA", "DELAYED"],
  "fresh.cut": ["TERPUTUS", "DISCONNECTED"],
  "fresh.asof": ["data s.d. {time}", "data to {time}"],
  "fresh.none": ["belum ada data", "no data yet"],
  "fresh.banner.cut": ["Sambungan ke server terputus. Angka terakhir dari {time} WIB; menyambung lagi sendiri.", "The connection to the server is cut. Last figures from {time} WIB; reconnecting by itself."],
  "fresh.banner.never": ["Server belum menjawab. Menyambung lagi sendiri.", "The server has not answered yet. Reconnecting by itself."],
  "fresh.banner.delayed": ["Data tertunda: tertinggal {span}. Angka terakhir {time} WIB.", "Data is late by {span}. Last figures from {time} WIB."],
  "fresh.banner.sources": ["Data tertunda dari {sources}. Sumber lain tetap langsung.", "Data from {sources} is late. Other sources are live."],

  "map.title": ["Peta keluhan langsung", "Live map of complaints"],
  "map.label": ["Peta keluhan: geser dengan panah, perbesar dengan + dan -", "Map of complaints: pan with the arrows, zoom with + and -"],
  "map.zoomin": ["Perbesar", "Zoom in"],
  "map.zoomout": ["Perkecil", "Zoom out"],
  "map.home": ["Seluruh kota", "Whole city"],
  "map.loading": ["Memuat sel dan batas wilayah…", "Loading cells and boundaries…"],
  "map.failed": ["Peta tidak dapat dimuat", "The map cannot be loaded"],
  "map.empty": ["Belum ada laporan pada {window} terakhir", "No reports in the last {window}"],
  "map.category": ["Kategori", "Category"],
  "map.all": ["Semua kategori", "All categories"],
  "map.window": ["Rentang", "Window"],
  "map.canvas": ["peta ringan tanpa WebGL", "light map without WebGL"],
  "map.approximate": ["batas wilayah perkiraan", "approximate boundaries"],
  "map.rank": ["Naik nomor {rank}: {what}, {where}", "Rising number {rank}: {what}, {where}"],

  "legend.title": ["Laporan per sel, {window} terakhir", "Reports per cell, last {window}"],
  "legend.cell": ["1 sel heksagon ≈ 0,1 km² (H3 res 9)", "1 hexagon cell ≈ 0.1 km² (H3 res 9)"],
  "legend.hot": ["jauh di atas biasa (z ≥ 3)", "far above usual (z ≥ 3)"],
  "legend.rank": ["nomor pada daftar “Sedang naik”", "number in the “Rising” list"],

  "window.15m": ["15 mnt", "15 min"],
  "window.60m": ["60 mnt", "60 min"],
  "window.6h": ["6 jam", "6 h"],
  "window.24h": ["24 jam", "24 h"],
  "window.7d": ["7 hari", "7 days"],
  "window.30d": ["30 hari", "30 days"],
  "window.90d": ["90 hari", "90 days"],

  "total.reports": ["laporan / 60 mnt", "reports / 60 min"],
  "total.rate": ["per menit", "per minute"],
  "total.open": ["masih terbuka", "still open"],

  "rising.title": ["Sedang naik", "Rising"],
  "rising.window": ["{window} terakhir dibanding biasa", "last {window} against usual"],
  "rising.none": ["Tidak ada yang naik di luar kebiasaan.", "Nothing is rising beyond the usual."],
  "rising.reports": ["{n} laporan", "{n} reports"],
  "rising.ratio": ["{ratio}× biasa", "{ratio}× usual"],
  "rising.new": ["biasanya nihil", "usually none"],
  "rising.since": ["sejak {time}", "since {time}"],
  "rising.outside": ["di luar wilayah", "outside the territory"],

  "cell.title": ["Sel terpilih", "Selected cell"],
  "cell.reports": ["{n} laporan pada {window} terakhir", "{n} reports in the last {window}"],
  "cell.usual": ["sekitar biasa (z {z})", "about usual (z {z})"],
  "cell.above": ["di atas biasa (z {z})", "above usual (z {z})"],
  "cell.far": ["jauh di atas biasa (z {z})", "far above usual (z {z})"],
  "cell.data": ["Data sel ini", "Data of this cell"],

  "densest.title": ["Sel terpadat (tabel)", "Densest cells (table)"],
  "densest.cell": ["Sel", "Cell"],
  "densest.where": ["Kelurahan", "Kelurahan"],
  "densest.n": ["Laporan", "Reports"],

  "sources.title": ["Sumber data", "Sources"],
  "sources.none": ["Belum ada sumber yang tersambung.", "No source is connected yet."],
  "channel.qlue": ["QLUE", "QLUE"],
  "channel.crm": ["CRM", "CRM"],
  "channel.waze": ["Waze", "Waze"],
  "channel.twitter": ["Twitter/X", "Twitter/X"],
  "channel.gauge": ["Tinggi air", "Water levels"],
  "channel.lapor": ["LAPOR!", "LAPOR!"],
  "channel.jaki": ["JAKI", "JAKI"],
  "channel.email": ["Surel", "E-mail"],
  "source.unknown": ["tidak diketahui", "unknown"],
  "source.live": ["langsung", "live"],
  "source.idle": ["diam, dikecualikan", "quiet, left out"],
  "source.stale": ["tertunda", "late"],
  "source.never": ["belum ada data", "no data yet"],
  "source.lag": ["tertinggal {span}", "{span} behind"],
  "source.last": ["terakhir {time}", "last {time}"],

  "load.loading": ["Memuat…", "Loading…"],
  "load.failed": ["Tidak dapat dimuat", "Could not be loaded"],
  "load.network": ["Server tidak menjawab.", "The server does not answer."],
  "load.allowed": ["{parameter}: yang diterima {allowed}", "{parameter}: allowed are {allowed}"],
  "load.signin": ["Halaman ini untuk petugas; masuk dahulu.", "This page is for staff; sign in first."],

  "rank.title": ["Waktu tanggap", "Response times"],
  "rank.level": ["Tingkat", "Level"],
  "level.kota": ["Kota", "Kota"],
  "level.kecamatan": ["Kecamatan", "Kecamatan"],
  "level.kelurahan": ["Kelurahan", "Kelurahan"],
  "level.dinas": ["Dinas", "Dinas"],
  "rank.summary.fast": ["lebih cepat", "faster"],
  "rank.summary.same": ["tidak bisa dibedakan", "cannot be told apart"],
  "rank.summary.slow": ["lebih lambat", "slower"],
  "rank.summary.few": ["data kurang", "too few"],
  "rank.minimum": ["kurang dari {n} laporan: tidak diperingkat", "fewer than {n} reports: not ranked"],
  "rank.note": ["Peringkat adalah selang, bukan satu angka. Laporan yang masih terbuka ikut dihitung (Kaplan-Meier), sehingga menunda tidak memperbagus angka. Urutan menurut rata-rata penyelesaian dalam 168 jam pertama.", "A rank is an interval, not one number. Open reports count too (Kaplan-Meier), so leaving them open does not flatter. Ordered by the mean resolution time within the first 168 hours."],
  "rank.caption": ["Waktu tanggap menurut {level}, {window} terakhir", "Response times by {level}, last {window}"],
  "rank.col.rank": ["Peringkat", "Rank"],
  "rank.col.tier": ["Kesimpulan", "Verdict"],
  "rank.col.first": ["Respons pertama", "First response"],
  "rank.col.resolution": ["Selesai", "Resolved"],
  "rank.col.median": ["median", "median"],
  "rank.col.p90": ["p90", "p90"],
  "rank.col.mean": ["Rata-rata", "Mean"],
  "rank.scale": ["jam, selang 95 %; garis 0 sampai {hours} jam", "hours, 95 % interval; line 0 to {hours} h"],
  "rank.col.n": ["Laporan", "Reports"],
  "rank.col.open": ["Terbuka", "Open"],
  "rank.never": ["belum separuh", "under half"],
  "rank.never.long": ["belum cukup yang selesai untuk angka ini", "not enough are resolved for this figure"],
  "rank.of": ["dari {total}", "of {total}"],
  "rank.none": ["Belum ada laporan pada rentang ini.", "No reports in this window yet."],
  "rank.hours": ["jam", "hours"],
  "rank.share": ["{n} terbuka dari {total}", "{n} open of {total}"],
  "rank.csv": ["Unduh CSV", "Download CSV"],
  "rank.sort": ["Urutkan menurut {column}", "Sort by {column}"],
  "tier.slow": ["lebih lambat", "slower"],
  "tier.same": ["setara", "similar"],
  "tier.fast": ["lebih cepat", "faster"],
  "tier.few": ["data kurang", "too few"],

  "inbox.title": ["Antrean", "Inbox"],
  "inbox.units": ["Unit", "Units"],
  "inbox.unit": ["Unit kerja", "Unit"],
  "inbox.search": ["Cari unit", "Find a unit"],
  "inbox.open": ["{n} terbuka", "{n} open"],
  "inbox.none": ["Tidak ada yang perlu tindakan.", "Nothing needs action."],
  "inbox.nounits": ["Belum ada laporan yang diteruskan ke unit.", "No report has been routed to a unit yet."],
  "inbox.more": ["Muat berikutnya", "Load more"],
  "inbox.list": ["Laporan menurut tenggat", "Reports by deadline"],
  "inbox.pick": ["Pilih laporan untuk melihat alasannya.", "Pick a report to see why it is here."],
  "inbox.keys": ["pindah laporan", "move between reports"],
  "inbox.why": ["Mengapa di sini?", "Why here?"],
  "inbox.confidence": ["keyakinan {p}", "confidence {p}"],
  "inbox.second": ["Pilihan kedua: {unit}", "Second choice: {unit}"],
  "inbox.boundary": ["{m} m dari batas wilayah: periksa siapa yang berwenang", "{m} m from a boundary: check who is responsible"],
  "inbox.received": ["Masuk", "Received"],
  "inbox.due": ["Tenggat", "Deadline"],
  "inbox.status": ["Status", "Status"],
  "inbox.channel": ["Kanal", "Channel"],
  "inbox.where": ["Lokasi", "Place"],
  "inbox.unlocated": ["tanpa lokasi", "without a place"],
  "inbox.left": ["{span} lagi", "{span} left"],
  "inbox.late": ["lewat {span}", "{span} late"],
  "inbox.nodue": ["tanpa tenggat", "no deadline"],
  "inbox.history": ["Riwayat", "History"],

  "status.received": ["diterima", "received"],
  "status.verified": ["diverifikasi", "verified"],
  "status.assigned": ["ditugaskan", "assigned"],
  "status.coordinated": ["dikoordinasikan", "coordinated"],
  "status.dispatched": ["petugas dikirim", "dispatched"],
  "status.in_progress": ["dikerjakan", "in progress"],
  "status.resolved": ["selesai", "resolved"],
  "status.closed_no_action": ["ditutup tanpa tindakan", "closed without action"],
  "status.duplicate": ["duplikat", "duplicate"],
  "status.not_ours": ["bukan wewenang kota", "not the city's"],
  "status.reopened": ["dibuka lagi", "reopened"],
  "status.rated": ["dinilai pelapor", "rated"],

  "cat.kemacetan": ["Kemacetan", "Traffic jam"],
  "cat.banjir": ["Banjir", "Flood"],
  "cat.sampah": ["Sampah", "Rubbish"],
  "cat.parkir_liar": ["Parkir liar", "Illegal parking"],
  "cat.jalan_rusak": ["Jalan rusak", "Damaged road"],
  "cat.pengemis": ["Pengemis", "Begging"],
  "cat.joki_3in1": ["Joki 3-in-1 (dihentikan 2016)", "3-in-1 jockeys (retired 2016)"],
  "cat.kriminal": ["Kriminal", "Crime"],
  "cat.kebakaran": ["Kebakaran", "Fire"],
  "cat.kebersihan": ["Kebersihan", "Cleanliness"],
  "cat.bencana": ["Bencana", "Disaster"],
  "cat.pelanggaran": ["Pelanggaran", "Violation"],
  "cat.pkl_liar": ["PKL liar", "Illegal street vendors"],
  "cat.pohon_tumbang": ["Pohon tumbang", "Fallen tree"],
  "cat.fasilitas_umum": ["Fasilitas umum", "Public facilities"],
  "cat.penerangan_jalan": ["Penerangan jalan", "Street lights"],
  "cat.layanan_administrasi": ["Layanan administrasi", "Paperwork service"],
  "cat.kecelakaan": ["Kecelakaan", "Accident"],
  "cat.penutupan_jalan": ["Penutupan jalan", "Road closure"],
  "cat.bahaya_jalan": ["Bahaya di jalan", "Road hazard"],
  "cat.lainnya": ["Lainnya", "Other"],
};

/** The categories the filter offers, in the engine's order; the retired one is left out. */
export const CATEGORIES = Object.keys(WORDS).filter((key) => key.startsWith("cat.") && key !== "cat.joki_3in1").map((key) => key.slice(4));

/**
 * The words of a key, with `{name}` replaced.
 * @param {Lang} lang
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function say(lang, key, values = {}) {
  const pair = WORDS[key];
  if (!pair) throw new Error(`no words for ${key}`);
  return pair[lang === "en" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * The words of a key built from data (a status, a state), or the data itself where we have no word for it.
 * @param {Lang} lang
 * @param {string} room
 * @param {string} value
 */
export function sayKnown(lang, room, value) {
  return WORDS[`${room}.${value}`] ? say(lang, `${room}.${value}`) : value;
}
