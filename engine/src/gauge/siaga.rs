//! Siaga: how alarming a water level is, by the thresholds of its gauge and nothing else.

/// How alarming a water level is. The most alarming comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Siaga {
    /// Disaster (*bencana*).
    One,
    /// Critical (*kritis*).
    Two,
    /// Watch (*waspada*).
    Three,
    /// Normal.
    Four,
}

impl Siaga {
    /// Its number, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        }
    }

    /// Whether somebody has to be warned.
    #[must_use]
    pub const fn warns(self) -> bool {
        !matches!(self, Self::Four)
    }
}

/// The first level of each Siaga of a gauge, centimetres above its zero; none where it is not known. Default: nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// First level of Siaga 1.
    pub one_cm: Option<i32>,
    /// First level of Siaga 2.
    pub two_cm: Option<i32>,
    /// First level of Siaga 3.
    pub three_cm: Option<i32>,
}

impl Thresholds {
    /// The Siaga of a level: the most alarming one whose first level it has reached, else Siaga 4. None of a gauge without thresholds. There is no
    /// hysteresis: a level at an edge goes to and fro, as bulletins do. Where a threshold is not known the real Siaga may be a worse one.
    #[must_use]
    pub fn siaga(self, level_cm: i32) -> Option<Siaga> {
        let mut known = false;
        for (siaga, from_cm) in self.starts() {
            let Some(from_cm) = from_cm else { continue };
            if level_cm >= from_cm {
                return Some(siaga);
            }
            known = true;
        }
        known.then_some(Siaga::Four)
    }

    /// The next worse Siaga above a level, and its first level in centimetres; none above the last that is known.
    #[must_use]
    pub fn next(self, level_cm: i32) -> Option<(Siaga, i32)> {
        let mut upwards = self.starts().into_iter().rev();
        upwards.find_map(|(siaga, from_cm)| from_cm.filter(|from_cm| *from_cm > level_cm).map(|from_cm| (siaga, from_cm)))
    }

    /// Whether each Siaga begins above the one that is less alarming.
    pub(super) fn rise(self) -> bool {
        let known: Vec<i32> = self.starts().into_iter().filter_map(|(_, from_cm)| from_cm).collect();
        known.windows(2).all(|pair| pair[0] > pair[1])
    }

    /// The most alarming first.
    const fn starts(self) -> [(Siaga, Option<i32>); 3] {
        [(Siaga::One, self.one_cm), (Siaga::Two, self.two_cm), (Siaga::Three, self.three_cm)]
    }
}

#[cfg(test)]
mod tests {
    use super::{Siaga, Thresholds};

    const MANGGARAI: Thresholds = Thresholds {
        one_cm: Some(950),
        two_cm: Some(850),
        three_cm: Some(750),
    };

    #[test]
    fn a_level_has_the_siaga_whose_first_level_it_reached() {
        for (level, siaga, next) in [
            (-20, Siaga::Four, Some((Siaga::Three, 750))),
            (749, Siaga::Four, Some((Siaga::Three, 750))),
            (750, Siaga::Three, Some((Siaga::Two, 850))),
            (855, Siaga::Two, Some((Siaga::One, 950))),
            (945, Siaga::Two, Some((Siaga::One, 950))),
            (960, Siaga::One, None),
        ] {
            assert_eq!((MANGGARAI.siaga(level), MANGGARAI.next(level)), (Some(siaga), next), "{level}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let half = Thresholds {
            three_cm: Some(250),
            ..Thresholds::default()
        };
        assert_eq!((half.siaga(335), half.next(335)), (Some(Siaga::Three), None));
        assert_eq!((Thresholds::default().siaga(9_999), Thresholds::default().next(0)), (None, None));
    }
}
