//! A Kaplan-Meier curve on its way along sorted cases, sixty-four at a time.

/// Where the curve is before a word of marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Who is still waiting.
    pub(super) at_risk: usize,
    /// The share still waiting is this times who is at risk.
    pub(super) each: f64,
}

impl Run {
    pub(super) fn of(cases: usize) -> Self {
        Self {
            at_risk: cases,
            each: 1.0 / count(cases.max(1)),
        }
    }

    pub(super) fn waiting(self) -> f64 {
        self.each * count(self.at_risk)
    }

    /// Passes so many who end as the curve wants it.
    pub(super) fn pass(&mut self, cases: u64) {
        self.at_risk = self.at_risk.saturating_sub(usize::try_from(cases).unwrap_or(usize::MAX));
    }

    /// Passes one who leaves otherwise: the share stays, those at risk do not. The last one leaves nobody to share it.
    pub(super) fn leave(&mut self) {
        self.pass(1);
        self.each *= growth(count(self.at_risk));
    }

    /// Passes the kept ones of a word, of whom some leave otherwise; the share of each before that is told.
    pub(super) fn pass_word(&mut self, kept: u64, leaving: u64, mut told: impl FnMut(f64)) {
        let (mut kept, mut leaving) = (kept, leaving);
        while leaving != 0 {
            let earlier = (leaving & leaving.wrapping_neg()) - 1;
            self.pass(u64::from((kept & earlier).count_ones()));
            told(self.each);
            self.leave();
            leaving &= leaving - 1;
            kept &= !(earlier << 1 | 1);
        }
        self.pass(u64::from(kept.count_ones()));
    }
}

/// By how much the share of each at risk grows when one leaves so many; 1 where it leaves nobody.
pub(super) fn growth(at_risk: f64) -> f64 {
    if at_risk > 0.0 { (at_risk + 1.0) / at_risk } else { 1.0 }
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
pub(super) fn count(cases: usize) -> f64 {
    cases as f64
}
