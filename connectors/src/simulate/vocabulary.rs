//! What people complain about, in which words, and who answers how fast. The sentences are ours.

use tanggap_engine::event::Category;

/// A unit of the city, with its first-response time.
pub(super) struct Unit {
    /// Empty for the kelurahan office, whose name depends on the place.
    pub(super) name: &'static str,
    pub(super) median_h: f64,
    pub(super) sigma: f64,
}

const fn unit(name: &'static str, median_h: f64, sigma: f64) -> Unit {
    Unit { name, median_h, sigma }
}

/// Medians and spreads keep the order and the tails seen between the agencies of Surabaya (2022-2023: 3.5 h to 17 h; all together
/// median 8.0 h, p90 26.7 h), under Jakarta's names.
pub(super) const UNITS: [Unit; 9] = [
    unit("", 7.0, 1.05),
    unit("Dinas Bina Marga", 7.8, 0.95),
    unit("Dinas Lingkungan Hidup", 5.2, 1.05),
    unit("Dinas Perhubungan", 11.4, 0.62),
    unit("Satpol PP", 9.0, 0.9),
    unit("Dinas Sumber Daya Air", 7.4, 0.95),
    unit("Dinas Pertamanan dan Hutan Kota", 9.5, 0.9),
    unit("Dinas Penanggulangan Kebakaran dan Penyelamatan", 0.4, 0.6),
    unit("Dinas Cipta Karya, Tata Ruang dan Pertanahan", 13.0, 0.95),
];
/// Position of the kelurahan office in [`UNITS`].
pub(super) const KELURAHAN_OFFICE: usize = 0;

/// One of QLUE's categories.
pub(super) struct Subject {
    /// Name as QLUE writes it.
    pub(super) name: &'static str,
    pub(super) canonical: Category,
    /// Reports per mille.
    pub(super) weight: f64,
    /// Who answers, as a position in [`UNITS`].
    pub(super) unit: usize,
    /// Share the kelurahan's own crew handles.
    pub(super) local_share: f64,
    /// Word people search and tweet.
    pub(super) word: &'static str,
    pub(super) texts: &'static [&'static str],
}

