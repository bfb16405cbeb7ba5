//! Numbers whose bits mean something, across formats that know no unsigned ones: `bits(Int64) -> UInt64` and `signed_bits(UInt64) -> Int64`
//! keep the bits; `witness(Utf8) -> UInt64` is who a report without a reporter counts as: itself.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type, UInt64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use xxhash_rust::xxh3::xxh3_64;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Turn {
    Unsigned,
    Signed,
    Witness,
}

/// See the header of the file.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Bits {
    turn: Turn,
    signature: Signature,
}

impl Bits {
    /// All of them.
    pub(super) fn all() -> [Self; 3] {
        [
            (Turn::Unsigned, DataType::Int64),
            (Turn::Signed, DataType::UInt64),
            (Turn::Witness, DataType::Utf8),
        ]
        .map(|(turn, from)| Self {
            turn,
            signature: Signature::exact(vec![from], Volatility::Immutable),
        })
    }
}

impl ScalarUDFImpl for Bits {
    fn name(&self) -> &'static str {
        match self.turn {
            Turn::Unsigned => "bits",
            Turn::Signed => "signed_bits",
            Turn::Witness => "witness",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(match self.turn {
            Turn::Signed => DataType::Int64,
            Turn::Unsigned | Turn::Witness => DataType::UInt64,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let turned: ArrayRef = match self.turn {
            Turn::Unsigned => Arc::new(arrays[0].as_primitive::<Int64Type>().unary::<_, UInt64Type>(i64::cast_unsigned)),
            Turn::Signed => Arc::new(arrays[0].as_primitive::<UInt64Type>().unary::<_, Int64Type>(u64::cast_signed)),
            Turn::Witness => {
                let ids = arrays[0].as_string::<i32>().iter();
                Arc::new(ids.map(|id| id.map(|id| xxh3_64(id.as_bytes()))).collect::<UInt64Array>())
            }
        };
        Ok(ColumnarValue::Array(turned))
    }
}
