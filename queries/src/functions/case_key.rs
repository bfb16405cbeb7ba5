//! `case_key(channel, id) -> UInt64`: a 64-bit hash of what names a report, so that a join and a GROUP BY hash each id once and
//! then work on integers.
//!
//! XXH3 with a fixed seed. Two of a million cases share a key with a probability of 3e-8.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, UInt64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::texts::Texts;

/// See the header of the file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct CaseKey {
    signature: Signature,
}

impl Default for CaseKey {
    fn default() -> Self {
        Self {
            signature: Signature::any(2, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for CaseKey {
    fn name(&self) -> &'static str {
        "case_key"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array(Arc::new(keys(&arrays[0], &arrays[1])?)))
    }
}

/// The key of every row; null where either column is. The channel's hash seeds the id's, so that (ab, c) and (a, bc) differ.
fn keys(channels: &ArrayRef, ids: &ArrayRef) -> Result<UInt64Array> {
    let seeds = Texts::of(channels)?.map(|channel| xxh3_64_with_seed(channel.as_bytes(), 0));
    let ids = Texts::of(ids)?;
    let key = |(row, seed): (usize, &Option<u64>)| Some(xxh3_64_with_seed(ids.get(row)?.as_bytes(), (*seed)?));
    Ok(seeds.iter().enumerate().map(key).collect())
}
