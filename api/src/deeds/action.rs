//! What may be done with a report, and what comes of it: one table, asked by the desk that shows the buttons and by the door that refuses.

use serde::{Deserialize, Serialize};
use tanggap_engine::case::End;
use tanggap_engine::event::{Kind, Status};
use tanggap_queries::named::Standing;
use utoipa::ToSchema;

/// Something that is done with a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// The unit takes it up.
    Accept,
    /// It goes to another unit.
    Redirect,
    /// An officer is sent.
    Dispatch,
    /// It is done.
    Complete,
    /// It is closed without being done.
    Close,
    /// The reporter is asked; the clock waits.
    Ask,
    /// The reporter has answered.
    Answer,
    /// A duty report holds.
    Verify,
    /// A duty report does not hold.
    Reject,
    /// An end, or a verdict, is taken back.
    Reopen,
}

impl Action {
    /// The word in requests and answers.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Redirect => "redirect",
            Self::Dispatch => "dispatch",
            Self::Complete => "complete",
            Self::Close => "close",
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::Verify => "verify",
            Self::Reject => "reject",
            Self::Reopen => "reopen",
        }
    }

    /// What the report becomes by it. A case closed as a duplicate, or as nobody's the city can order, says so in its status.
    pub(crate) fn status(self, reason: Option<&str>) -> Status {
        match (self, reason) {
            (Self::Accept | Self::Answer, _) => Status::InProgress,
            (Self::Redirect, _) => Status::Assigned,
            (Self::Dispatch, _) => Status::Dispatched,
            (Self::Complete, _) => Status::Resolved,
            (Self::Close, Some("duplicate")) => Status::Duplicate,
            (Self::Close, Some("not_ours")) => Status::NotOurs,
            (Self::Close | Self::Reject, _) => Status::ClosedNoAction,
            (Self::Ask, _) => Status::Asked,
            (Self::Verify, _) => Status::Verified,
            (Self::Reopen, _) => Status::Reopened,
        }
    }

    /// Whether its photo shows the place after the work.
    pub(crate) const fn ends(self) -> bool {
        matches!(self, Self::Complete | Self::Close)
    }
}

/// How a report stands, as far as it decides what may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has taken it up since it came, or since it was sent on or reopened.
    Waiting,
    /// An officer was sent.
    Dispatched,
    /// Being worked on.
    Working,
    /// The reporter is waited for.
    Asked,
    /// It has ended.
    Ended,
    /// A duty report without a verdict.
    Unjudged,
    /// A duty report that holds.
    Verified,
    /// A duty report that does not.
    Rejected,
    /// Nobody has to answer it: a tweet, a driver's alert.
    Nobodys,
}

impl Stage {
    /// The stage of a report; `trust_channel` as in the rule of the duty ledger.
    pub(crate) fn of(report: &Standing, trust_channel: bool) -> Self {
        match report.kind {
            None => return Self::Nobodys,
            Some(Kind::Duty) => return Self::of_duty(report.verdict(trust_channel)),
            Some(_) => {}
        }
        let story = report.story();
        if story.end.is_some() {
            return Self::Ended;
        }
        match story.status {
            Some(Status::Dispatched) => Self::Dispatched,
            Some(Status::InProgress) => Self::Working,
            Some(Status::Asked) => Self::Asked,
            // A late or overtaken end is none, and what goes on then waits for whoever takes it up.
            _ => Self::Waiting,
        }
    }

    fn of_duty(verdict: Option<Status>) -> Self {
        match verdict {
            None | Some(Status::Reopened) => Self::Unjudged,
            Some(status) if matches!(End::of(status), None | Some(End::Resolved)) => Self::Verified,
            Some(_) => Self::Rejected,
        }
    }

