//! The `tanggap` binary: exit code 0 = done, 1 = it failed, 2 = the command line or what it named is wrong.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tanggap::cli::Cli;
use tracing_subscriber::EnvFilter;

/// Lanes allocate and free batches on many threads; this allocator gives memory back and is faster at it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut err = std::io::stderr();
    let filter = match EnvFilter::try_new(cli.log()) {
        Ok(filter) => filter,
        Err(error) => {
            drop(writeln!(err, "error: --log {}: {error}", cli.log()));
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    match cli.run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            drop(writeln!(err, "error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
