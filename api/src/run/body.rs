//! What a message says: a JSON object that grows at its end, so that nothing is written twice.

use std::fmt::Write;

use anyhow::bail;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::json::LineDelimitedWriter;
use serde::Serialize;

/// The members of an object, as they stand between its braces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body(String);

impl Body {
    /// The members of what is written as an object.
    ///
    /// # Errors
    /// It is not one.
    pub(super) fn of(object: &impl Serialize) -> anyhow::Result<Self> {
        Self::between(serde_json::to_string(object)?)
    }

    /// A row each, a member each column that is not null.
    ///
    /// # Errors
    /// A column cannot be written as JSON.
    pub(super) fn rows(rows: &RecordBatch) -> anyhow::Result<Vec<Self>> {
        let mut writer = LineDelimitedWriter::new(Vec::new());
        writer.write(rows)?;
        writer.finish()?;
        let lines = String::from_utf8(writer.into_inner())?;
        let bodies: Vec<Self> = lines.lines().map(|line| Self::between(line.to_owned())).collect::<Result<_, _>>()?;
        if bodies.len() != rows.num_rows() {
            bail!("{} rows were written as {} objects", rows.num_rows(), bodies.len());
        }
        Ok(bodies)
    }

    /// With the members of another object behind its own. Nobody looks whether a name stands there twice.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub(super) fn and(mut self, object: &impl Serialize) -> anyhow::Result<Self> {
        let more = Self::of(object)?;
        if !self.0.is_empty() && !more.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&more.0);
        Ok(self)
    }

    /// The whole object, with these numbers behind the other members.
    pub(super) fn whole(&self, lane: &Self, numbers: [(&str, u64); 3]) -> String {
        let mut text = String::with_capacity(self.0.len() + lane.0.len() + 80);
        text.push('{');
        text.push_str(&self.0);
        if !self.0.is_empty() {
            text.push(',');
        }
        text.push_str(&lane.0);
        for (name, number) in numbers {
            // Writing to a text does not fail.
            let _ = write!(text, ",\"{name}\":{number}");
        }
        text.push('}');
        text
    }

    fn between(mut object: String) -> anyhow::Result<Self> {
        if !(object.starts_with('{') && object.ends_with('}')) {
            bail!("a message must be a JSON object");
        }
        object.pop();
        object.remove(0);
        Ok(Self(object))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
    use serde_json::{Value, json};

    use super::Body;

    #[test]
    fn a_body_grows_and_is_an_object_at_last() {
        let lane = Body::of(&json!({"lane": "a\"b-0"})).unwrap();
        let whole = |body: &Body| serde_json::from_str::<Value>(&body.whole(&lane, [("epoch", 4), ("seq", 7), ("version", 4)])).unwrap();
        let body = Body::of(&json!({"x": "}{,"}))
            .unwrap()
            .and(&json!({}))
            .unwrap()
            .and(&json!({"y": null}))
            .unwrap();
        let numbers = json!({"x": "}{,", "y": null, "lane": "a\"b-0", "epoch": 4, "seq": 7, "version": 4});
        assert_eq!(whole(&body), numbers);
        assert_eq!(
            whole(&Body::default()),
            json!({"lane": "a\"b-0", "epoch": 4, "seq": 7, "version": 4})
        );
        assert!(Body::of(&7).is_err());
    }

    #[test]
    fn rows_are_a_body_each() {
        let text = StringArray::from(vec![Some("one\nline"), None]);
        let rows = RecordBatch::try_from_iter([("a", Arc::new(Int64Array::from(vec![1, 2])) as _), ("b", Arc::new(text) as _)]);
        let bodies = Body::rows(&rows.unwrap()).unwrap();
        assert_eq!(
            bodies,
            [
                Body::of(&json!({"a": 1, "b": "one\nline"})).unwrap(),
                Body::of(&json!({"a": 2})).unwrap()
            ]
        );
    }
}
