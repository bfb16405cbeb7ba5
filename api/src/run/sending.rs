//! The messages of an epoch on their way.

use std::time::Duration;

use super::outbox::Message;
use super::outside::Outside;

/// Messages of the last epoch that are not acknowledged.
#[derive(Debug, Default)]
pub(super) struct Sending {
    messages: Vec<Message>,
}

/// How often it is looked whether messages have arrived.
const LOOK: Duration = Duration::from_millis(1);

impl Sending {
    /// Sends the messages of an epoch. Those of the epoch before must be settled.
    pub(super) fn send(&mut self, messages: Vec<Message>, outside: &mut impl Outside) {
        self.messages = messages;
        outside.send(&self.messages);
    }

    /// Whether all messages are acknowledged, within this time. If some were refused, all are sent again: a repeat is known by its seq.
    pub(super) fn settled(&mut self, patience: Duration, outside: &mut impl Outside) -> bool {
        if self.messages.is_empty() {
            return true;
        }
        let begun = outside.now();
        loop {
            let counters = outside.deliveries();
            if counters.delivered == self.messages.len() as u64 {
                self.messages.clear();
                return true;
            }
            if counters.in_flight() == 0 {
                outside.send(&self.messages);
                return false;
            }
            if outside.now().duration_since(begun) >= patience {
                return false;
            }
            outside.wait(LOOK);
        }
    }
}
