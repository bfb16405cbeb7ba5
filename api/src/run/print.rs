//! Tables on standard output.

use std::io::Write;

use clap::ValueEnum;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::json::ArrayWriter;
use datafusion::arrow::util::pretty::pretty_format_batches;

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// For people.
    #[default]
    Table,
    /// RFC 4180 with a header.
    Csv,
    /// An array of objects.
    Json,
    /// An Arrow IPC stream.
    Arrow,
}

impl AnswerFormat {
    /// The `format=` of the API.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Arrow => "arrow",
        }
    }
}

/// Writes a table of one schema.
///
/// # Errors
/// Standard output is closed.
pub(super) fn print(batches: &[RecordBatch], format: AnswerFormat) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        AnswerFormat::Table => writeln!(out, "{}", pretty_format_batches(batches)?)?,
        AnswerFormat::Csv => {
            let mut writer = WriterBuilder::new().with_header(true).build(&mut out);
            for batch in batches {
                writer.write(batch)?;
            }
        }
        AnswerFormat::Json => {
            let mut writer = ArrayWriter::new(&mut out);
            writer.write_batches(&batches.iter().collect::<Vec<_>>())?;
            writer.finish()?;
            writeln!(out)?;
        }
        AnswerFormat::Arrow => {
            if let Some(first) = batches.first() {
                let mut writer = StreamWriter::try_new(&mut out, first.schema_ref())?;
                for batch in batches {
                    writer.write(batch)?;
                }
                writer.finish()?;
            }
        }
    }
    Ok(out.flush()?)
}
