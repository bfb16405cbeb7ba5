//! A message of the Common Alerting Protocol (OASIS CAP 1.2) as XML. A message never changes once it has an identifier; what follows is another one that
//! refers to it.

use std::fmt::Write;

use crate::time::rfc3339;

/// Who says so: one name for all messages, since what they say is found by a program.
pub(super) const SENDER: &str = "tanggap";
/// Media type of a message.
pub(super) const CAP_XML: &str = "application/cap+xml";

/// A message that was sent: how others refer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CapName {
    /// Without spaces, commas, `<` and `&`.
    pub(super) identifier: String,
    /// µs since epoch UTC; told in whole seconds.
    pub(super) sent_us: i64,
}

/// What is said in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CapText {
    /// `id` or `en`.
    pub(super) language: &'static str,
    pub(super) event: String,
    pub(super) headline: String,
    pub(super) description: String,
}

/// How bad it is, in CAP's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CapGrade {
    pub(super) response: &'static str,
    pub(super) urgency: &'static str,
    pub(super) severity: &'static str,
    pub(super) certainty: &'static str,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CapMessage {
    pub(super) name: CapName,
    /// `Actual`, or `Test` where the city is made up.
    pub(super) status: &'static str,
    /// The message it stands for now; none = it is the first.
    pub(super) before: Option<CapName>,
    /// Whether what was said no longer holds.
    pub(super) over: bool,
    pub(super) grade: CapGrade,
    /// µs since epoch UTC.
    pub(super) expires_us: i64,
    pub(super) texts: [CapText; 2],
    /// Values others may read.
    pub(super) parameters: Vec<(&'static str, String)>,
    /// The place in words.
    pub(super) place: String,
    /// Closed rings of (longitude, latitude), degrees.
    pub(super) rings: Vec<Vec<(f64, f64)>>,
    /// A point (longitude, latitude), degrees.
    pub(super) point: Option<(f64, f64)>,
}

impl CapMessage {
    /// The message as XML, elements in the order of the schema.
    pub(super) fn xml(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n");
        let kind = match (self.over, &self.before) {
            (true, Some(_)) => "Cancel",
            (false, Some(_)) => "Update",
            (_, None) => "Alert",
        };
        tag(&mut out, "identifier", &self.name.identifier);
        tag(&mut out, "sender", SENDER);
        tag(&mut out, "sent", &cap_time(self.name.sent_us));
        tag(&mut out, "status", self.status);
        tag(&mut out, "msgType", kind);
        tag(&mut out, "scope", "Public");
        if let Some(before) = &self.before {
            tag(
                &mut out,
                "references",
                &format!("{SENDER},{},{}", before.identifier, cap_time(before.sent_us)),
            );
        }
        for text in &self.texts {
            self.info(&mut out, text);
        }
        out.push_str("</alert>\n");
        out
    }

    fn info(&self, out: &mut String, text: &CapText) {
        out.push_str("<info>\n");
        tag(out, "language", text.language);
        tag(out, "category", "Met");
        tag(out, "event", &text.event);
        tag(out, "responseType", self.grade.response);
        tag(out, "urgency", self.grade.urgency);
        tag(out, "severity", self.grade.severity);
        tag(out, "certainty", self.grade.certainty);
        tag(out, "expires", &cap_time(self.expires_us));
        tag(out, "senderName", "Tanggap");
        tag(out, "headline", &text.headline);
        tag(out, "description", &text.description);
        for (name, value) in &self.parameters {
            out.push_str("<parameter>\n");
            tag(out, "valueName", name);
            tag(out, "value", value);
            out.push_str("</parameter>\n");
        }
        out.push_str("<area>\n");
        tag(out, "areaDesc", &self.place);
        for ring in &self.rings {
            let corners: Vec<String> = ring.iter().map(|corner| pair(*corner)).collect();
            tag(out, "polygon", &corners.join(" "));
        }
        if let Some(point) = self.point {
            tag(out, "circle", &format!("{} 0", pair(point)));
        }
        out.push_str("</area>\n</info>\n");
    }
}

/// An element with a text on a line.
pub(super) fn tag(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, "<{name}>");
    escape(out, text);
    let _ = writeln!(out, "</{name}>");
}

/// Text as XML 1.0 can hold it; what it cannot, at all, is left out.
pub(super) fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            letter => out.push(letter),
        }
    }
}

/// Latitude first, as CAP wants it.
fn pair((longitude_deg, latitude_deg): (f64, f64)) -> String {
    format!("{latitude_deg:.6},{longitude_deg:.6}")
}

/// Whole seconds with a numeric zone: CAP forbids `Z`, and writes UTC as `-00:00`.
fn cap_time(time_us: i64) -> String {
    let seconds_us = time_us.div_euclid(1_000_000) * 1_000_000;
    format!("{}-00:00", rfc3339(seconds_us).trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::{CapGrade, CapMessage, CapName, CapText, cap_time};

    /// `tests/oracle/cap_oracle.py` holds this file against OASIS' schema.
    const SAMPLE: &str = include_str!("../../../tests/oracle/cap_sample.xml");

    fn text(language: &'static str, event: &str) -> CapText {
        CapText {
            language,
            event: event.to_owned(),
            headline: "A & B <1>".to_owned(),
            description: "860 cm\u{0}".to_owned(),
        }
    }

    #[test]
    fn a_message_is_the_one_the_schema_was_asked_about() {
        let name = |identifier: &str, sent_us| CapName {
            identifier: identifier.to_owned(),
            sent_us,
        };
        let message = CapMessage {
            name: name("tanggap-gauge-manggarai-2-1768460580", 1_768_460_580_999_999),
            status: "Test",
            before: Some(name("tanggap-gauge-manggarai-3-1768456980", 1_768_456_980_000_000)),
            over: false,
            grade: CapGrade {
                response: "Prepare",
                urgency: "Immediate",
                severity: "Severe",
                certainty: "Observed",
            },
            expires_us: 1_768_482_180_000_000,
            texts: [text("id", "Tinggi muka air"), text("en", "Water level")],
            parameters: vec![("siaga", "2".to_owned()), ("level_cm", "860".to_owned())],
            place: "PA Manggarai, Ciliwung".to_owned(),
            rings: vec![vec![(106.84, -6.2), (106.85, -6.2), (106.85, -6.21), (106.84, -6.2)]],
            point: Some((106.848, -6.208)),
        };
        assert_eq!(message.xml(), SAMPLE);
        let first = CapMessage {
            before: None,
            ..message.clone()
        };
        assert!(first.xml().contains("<msgType>Alert</msgType>") && !first.xml().contains("<references>"));
        let last = CapMessage { over: true, ..message };
        assert!(last.xml().contains("<msgType>Cancel</msgType>"));
    }

    #[test]
    fn a_time_is_in_whole_seconds_and_has_a_numeric_zone() {
        assert_eq!(cap_time(1_768_460_580_999_999), "2026-01-15T07:03:00-00:00");
    }
}
