//! A slope that a wrong reading does not move: the median of the slopes of all pairs (Theil 1950; Sen 1968).

/// The median slope of all pairs of points (x, y) with different x; of an even number of them the mean of the middle two. None without such
/// a pair. Takes time and memory by the square of the number of points.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::new();
    for (position, (x, y)) in points.iter().enumerate() {
        for (other_x, other_y) in &points[position + 1..] {
            let run = other_x - x;
            if run.abs() > 0.0 {
                slopes.push((other_y - y) / run);
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    let upper = *slopes.get(slopes.len() / 2)?;
    if slopes.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(slopes[slopes.len() / 2 - 1], upper))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::theil_sen;

    const EXPECTED: &str = include_str!("../../../tests/oracle/flood_expected.json");

    #[test]
    fn slopes_are_those_of_scipy() {
        let table: Value = serde_json::from_str(EXPECTED).unwrap();
        let cases = table["theil_sen"].as_array().unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            let numbers = |name: &str| -> Vec<f64> { case[name].as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect() };
            let points: Vec<(f64, f64)> = numbers("x").into_iter().zip(numbers("y")).collect();
            let (slope, expected) = (theil_sen(&points).unwrap(), case["slope"].as_f64().unwrap());
            assert!(
                (slope - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "{slope}, not {expected}: {case}"
            );
        }
    }

    #[test]
    fn points_above_one_another_have_no_slope() {
        assert_eq!(theil_sen(&[]), None);
        assert_eq!(theil_sen(&[(1.0, 2.0)]), None);
        assert_eq!(theil_sen(&[(1.0, 2.0), (1.0, 5.0)]), None);
    }
}
