//! The command line.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::config::{DOCUMENTED, load};
use crate::run::{
    self, BridgeCommand, ClassifyArguments, DemoArguments, DlqCommand, RebuildArguments, ReplayArguments, RestoreArguments, RoutesCommand,
    ServeArguments, SimulateArguments, SqlArguments, TerritoryCommand, TrainArguments, VerifyArguments,
};

/// Reports of a city, answered honestly and in seconds.
///
/// Citizens' reports, drivers' alerts and tweets come in by Kafka; out come what is rising, who answers how fast, and who must
/// act.
#[derive(Parser, Debug)]
#[command(name = "tanggap", version, about, long_about, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    // The embedded broker's crates write keys and values of messages where something fails: reporters are in them.
    /// What is logged to standard error: error, warn, info, debug, or a filter like `tanggap=debug`. Also `TANGGAP_LOG`.
    #[arg(
        long,
        global = true,
        env = "TANGGAP_LOG",
        default_value = "warn,tansu_broker=off,tansu_storage=off,memory_serve=error,tanggap=info,tanggap_connectors=info",
        hide_env_values = true
    )]
    log: String,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// See it run: broker, a simulated Jakarta, engine and dashboard in one process.
    Demo(DemoArguments),
    /// Serve a city from Kafka (or the embedded broker).
    Serve(ServeArguments),
    /// Run the engine over files, and write its answers as files.
    Replay(ReplayArguments),
    /// Make a seeded Jakarta: files, or messages to a broker.
    Simulate(SimulateArguments),
    /// Ask a question in SQL.
    Sql(SqlArguments),
    /// List, show or replay what was refused.
    #[command(subcommand)]
    Dlq(DlqCommand),
    Verify(VerifyArguments),
    Restore(RestoreArguments),
    Rebuild(RebuildArguments),
    /// Fetch what the city says elsewhere, and write it to Kafka.
    #[command(subcommand)]
    Bridge(BridgeCommand),
    /// Check or import kelurahan polygons.
    #[command(subcommand)]
    Territory(TerritoryCommand),
    /// Check rules of who answers what, try them on what was reported, explain a decision.
    #[command(subcommand)]
    Routes(RoutesCommand),
    Train(TrainArguments),
    Classify(ClassifyArguments),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Subcommand, Debug)]
enum ConfigCommand {
    /// Print every setting with its default and what it means.
    Print,
    /// Read a file and say whether it holds.
    Check {
        /// The file.
        file: PathBuf,
    },
}

impl Cli {
    /// What is logged.
    #[must_use]
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Runs the command; gives the exit code.
    ///
    /// # Errors
    /// Whatever kept the command from doing what it was asked.
    pub fn run(self) -> anyhow::Result<u8> {
        match self.command {
            Command::Demo(arguments) => run::demo(&arguments)?,
            Command::Serve(arguments) => run::serve(&arguments)?,
            Command::Replay(arguments) => run::replay(&arguments)?,
            Command::Simulate(arguments) => run::simulate(&arguments)?,
            Command::Sql(arguments) => run::sql(&arguments)?,
            Command::Dlq(command) => run::dlq(&command)?,
            Command::Verify(arguments) => return Ok(u8::from(!run::verify(&arguments)?)),
            Command::Restore(arguments) => run::restore(&arguments)?,
            Command::Rebuild(arguments) => run::rebuild(&arguments)?,
            Command::Bridge(command) => run::bridge(&command)?,
            Command::Territory(command) => return Ok(u8::from(!run::territory(&command)?)),
            Command::Routes(command) => return Ok(u8::from(!run::routes(&command)?)),
            Command::Train(arguments) => run::train(&arguments)?,
            Command::Classify(arguments) => run::classify(&arguments)?,
            Command::Config(ConfigCommand::Print) => {
                std::io::stdout()
                    .lock()
                    .write_all(DOCUMENTED.as_bytes())
                    .context("cannot write to standard output")?;
            }
            Command::Config(ConfigCommand::Check { file }) => {
                load(Some(&file), std::env::vars())?;
                writeln!(std::io::stdout().lock(), "{} holds", file.display())?;
            }
            Command::Completions { shell } => {
                clap_complete::generate(shell, &mut Self::command(), "tanggap", &mut std::io::stdout().lock());
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
