//! Ids of the events of the live stream: which run of which server's ticker, and the running number. A browser sends the last one it
//! heard when it connects again (`Last-Event-ID`).

use std::fmt;

/// A ticker from its start to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// When the server started, ms since epoch.
    pub(super) server: u64,
    /// Tickers the server had started before, and this one.
    pub(super) ticker: u64,
}

/// One event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(super) run: Run,
    pub(super) seq: u64,
}

impl EventId {
    /// An id as it was sent; none if it never was one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('-').map(|number| number.parse::<u64>().ok());
        let (server, ticker, seq) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let run = Run { server, ticker };
        numbers.next().is_none().then_some(Self { run, seq })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.run.server, self.run.ticker, self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::{EventId, Run};

    #[test]
    fn an_id_is_read_as_it_is_written_and_nothing_else_is_one() {
        let id = EventId {
            run: Run {
                server: 1_768_460_580_000,
                ticker: 3,
            },
            seq: 17,
        };
        assert_eq!(EventId::read(&id.to_string()), Some(id));
        for wrong in ["", "1", "1-2", "1-2-3-4", "1-2-x", "1--3", "99999999999999999999-1-1"] {
            assert_eq!(EventId::read(wrong), None, "{wrong}");
        }
    }
}
