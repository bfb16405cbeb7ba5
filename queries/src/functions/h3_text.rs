//! `h3_text(cell UInt64) -> Utf8`: an H3 index as its usual lower-case hexadecimal text (15 digits for a cell).

use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// See the header of the file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct H3Text {
    signature: Signature,
}

impl Default for H3Text {
    fn default() -> Self {
        Self {
            signature: Signature::exact(vec![DataType::UInt64], Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for H3Text {
    fn name(&self) -> &'static str {
        "h3_text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let cells = arrays[0].as_primitive::<UInt64Type>();
        let mut texts = StringBuilder::with_capacity(cells.len(), cells.len() * 15);
        for cell in cells {
            if let Some(cell) = cell {
                // Writing to a builder cannot fail.
                let _ = write!(texts, "{cell:x}");
                texts.append_value("");
            } else {
                texts.append_null();
            }
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }
}
