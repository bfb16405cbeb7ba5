//! How a case may end. Only one of the ends is success; the others are neither success nor merely "not yet".

use crate::event::Status;

/// How a case ended. The numbers and ids are stable; 0 and null stand for a case that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum End {
    /// Done.
    Resolved = 1,
    /// Closed without action.
    ClosedNoAction = 2,
    /// The same as another case.
    Duplicate = 3,
    /// Belongs to nobody the city can order.
    NotOurs = 4,
    /// The reporter took it back.
    Withdrawn = 5,
}

impl End {
    /// Every end, by number.
    pub const ALL: &'static [Self] = &[
        Self::Resolved,
        Self::ClosedNoAction,
        Self::Duplicate,
        Self::NotOurs,
        Self::Withdrawn,
    ];

    /// The end a status is, if it is one.
    #[must_use]
    pub const fn of(status: Status) -> Option<Self> {
        match status {
            Status::Resolved => Some(Self::Resolved),
            Status::ClosedNoAction => Some(Self::ClosedNoAction),
            Status::Duplicate => Some(Self::Duplicate),
            Status::NotOurs => Some(Self::NotOurs),
            Status::Withdrawn => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// The id used in columns and the API: that of the status.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Resolved => Status::Resolved.id(),
            Self::ClosedNoAction => Status::ClosedNoAction.id(),
            Self::Duplicate => Status::Duplicate.id(),
            Self::NotOurs => Status::NotOurs.id(),
            Self::Withdrawn => Status::Withdrawn.id(),
        }
    }

    /// The number used where ends are counted apart.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The end of a number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|end| end.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::End;
    use crate::event::Status;

    #[test]
    fn ends_are_statuses_with_numbers_from_one() {
        let numbers: Vec<u8> = End::ALL.iter().map(|end| end.number()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        for end in End::ALL {
            assert_eq!(End::from_number(end.number()), Some(*end));
            assert_eq!(Status::from_id(end.id()).and_then(End::of), Some(*end));
        }
        assert_eq!(End::from_number(0), None);
        assert_eq!(
            Status::ALL.iter().filter(|status| End::of(**status).is_some()).count(),
            End::ALL.len()
        );
    }
}
