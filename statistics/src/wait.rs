//! One case among waits: how long it took, or has taken so far, and how it ended.

/// How many ways to end there are, still waiting among them.
pub const END_KINDS: usize = 7;

/// One case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// When it was filed, µs since epoch UTC.
    pub filed_us: i64,
    /// How long it took, or has taken so far, seconds. Negative counts as 0.
    pub seconds: f64,
    /// How it ended then: [`Wait::OPEN`], [`Wait::RESOLVED`], or otherwise (a number below [`END_KINDS`], else it is taken as open).
    pub end: u8,
    /// Within how many seconds it was to be resolved; [`Wait::UNSAID`] or [`Wait::NO_CLOCK`] where there is no such number.
    pub limit_s: u32,
}

impl Wait {
    /// Still waiting.
    pub const OPEN: u8 = 0;
    /// Ended as it should.
    pub const RESOLVED: u8 = 1;
    /// The limit of a case that has none of its own: the horizon is taken.
    pub const UNSAID: u32 = 0;
    /// The limit of a case that nobody can be too late with.
    pub const NO_CLOCK: u32 = u32::MAX;

    /// With a length and an end that compare as the real ones do.
    pub(super) fn sound(mut self) -> Self {
        // Adding 0.0 turns -0.0 into 0.0, whose bits differ.
        self.seconds = self.seconds.max(0.0) + 0.0;
        if usize::from(self.end) >= END_KINDS {
            self.end = Self::OPEN;
        }
        self
    }

    /// By what waits are ordered. Of equal ones the resolved comes first, as Kaplan-Meier wants it, and the open last; the rest makes the
    /// order the same everywhere.
    pub(super) fn place(&self) -> (u64, (bool, bool, u8), i64, u32) {
        let resolved_first = (self.end != Self::RESOLVED, self.end == Self::OPEN, self.end);
        (self.seconds.to_bits(), resolved_first, self.filed_us, self.limit_s)
    }

    /// Whether it was resolved within a limit of its own, whether that is known, and whether it has none of its own.
    pub(super) fn judged(&self) -> [bool; 3] {
        let own = self.limit_s != Self::UNSAID && self.limit_s != Self::NO_CLOCK;
        let (within, resolved) = (self.seconds <= f64::from(self.limit_s), self.end == Self::RESOLVED);
        [
            own && within && resolved,
            own && (!within || resolved),
            self.limit_s == Self::UNSAID,
        ]
    }
}
