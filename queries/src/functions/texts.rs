//! A text column read by row, whether it is plain, a view, or a dictionary; what is computed of a text is computed once per
//! distinct one where the column knows them.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

/// One text column.
pub(crate) struct Texts {
    column: ArrayRef,
    values: StringArray,
    /// Position in `values` of each row; none = the row's own number.
    keys: Option<Vec<usize>>,
}

impl Texts {
    /// Reads a column; a null column counts as text without values.
    pub(crate) fn of(column: &ArrayRef) -> Result<Self> {
        // The keys of an empty dictionary, all of them null, cannot be asked for.
        let dictionary = column.as_any_dictionary_opt().filter(|dictionary| !dictionary.values().is_empty());
        let (values, keys) = match dictionary {
            Some(dictionary) => (cast(dictionary.values(), &DataType::Utf8)?, Some(dictionary.normalized_keys())),
            None => (cast(column, &DataType::Utf8)?, None),
        };
        Ok(Self {
            column: column.clone(),
            values: values.as_string::<i32>().clone(),
            keys,
        })
    }

    /// Rows.
    pub(crate) fn len(&self) -> usize {
        self.column.len()
    }

    /// Text of a row.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        if self.column.is_null(row) {
            return None;
        }
        let position = self.keys.as_ref().map_or(row, |keys| keys[row]);
        self.values.is_valid(position).then(|| self.values.value(position))
    }

    /// `of(text)` for every row; `of` is called once per distinct text of a dictionary.
    pub(crate) fn map<T: Copy>(&self, mut of: impl FnMut(&str) -> T) -> Vec<Option<T>> {
        let Some(keys) = &self.keys else {
            return (0..self.len()).map(|row| self.get(row).map(&mut of)).collect();
        };
        let mapped: Vec<Option<T>> = self.values.iter().map(|text| text.map(&mut of)).collect();
        let of_row = |row: usize| self.column.is_valid(row).then(|| mapped[keys[row]]).flatten();
        (0..self.len()).map(of_row).collect()
    }
}

/// Texts by number, each once; for the few hundred unit names of a city.
#[derive(Default)]
pub(crate) struct Interner {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
}

impl Interner {
    /// Number of a text, a new one if it was not seen before.
    pub(crate) fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// How many it has given.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Text of a number this interner gave.
    pub(crate) fn text(&self, number: usize) -> &str {
        &self.texts[number]
    }

    /// Bytes held, roughly.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.texts.iter().map(|text| text.len() + 64).sum()
    }
}
