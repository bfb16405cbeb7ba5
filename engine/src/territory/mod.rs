//! Where a point is: the kelurahan, kecamatan, kota and region of a position.

mod code;

pub use code::KelurahanCode;
