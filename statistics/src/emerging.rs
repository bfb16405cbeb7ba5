//! Emerging hot spots: what a cell's row of Gi* values over time amounts to, in one of seventeen labels.
//!
//! A step is hot where its z is positive and significant, cold where it is negative and significant; significance is decided over all
//! cells and steps together ([`super::discoveries`]). *Often* is at least 90 % of the steps. The trend is Mann-Kendall's of the z, with
//! p below 0.05. For a hot last step, and mirrored (hot for cold, rising for falling) for a cold one, the first line that fits:
//!
//! | label | last step | before | often | trend |
//! |---|---|---|---|---|
//! | new | hot | never hot | | |
//! | intensifying | hot | | yes | rising |
//! | diminishing | hot | | yes | falling |
//! | persistent | hot | | yes | neither |
//! | consecutive | one run of hot steps, two at least, up to the last | never hot before the run | no | |
//! | oscillating | hot | cold at least once | no | |
//! | sporadic | hot | hot on and off, never cold | no | |
//!
//! A last step that is neither hot nor cold is *historical* where hot, or cold, steps are often, and has no label otherwise. The
//! definitions are `ArcGIS`'s ("How Emerging Hot Spot Analysis works"), which leave the order open where two of them fit: a first hot
//! step after cold ones is new here, and not oscillating; a last run of hot steps after cold ones is consecutive. What is hot now comes
//! before what was often cold.

use std::cmp::Ordering;

use super::mann_kendall;

/// A trend of the z counts where its p is below this.
const TREND_P: f64 = 0.05;

/// One step of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GiStep {
    /// Gi* of the cell at this step.
    pub z: f64,
    /// Whether it may be called out.
    pub significant: bool,
}

/// High counts or low ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// High counts cluster.
    Hot,
    /// Low counts cluster.
    Cold,
}

/// How it came to be; the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// For the first time now.
    New,
    /// Without a break up to now, and never before that.
    Consecutive,
    /// Often, and ever more strongly.
    Intensifying,
    /// Often, with no trend.
    Persistent,
    /// Often, and ever less strongly.
    Diminishing,
    /// On and off.
    Sporadic,
    /// Now, after it was the opposite.
    Oscillating,
    /// Often, but not now.
    Historical,
}

/// A cell's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Emerging {
    /// Hot or cold.
    pub side: Side,
    /// How it came to be.
    pub pattern: Pattern,
}

impl Emerging {
    /// The id in results, such as `new_hot`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match (self.pattern, self.side) {
            (Pattern::New, Side::Hot) => "new_hot",
            (Pattern::New, Side::Cold) => "new_cold",
            (Pattern::Consecutive, Side::Hot) => "consecutive_hot",
            (Pattern::Consecutive, Side::Cold) => "consecutive_cold",
            (Pattern::Intensifying, Side::Hot) => "intensifying_hot",
            (Pattern::Intensifying, Side::Cold) => "intensifying_cold",
            (Pattern::Persistent, Side::Hot) => "persistent_hot",
            (Pattern::Persistent, Side::Cold) => "persistent_cold",
            (Pattern::Diminishing, Side::Hot) => "diminishing_hot",
            (Pattern::Diminishing, Side::Cold) => "diminishing_cold",
            (Pattern::Sporadic, Side::Hot) => "sporadic_hot",
            (Pattern::Sporadic, Side::Cold) => "sporadic_cold",
            (Pattern::Oscillating, Side::Hot) => "oscillating_hot",
            (Pattern::Oscillating, Side::Cold) => "oscillating_cold",
            (Pattern::Historical, Side::Hot) => "historical_hot",
            (Pattern::Historical, Side::Cold) => "historical_cold",
        }
    }
}

/// The label of a cell whose steps are given in the order of time; none is the seventeenth: no pattern. `ArcGIS` asks for ten steps;
/// with fewer, *often* means every one. A z that is no number is neither hot nor cold, and leaves the series without a trend.
#[must_use]
pub fn emerging(steps: &[GiStep]) -> Option<Emerging> {
    let sides: Vec<Option<Side>> = steps.iter().map(|&step| side(step)).collect();
    let (&last, before) = sides.split_last()?;
    if let Some(side) = last {
        return Some(Emerging {
            side,
            pattern: now(steps, before, side),
        });
    }
    [Side::Hot, Side::Cold]
        .into_iter()
        .find(|&side| often(&sides, side))
        .map(|side| Emerging {
            side,
            pattern: Pattern::Historical,
        })
}

