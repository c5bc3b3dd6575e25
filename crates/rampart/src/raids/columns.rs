//! The raids of a study as Parquet: a row for every replication and loadout.

use super::replicate::{Design, Row};
use super::subject::Subject;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// Every column and what it says.
pub const COLUMNS: [(&str, &str); 14] = [
    (
        "replication",
        "number of the raid, from 0; the same raid under every loadout",
    ),
    (
        "group",
        "raids of one group share one draw of what is not known",
    ),
    (
        "loadout",
        "units issued, such as c-ram=1,patriot=1, or nothing",
    ),
    ("rounds", "rounds fired"),
    (
        "would_hit",
        "rounds that would have burst on the populated area",
    ),
    ("hit", "rounds of those that did"),
    (
        "warning_s",
        "from the siren to the first fall, s; negative where late, null where none",
    ),
    ("killed", "people killed, own and partner, as it may happen"),
    ("wounded", "people wounded, likewise"),
    (
        "killed_expected",
        "killed to be expected of where these rounds fall; the mean is of these",
    ),
    ("wounded_expected", "wounded, likewise"),
    (
        "tail",
        "chance of so many casualties as --tail asks for, given where these rounds fall; null without it",
    ),
    (
        "stand_in_warning_s",
        "warning_s by the stand-in on the same raid; null where none, and without --warning closed-loop",
    ),
    (
        "stand_in_casualties_expected",
        "killed and wounded to be expected with its siren; null without --warning closed-loop",
    ),
];

/// The columns, for `--help`.
#[must_use]
pub fn columns_text() -> String {
    let mut text = String::from("Columns of raid.parquet, a row for every raid and loadout:\n");
    for (name, meaning) in COLUMNS {
        text.push_str(&format!("  {name:<28} {meaning}\n"));
    }
    text
}

const SCHEMA: &str = "message raids {
    required int32 replication (integer(32, false));
    required int32 group (integer(32, false));
    required binary loadout (string);
    required int32 rounds (integer(32, false));
    required int32 would_hit (integer(32, false));
    required int32 hit (integer(32, false));
    optional double warning_s;
    required int32 killed (integer(32, false));
    required int32 wounded (integer(32, false));
    required double killed_expected;
    required double wounded_expected;
    optional double tail;
    optional double stand_in_warning_s;
    optional double stand_in_casualties_expected;
}";

/// Rows of one row group, whatever chunks the study was flown in.
const GROUP_ROWS: usize = 65_536;

/// The file, whole.
///
/// # Errors
/// When the columns cannot be encoded, which none of ours does.
pub fn parquet(
    subject: &Subject<'_>,
    design: Design,
    rows: &[Row],
) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder()
        .set_created_by(concat!("rampart ", env!("CARGO_PKG_VERSION")).into())
        .set_key_value_metadata(Some(about(subject)))
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let options = subject.options.len().max(1);
    let lines = rows.len() / options * subject.loadouts.len();
    for first in (0..lines).step_by(GROUP_ROWS) {
        let part = Part {
            subject,
            design,
            rows,
            lines: first..lines.min(first + GROUP_ROWS),
        };
        let mut group = writer.next_row_group()?;
        part.write(&mut group)?;
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}

/// What the rows are of, in the words of the command line.
fn about(subject: &Subject<'_>) -> Vec<KeyValue> {
    let theatre = subject.theatre;
    let word = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let mut about = vec![
        word("site", theatre.sites[subject.site].id.clone()),
        word(
            "munition",
            theatre.catalogue.munitions[subject.class].id.clone(),
        ),
        word("seed", theatre.seed.to_string()),
        word("warning", subject.warning.name().to_owned()),
    ];
    about.extend(subject.hour.map(|hour| word("hour", hour.to_string())));
    about
}

/// Some lines of the file: by replication, then by loadout.
struct Part<'a> {
    subject: &'a Subject<'a>,
    design: Design,
    rows: &'a [Row],
    lines: std::ops::Range<usize>,
}

impl Part<'_> {
    fn write<W: std::io::Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        let size = self.design.group_size.max(1);
        let rounds = self.subject.rounds;
        self.counts(group, |_, replication| replication)?;
        self.counts(group, |_, replication| replication / size)?;
        self.names(group)?;
        self.counts(group, |_, _| rounds)?;
        self.counts(group, |row, _| row.would_hit)?;
        self.counts(group, |row, _| row.hit)?;
        self.floats(group, |row| row.warning_s)?;
        self.counts(group, |row, _| row.killed)?;
        self.counts(group, |row, _| row.wounded)?;
        self.sure(group, |row| row.killed_expected)?;
        self.sure(group, |row| row.wounded_expected)?;
        let asked = self.subject.tail.is_some();
        self.floats(group, |row| asked.then_some(row.tail))?;
        self.floats(group, |row| row.stand_in?.warning_s)?;
        self.floats(group, |row| Some(row.stand_in?.casualties_expected))
    }

    /// The lines: loadout, replication, row.
    fn lines(&self) -> impl Iterator<Item = (usize, usize, Row)> {
        let (loadouts, options) = (self.subject.loadouts.len(), self.subject.options.len());
        self.lines.clone().map(move |line| {
            let (replication, loadout) = (line / loadouts, line % loadouts);
            let place = replication * options + self.subject.loadouts[loadout].option;
            let row = self.rows.get(place).copied().unwrap_or_default();
            (loadout, replication, row)
        })
    }

    fn counts<W: std::io::Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
        part: impl Fn(&Row, u32) -> u32,
    ) -> Result<(), ParquetError> {
        let number = |replication: usize| u32::try_from(replication).unwrap_or(u32::MAX);
        let lines = self.lines();
        let values: Vec<i32> = lines
            .map(|(_, replication, row)| part(&row, number(replication)).cast_signed())
            .collect();
        column::<Int32Type, W>(group, &values, None)
    }

    fn names<W: std::io::Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        let loadouts = self.subject.loadouts.iter();
        let names: Vec<ByteArray> = loadouts
            .map(|loadout| ByteArray::from(loadout.name.as_str()))
            .collect();
        let values: Vec<ByteArray> = self
            .lines()
            .map(|(loadout, _, _)| names[loadout].clone())
            .collect();
        column::<ByteArrayType, W>(group, &values, None)
    }

    fn sure<W: std::io::Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
        part: impl Fn(&Row) -> f64,
    ) -> Result<(), ParquetError> {
        let values: Vec<f64> = self.lines().map(|(_, _, row)| part(&row)).collect();
        column::<DoubleType, W>(group, &values, None)
    }

    fn floats<W: std::io::Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
        part: impl Fn(&Row) -> Option<f64>,
    ) -> Result<(), ParquetError> {
        let all: Vec<Option<f64>> = self.lines().map(|(_, _, row)| part(&row)).collect();
        let there: Vec<i16> = all.iter().map(|value| i16::from(value.is_some())).collect();
        let values: Vec<f64> = all.into_iter().flatten().collect();
        column::<DoubleType, W>(group, &values, Some(&there))
    }
}

fn column<T: DataType, W: std::io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    there: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("a column too many".into()));
    };
    column.typed::<T>().write_batch(values, there, None)?;
    column.close()
}
