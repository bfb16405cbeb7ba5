//! `tanggap classify`: what the texts of a CSV say, how sure, and by which words. The file comes out again with the answers beside it.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use csv::StringRecord;
use tanggap_engine::place::{Gazetteer, Whereabouts};
use tanggap_engine::territory::{PropertyNames, Territory};
use tanggap_engine::text::{Reading, TextModel};

use super::reading::read_model;
use super::setting::read_territory;
use super::train::Table;

/// Say what texts are: complaint or not, kind and category, or the labels of a model of your own.
///
/// Writes the CSV to standard output with the columns label, probability, abstained (a person should look) and words (those that
/// decided, most first) after its own; one whose name is taken gets `model_` before it. Where the labels are kinds of reports, also
/// `complaint_probability`: that of complaints and emergencies of all categories together, above 0.5 if the text is rather one than none.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tanggap classify tweets.csv --text text > read.csv\n  \
tanggap classify reports.csv --text keluhan --model agency.model --places > read.csv")]
pub(crate) struct ClassifyArguments {
    /// CSV (UTF-8, with a header line).
    file: PathBuf,
    /// Column of the texts.
    #[arg(long, value_name = "COLUMN")]
    text: String,
    /// A model of `tanggap train`; without it the shipped one, whose labels are a kind with a category (`complaint/banjir`, `question`,
    /// `none/news`).
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Also say where the texts speak of: columns `place_level`, `place_code`, `place_candidates` and `place_words`.
    #[arg(long)]
    places: bool,
    /// GeoJSON of the kelurahan whose names count; without it Jakarta's.
    #[arg(long, value_name = "FILE", requires = "places")]
    territory: Option<PathBuf>,
}

/// Columns of the answer.
const COLUMNS: [&str; 4] = ["label", "probability", "abstained", "words"];
/// Column of a model whose labels are kinds of reports.
const COMPLAINT: &str = "complaint_probability";
/// Columns of the place.
const PLACE_COLUMNS: [&str; 4] = ["place_level", "place_code", "place_candidates", "place_words"];

/// Classifies the rows of a file.
///
/// # Errors
/// The file, the model or the territory cannot be read, or there is no such column.
pub(crate) fn classify(arguments: &ClassifyArguments) -> anyhow::Result<()> {
    let mut table = Table::open(&arguments.file)?;
    let text = table.column(&arguments.text)?;
    let own = arguments.model.as_deref().map(read_model).transpose()?;
    let model = match &own {
        Some(own) => own,
        None => TextModel::builtin(),
    };
    let gazetteer = gazetteer(arguments)?;
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(&header(table.header(), model.speaks_of_reports(), arguments.places))?;
    while let Some(mut row) = table.read_row()? {
        let said = row.get(text).unwrap_or_default().to_owned();
        let reading = model.read(&said);
        put_reading(&mut row, &reading);
        if let Some(complaint) = model.complaint_probability(&reading) {
            row.push_field(&format!("{complaint:.4}"));
        }
        if let Some(gazetteer) = &gazetteer {
            put_place(&mut row, &gazetteer.find(&said));
        }
        out.write_record(&row)?;
    }
    out.flush().context("cannot write to standard output")
}

fn gazetteer(arguments: &ClassifyArguments) -> anyhow::Result<Option<Gazetteer>> {
    if !arguments.places {
        return Ok(None);
    }
    let territory = match &arguments.territory {
        Some(file) => read_territory(file, &PropertyNames::default())?,
        None => Territory::jakarta_default(),
    };
    Ok(Some(Gazetteer::of(&territory)))
}

fn header(own: &StringRecord, reports: bool, places: bool) -> StringRecord {
    let mut header = own.clone();
    let report_columns: &[&str] = if reports { &[COMPLAINT] } else { &[] };
    let place_columns: &[&str] = if places { &PLACE_COLUMNS } else { &[] };
    for name in COLUMNS.iter().chain(report_columns).chain(place_columns) {
        if own.iter().any(|other| other == *name) {
            header.push_field(&format!("model_{name}"));
        } else {
            header.push_field(name);
        }
    }
    header
}

fn put_reading(row: &mut StringRecord, reading: &Reading) {
    row.push_field(&reading.label);
    row.push_field(&format!("{:.4}", reading.probability));
    row.push_field(if reading.abstained { "true" } else { "false" });
    let words: Vec<&str> = reading.words.iter().map(|word| word.word.as_str()).collect();
    row.push_field(&words.join(" "));
}

fn put_place(row: &mut StringRecord, place: &Whereabouts) {
    row.push_field(place.level.as_str());
    row.push_field(place.code.as_deref().unwrap_or_default());
    let candidates: Vec<&str> = place.candidates.iter().map(|candidate| candidate.code.as_str()).collect();
    row.push_field(&candidates.join(" "));
    row.push_field(&place.words.join(", "));
}
