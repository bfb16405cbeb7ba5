//! `kelurahan_code(code Int64) -> Utf8`: the dotted Kemendagri code of an integer one; 10 digits are a kelurahan
//! (`31.74.01.1001`), 6 a kecamatan, 4 a kota, 2 a province; null for null or any other length.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use tanggap_engine::territory::KelurahanCode;

/// See the header of the file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct KelurahanCodeText {
    signature: Signature,
}

impl Default for KelurahanCodeText {
    fn default() -> Self {
        Self {
            signature: Signature::exact(vec![DataType::Int64], Volatility::Immutable),
        }
    }
}

/// The dotted text of a code of any level.
fn dotted(code: i64) -> Option<String> {
    match code {
        1_000_000_000..=9_999_999_999 => Some(KelurahanCode::from_integer(code).to_string()),
        100_000..=999_999 => Some(format!("{}.{:02}.{:02}", code / 10_000, code / 100 % 100, code % 100)),
        1_000..=9_999 => Some(format!("{}.{:02}", code / 100, code % 100)),
        10..=99 => Some(code.to_string()),
        _ => None,
    }
}

impl ScalarUDFImpl for KelurahanCodeText {
    fn name(&self) -> &'static str {
        "kelurahan_code"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let codes = arrays[0].as_primitive::<Int64Type>();
        let mut texts = StringBuilder::with_capacity(codes.len(), codes.len() * 13);
        for code in codes {
            texts.append_option(code.and_then(dotted));
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }
}