/// Weights: between the league table of the first quarter of 2016 (pelanggaran 16,557, sampah 14,796, fasilitas umum 11,264,
/// parkir liar 10,120, jalan rusak 7,659 of 60,398) and CRM 2024 (jalan 26,014, pohon 19,683, parkir liar 19,152 of 185,852).
/// The last three names are in no map on purpose: they must arrive as `lainnya`, counted under their own names.
pub(super) const SUBJECTS: [Subject; 15] = [
    Subject {
        name: "Sampah",
        canonical: Category::Sampah,
        weight: 165.0,
        unit: 2,
        local_share: 0.45,
        word: "sampah",
        texts: &[
            "Tumpukan sampah belum diangkut sejak tiga hari lalu, baunya sampai ke rumah warga",
            "Ada yang buang sampah sembarangan di pinggir kali, mohon ditindak dan dibersihkan",
            "TPS penuh dan sampah meluber ke badan jalan, kendaraan sulit lewat",
        ],
    },
    Subject {
        name: "Pelanggaran",
        canonical: Category::Pelanggaran,
        weight: 150.0,
        unit: 4,
        local_share: 0.1,
        word: "pelanggaran",
        texts: &[
            "Bangunan berdiri di atas saluran air, air jadi tidak bisa mengalir",
            "Tempat hiburan buka sampai pagi dan sangat bising, warga tidak bisa tidur",
            "Trotoar dipakai untuk bengkel motor, pejalan kaki harus turun ke jalan",
        ],
    },
    Subject {
        name: "Jalan Rusak",
        canonical: Category::JalanRusak,
        weight: 140.0,
        unit: 1,
        local_share: 0.05,
        word: "jalan rusak",
        texts: &[
            "Lubang besar di tengah jalan, kemarin sudah ada pengendara motor yang jatuh",
            "Aspal mengelupas setelah galian kabel, tidak ditutup rata oleh kontraktor",
            "Jalan bergelombang dan berlubang, kalau hujan tertutup air dan berbahaya",
        ],
    },
    Subject {
        name: "Parkir Liar",
        canonical: Category::ParkirLiar,
        weight: 125.0,
        unit: 3,
        local_share: 0.0,
        word: "parkir liar",
        texts: &[
            "Mobil parkir di bahu jalan dua lapis, setiap sore macet panjang karena ini",
            "Juru parkir liar di depan minimarket memaksa minta uang",
            "Truk parkir semalaman di depan sekolah, mohon diderek",
        ],
    },
    Subject {
        name: "Fasilitas Umum",
        canonical: Category::FasilitasUmum,
        weight: 120.0,
        unit: 1,
        local_share: 0.3,
        word: "fasilitas umum",
        texts: &[
            "Halte rusak, atapnya bocor dan kursinya hilang",
            "Tutup saluran di trotoar patah, berbahaya untuk anak-anak dan lansia",
            "Ayunan di taman bermain putus dan besinya tajam",
        ],
    },
    Subject {
        name: "Pohon Tumbang",
        canonical: Category::PohonTumbang,
        weight: 70.0,
        unit: 6,
        local_share: 0.1,
        word: "pohon tumbang",
        texts: &[
            "Pohon tumbang menutup satu lajur setelah hujan angin",
            "Dahan pohon sudah miring ke kabel listrik, mohon dipangkas sebelum jatuh",
        ],
    },
    Subject {
        name: "Macet",
        canonical: Category::Kemacetan,
        weight: 60.0,
        unit: 3,
        local_share: 0.0,
        word: "macet",
        texts: &[
            "Macet total di persimpangan, tidak ada petugas yang mengatur",
            "Angkot ngetem di tikungan bikin antrean panjang sampai lampu merah",
        ],
    },
    Subject {
        name: "PKL Liar",
        canonical: Category::PklLiar,
        weight: 45.0,
        unit: 4,
        local_share: 0.1,
        word: "pkl",
        texts: &[
            "Pedagang memenuhi trotoar dan separuh jalan, pejalan kaki tidak kebagian tempat",
            "Lapak kaki lima kembali lagi setelah ditertibkan minggu lalu",
        ],
    },
    Subject {
        name: "Banjir",
        canonical: Category::Banjir,
        weight: 40.0,
        unit: 5,
        local_share: 0.15,
        word: "banjir",
        texts: &[
            "Air masuk rumah setinggi lutut, pompa tidak menyala",
            "Genangan tidak surut dari semalam karena saluran tersumbat",
            "Kali meluap, air sudah sampai jalan dan arusnya deras",
        ],
    },
    Subject {
        name: "Lampu Jalan Mati",
        canonical: Category::PeneranganJalan,
        weight: 35.0,
        unit: 1,
        local_share: 0.0,
        word: "lampu jalan",
        texts: &[
            "Lampu jalan padam sudah seminggu, jalan gelap dan rawan",
            "Tiang lampu miring dan kabelnya terbuka",
        ],
    },
    Subject {
        name: "Iklan Liar",
        canonical: Category::Pelanggaran,
        weight: 18.0,
        unit: 4,
        local_share: 0.2,
        word: "iklan liar",
        texts: &["Spanduk dipaku di pohon sepanjang jalan, merusak pemandangan"],
    },
    Subject {
        name: "Kebakaran",
        canonical: Category::Kebakaran,
        weight: 5.0,
        unit: 7,
        local_share: 0.0,
        word: "kebakaran",
        texts: &[
            "Asap tebal dari rumah padat penduduk, warga sudah panik",
            "Korsleting di tiang listrik, api menyala kecil",
        ],
    },
    Subject {
        name: "Izin Bangunan",
        canonical: Category::Lainnya,
        weight: 15.0,
        unit: 8,
        local_share: 0.0,
        word: "bangunan",
        texts: &["Bangunan empat lantai tanpa papan izin di lingkungan padat"],
    },
    Subject {
        name: "Makanan Tidak Higienis",
        canonical: Category::Lainnya,
        weight: 6.0,
        unit: 4,
        local_share: 0.1,
        word: "makanan",
        texts: &["Warung mencuci piring dengan air selokan"],
    },
    Subject {
        name: "Polusi Suara",
        canonical: Category::Lainnya,
        weight: 6.0,
        unit: 4,
        local_share: 0.1,
        word: "bising",
        texts: &["Pengeras suara dari lapak sampai tengah malam"],
    },
];

/// Short titles, any subject.
pub(super) const TITLES: [&str; 6] = [
    "Mohon ditindaklanjuti",
    "Lapor pak lurah",
    "Tolong segera diperbaiki",
    "Sudah lama belum ditangani",
    "Keluhan warga RT setempat",
    "Butuh penanganan",
];

/// What an RT or RW head writes for the day's duty report.
pub(super) const DUTY_TEXTS: [&str; 4] = [
    "Laporan harian RT: lingkungan aman dan bersih",
    "Kerja bakti membersihkan saluran bersama warga",
    "Ronda malam berjalan, tidak ada kejadian",
    "Laporan harian RW: posyandu berjalan lancar",
];

/// City names by the second part of the Kemendagri code.
pub(super) fn city_of(code: &str) -> &'static str {
    match code.get(..5) {
        Some("31.01") => "Kepulauan Seribu",
        Some("31.71") => "Jakarta Pusat",
        Some("31.72") => "Jakarta Utara",
        Some("31.73") => "Jakarta Barat",
        Some("31.74") => "Jakarta Selatan",
        Some("31.75") => "Jakarta Timur",
        _ => "Jakarta",
    }
}

/// Where [`SUBJECTS`] has a category; rubbish for one QLUE has no name for.
pub(super) fn subject_of(category: Category) -> usize {
    SUBJECTS.iter().position(|subject| subject.canonical == category).unwrap_or(0)
}
