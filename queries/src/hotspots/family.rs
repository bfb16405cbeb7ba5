//! Families: categories that are witnesses of the same kind of event, and so are counted together.

use tanggap_engine::event::Category;

/// A family of categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Water where it should not be.
    Flood,
    /// The road does not flow.
    Traffic,
    /// Rubbish and dirt.
    Waste,
    /// The road and what stands on it is broken.
    Roads,
    /// Somebody does what is not allowed.
    Order,
    /// Life is in danger.
    Emergency,
    /// All the rest.
    Other,
}

impl Family {
    /// Every family, in the order of its number.
    pub const ALL: [Self; 7] = [
        Self::Flood,
        Self::Traffic,
        Self::Waste,
        Self::Roads,
        Self::Order,
        Self::Emergency,
        Self::Other,
    ];

    /// The family of a category.
    #[must_use]
    pub const fn of(category: Category) -> Self {
        match category {
            Category::Banjir => Self::Flood,
            Category::Kemacetan | Category::Kecelakaan | Category::PenutupanJalan | Category::BahayaJalan => Self::Traffic,
            Category::Sampah | Category::Kebersihan => Self::Waste,
            Category::JalanRusak | Category::FasilitasUmum | Category::PeneranganJalan => Self::Roads,
            Category::ParkirLiar | Category::Pengemis | Category::Joki3in1 | Category::Pelanggaran | Category::PklLiar => Self::Order,
            Category::Kriminal | Category::Kebakaran | Category::Bencana | Category::PohonTumbang => Self::Emergency,
            Category::LayananAdministrasi | Category::Lainnya => Self::Other,
        }
    }

    /// The id used in ids of hotspots and in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Flood => "flood",
            Self::Traffic => "traffic",
            Self::Waste => "waste",
            Self::Roads => "roads",
            Self::Order => "order",
            Self::Emergency => "emergency",
            Self::Other => "other",
        }
    }

    /// What people read, in Indonesian.
    #[must_use]
    pub const fn label_id(self) -> &'static str {
        match self {
            Self::Flood => "Banjir",
            Self::Traffic => "Lalu lintas",
            Self::Waste => "Sampah dan kebersihan",
            Self::Roads => "Jalan dan fasilitas umum",
            Self::Order => "Ketertiban",
            Self::Emergency => "Kebakaran dan keadaan darurat",
            Self::Other => "Lainnya",
        }
    }

    /// What people read, in English.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Flood => "Flood",
            Self::Traffic => "Traffic",
            Self::Waste => "Waste and cleanliness",
            Self::Roads => "Roads and public facilities",
            Self::Order => "Public order",
            Self::Emergency => "Fire and emergency",
            Self::Other => "Other",
        }
    }

    /// The family of an id, if there is one.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::Category;

    use super::Family;

    #[test]
    fn every_family_has_categories_and_a_position_that_is_its_number() {
        for (position, family) in Family::ALL.into_iter().enumerate() {
            assert_eq!(family as usize, position);
            assert_eq!(Family::from_id(family.id()), Some(family));
            assert!(Category::ALL.iter().any(|category| Family::of(*category) == family), "{family:?}");
        }
        assert_eq!(Family::from_id("banjir"), None);
    }
}
