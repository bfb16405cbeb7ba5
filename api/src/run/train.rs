//! `tanggap train`: a text model of people's own, from CSVs of texts and labels.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use csv::{ByteRecord, StringRecord};
use tanggap_engine::text::{Example, HoldOut, TextModel, TrainSettings};

/// Train a text model from labelled texts.
///
/// The same files in the same order give the same bytes. A label is any text, as the unit that must answer or `complaint/banjir`. No text
/// is kept in the model. What is printed says how good the model is on texts it had not seen.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tanggap train labelled.csv --text keluhan --label instansi --out agency.model\n  \
tanggap train tweets.csv letters.csv --text text --label label --with-builtin --out kinds.model"
)]
pub(crate) struct TrainArguments {
    /// CSVs (UTF-8, with a header line) of the same columns, read one after the other.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Column of the texts.
    #[arg(long, value_name = "COLUMN")]
    text: String,
    /// Column of the labels; rows without one are left out.
    #[arg(long, value_name = "COLUMN")]
    label: String,
    /// The model's file.
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Share of answers that must be right on held-out texts; what is less sure is left to a person.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9, value_parser = share)]
    precision: f64,
    /// The rows are in the order they were written, the oldest first: measure on the newest fifth instead of on thirds drawn at random.
    /// What is read later is newer than all that was learnt from, so this is what to expect.
    #[arg(long)]
    newest_held_out: bool,
    /// Also learn from the sentences of the shipped model, and measure on the files' texts only. For labels such as `complaint`,
    /// `complaint/banjir`, `question` and `none`: some hundred labelled texts of a city's own then go a long way. A label that finer ones
    /// belong to, as `complaint` or `none`, is learnt as one of these, and the model says which.
    #[arg(long)]
    with_builtin: bool,
    /// Seed of the order of the texts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A share above 0, up to 1.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if share > 0.0 && share <= 1.0 {
        Ok(share)
    } else {
        Err(format!("`{text}` is not above 0 and up to 1"))
    }
}

/// Trains, writes the model, and says how good it is on texts held out.
///
/// # Errors
/// The CSV cannot be read or does not do to learn from; the model cannot be written.
pub(crate) fn train(arguments: &TrainArguments) -> anyhow::Result<()> {
    let (examples, left_out) = examples(arguments)?;
    let ground = if arguments.with_builtin {
        TextModel::builtin_examples()
    } else {
        Vec::new()
    };
    let settings = TrainSettings {
        precision: arguments.precision,
        seed: arguments.seed,
        hold_out: if arguments.newest_held_out {
            HoldOut::Newest
        } else {
            HoldOut::Thirds
        },
        ..TrainSettings::default()
    };
    let model = TextModel::train_upon(&ground, &examples, &settings).with_context(|| {
        let names: Vec<String> = arguments.files.iter().map(|file| file.display().to_string()).collect();
        format!("{} does not do to learn from", names.join(", "))
    })?;
    if arguments.with_builtin && !model.speaks_of_reports() {
        tracing::warn!("the shipped sentences say kinds of reports, and some of the labels do not: was --with-builtin meant?");
    }
    write(&arguments.out, &model.to_bytes())?;
    report(&mut std::io::stdout().lock(), &model, left_out)
}

fn examples(arguments: &TrainArguments) -> anyhow::Result<(Vec<Example>, usize)> {
    let (mut examples, mut left_out) = (Vec::new(), 0);
    for file in &arguments.files {
        let mut table = Table::open(file)?;
        let text = table.column(&arguments.text)?;
        let label = table.column(&arguments.label)?;
        while let Some(row) = table.read_row()? {
            let (text, label) = (row.get(text).unwrap_or_default(), row.get(label).unwrap_or_default().trim());
            if text.trim().is_empty() || label.is_empty() {
                left_out += 1;
            } else {
                examples.push(Example::new(text.to_owned(), label.to_owned()));
            }
        }
    }
    Ok((examples, left_out))
}

/// A new file beside the old one, then one rename: a crash leaves the one or the other.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn write(out: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut draft = out.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    std::fs::write(&draft, bytes).with_context(|| format!("cannot write {}", draft.display()))?;
    std::fs::rename(&draft, out).with_context(|| format!("cannot write {}", out.display()))
}

fn report(to: &mut impl Write, model: &TextModel, left_out: usize) -> anyhow::Result<()> {
    let measured = model.reliability();
    writeln!(to, "texts               {}", model.texts())?;
    if left_out > 0 {
        writeln!(to, "rows left out       {left_out} (no text or no label)")?;
    }
    writeln!(to, "labels              {}", model.labels().join(", "))?;
    writeln!(to, "version             {}", model.version())?;
    writeln!(to, "on texts held out:")?;
    writeln!(to, "  accuracy          {:.3}", measured.accuracy)?;
    writeln!(to, "  Brier score       {:.3}", measured.brier)?;
    writeln!(to, "  calibration error {:.3}", measured.calibration_error)?;
    writeln!(to, "  threshold         {:.3}", model.threshold())?;
    writeln!(to, "  answered          {:.3}", measured.answered)?;
    writeln!(to, "  of these right    {:.3}", measured.precision)?;
    if measured.answered <= 0.0 {
        tracing::warn!(
            "no probability gives the precision asked for, so the model abstains on everything; give more texts or a lower --precision"
        );
    }
    Ok(())
}

/// A CSV with a header line, row by row. Bytes that are no UTF-8 become replacement characters.
pub(super) struct Table {
    name: String,
    header: StringRecord,
    reader: csv::Reader<File>,
}

impl Table {
    /// Opens a file and reads its header.
    pub(super) fn open(file: &Path) -> anyhow::Result<Self> {
        let name = file.display().to_string();
        let mut reader = csv::Reader::from_path(file).with_context(|| format!("cannot read {name}"))?;
        let header = reader
            .byte_headers()
            .with_context(|| format!("cannot read the header of {name}"))?
            .clone();
        let header = StringRecord::from_byte_record_lossy(header);
        // Spreadsheets put a byte order mark before the first name.
        let header = header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
        Ok(Self { name, header, reader })
    }

    /// Names of the columns.
    pub(super) const fn header(&self) -> &StringRecord {
        &self.header
    }

    /// Place of a column.
    pub(super) fn column(&self, name: &str) -> anyhow::Result<usize> {
        let Some(column) = self.header.iter().position(|other| other == name) else {
            let there = self.header.iter().collect::<Vec<_>>().join(", ");
            bail!("{} has no column `{name}`; its columns are: {there}", self.name);
        };
        Ok(column)
    }

    /// The next row; it has as many fields as the header.
    pub(super) fn read_row(&mut self) -> anyhow::Result<Option<StringRecord>> {
        let mut record = ByteRecord::new();
        let there = self
            .reader
            .read_byte_record(&mut record)
            .with_context(|| format!("cannot read {}", self.name))?;
        Ok(there.then(|| StringRecord::from_byte_record_lossy(record)))
    }
}
