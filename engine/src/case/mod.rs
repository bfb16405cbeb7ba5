//! A complaint followed through its life: its transitions go in, its clocks, its end and who held it when come out.

mod change;
mod end;
mod lifecycle;
mod pause;
mod sla;
mod spell;

pub use change::Change;
pub use end::End;
pub use lifecycle::{Story, follow};
pub use pause::Pause;
pub use sla::{ClockState, Due, Escalated, Escalation, Length, Level, SLA, SlaClock, SlaError, SlaRule, SlaRules};
pub use spell::Spell;
