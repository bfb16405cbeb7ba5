//! Why a report is put to an incident: a score, and what each feature adds to it.

use super::photos::Sameness;

/// What speaks for or against one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// How far it lies from where the incident is told to be; the value is metres.
    Place,
    /// How long after the last report of it; the value is seconds.
    Time,
    /// How many other incidents lie as near; the value is their number.
    Crowd,
    /// Another category that may mean the same.
    RelatedCategory,
    /// Nobody has said what one of the two is.
    UnreadCategory,
    /// Another category, of one photo.
    OtherCategory,
    /// A person who told of it already.
    SameReporter,
    /// The same photo, to the byte.
    SameFile,
    /// A photo that looks the same.
    SameLook,
}

impl Feature {
    /// The id in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Time => "time",
            Self::Crowd => "crowd",
            Self::RelatedCategory => "related_category",
            Self::UnreadCategory => "unread_category",
            Self::OtherCategory => "other_category",
            Self::SameReporter => "same_reporter",
            Self::SameFile => "same_file",
            Self::SameLook => "same_look",
        }
    }
}

/// A feature and what it adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// The feature.
    pub feature: Feature,
    /// What it adds to the score: the log of how much likelier it makes one incident than two.
    pub weight: f64,
    /// What it was found to be, where it is a quantity.
    pub value: Option<f64>,
}

/// How a category stands to that of an incident's reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    Related,
    Unread,
    Other,
}

/// Why a report is put to an incident, in few bytes: there is one a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Link {
    /// The sum.
    pub(super) score: f64,
    /// Weight and value of place, time and crowd; none where only a photo links.
    pub(super) nearness: Option<[(f32, f32); 3]>,
    pub(super) likeness: (Likeness, f32),
    /// Weight of the same reporter; 0 = another one.
    pub(super) reporter: f32,
    pub(super) photo: Option<(Sameness, f32)>,
}

impl Link {
    /// What each feature adds.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::with_capacity(6);
        let mut push = |feature, weight: f32, value: Option<f32>| {
            reasons.push(Reason {
                feature,
                weight: f64::from(weight),
                value: value.map(f64::from),
            });
        };
        if let Some((sameness, weight)) = self.photo {
            let feature = match sameness {
                Sameness::File => Feature::SameFile,
                Sameness::Look => Feature::SameLook,
            };
            push(feature, weight, None);
        }
        if let Some([place, time, crowd]) = self.nearness {
            push(Feature::Place, place.0, Some(place.1));
            push(Feature::Time, time.0, Some(time.1));
            push(Feature::Crowd, crowd.0, Some(crowd.1));
        }
        match self.likeness {
            (Likeness::Same, _) => {}
            (Likeness::Related, weight) => push(Feature::RelatedCategory, weight, None),
            (Likeness::Unread, weight) => push(Feature::UnreadCategory, weight, None),
            (Likeness::Other, weight) => push(Feature::OtherCategory, weight, None),
        }
        if self.reporter != 0.0 {
            push(Feature::SameReporter, self.reporter, None);
        }
        reasons
    }
}
