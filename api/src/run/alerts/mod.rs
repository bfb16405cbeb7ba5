//! Alerts on their way out: a thread makes the rounds and sends what is new to `tanggap.alerts`, then to whoever has a hook.

mod bell;
mod hook;
mod queue;
mod signature;

pub(super) use bell::Bell;