fn side(step: GiStep) -> Option<Side> {
    if !step.significant {
        return None;
    }
    match step.z.partial_cmp(&0.0)? {
        Ordering::Greater => Some(Side::Hot),
        Ordering::Less => Some(Side::Cold),
        Ordering::Equal => None,
    }
}

/// The pattern of a cell that is on `side` now; `before` are the sides of all steps but the last.
fn now(steps: &[GiStep], before: &[Option<Side>], side: Side) -> Pattern {
    let own = count(before, side);
    if own == 0 {
        return Pattern::New;
    }
    if 10 * (own + 1) >= 9 * steps.len() {
        return match trend(steps, side) {
            Some(true) => Pattern::Intensifying,
            Some(false) => Pattern::Diminishing,
            None => Pattern::Persistent,
        };
    }
    let run = before.iter().rev().take_while(|&&other| other == Some(side)).count();
    if run == own {
        Pattern::Consecutive
    } else if before.iter().any(|other| other.is_some_and(|other| other != side)) {
        Pattern::Oscillating
    } else {
        Pattern::Sporadic
    }
}

fn count(sides: &[Option<Side>], side: Side) -> usize {
    sides.iter().filter(|&&other| other == Some(side)).count()
}

fn often(sides: &[Option<Side>], side: Side) -> bool {
    10 * count(sides, side) >= 9 * sides.len()
}

/// Whether the side grows stronger (true) or weaker (false); none where there is no trend.
fn trend(steps: &[GiStep], side: Side) -> Option<bool> {
    let z: Vec<f64> = steps.iter().map(|step| step.z).collect();
    let trend = mann_kendall(&z).filter(|trend| trend.p < TREND_P)?;
    Some((trend.s > 0) == (side == Side::Hot))
}

#[cfg(test)]
mod tests {
    use super::{Emerging, GiStep, Pattern, Side, emerging};

    /// Steps from letters: `H` hot, `C` cold, `.` neither.
    fn steps(letters: &str) -> Vec<GiStep> {
        letters
            .chars()
            .map(|letter| match letter {
                'H' => GiStep { z: 4.0, significant: true },
                'C' => GiStep {
                    z: -4.0,
                    significant: true,
                },
                _ => GiStep {
                    z: 0.3,
                    significant: false,
                },
            })
            .collect()
    }

