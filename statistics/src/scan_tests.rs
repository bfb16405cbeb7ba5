//! The scan against a brute-force writing of it, and its null against numpy and scipy (`tests/oracle/scan_oracle.py` wrote the table).

use serde_json::Value;

use super::super::scan_deal::ScanDeal;
use super::super::{ScanBound, ScanNull};
use super::{ScanCases, ScanCounts, ScanFinding, ScanFloor, log_likelihood_ratio, scan_score};

const EXPECTED: &str = include_str!("../../tests/oracle/scan_expected.json");

fn table() -> Value {
    serde_json::from_str(EXPECTED).unwrap()
}

fn whole(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

/// A city of the table as the scan takes it.
struct City {
    places: Vec<u32>,
    ends: Vec<usize>,
    zones_of: Vec<Vec<u32>>,
    zones: usize,
}

impl City {
    fn of(value: &Value) -> Self {
        let zones = list(&value["zones"], |zone| list(zone, whole));
        let places = 1 + zones.iter().flatten().copied().max().unwrap();
        let mut zones_of = vec![Vec::new(); places];
        for (zone, members) in (0_u32..).zip(&zones) {
            for place in members {
                zones_of[*place].push(zone);
            }
        }
        Self {
            places: list(&value["cases"], |place| u32::try_from(whole(place)).unwrap()),
            ends: list(&value["ends"], whole),
            zones_of,
            zones: zones.len(),
        }
    }

    fn cases(&self) -> ScanCases<'_> {
        ScanCases {
            places: &self.places,
            ends: &self.ends,
            zones_of: &self.zones_of,
            zones: self.zones,
        }
    }
}

fn told(city: &Value) -> Vec<f64> {
    list(&city["told"], |row| list(row, number)).concat()
}

fn assert_findings(mut given: Vec<ScanFinding>, expected: &Value, what: &str) {
    let greatest = given.first().copied();
    given.sort_by_key(|finding| finding.zone);
    let expected = expected.as_array().unwrap();
    assert_eq!(given.len(), expected.len(), "{what}");
    let mut best: Option<&Value> = None;
    for (given, expected) in given.iter().zip(expected) {
        let of = (given.zone, given.window, given.observed as usize);
        let wanted = (whole(&expected["zone"]), whole(&expected["window"]), whole(&expected["observed"]));
        assert_eq!(of, wanted, "{what}");
        assert!((given.expected - number(&expected["expected"])).abs() < 1e-9, "{what}: {given:?}");
        assert!((given.statistic - number(&expected["statistic"])).abs() < 1e-9, "{what}: {given:?}");
        assert!((given.score - number(&expected["score"])).abs() < 1e-9, "{what}: {given:?}");
        if best.is_none_or(|best| number(&expected["score"]) > number(&best["score"])) {
            best = Some(expected);
        }
    }
    let zone = best.map(|best| whole(&best["zone"]));
    assert_eq!(greatest.map(|finding| finding.zone), zone, "{what}: the greatest of all");
}

#[test]
fn both_forms_equal_brute_force_in_every_zone() {
    for city in table()["cities"].as_array().unwrap() {
        let name = city["name"].as_str().unwrap();
        let input = City::of(city);
        assert_findings(ScanCounts::of(&input.cases()).findings(ScanFloor::NONE), &city["permutation"], name);
        let poisson = ScanCounts::poisson(&input.cases(), &told(city));
        assert_findings(poisson.findings(ScanFloor::NONE), &city["poisson"], name);
    }
}

#[test]
fn the_toy_of_four_days_and_three_places_has_the_printed_ratios() {
    let toy = City::of(&table()["toy"]);
    let counts = ScanCounts::of(&toy.cases());
    assert_eq!(counts.total(), 24);
    for (place, today) in [2.5, 3.0, 6.5].into_iter().enumerate() {
        assert!((counts.expected(place, 0) - today).abs() < 1e-12);
    }
    for (zone, window, ratio) in [(2, 0, 0.616_541), (3, 0, 0.193_047), (2, 1, 0.476_485)] {
        let finding = counts.finding(zone, window);
        assert!((finding.statistic - ratio).abs() < 1e-6, "{finding:?}");
    }
    assert!((counts.expected(2, 1) - 8.666_667).abs() < 1e-6);
    let finding = counts.finding(2, 0);
    assert!((finding.score - (0.616_541 + 6.5_f64.ln())).abs() < 1e-6, "{finding:?}");
    assert!((finding.score - scan_score(9.0, 6.5, 24.0)).abs() < f64::EPSILON);
    // Places 2 and 3 in three days: 16 where 15 5/6 were expected, less of a rise and much larger.
    assert!((counts.maximum() - 2.764_704).abs() < 1e-6);
}

