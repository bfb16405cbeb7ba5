// Every word of the frame and of the first rooms, in Indonesian and English; other rooms bring a `words.js` of their own. A key missing in one language, or used nowhere, fails a test; the
// category labels are held against the engine's own by a test too.

/** @typedef {import("./types").Lang} Lang */
/** @typedef {import("./types").Dictionary} Dictionary */

/** @type {Dictionary} */
export const WORDS = {
  "app.subtitle": ["Keluhan warga Jakarta", "Citizen complaints of Jakarta"],
  "app.skip": ["Langsung ke isi", "Skip to content"],
  "app.theme.dark": ["Tema gelap", "Dark theme"],
  "app.theme.light": ["Tema terang", "Light theme"],
  "app.language": ["Bahasa", "Language"],
  "app.rounded": ["paling sedikit sekian; dibulatkan ke bawah per {n} untuk melindungi pelapor", "at least so many; rounded down to multiples of {n} to protect reporters"],
  "app.retry": ["Coba lagi", "Try again"],
  "app.close": ["Tutup", "Close"],
  "app.views": ["Halaman", "Pages"],
  "app.api": ["Data terbuka dan API", "Open data and API"],

  "tab.peta": ["Peta", "Map"],
  "tab.peringkat": ["Peringkat", "Ranking"],
  "tab.antrean": ["Antrean", "Inbox"],
  "tab.verifikasi": ["Verifikasi", "Verification"],
  "tab.wilayah": ["Wilayah", "Area"],
  "tab.laporan": ["Laporan", "Report"],
  "tab.operator": ["Operator", "Operator"],

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
  "legend.spot": ["titik panas, huruf pada daftarnya", "hotspot, letter in its list"],

  "window.15m": ["15 mnt", "15 min"],
  "window.60m": ["60 mnt", "60 min"],
  "window.6h": ["6 jam", "6 h"],
  "window.24h": ["24 jam", "24 h"],
  "window.7d": ["7 hari", "7 days"],
  "window.30d": ["30 hari", "30 days"],
  "window.90d": ["90 hari", "90 days"],
  "window.365d": ["365 hari", "365 days"],
  "window.all": ["semua", "all"],

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
  "cell.hotspot": ["Di titik panas {letter}: mengapa?", "In hotspot {letter}: why?"],

  "hotspot.title": ["Titik panas", "Hotspots"],
  "hotspot.tick": ["dilihat {time}", "looked at {time}"],
  "hotspot.old": ["Dihitung terakhir {time}; mungkin sudah berubah.", "Last counted at {time}; it may have changed."],
  "hotspot.past": ["Yang berlangsung saat itu; bentuk dan angkanya menurut kabar terakhir.", "Those going on at that time; their shape and numbers are as last told."],
  "hotspot.notick": ["Belum dihitung: belum ada data.", "Not counted yet: there is no data."],
  "hotspot.none": ["Tidak ada yang melebihi kebetulan saat ini.", "Nothing beyond chance at this time."],
  "hotspot.none.category": ["Tidak ada titik panas dengan kategori ini.", "No hotspot of this category."],
  "hotspot.ended": ["Yang baru berakhir", "Ended lately"],
  "hotspot.new": ["Titik panas baru: {what}, {where}, {counts}", "New hotspot: {what}, {where}, {counts}"],
  "hotspot.label": ["Titik panas {letter}: {what}, {where}", "Hotspot {letter}: {what}, {where}"],
  "hotspot.counts": ["{observed} pelapor, diduga {expected}", "{observed} reporters, {expected} expected"],
  "hotspot.life": ["berlangsung {span}", "lasting {span}"],
  "hotspot.others": ["{named} dan {n} lainnya", "{named} and {n} more"],
  "hotspot.often": ["lebih dari sekali sehari", "more than once a day"],
  "hotspot.once.day": ["sekali dalam sehari", "once a day"],
  "hotspot.once.days": ["sekali dalam {days} hari", "once in {days} days"],
  "hotspot.once.years": ["sekali dalam {years} tahun", "once in {years} years"],
  "hotspot.seldom": ["lebih jarang dari sekali dalam {years} tahun", "less than once in {years} years"],
  "hotspot.why": ["Mengapa titik panas?", "Why a hotspot?"],
  "hotspot.pattern": ["Pola enam jam terakhir", "Pattern of the last six hours"],
  "emerging.new_hot": ["baru memanas", "newly hot"],
  "emerging.consecutive_hot": ["panas berturut-turut", "hot in a row"],
  "emerging.intensifying_hot": ["makin panas", "intensifying"],
  "emerging.persistent_hot": ["terus panas", "persistently hot"],
  "emerging.diminishing_hot": ["mulai mereda", "diminishing"],
  "emerging.sporadic_hot": ["panas sewaktu-waktu", "hot on and off"],
  "emerging.oscillating_hot": ["panas setelah sepi", "hot after quiet"],
  "emerging.historical_hot": ["tadinya panas", "hot until lately"],
  "emerging.new_cold": ["baru sepi", "newly quiet"],
  "emerging.consecutive_cold": ["sepi berturut-turut", "quiet in a row"],
  "emerging.intensifying_cold": ["makin sepi", "ever quieter"],
  "emerging.persistent_cold": ["terus sepi", "persistently quiet"],
  "emerging.diminishing_cold": ["tidak sesepi tadi", "less quiet than before"],
  "emerging.sporadic_cold": ["sepi sewaktu-waktu", "quiet on and off"],
  "emerging.oscillating_cold": ["sepi setelah panas", "quiet after hot"],
  "emerging.historical_cold": ["tadinya sepi", "quiet until lately"],
  "change.opened": ["dibuka", "opened"],
  "change.grew": ["membesar", "grew"],
  "change.moved": ["berpindah", "moved"],
  "change.merged": ["bergabung", "merged"],
  "change.closed": ["berakhir", "closed"],
  "change.withdrawn": ["ditarik", "withdrawn"],

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
  "channel.web": ["Formulir web", "Web form"],
  "source.unknown": ["tidak diketahui", "unknown"],
  "source.live": ["langsung", "live"],
  "source.idle": ["diam, dikecualikan", "quiet, left out"],
  "source.stale": ["tertunda", "late"],
  "source.never": ["belum ada data", "no data yet"],
  "source.lag": ["tertinggal {span}", "{span} behind"],
  "source.last": ["terakhir {time}", "last {time}"],

  "find.title": ["Laporan dan wilayah Anda", "Your report and your area"],
  "find.label": ["Nomor laporan atau nama wilayah", "Number of a report or name of an area"],
  "find.go": ["Cari", "Find"],
  "find.found": ["Yang cocok", "What fits"],
  "find.report": ["Laporan nomor {id}", "Report number {id}"],
  "find.none": ["Tidak ada wilayah bernama itu; nomor laporan selalu berisi angka.", "No area has this name; the number of a report always has a digit."],
  "share.button": ["Bagikan", "Share"],
  "share.copied": ["Tautan disalin.", "The link was copied."],
  "share.link": ["Tautan halaman ini", "Link to this page"],

  "load.loading": ["Memuat…", "Loading…"],
  "load.failed": ["Tidak dapat dimuat", "Could not be loaded"],
  "load.network": ["Server tidak menjawab.", "The server does not answer."],
  "load.allowed": ["{parameter}: yang diterima {allowed}", "{parameter}: allowed are {allowed}"],
  "load.signin": ["Ini untuk petugas; masuk dahulu.", "This is for staff; sign in first."],
  "load.forbidden": ["Peran Anda tidak boleh melihat ini.", "Your role may not see this."],

  "level.kota": ["Kota", "Kota"],
  "level.kecamatan": ["Kecamatan", "Kecamatan"],
  "level.kelurahan": ["Kelurahan", "Kelurahan"],
  "level.dinas": ["Dinas", "Dinas"],
  "level.channel": ["Kanal", "Channel"],
  "rank.place": ["tempat {rank}, mungkin {low}–{high}", "place {rank}, perhaps {low}–{high}"],
  "rank.place.sure": ["tempat {rank}", "place {rank}"],
  "rank.tier.more": ["{n} lainnya", "{n} more"],
  "rank.in.hours": ["{hours} jam", "{hours} h"],
  "rank.hours": ["jam", "hours"],
  "rank.share": ["{n} terbuka dari {total}", "{n} open of {total}"],
  "tier.slow": ["jelas lambat", "clearly slow"],
  "tier.same": ["tak terbedakan", "not told apart"],
  "tier.fast": ["jelas cepat", "clearly fast"],
  "tier.few": ["data kurang", "too few data"],

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
  "status.withdrawn": ["dicabut pelapor", "withdrawn"],
  "status.handed_over": ["diserahkan ke unit lain", "handed to another unit"],
  "status.asked": ["menunggu jawaban pelapor", "waiting for the reporter"],
  "status.linked": ["digabung ke kejadian lain", "joined to another incident"],
  "status.unlinked": ["dipisahkan dari kejadian", "separated from its incident"],

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
 * Takes in the words of a room, which come with the room.
 * @param {Dictionary} words
 */
export function learn(words) {
  Object.assign(WORDS, words);
}

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
