//! Pictures that look alike: perceptual hashes found by their distance, without comparing each with each.

/// Bands a hash is cut into.
const BANDS: usize = 4;
/// Bits of a band.
const WIDTH: u32 = 16;
const MASK: u64 = 0xffff;
/// Differing bits up to which hashes can be found: beyond it two may differ in more than one bit in every band.
pub(super) const MOST_BITS: u32 = 7;

/// Distinct hashes by the value of each band.
///
/// Multi-index hashing (Norouzi, Punjani & Fleet 2012, "Fast search in Hamming space with multi-index hashing"): of two hashes that
/// differ in at most 7 bits at least one of four bands differs in at most one. A search looks at 17 values of each band, so of n hashes
/// at some n / 1000; it depends on the hashes being spread as those of different pictures are.
#[derive(Debug, Default)]
pub(super) struct Looks {
    looks: Vec<u64>,
    bands: Vec<Band>,
}

/// Where the hashes with a value of a band are: `places[starts[value]..starts[value + 1]]`.
#[derive(Debug)]
struct Band {
    starts: Vec<u32>,
    places: Vec<u32>,
}

fn value(look: u64, band: usize) -> usize {
    let shifted = (look >> (WIDTH as usize * band)) & MASK;
    usize::try_from(shifted).unwrap_or_default()
}

impl Band {
    fn of(looks: &[u64], band: usize) -> Self {
        let mut starts = vec![0_u32; (1 << WIDTH) + 1];
        for look in looks {
            starts[value(*look, band) + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![0_u32; looks.len()];
        for (place, look) in (0_u32..).zip(looks) {
            let slot = &mut next[value(*look, band)];
            places[*slot as usize] = place;
            *slot += 1;
        }
        Self { starts, places }
    }

    fn at(&self, value: usize) -> &[u32] {
        &self.places[self.starts[value] as usize..self.starts[value + 1] as usize]
    }
}

impl Looks {
    /// Puts hashes in order; each once. So many that their number does not fit into 32 bits are not all kept.
    pub(super) fn of(mut looks: Vec<u64>) -> Self {
        looks.sort_unstable();
        looks.dedup();
        looks.truncate(u32::MAX as usize);
        let bands = (0..BANDS).map(|band| Band::of(&looks, band)).collect();
        Self { looks, bands }
    }

    /// Hashes that differ from `look` in at most `bits` bits ([`MOST_BITS`] at most), with the number of bits: the nearest first, then by
    /// value.
    pub(super) fn near(&self, look: u64, bits: u32) -> Vec<(u32, u64)> {
        let bits = bits.min(MOST_BITS);
        let mut near = Vec::new();
        for (number, band) in self.bands.iter().enumerate() {
            let own = value(look, number);
            let flipped = (0..WIDTH).map(|bit| own ^ (1_usize << bit));
            for value in std::iter::once(own).chain(flipped) {
                for place in band.at(value) {
                    let known = self.looks[*place as usize];
                    let distance = (known ^ look).count_ones();
                    if distance <= bits {
                        near.push((distance, known));
                    }
                }
            }
        }
        near.sort_unstable();
        near.dedup();
        near
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    use super::{Looks, MOST_BITS};

    #[test]
    fn a_search_finds_what_comparing_each_with_each_finds() {
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let mut looks: Vec<u64> = (0..300).map(|_| chance.next_u64()).collect();
        // Relatives of each, from 0 to 11 bits away.
        for place in 0..300 {
            let mut relative = looks[place];
            for _ in 0..place % 12 {
                relative ^= 1_u64 << (chance.next_u64() % 64);
            }
            looks.push(relative);
        }
        looks.extend([0, u64::MAX, 1, 1 << 63]);
        let index = Looks::of(looks.clone());
        for bits in 0..=MOST_BITS {
            for look in &looks {
                let mut expected: Vec<(u32, u64)> = looks.iter().map(|known| ((known ^ look).count_ones(), *known)).collect();
                expected.retain(|(distance, _)| *distance <= bits);
                expected.sort_unstable();
                expected.dedup();
                assert!(!expected.is_empty(), "each finds itself");
                assert_eq!(index.near(*look, bits), expected);
            }
        }
        assert!(Looks::of(Vec::new()).near(5, 7).is_empty());
        assert!(Looks::default().near(5, 7).is_empty());
    }
}
