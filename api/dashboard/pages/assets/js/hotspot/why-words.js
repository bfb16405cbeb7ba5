// The words of a hotspot's reasons, fetched with them when somebody asks.

/** @typedef {import("../types").Dictionary} Dictionary */

/** @type {Dictionary} */
export const WORDS = {
  "hotspot.seen": ["{observed} pelapor berbeda tentang “{family}” dalam {span} sampai {time}.", "{observed} different reporters of “{family}” in the {span} to {time}."],
  "hotspot.expected": ["Diduga {expected}: {zone} laporan di sini dalam {days} hari × {window} di seluruh kota dalam rentang ini ÷ {city} di seluruh kota dalam {days} hari.", "Expected {expected}: {zone} reports here in {days} days × {window} in the whole city in this window ÷ {city} in the whole city in {days} days."],
  "hotspot.usual": ["Biasanya di sini pada jam seperti ini: {usual}.", "Usual here at such an hour: {usual}."],
  "hotspot.usual.none": ["Belum ada riwayat untuk jam seperti ini di sini.", "There is no history of such an hour here yet."],
  "hotspot.rare": ["Kebetulan saja menghasilkan yang sekuat ini, di mana pun di kota: {often}.", "Chance alone brings one as strong, anywhere in the city: {often}."],
  "hotspot.opened": ["Dibuka", "Opened"],
  "hotspot.changed": ["Berubah", "Changed"],
  "hotspot.revised": ["{n} kali diperbaiki laporan terlambat", "revised {n} times by late reports"],
  "hotspot.into": ["Bergabung ke", "Merged into"],
  "hotspot.places": ["Kelurahan", "Kelurahan"],
  "hotspot.week": ["Biasanya di sini selama sepekan, Senin sampai Minggu; paling ramai {when}: {n} pelapor sejam.", "Usual here over the week, Monday to Sunday; busiest {when}: {n} reporters an hour."],
  "hotspot.caveat": ["Tempat yang sepi laporan belum tentu sepi kejadian: tidak semua wilayah sama rajin melapor.", "Few reports do not mean few incidents: not every area reports as eagerly."],
  "hotspot.test": ["Uji", "Test"],
  "hotspot.channel": ["Kanal", "Channel"],
  "hotspot.reporters": ["Pelapor", "Reporters"],
  "hotspot.without": ["Tanpa kanal ini / diduga", "Without it / expected"],
  "hotspot.hidden": ["terlalu sedikit", "too few"],
  "hotspot.decisive": ["penentu", "decisive"],
  "hotspot.members": ["Laporannya ({n})", "Its reports ({n})"],
};
