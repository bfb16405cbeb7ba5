//! What a test needs and this machine lacks: said where people look, and a failure where nothing may be left out.

use std::{env, io};

/// Says that a test, or a part of it, was not run.
///
/// # Errors
/// This is a CI run, which must not skip it.
pub(super) fn not_run(test: &str, missing: &str) -> io::Result<()> {
    if env::var_os("CI").is_some() {
        return Err(io::Error::other(missing.to_owned()));
    }
    say(test, missing);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so where people look")]
fn say(test: &str, missing: &str) {
    eprintln!("NOT RUN: {test}: {missing}");
}