#[test]
fn a_floor_leaves_out_what_is_below_it_and_nothing_else() {
    for city in table()["cities"].as_array().unwrap() {
        let counts = ScanCounts::of(&City::of(city).cases());
        let all = counts.findings(ScanFloor::NONE);
        for least in [0.1, 0.5, 1.0, 2.0, 5.0] {
            let floor = ScanFloor {
                score: least,
                ..ScanFloor::NONE
            };
            let above: Vec<_> = all.iter().copied().filter(|finding| finding.score > least).collect();
            assert_eq!(counts.findings(floor), above, "{least}");
            // By the ratio another window of the zone may be the best.
            let floor = ScanFloor {
                statistic: least,
                ..ScanFloor::NONE
            };
            let given = counts.findings(floor);
            let zones =
                (0..counts.zones()).filter(|zone| (0..counts.windows()).any(|window| counts.finding(*zone, window).statistic > least));
            assert_eq!(given.len(), zones.count(), "{least}");
            assert!(given.iter().all(|finding| finding.statistic > least), "{least}");
        }
        assert!((counts.maximum() - all[0].score).abs() < f64::EPSILON);
    }
}

#[test]
fn counting_as_time_goes_by_gives_what_counting_anew_gives() {
    let table = table();
    let city = City::of(&table["cities"][1]);
    let mut moving = ScanCounts::new(city.ends.len());
    moving.grow(city.zones);
    // The oldest comes first; at the end all but the newest have left windows.
    for place in city.places.iter().rev() {
        moving.enter(&city.zones_of[*place as usize]);
    }
    for (age, place) in city.places.iter().enumerate() {
        for (window, end) in city.ends.iter().enumerate() {
            if age >= *end {
                moving.leave_window(window, &city.zones_of[*place as usize]);
            }
        }
    }
    assert_eq!(moving, ScanCounts::of(&city.cases()));
    moving.clear();
    assert_eq!(moving.total(), 0);
    assert!(moving.findings(ScanFloor::NONE).is_empty());
}

#[test]
fn the_null_of_both_forms_is_numpys_within_its_error() {
    const REPLICAS: usize = 2_000;
    for city in table()["cities"].as_array().unwrap() {
        let input = City::of(city);
        let permutation = ScanNull::permutation(&input.cases(), REPLICAS, 7).unwrap();
        let poisson = ScanNull::poisson(&input.cases(), &told(city), REPLICAS, 7).unwrap();
        for (null, tail) in [(&permutation, "permutation_tail"), (&poisson, "poisson_tail")] {
            for point in city[tail].as_array().unwrap() {
                let (p, given) = (number(&point["p"]), null.monte_carlo_p(number(&point["statistic"])));
                // Both are drawn: 2,000 times here, 4,999 times there.
                let error = (p * (1.0 - p) * (1.0 / 2_000.0 + 1.0 / 4_999.0)).sqrt();
                assert!(
                    (given - p).abs() < 3.5 * error,
                    "{} {tail}: {given}, not {p} ± {error}",
                    city["name"]
                );
            }
        }
    }
}

#[test]
fn the_tail_is_scipys_gumbel_by_moments() {
    let gumbel = &table()["gumbel"];
    let null = ScanNull::of(list(&gumbel["maxima"], number)).unwrap();
    let tail = null.tail().unwrap();
    let (location, scale) = (number(&gumbel["location"]), number(&gumbel["scale"]));
    assert!((tail.location - location).abs() < 1e-9 && (tail.scale - scale).abs() < 1e-9);
    for point in gumbel["tail"].as_array().unwrap() {
        let (statistic, p) = (number(&point["statistic"]), number(&point["p"]));
        assert!((tail.upper_tail(statistic) / p - 1.0).abs() < 1e-6, "{statistic}");
        if p < 0.5 {
            assert!((null.score_at(p) - statistic).abs() < 1e-6, "{statistic}");
        }
    }
    assert!(
        (null.p(5.0) - null.monte_carlo_p(5.0)).abs() < f64::EPSILON,
        "many repetitions reach it"
    );
    assert!((null.p(14.0) - tail.upper_tail(14.0)).abs() < f64::EPSILON, "none does");
}