    /// What may be done now.
    pub(crate) const fn actions(self) -> &'static [Action] {
        use Action::{Accept, Answer, Ask, Close, Complete, Dispatch, Redirect, Reject, Reopen, Verify};
        match self {
            Self::Waiting => &[Accept, Redirect, Dispatch, Close, Ask],
            Self::Dispatched => &[Accept, Redirect, Dispatch, Complete, Close, Ask],
            Self::Working => &[Redirect, Dispatch, Complete, Close, Ask],
            Self::Asked => &[Redirect, Close, Answer],
            Self::Ended => &[Reopen],
            Self::Unjudged => &[Verify, Reject],
            Self::Verified => &[Reject, Reopen],
            Self::Rejected => &[Verify, Reopen],
            Self::Nobodys => &[],
        }
    }

    /// Whether it is a duty report's, which verifiers judge and units leave alone.
    pub(crate) const fn duty(self) -> bool {
        matches!(self, Self::Unjudged | Self::Verified | Self::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use tanggap_engine::event::{Kind, Status};
    use tanggap_queries::named::{Move, Standing};

    use super::{Action, Stage};

    /// A report of a kind to which these happened, one after the other.
    fn report(kind: Option<Kind>, statuses: &[Status]) -> Standing {
        let moves = (1_i64..).zip(statuses).map(|(time_us, status)| Move {
            time_us,
            offset: time_us,
            status: *status,
            snapshot: false,
            unit: None,
        });
        Standing {
            id: "1".to_owned(),
            channel: "qlue".to_owned(),
            kind,
            category: None,
            kelurahan: None,
            filed_us: 0,
            unit: None,
            routed: None,
            moves: moves.collect(),
        }
    }

    fn words(kind: Option<Kind>, statuses: &[Status]) -> String {
        let ids: Vec<&str> = Stage::of(&report(kind, statuses), false)
            .actions()
            .iter()
            .map(|action| action.id())
            .collect();
        ids.join(" ")
    }

    #[test]
    fn what_may_be_done_follows_from_what_was_done() {
        use Status::{
            Asked, Assigned, ClosedNoAction, Coordinated, Dispatched, Duplicate, InProgress, NotOurs, Rated, Received, Reopened, Resolved,
            Verified, Withdrawn,
        };
        let waiting = "accept redirect dispatch close ask";
        let table: &[(&[Status], &str)] = &[
            (&[], waiting),
            (&[Received], waiting),
            (&[Verified], waiting),
            (&[Assigned], waiting),
            (&[Coordinated], waiting),
            (&[InProgress, Assigned], waiting),
            (&[Resolved, Reopened], waiting),
            (&[Dispatched], "accept redirect dispatch complete close ask"),
            (&[InProgress], "redirect dispatch complete close ask"),
            (&[InProgress, Asked], "redirect close answer"),
            (&[InProgress, Asked, InProgress], "redirect dispatch complete close ask"),
            (&[InProgress, Resolved], "reopen"),
            (&[InProgress, Resolved, Rated], "reopen"),
            (&[Resolved, InProgress], "reopen"),
            (&[ClosedNoAction], "reopen"),
            (&[Duplicate], "reopen"),
            (&[NotOurs], "reopen"),
            (&[Withdrawn], "reopen"),
        ];
        for kind in [Kind::Complaint, Kind::Suggestion, Kind::Question, Kind::Praise, Kind::Emergency] {
            for (statuses, allowed) in table {
                assert_eq!(words(Some(kind), statuses), *allowed, "{kind:?} {statuses:?}");
            }
        }
    }

    #[test]
    fn a_duty_report_is_judged_and_nothing_else_is_done_with_it() {
        use Status::{ClosedNoAction, InProgress, Reopened, Resolved, Verified};
        let table: &[(&[Status], &str)] = &[
            (&[], "verify reject"),
            (&[InProgress], "verify reject"),
            (&[Verified], "reject reopen"),
            (&[Resolved], "reject reopen"),
            (&[ClosedNoAction], "verify reopen"),
            (&[Verified, ClosedNoAction], "verify reopen"),
            (&[ClosedNoAction, Verified], "reject reopen"),
            (&[Verified, Reopened], "verify reject"),
        ];
        for (statuses, allowed) in table {
            assert_eq!(words(Some(Kind::Duty), statuses), *allowed, "{statuses:?}");
        }
    }

    #[test]
    fn what_nobody_has_to_answer_is_left_alone() {
        assert_eq!(words(None, &[]), "");
    }

    #[test]
    fn an_action_ends_where_it_says() {
        let status = |action: Action, reason| action.status(reason).id();
        for (action, reason, expected) in [
            (Action::Accept, None, "in_progress"),
            (Action::Redirect, Some("duplicate"), "assigned"),
            (Action::Dispatch, None, "dispatched"),
            (Action::Complete, None, "resolved"),
            (Action::Close, Some("duplicate"), "duplicate"),
            (Action::Close, Some("not_ours"), "not_ours"),
            (Action::Close, Some("tidak_ditemukan"), "closed_no_action"),
            (Action::Ask, None, "asked"),
            (Action::Answer, None, "in_progress"),
            (Action::Verify, None, "verified"),
            (Action::Reject, Some("duplicate"), "closed_no_action"),
            (Action::Reopen, None, "reopened"),
        ] {
            assert_eq!(status(action, reason), expected, "{action:?} {reason:?}");
        }
    }
}
