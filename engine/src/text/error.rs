//! Why there is no model: the examples do not do, or the file does not.

/// Why nothing could be trained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Nothing to learn from.
    #[error("there is no example with a text and a label")]
    NoExamples,
    /// Nothing to tell apart.
    #[error("every example has the label `{0}`; a model needs at least two labels to tell apart")]
    OneLabel(String),
    /// Most likely the column is no label.
    #[error("there are {found} labels, more than {most}: is the column of the labels the right one?")]
    TooManyLabels {
        /// Different labels.
        found: usize,
        /// As many as a model may have.
        most: usize,
    },
    /// The newest texts are to be held out, and there are none.
    #[error("the newest fifth of the texts holds no two that are not among the older ones too, so there is nothing new to measure with")]
    NothingNew,
    /// Held-out texts are needed to know how sure the model may be.
    #[error("there are {found} different texts; at least {least} are needed, as some are held out to measure with")]
    TooFewTexts {
        /// Different texts.
        found: usize,
        /// As many as there must be.
        least: usize,
    },
}

/// Why a file is no model that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// It begins with something else.
    #[error("this is no text model; `tanggap train` writes one")]
    NotAModel,
    /// Written by a later program.
    #[error("the text model has format {found}, this program reads up to {known}: use a later tanggap, or train it again with this one")]
    Later {
        /// Format of the file.
        found: u32,
        /// Latest format known.
        known: u32,
    },
    /// Bytes are missing or changed.
    #[error("the text model is damaged ({0}): copy it again, or train it again from its examples")]
    Damaged(&'static str),
}