#[test]
fn a_dealt_city_has_the_greatest_score_that_counting_it_anew_gives() {
    for city in table()["cities"].as_array().unwrap() {
        let mut city = City::of(city);
        let counts = ScanCounts::of(&city.cases());
        let mut deal = ScanDeal::new(&counts);
        // Turned by another number of places each time, so that the same cases lie in other windows.
        for turn in 0..40 {
            let all = city.places.len();
            city.places.rotate_left(turn % all);
            for (age, place) in city.places[..*city.ends.last().unwrap()].iter().enumerate() {
                let shortest = city.ends.partition_point(|end| *end <= age);
                deal.deal(&city.zones_of[*place as usize], shortest);
            }
            let anew = ScanCounts::of(&city.cases()).maximum();
            assert!((deal.maximum() - anew).abs() < f64::EPSILON, "{turn}: {anew}");
        }
    }
}

#[test]
fn no_null_has_a_smaller_p_than_its_bound() {
    const REPLICAS: usize = 2_000;
    for city in table()["cities"].as_array().unwrap() {
        let input = City::of(city);
        let null = ScanNull::permutation(&input.cases(), REPLICAS, 11).unwrap();
        let counts = ScanCounts::of(&input.cases());
        // Zones that share no place with one before them.
        let mut taken = vec![false; input.zones_of.len()];
        let apart = (0..input.zones).filter(|zone| {
            let places = (0..input.zones_of.len()).filter(|place| input.zones_of[*place].iter().any(|own| *own as usize == *zone));
            let places: Vec<usize> = places.collect();
            let free = places.iter().all(|place| !taken[*place]);
            for place in places.into_iter().filter(|_| free) {
                taken[place] = true;
            }
            free
        });
        let bound = ScanBound::of(&counts, apart);
        let mut told = false;
        for statistic in [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0] {
            let (least, p) = (bound.least_p(statistic), null.monte_carlo_p(statistic));
            let error = (p * (1.0 - p) / 2_000.0).sqrt();
            assert!(least <= p + 4.0 * error, "{} {statistic}: {least}, {p}", city["name"]);
            told |= least > p / 20.0 && p < 0.5;
        }
        assert!(told, "{}: it says something", city["name"]);
    }
}

#[test]
fn the_same_seed_gives_the_same_null_and_nothing_gives_none() {
    let table = table();
    let city = City::of(&table["cities"][2]);
    let null = |seed| ScanNull::permutation(&city.cases(), 50, seed);
    assert_eq!(null(3), null(3));
    assert_ne!(null(3), null(4));
    let nothing = ScanCases {
        places: &[],
        ..city.cases()
    };
    let empty = ScanNull::permutation(&nothing, 50, 1).unwrap();
    assert!(empty.maxima().iter().all(|maximum| maximum.abs() < f64::EPSILON));
    assert_eq!(ScanNull::of(Vec::new()), None);
    assert_eq!(ScanNull::of(vec![1.0, f64::NAN]), None);
    assert_eq!(ScanNull::poisson(&city.cases(), &[], 50, 1), None);
}

#[test]
fn a_ratio_is_never_negative_and_never_nan() {
    for (observed, expected, total) in [
        (0.0, 0.0, 0.0),
        (3.0, 3.0, 10.0),
        (2.0, 3.0, 10.0),
        (5.0, 0.0, 10.0),
        (10.0, 10.0, 10.0),
        (5.0, 1.0, 3.0),
    ] {
        let ratio = log_likelihood_ratio(observed, expected, total);
        assert!(ratio >= 0.0 && ratio.is_finite(), "{observed} {expected} {total}: {ratio}");
    }
    // All cases in one zone and window where half were expected: c ln 2.
    assert!((log_likelihood_ratio(10.0, 5.0, 10.0) - 10.0 * 2.0_f64.ln()).abs() < 1e-12);
}
