//! The `tanggap` binary.

fn main() {}
