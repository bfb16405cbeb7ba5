//! What the labels of examples mean in the labels of a model. A label that stands before finer ones means any of them: an example that is
//! no more than a `complaint` is learnt as one of `complaint/banjir`, `complaint/sampah` …, whichever the model finds likeliest, and is read
//! rightly where one of these is said. So some examples may be labelled roughly, as people do, and others finely, as the shipped ones are.

/// The labels of a model, and what each label of an example means in them.
#[derive(Clone, Debug)]
pub(super) struct Meanings {
    /// The model's: those that no finer label belongs to, sorted.
    pub(super) labels: Vec<String>,
    /// The examples', sorted.
    said: Vec<String>,
    /// Of each of the examples' labels: the numbers of the model's that it means, one or more, sorted.
    meant: Vec<Vec<usize>>,
}

impl Meanings {
    /// Of the examples' labels, sorted and each once.
    pub(super) fn of(said: Vec<String>) -> Self {
        let labels: Vec<String> = said
            .iter()
            .filter(|one| !said.iter().any(|other| is_finer(other, one)))
            .cloned()
            .collect();
        let meant = |one: &String| {
            let meant = labels.iter().enumerate().filter(|(_, label)| *label == one || is_finer(label, one));
            meant.map(|(number, _)| number).collect()
        };
        let meant = said.iter().map(meant).collect();
        Self { labels, said, meant }
    }

    /// So many labels of which each means itself.
    #[cfg(test)]
    pub(super) fn apart(labels: usize) -> Self {
        Self::of((0..labels).map(|label| format!("{label:03}")).collect())
    }

    /// Number of an example's label.
    pub(super) fn number(&self, said: &str) -> usize {
        self.said.binary_search_by(|one| one.as_str().cmp(said)).unwrap_or_default()
    }

    /// How many labels the examples have.
    pub(super) const fn said(&self) -> usize {
        self.said.len()
    }

    /// Probability of what an example's label means, of the probabilities of the model's labels.
    pub(super) fn sum(&self, said: usize, probabilities: &[f64]) -> f64 {
        self.meant[said].iter().map(|label| probabilities[*label]).sum()
    }

    /// From probabilities of the model's labels to what a descent of the loss −ln(their sum) pulls the scores by, in place.
    pub(super) fn pull(&self, said: usize, probabilities: &mut [f64]) {
        if let [only] = self.meant[said].as_slice() {
            probabilities[*only] -= 1.0;
            return;
        }
        let sum = self.sum(said, probabilities).max(f64::MIN_POSITIVE);
        for label in &self.meant[said] {
            probabilities[*label] *= 1.0 - 1.0 / sum;
        }
    }

    /// The roughest of the examples' labels that means what this one does: what a text is measured as, since of some it is not known finer.
    pub(super) fn roughest(&self, said: usize) -> usize {
        let rougher = |other: &&String| is_finer(&self.said[said], other);
        let roughest = self.said.iter().filter(rougher).min_by_key(|other| other.len());
        roughest.map_or(said, |roughest| self.number(roughest))
    }

    /// Probabilities of the examples' roughest labels, of those of the model's; 0 at the others' numbers.
    pub(super) fn sums(&self, probabilities: &[f64]) -> Vec<f64> {
        let sum = |said: usize| {
            if self.roughest(said) == said {
                self.sum(said, probabilities)
            } else {
                0.0
            }
        };
        (0..self.said.len()).map(sum).collect()
    }
}

fn is_finer(label: &str, than: &str) -> bool {
    label.strip_prefix(than).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::Meanings;

    fn meanings() -> Meanings {
        let said = [
            "complaint",
            "complaint/banjir",
            "complaint/sampah",
            "complaints",
            "none/news",
            "praise",
        ];
        Meanings::of(said.map(str::to_owned).to_vec())
    }

    fn assert_same(one: &[f64], other: &[f64]) {
        let near = one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-12);
        assert!(one.len() == other.len() && near, "{one:?}, expected {other:?}");
    }

    #[test]
    fn a_label_before_finer_ones_means_any_of_them() {
        let meanings = meanings();
        assert_eq!(
            meanings.labels,
            ["complaint/banjir", "complaint/sampah", "complaints", "none/news", "praise"]
        );
        let probabilities = [0.5, 0.25, 0.125, 0.0625, 0.0625];
        let sum = |said: &str| meanings.sum(meanings.number(said), &probabilities);
        assert_same(
            &[sum("complaint"), sum("complaint/sampah"), sum("complaints")],
            &[0.75, 0.25, 0.125],
        );
        assert_same(&meanings.sums(&probabilities), &[0.75, 0.0, 0.0, 0.125, 0.0625, 0.0625]);
        assert_eq!(meanings.roughest(meanings.number("complaint/banjir")), meanings.number("complaint"));
        assert_eq!(meanings.roughest(meanings.number("praise")), meanings.number("praise"));
    }

    #[test]
    fn a_rough_label_pulls_to_what_is_likeliest_of_what_it_means() {
        let meanings = meanings();
        let pull = |said: &str| {
            let mut probabilities = [0.375, 0.125, 0.25, 0.125, 0.125];
            meanings.pull(meanings.number(said), &mut probabilities);
            probabilities
        };
        assert_same(&pull("complaint/banjir"), &[-0.625, 0.125, 0.25, 0.125, 0.125]);
        // 0.75 and 0.25 of what is meant, so they are pulled up by as much of what others have.
        assert_same(&pull("complaint"), &[-0.375, -0.125, 0.25, 0.125, 0.125]);
    }

    #[test]
    fn labels_apart_mean_themselves() {
        let apart = Meanings::apart(3);
        assert_eq!(apart.labels.len(), 3);
        assert_same(&apart.sums(&[0.5, 0.25, 0.25]), &[0.5, 0.25, 0.25]);
    }
}