    fn id(letters: &str) -> &'static str {
        emerging(&steps(letters)).map_or("none", Emerging::id)
    }

    /// Ten hot steps whose z change by `step` each.
    fn leaning(step: f64) -> Vec<GiStep> {
        (0..10)
            .map(|at| GiStep {
                z: 5.0 + step * f64::from(at),
                significant: true,
            })
            .collect()
    }

    #[test]
    fn every_label_has_its_series() {
        for (letters, hot, cold) in [
            (".........H", "new_hot", "new_cold"),
            ("..C..C...H", "new_hot", "new_cold"),
            (".......HHH", "consecutive_hot", "consecutive_cold"),
            ("CC.....HHH", "consecutive_hot", "consecutive_cold"),
            ("HHHHH.HHHH", "persistent_hot", "persistent_cold"),
            ("HHHHHHHHHH", "persistent_hot", "persistent_cold"),
            (".H..HH...H", "sporadic_hot", "sporadic_cold"),
            ("...H.....H", "sporadic_hot", "sporadic_cold"),
            (".H..CH...H", "oscillating_hot", "oscillating_cold"),
            ("H.......CH", "oscillating_hot", "oscillating_cold"),
            ("HHHHHHHHH.", "historical_hot", "historical_cold"),
            ("HHHHHHHHHC", "new_cold", "new_hot"),
            ("HHHHHHHH..", "none", "none"),
            ("..........", "none", "none"),
            ("H", "new_hot", "new_cold"),
            ("HH", "persistent_hot", "persistent_cold"),
            ("H.", "none", "none"),
        ] {
            assert_eq!(id(letters), hot, "{letters}");
            let mirrored: String = letters
                .chars()
                .map(|letter| match letter {
                    'H' => 'C',
                    'C' => 'H',
                    other => other,
                })
                .collect();
            assert_eq!(id(&mirrored), cold, "{mirrored}");
        }
        assert_eq!(emerging(&[]), None);
    }

    #[test]
    fn a_trend_of_the_z_tells_intensifying_from_diminishing() {
        let pattern = |steps: &[GiStep]| emerging(steps).map(|label| (label.side, label.pattern));
        assert_eq!(pattern(&leaning(0.2)), Some((Side::Hot, Pattern::Intensifying)));
        assert_eq!(pattern(&leaning(-0.2)), Some((Side::Hot, Pattern::Diminishing)));
        assert_eq!(pattern(&leaning(0.0)), Some((Side::Hot, Pattern::Persistent)));
        let cold = |step: f64| -> Vec<GiStep> { leaning(step).into_iter().map(|step| GiStep { z: -step.z, ..step }).collect() };
        assert_eq!(pattern(&cold(0.2)), Some((Side::Cold, Pattern::Intensifying)));
        assert_eq!(pattern(&cold(-0.2)), Some((Side::Cold, Pattern::Diminishing)));
    }

    #[test]
    fn what_is_not_significant_or_no_number_is_neither_hot_nor_cold() {
        let mut series = steps("HHHHHHHHHH");
        series[9].significant = false;
        assert_eq!(emerging(&series).map(Emerging::id), Some("historical_hot"));
        series[9] = GiStep {
            z: f64::NAN,
            significant: true,
        };
        assert_eq!(emerging(&series).map(Emerging::id), Some("historical_hot"));
        series.push(series[0]);
        assert_eq!(emerging(&series).map(Emerging::id), Some("persistent_hot"));
    }

    /// The definitions one by one, as whoever reads only one of them would check it; all of them, however many fit.
    fn fitting(letters: &[char]) -> Vec<&'static str> {
        let n = letters.len();
        let hot = letters.iter().filter(|&&letter| letter == 'H').count();
        let ends_hot = letters[n - 1] == 'H';
        let hot_before = hot - usize::from(ends_hot);
        let cold = letters.contains(&'C');
        let often = hot * 10 >= n * 9;
        let run = letters.iter().rev().take_while(|&&letter| letter == 'H').count();
        let mut labels = Vec::new();
        if ends_hot && hot_before == 0 {
            labels.push("new_hot");
        }
        if run >= 2 && run == hot && !often {
            labels.push("consecutive_hot");
        }
        if often && ends_hot {
            labels.push("persistent_hot");
        }
        if ends_hot && hot_before > 0 && !cold && !often {
            labels.push("sporadic_hot");
        }
        if ends_hot && cold && !often {
            labels.push("oscillating_hot");
        }
        if often && !ends_hot {
            labels.push("historical_hot");
        }
        labels
    }

    #[test]
    fn every_series_of_up_to_ten_steps_has_one_label_and_its_definition_fits() {
        for n in 1..=10_u32 {
            for code in 0..3_usize.pow(n) {
                let letters: Vec<char> = (0..n).map(|at| ['.', 'H', 'C'][code / 3_usize.pow(at) % 3]).collect();
                let text: String = letters.iter().collect();
                let mirrored: Vec<char> = letters
                    .iter()
                    .map(|&letter| match letter {
                        'H' => 'C',
                        'C' => 'H',
                        other => other,
                    })
                    .collect();
                let (hot, cold) = (fitting(&letters), fitting(&mirrored));
                let label = id(&text);
                let fits = if let Some(pattern) = label.strip_suffix("_cold") {
                    cold.contains(&format!("{pattern}_hot").as_str())
                } else if label == "none" {
                    hot.is_empty() && cold.is_empty()
                } else {
                    hot.contains(&label)
                };
                assert!(fits, "{text}: {label} of {hot:?} {cold:?}");
            }
        }
    }
}
