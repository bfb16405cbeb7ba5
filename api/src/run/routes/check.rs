//! `tanggap routes check`: everything that is wrong with a file of rules, and what a reader should know of it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use tanggap_engine::case::{SLA, SlaRules};
use tanggap_engine::route::{RuleCheck, RuleLine};

use crate::run::region::text;

/// List the rules of a file, what is wrong with them, and where only their order decides.
///
/// Ends with 1 where something keeps the file from being used: a rule that can never be reached, a report no rule fits, a name that is
/// nowhere defined.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tanggap routes check routes.toml")]
pub(crate) struct CheckArguments {
    /// The rules.
    file: PathBuf,
    /// The clocks they name; without it the shipped ones.
    #[arg(long, value_name = "FILE")]
    sla: Option<PathBuf>,
}

/// Checks; gives whether the file can be used.
pub(super) fn check(arguments: &CheckArguments) -> anyhow::Result<bool> {
    let levels = match &arguments.sla {
        Some(file) => SlaRules::from_toml(&text(file)?).with_context(|| format!("{} does not hold", file.display()))?,
        None => SlaRules::from_toml(SLA)?,
    };
    let check = RuleCheck::of(&text(&arguments.file)?, &levels);
    let mut out = std::io::stdout().lock();
    for (position, rule) in check.rules.iter().enumerate() {
        let second = if rule.second == "nobody" { "" } else { &rule.second };
        let line = format!("{:>3}  {:<26} {:<18} {second:<18} {}", position + 1, rule.id, rule.to, notes(rule));
        writeln!(out, "{}", line.trim_end())?;
    }
    for (first, later) in grouped(&check) {
        writeln!(out, "note: only its place decides that `{first}` wins over {later}")?;
    }
    for fault in &check.faults {
        writeln!(out, "error: {fault}")?;
    }
    let assumptions = check.rules.iter().filter(|rule| rule.assumption).count();
    let private = check.rules.iter().filter(|rule| rule.private).count();
    writeln!(
        out,
        "{}: {} rules, {assumptions} of them assumptions, {private} private; {} conflicts, {} errors",
        if check.version.is_empty() { "no version" } else { &check.version },
        check.rules.len(),
        check.conflicts.len(),
        check.faults.len()
    )?;
    Ok(check.faults.is_empty())
}

fn notes(rule: &RuleLine) -> String {
    let notes = [
        (rule.assumption, "assumption"),
        (rule.private, "private"),
        (rule.passed_on, "passed on"),
        (rule.situations == 0, "never"),
    ];
    let said: Vec<&str> = notes.into_iter().filter(|(so, _)| *so).map(|(_, note)| note).collect();
    said.join(", ")
}

/// The rules that each rule wins over only by standing before them.
fn grouped(check: &RuleCheck) -> Vec<(&str, String)> {
    let mut grouped: Vec<(&str, String)> = Vec::new();
    for conflict in &check.conflicts {
        let later = format!("`{}`", conflict.later);
        match grouped.last_mut() {
            Some((first, others)) if *first == conflict.first => {
                others.push_str(", ");
                others.push_str(&later);
            }
            _ => grouped.push((&conflict.first, later)),
        }
    }
    grouped
}
