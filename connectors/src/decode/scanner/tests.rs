use proptest::prelude::*;

use super::{Broken, Scanner, plain_run};

fn readable(bytes: &[u8]) -> bool {
    Scanner::new(bytes).is_ok_and(|mut scanner| scanner.skip().and_then(|()| scanner.end()).is_ok())
}

#[test]
fn the_grammar_is_that_of_serde_json() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "{}",
        " { } ",
        "[]",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "01",
        "-",
        "-0",
        "-01",
        "1.",
        ".5",
        "1.5",
        "1e",
        "1e+",
        "1e5",
        "1E-5",
        "+1",
        "tru",
        "true",
        "truee",
        "nul",
        "null",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u1234\"",
        "\"\n\"",
        "\"\t\"",
        "\"\u{7f}\"",
        "[[[]]]",
        "[[[]]",
        "[}",
        "{]",
        "{\"a\":[{\"b\":null}],\"c\":\"\"}",
        "1 2",
        "{} x",
        "NaN",
        "'a'",
        "{a:1}",
        "[1 2]",
        "\u{feff}{}",
        "{\"a\":1}{\"b\":2}",
        "[true,false,null,-1.5e-3,\"é\\n\"]",
    ] {
        let oracle = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')).is_ok();
        assert_eq!(readable(text.as_bytes()), oracle, "{text:?}");
    }
}

#[test]
fn deep_nesting_is_unreadable_and_harmless() {
    for open in ["[", "{\"a\":", "[[{\"a\":"] {
        assert!(!readable(open.repeat(100_000).as_bytes()));
    }
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(readable(deep(super::MAX_DEPTH).as_bytes()));
    assert!(!readable(deep(super::MAX_DEPTH + 2).as_bytes()));
}

#[test]
fn invalid_utf8_is_unreadable() {
    assert_eq!(Scanner::new(b"{\"a\":\"\xff\"}").map(|_| ()), Err(Broken));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_back_field_by_field(fields in proptest::collection::hash_map(any::<String>(), json(), 0..8)) {
        let value = serde_json::Value::Object(fields.into_iter().collect());
        let text = serde_json::to_string(&value).unwrap();
        // Once through serde_json's own reader, whose floats may be off by a bit.
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut seen = serde_json::Map::new();
        let read = Scanner::whole_object(text.as_bytes(), |key, scanner| {
            seen.insert(key.to_owned(), serde_json::from_str(scanner.raw()?).unwrap());
            Ok(())
        });
        prop_assert_eq!(read, Ok(()));
        prop_assert_eq!(serde_json::Value::Object(seen), value);
    }

    #[test]
    fn mutated_json_is_readable_exactly_when_serde_json_reads_it(value in json(), at in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..3_u8) {
        let mut bytes = serde_json::to_vec_pretty(&value).unwrap();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => bytes.truncate(at),
        }
        let oracle = serde_json::from_slice::<serde_json::Value>(&bytes);
        // serde_json also refuses lone surrogates and numbers beyond f64; the grammar of RFC 8259 allows both.
        let value_refused = oracle.as_ref().is_err_and(|error| {
            let text = error.to_string();
            text.contains("surrogate") || text.contains("hex escape") || text.contains("out of range")
        });
        if !value_refused {
            prop_assert_eq!(readable(&bytes), oracle.is_ok(), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_plain_run_ends_where_a_byte_by_byte_search_ends(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let oracle = bytes.iter().position(|byte| *byte == b'"' || *byte == b'\\' || *byte < 0x20).unwrap_or(bytes.len());
        prop_assert_eq!(plain_run(&bytes), oracle);
    }
}
