//! A row of a CSV file as the JSON object a mapping reads: header names become keys, values stay text.

use csv::StringRecord;

/// Writes a row as one JSON object into `json`, replacing what was there. An empty value becomes null; values beyond the
/// header are left out.
///
/// ```
/// use csv::StringRecord;
/// let mut json = String::new();
/// tanggap_connectors::decode::csv_row_to_json(
///     &StringRecord::from(vec!["id", "topik", "kelurahan"]),
///     &StringRecord::from(vec!["7", "Jalan \"Rusak\"", ""]),
///     &mut json,
/// );
/// assert_eq!(json, r#"{"id":"7","topik":"Jalan \"Rusak\"","kelurahan":null}"#);
/// ```
pub fn csv_row_to_json(headers: &StringRecord, record: &StringRecord, json: &mut String) {
    json.clear();
    json.push('{');
    for (index, (name, value)) in headers.iter().zip(record).enumerate() {
        if index > 0 {
            json.push(',');
        }
        // Spreadsheets write a byte order mark before the first name.
        push_string(json, name.trim_start_matches('\u{feff}').trim());
        json.push(':');
        if value.is_empty() {
            json.push_str("null");
        } else {
            push_string(json, value);
        }
    }
    json.push('}');
}

fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => {
                json.push_str("\\u00");
                json.extend([u32::from(control) / 16, u32::from(control) % 16].map(|digit| char::from_digit(digit, 16).unwrap_or('0')));
            }
            other => json.push(other),
        }
    }
    json.push('"');
}
