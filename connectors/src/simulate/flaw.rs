//! What goes wrong with a payload on its way: the broken lines of real feeds.

use super::chance::Chance;

/// A fault of one payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The line is good.
    None,
    /// The writer leaves the id out.
    NoId,
    /// The writer leaves the event time out.
    NoTime,
    /// The payload ends somewhere in the middle.
    Cut,
    /// A proxy's error page, an empty message, an array, a bare word.
    NotJson,
}

impl Flaw {
    /// A fault with probability `share`.
    pub(super) fn draw(chance: &mut Chance, share: f64) -> Self {
        if !chance.happens(share) {
            return Self::None;
        }
        *chance.pick(&[Self::NoId, Self::NoTime, Self::Cut, Self::NotJson])
    }

    /// Damages a finished payload where the fault is one of bytes.
    pub(super) fn spoil(self, chance: &mut Chance, payload: &mut Vec<u8>) {
        match self {
            Self::None | Self::NoId | Self::NoTime => {}
            Self::Cut => payload.truncate(1 + chance.index(payload.len().saturating_sub(2))),
            Self::NotJson => {
                payload.clear();
                let text = *chance.pick(&[
                    "<html><body>502 Bad Gateway</body></html>",
                    "",
                    "[]",
                    "null",
                    "{\"post_id\":",
                    "\u{feff}{",
                    "OK",
                ]);
                payload.extend_from_slice(text.as_bytes());
            }
        }
    }
}
