//! The index against measuring every feature by the geometry crate's own distances, in a plane laid at the position.

use geo::{Coord, Distance, Euclidean, LineString, MapCoords, Point, Polygon};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::LayerIndex;
use crate::territory::Layer;
use crate::territory::band::METRES_PER_DEGREE;

/// A feature drawn at random: layer, buffer in metres, and its positions; a ring where it is closed.
#[derive(Clone, Debug)]
struct Drawn {
    layer: usize,
    buffer_m: f64,
    positions: Vec<(f64, f64)>,
    closed: bool,
}

impl Drawn {
    fn json(&self, number: usize) -> Value {
        let mut positions = self.positions.clone();
        if self.closed {
            positions.push(positions[0]);
        }
        let geometry = if self.closed {
            json!({"type": "Polygon", "coordinates": [positions]})
        } else {
            json!({"type": "LineString", "coordinates": positions})
        };
        json!({
            "type": "Feature",
            "properties": {"layer": Layer::ALL[self.layer].id(), "name": format!("f{number}"), "buffer_m": self.buffer_m},
            "geometry": geometry,
        })
    }

    /// Metres from a position to the feature and to its line or border, in the plane tangent there.
    fn distances_m(&self, at: (f64, f64)) -> (f64, f64) {
        let scale = at.1.to_radians().cos();
        let plane = |position: Coord<f64>| Coord {
            x: (position.x - at.0) * scale * METRES_PER_DEGREE,
            y: (position.y - at.1) * METRES_PER_DEGREE,
        };
        let mut line = LineString::from(self.positions.clone());
        if self.closed {
            line.close();
        }
        let line = line.map_coords(plane);
        let here = Point::new(0.0, 0.0);
        let border_m = Euclidean.distance(&here, &line);
        if self.closed {
            return (Euclidean.distance(&here, &Polygon::new(line, Vec::new())), border_m);
        }
        (border_m, border_m)
    }

    /// On the very edge of its buffer: there it is for rounding to decide.
    fn unsure(&self, at: (f64, f64)) -> bool {
        let (metres, border_m) = self.distances_m(at);
        if self.buffer_m > 0.0 {
            (metres - self.buffer_m).abs() < 1e-6
        } else {
            border_m < 1e-6
        }
    }
}

fn index(features: &[Drawn]) -> LayerIndex {
    let features: Vec<Value> = features.iter().enumerate().map(|(number, feature)| feature.json(number)).collect();
    let file = json!({"type": "FeatureCollection", "features": features});
    LayerIndex::from_geojson(file.to_string().as_bytes()).unwrap()
}

/// About 2 km by 2 km, on a coarse lattice so that vertices, edges and cell borders coincide.
fn position() -> impl Strategy<Value = (f64, f64)> {
    (0..80_i32, 0..80_i32).prop_map(|(east, north)| (106.8 + f64::from(east) * 0.000_25, -6.2 + f64::from(north) * 0.000_25))
}

fn feature() -> impl Strategy<Value = Drawn> {
    let line = (
        0..Layer::COUNT,
        1_i32..300,
        proptest::collection::vec(position(), 2..6),
        Just(false),
    );
    // Triangles: rings drawn at random may cross themselves, and then it depends on the definition what is inside.
    let area = (0..Layer::COUNT, 0_i32..100, proptest::collection::vec(position(), 3..4), Just(true));
    prop_oneof![line.boxed(), area.boxed()].prop_map(|(layer, buffer_m, positions, closed)| Drawn {
        layer,
        buffer_m: f64::from(buffer_m),
        positions,
        closed,
    })
}

proptest! {
    #[test]
    fn what_a_position_touches_is_what_measuring_every_feature_gives(
        features in proptest::collection::vec(feature(), 1..12),
        places in proptest::collection::vec(position(), 1..40),
        shift in 0.0..0.000_2,
    ) {
        let index = index(&features);
        for place in places {
            let place = (place.0 + shift, place.1 - shift * 0.7);
            let touched = index.touched(place.0, place.1);
            for layer in Layer::ALL {
                let of_layer = || features.iter().enumerate().filter(|(_, feature)| Layer::ALL[feature.layer] == layer);
                if of_layer().any(|(_, feature)| feature.unsure(place)) {
                    continue;
                }
                let measured: Vec<(f64, f64, String)> = of_layer()
                    .map(|(number, feature)| (feature.distances_m(place).0, feature.buffer_m, format!("f{number}")))
                    .collect();
                let within = || measured.iter().filter(|(metres, buffer, _)| metres <= buffer);
                let least = within().map(|(metres, ..)| *metres).fold(f64::INFINITY, f64::min);
                match touched.of(layer) {
                    None => prop_assert!(least.is_infinite(), "{place:?} {layer:?}: {least}"),
                    Some(touch) => {
                        prop_assert!((touch.distance_m - least).abs() < 1e-6, "{place:?} {layer:?}: {touch:?} {least}");
                        let nearest: Vec<&str> = within().filter(|(metres, ..)| metres - least < 1e-6).map(|(_, _, name)| name.as_str()).collect();
                        prop_assert!(nearest.contains(&touch.name), "{touch:?} {nearest:?}");
                    }
                }
            }
        }
    }
}

fn road(layer: usize, buffer_m: f64, positions: &[(f64, f64)]) -> Drawn {
    Drawn {
        layer,
        buffer_m,
        positions: positions.to_vec(),
        closed: false,
    }
}

#[test]
fn of_equally_near_features_the_first_of_the_file_is_named() {
    let ends = [(106.8, -6.2), (106.81, -6.2)];
    let index = index(&[road(0, 30.0, &ends), road(0, 40.0, &ends), road(1, 30.0, &ends)]);
    let touched = index.touched(106.805, -6.2);
    assert_eq!(touched.of(Layer::NationalRoad).unwrap().name, "f0");
    assert_eq!(touched.of(Layer::ProvincialRoad).unwrap().name, "f2");
    assert_eq!(touched.bits(), Layer::NationalRoad.bit() | Layer::ProvincialRoad.bit());
    // 35 m north only the wider one is near enough.
    assert_eq!(
        index
            .touched(106.805, -6.2 + 35.0 / METRES_PER_DEGREE)
            .of(Layer::NationalRoad)
            .unwrap()
            .name,
        "f1"
    );
}

#[test]
fn a_park_holds_its_middle_and_its_border_and_not_its_pond() {
    let file = json!({"type": "FeatureCollection", "features": [{
        "type": "Feature",
        "properties": {"layer": "park", "name": "Taman"},
        "geometry": {"type": "Polygon", "coordinates": [
            [[106.8, -6.2], [106.82, -6.2], [106.82, -6.18], [106.8, -6.18], [106.8, -6.2]],
            [[106.808, -6.192], [106.812, -6.192], [106.812, -6.188], [106.808, -6.188], [106.808, -6.192]],
        ]},
    }]});
    let index = LayerIndex::from_geojson(file.to_string().as_bytes()).unwrap();
    for (longitude, latitude, held) in [
        (106.805, -6.195, true),
        (106.8, -6.19, true),
        (106.82, -6.18, true),
        (106.81, -6.19, false),
        (106.808, -6.19, true),
        (106.799_999, -6.19, false),
        (107.5, -6.19, false),
        (f64::NAN, -6.19, false),
    ] {
        assert_eq!(
            index.touched(longitude, latitude).of(Layer::Park).is_some(),
            held,
            "{longitude} {latitude}"
        );
    }
}
