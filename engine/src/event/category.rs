//! The canonical categories: their numbers (stable, written to disk), ids, and labels in Indonesian and English.
//!
//! Maps from the channels' own names are data (`engine/data/categories.toml`, read by [`super::CategoryMap`]).

macro_rules! categories {
    ($($number:literal $name:ident $id:literal $indonesian:literal $english:literal;)+) => {
        /// A canonical category. The number is written to segments and never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Category { $(#[doc = $english] $name = $number,)+ }

        impl Category {
            /// Every category, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The id used in files, columns and the API.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }

            /// What people read, in Indonesian.
            #[must_use]
            pub const fn label_id(self) -> &'static str { match self { $(Self::$name => $indonesian,)+ } }

            /// What people read, in English.
            #[must_use]
            pub const fn label_en(self) -> &'static str { match self { $(Self::$name => $english,)+ } }
        }
    };
}

categories! {
    0 Kemacetan "kemacetan" "Kemacetan" "Traffic jam";
    1 Banjir "banjir" "Banjir" "Flood";
    2 Sampah "sampah" "Sampah" "Rubbish";
    3 ParkirLiar "parkir_liar" "Parkir liar" "Illegal parking";
    4 JalanRusak "jalan_rusak" "Jalan rusak" "Damaged road";
    5 Pengemis "pengemis" "Pengemis" "Begging";
    6 Joki3in1 "joki_3in1" "Joki 3-in-1 (dihentikan 2016)" "3-in-1 jockeys (retired 2016)";
    7 Kriminal "kriminal" "Kriminal" "Crime";
    8 Kebakaran "kebakaran" "Kebakaran" "Fire";
    9 Kebersihan "kebersihan" "Kebersihan" "Cleanliness";
    10 Bencana "bencana" "Bencana" "Disaster";
    11 Pelanggaran "pelanggaran" "Pelanggaran" "Violation";
    12 PklLiar "pkl_liar" "PKL liar" "Illegal street vendors";
    13 PohonTumbang "pohon_tumbang" "Pohon tumbang" "Fallen tree";
    14 FasilitasUmum "fasilitas_umum" "Fasilitas umum" "Public facilities";
    15 PeneranganJalan "penerangan_jalan" "Penerangan jalan" "Street lights";
    16 LayananAdministrasi "layanan_administrasi" "Layanan administrasi" "Paperwork service";
    17 Kecelakaan "kecelakaan" "Kecelakaan" "Accident";
    18 PenutupanJalan "penutupan_jalan" "Penutupan jalan" "Road closure";
    19 BahayaJalan "bahaya_jalan" "Bahaya di jalan" "Road hazard";
    20 Lainnya "lainnya" "Lainnya" "Other";
}

impl Category {
    /// The category of a number read back from a column, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The category of an id, if there is one.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|category| category.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::Category;

    #[test]
    fn numbers_are_positions_and_ids_go_both_ways() {
        for (position, category) in Category::ALL.iter().enumerate() {
            assert_eq!(usize::from(*category as u8), position);
            assert_eq!(Category::from_number(*category as u8), Some(*category));
            assert_eq!(Category::from_id(category.id()), Some(*category));
        }
        assert_eq!(Category::from_number(21), None);
        assert_eq!(Category::from_id("Sampah"), None);
    }
}
