//! The layers there are, and what a position touches of them.

/// Whose a place is, besides its kelurahan's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Layer {
    /// A road of the state.
    NationalRoad,
    /// A road of the province.
    ProvincialRoad,
    /// A road of the city.
    CityRoad,
    /// A river, canal or reservoir.
    River,
    /// A park or a city forest.
    Park,
    /// A railway and its land.
    Rail,
    /// A market.
    Market,
}

impl Layer {
    /// How many there are.
    pub const COUNT: usize = 7;

    /// Every layer, by number.
    pub const ALL: [Self; Self::COUNT] = [
        Self::NationalRoad,
        Self::ProvincialRoad,
        Self::CityRoad,
        Self::River,
        Self::Park,
        Self::Rail,
        Self::Market,
    ];

    /// The id in files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NationalRoad => "national_road",
            Self::ProvincialRoad => "provincial_road",
            Self::CityRoad => "city_road",
            Self::River => "river",
            Self::Park => "park",
            Self::Rail => "rail",
            Self::Market => "market",
        }
    }

    /// The layer of an id, if there is one.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.id() == id)
    }

    /// What people read, in Indonesian.
    #[must_use]
    pub const fn label_id(self) -> &'static str {
        match self {
            Self::NationalRoad => "jalan nasional",
            Self::ProvincialRoad => "jalan provinsi",
            Self::CityRoad => "jalan kota",
            Self::River => "sungai",
            Self::Park => "taman",
            Self::Rail => "jalur kereta",
            Self::Market => "pasar",
        }
    }

    /// What people read, in English.
    #[must_use]
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::NationalRoad => "a national road",
            Self::ProvincialRoad => "a provincial road",
            Self::CityRoad => "a city road",
            Self::River => "a river",
            Self::Park => "a park",
            Self::Rail => "a railway",
            Self::Market => "a market",
        }
    }

    /// Its bit in a set of layers.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A feature at a position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch<'l> {
    /// Its name.
    pub name: &'l str,
    /// Metres to it; 0 within a polygon.
    pub distance_m: f64,
}

/// What a position touches: of each layer the nearest feature whose buffer holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Touched<'l>(pub(super) [Option<Touch<'l>>; Layer::COUNT]);

impl<'l> Touched<'l> {
    /// The nearest feature of a layer.
    #[must_use]
    pub const fn of(&self, layer: Layer) -> Option<Touch<'l>> {
        self.0[layer as usize]
    }

    /// The layers touched, as [`Layer::bit`]s.
    #[must_use]
    pub fn bits(&self) -> u8 {
        let touched = Layer::ALL.into_iter().filter(|layer| self.of(*layer).is_some());
        touched.fold(0, |bits, layer| bits | layer.bit())
    }

    /// Names by layer: whatever is said of a position depends on no more of it.
    #[must_use]
    pub fn names(&self) -> [Option<&'l str>; Layer::COUNT] {
        self.0.map(|touch| touch.map(|touch| touch.name))
    }
}

#[cfg(test)]
mod tests {
    use super::Layer;

    #[test]
    fn ids_go_both_ways_and_every_layer_has_its_own_bit() {
        let mut bits = 0;
        for (position, layer) in Layer::ALL.into_iter().enumerate() {
            assert_eq!(layer as usize, position);
            assert_eq!(Layer::from_id(layer.id()), Some(layer));
            bits |= layer.bit();
        }
        assert_eq!(bits.count_ones() as usize, Layer::COUNT);
        assert_eq!(Layer::from_id("road"), None);
    }
}
