//! `tanggap routes`: look a file of rules over, try it on what was reported, and explain a decision.

mod check;
mod explain;
mod moves;
mod trial;

use clap::Subcommand;

use check::{CheckArguments, check};
use explain::{ExplainArguments, explain};
use trial::{TrialArguments, trial};

/// What to do with rules.
#[derive(Subcommand, Debug)]
pub(crate) enum RoutesCommand {
    Check(CheckArguments),
    Try(TrialArguments),
    Explain(ExplainArguments),
}

/// Runs the command. Gives whether the rules hold.
///
/// # Errors
/// A file cannot be read, or rules that are to decide do not hold.
pub(crate) fn routes(command: &RoutesCommand) -> anyhow::Result<bool> {
    match command {
        RoutesCommand::Check(arguments) => check(arguments),
        RoutesCommand::Try(arguments) => trial(arguments).map(|()| true),
        RoutesCommand::Explain(arguments) => explain(arguments).map(|()| true),
    }
}
