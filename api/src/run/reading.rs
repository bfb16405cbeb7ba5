//! The reader of texts that lanes share: the configured model, or the shipped one, which a data directory keeps once it was made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use tanggap_connectors::decode::TextReader;
use tanggap_engine::place::Gazetteer;
use tanggap_engine::territory::Territory;
use tanggap_engine::text::TextModel;

use super::train::write;
use crate::config::TextConfig;

/// The reader, if a channel's texts are to be read.
///
/// The shipped model is trained when the first text comes, which takes under a second, and kept in the data directory: a new release, or
/// another machine's arithmetic, does not read the same lanes otherwise. Remove the file to take up the model of the program.
///
/// # Errors
/// The model's file cannot be read, or does not say what reports are.
pub(super) fn reader(config: &TextConfig, territory: &Territory, data_dir: Option<&Path>) -> anyhow::Result<Option<Arc<TextReader>>> {
    if config.channels.is_empty() {
        return Ok(None);
    }
    let kept = data_dir.map(|dir| dir.join("model").join("shipped.model"));
    let file = match (&config.model, &kept) {
        (Some(own), _) => Some(own),
        (None, Some(kept)) if kept.exists() => Some(kept),
        (None, _) => None,
    };
    let gazetteer = Gazetteer::of(territory);
    let reader = match file {
        Some(file) => {
            let model = read_model(file)?;
            ensure!(
                model.speaks_of_reports(),
                "{} says something else than what reports are: its labels must be like complaint/banjir, question and none/news",
                file.display()
            );
            TextReader::new(config.channels.clone(), gazetteer, move || model)
        }
        None => TextReader::new(config.channels.clone(), gazetteer, move || shipped(kept)),
    };
    Ok(Some(Arc::new(reader.keeping_terms(config.terms))))
}

/// Reads a model's file.
///
/// # Errors
/// It cannot be read, or is no model.
pub(super) fn read_model(file: &Path) -> anyhow::Result<TextModel> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read the model {}", file.display()))?;
    TextModel::from_bytes(&bytes).with_context(|| format!("cannot use the model {}", file.display()))
}

/// Makes the shipped model, and keeps it if there is a place to.
fn shipped(keep: Option<PathBuf>) -> TextModel {
    let model = TextModel::builtin().clone();
    if let Some(file) = keep
        && let Err(error) = put(&file, &model)
    {
        // The lanes name its version: should the next start make another one, they say so.
        tracing::warn!(
            error = format!("{error:#}"),
            "the text model could not be kept; it is made anew at the next start"
        );
    }
    model
}

fn put(file: &Path, model: &TextModel) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    write(file, &model.to_bytes())
}

#[cfg(test)]
mod tests {
    use tanggap_engine::territory::Territory;
    use tanggap_engine::text::{Example, TextModel, TrainSettings};

    use super::reader;
    use crate::config::TextConfig;

    fn config(model: Option<std::path::PathBuf>) -> TextConfig {
        TextConfig {
            channels: vec!["twitter".to_owned()],
            model,
            ..TextConfig::default()
        }
    }

    #[test]
    fn the_shipped_model_is_kept_at_first_use_and_read_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let territory = Territory::jakarta_default();
        let file = folder.path().join("model").join("shipped.model");
        assert!(reader(&TextConfig::default(), &territory, Some(folder.path())).unwrap().is_none());
        let first = reader(&config(None), &territory, Some(folder.path())).unwrap().unwrap();
        assert!(!file.exists(), "nothing is trained before it is needed");
        let version = first.version();
        assert_eq!(
            TextModel::from_bytes(&std::fs::read(&file).unwrap()).unwrap().version(),
            TextModel::builtin().version()
        );
        let again = reader(&config(None), &territory, Some(folder.path())).unwrap().unwrap();
        assert_eq!(again.version(), version);
        std::fs::write(&file, b"damaged").unwrap();
        let error = reader(&config(None), &territory, Some(folder.path())).unwrap_err();
        assert!(format!("{error:#}").contains("shipped.model"), "{error:#}");
    }

    #[test]
    fn a_model_of_agencies_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("agency.model");
        let labels = ["Dinas Sosial", "Dinas Perhubungan"];
        let words = ["lampu", "pohon", "jalan", "air", "parkir", "sampah", "trotoar", "halte"];
        let examples = words
            .iter()
            .enumerate()
            .map(|(place, word)| Example::new(format!("{word} rusak"), labels[place % 2].to_owned()));
        let model = TextModel::train(&examples.collect::<Vec<_>>(), &TrainSettings::default()).unwrap();
        std::fs::write(&file, model.to_bytes()).unwrap();
        let error = reader(&config(Some(file)), &Territory::jakarta_default(), None).unwrap_err();
        assert!(error.to_string().contains("complaint/banjir"), "{error}");
        assert!(reader(&config(Some(folder.path().join("none"))), &Territory::jakarta_default(), None).is_err());
    }
}
