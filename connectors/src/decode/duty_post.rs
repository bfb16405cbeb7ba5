//! Which RT or RW sends a duty report, in whatever way its channel spells it: numbers or texts, in one field or in two.

use super::scalar::Scalar;

/// What a number is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Rt,
    Rw,
}

/// Numbers of an RT and its RW; 0 where none is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Post {
    rt: u16,
    rw: u16,
}

/// The post of a duty report in its canonical form, `RT 003/RW 05` or `RW 05`, from its fields for the RT and the RW. Each may also name
/// both: `RT 3/RW 5`, `003/005` (the RT first), `RT/RW 003/005`. A number of 0 and an empty field say nothing.
///
/// `None` where no RW is said, as an RT has a number only within its RW, or where a field says something that is none of this: who cannot
/// be told for sure gets nothing.
pub(super) fn duty_post(rt: Scalar<'_>, rw: Scalar<'_>) -> Option<String> {
    let (first, second) = (read(rt, Label::Rt)?, read(rw, Label::Rw)?);
    let told = |one: u16, other: u16| if one == 0 { other } else { one };
    match (told(first.rt, second.rt), told(second.rw, first.rw)) {
        (_, 0) => None,
        (0, rw) => Some(format!("RW {rw:02}")),
        (rt, rw) => Some(format!("RT {rt:03}/RW {rw:02}")),
    }
}

/// What a text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Digits,
    Letters,
    Gap,
}

/// What a field says; `bare`: what a number without a label is of.
fn read(field: Scalar<'_>, bare: Label) -> Option<Post> {
    match field {
        Scalar::Missing | Scalar::Null => Some(Post::default()),
        // As written: 3.0 and -3 are no numbers of an RT.
        Scalar::Number(number) => Some(of(bare, number_of(number)?)),
        Scalar::Text(_) | Scalar::Escaped(_) => field.text().map_or(Some(Post::default()), |text| named(&text, bare)),
        Scalar::Bool(_) | Scalar::Nested => None,
    }
}

fn of(label: Label, number: u16) -> Post {
    match label {
        Label::Rt => Post { rt: number, rw: 0 },
        Label::Rw => Post { rt: 0, rw: number },
    }
}

/// Labels and numbers of a text with nothing else between them than gaps.
fn named(text: &str, bare: Label) -> Option<Post> {
    let (mut labels, mut numbers) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(byte) = rest.bytes().next() {
        let piece = piece_of(byte)?;
        let length = rest.bytes().take_while(|byte| piece_of(*byte) == Some(piece)).count();
        let (word, after) = rest.split_at(length);
        match piece {
            Piece::Digits => numbers.push(number_of(word)?),
            Piece::Letters => labels.push(label_of(word)?),
            Piece::Gap => {}
        }
        rest = after;
    }
    match (labels.as_slice(), numbers.as_slice()) {
        ([], []) => Some(Post::default()),
        ([], [number]) => Some(of(bare, *number)),
        ([label], [number]) => Some(of(*label, *number)),
        ([] | [Label::Rt, Label::Rw], [rt, rw]) | ([Label::Rw, Label::Rt], [rw, rt]) => Some(Post { rt: *rt, rw: *rw }),
        _ => None,
    }
}

fn piece_of(byte: u8) -> Option<Piece> {
    Some(match byte {
        b'0'..=b'9' => Piece::Digits,
        b'a'..=b'z' | b'A'..=b'Z' => Piece::Letters,
        b' ' | b'.' | b',' | b':' | b'/' | b'-' | b'_' => Piece::Gap,
        _ => return None,
    })
}

fn label_of(word: &str) -> Option<Label> {
    if word.eq_ignore_ascii_case("rt") {
        Some(Label::Rt)
    } else if word.eq_ignore_ascii_case("rw") {
        Some(Label::Rw)
    } else {
        None
    }
}

/// A number of an RT or RW: 0 to 999, with leading zeros or without.
fn number_of(digits: &str) -> Option<u16> {
    let plain = digits.len() <= 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number = plain.then(|| digits.parse().ok()).flatten();
    number.filter(|number| *number <= 999)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scalar::Scalar;
    use super::duty_post;

    const NOT_SAID: Scalar<'static> = Scalar::Missing;

    #[test]
    fn every_spelling_of_a_post_is_one_post() {
        use Scalar::{Null, Number, Text};
        for (rt, rw) in [
            (Number("3"), Number("5")),
            (Text("003"), Text("05")),
            (Text("RT 3"), Text("RW 5")),
            (Text("rt.003"), Text("rw.005")),
            (Text("RT 3/RW 5"), NOT_SAID),
            (NOT_SAID, Text("RT003/RW005")),
            (Text("003/005"), Null),
            (NOT_SAID, Text("RW 05, RT 03")),
            (Text("RT/RW: 003/005"), NOT_SAID),
            (Text("3"), Text("RT 3 / RW 5")),
        ] {
            assert_eq!(duty_post(rt, rw).as_deref(), Some("RT 003/RW 05"), "{rt:?} {rw:?}");
        }
        for (rt, rw) in [
            (NOT_SAID, Number("5")),
            (Text(""), Text("RW 5")),
            (Text("-"), Text("005")),
            (Text("000"), Text("5")),
            (Text("000/005"), NOT_SAID),
            (Text("RW 05"), NOT_SAID),
        ] {
            assert_eq!(duty_post(rt, rw).as_deref(), Some("RW 05"), "{rt:?} {rw:?}");
        }
        assert_eq!(duty_post(Number("12"), Number("110")).as_deref(), Some("RT 012/RW 110"));
    }

    #[test]
    fn what_names_no_post_for_sure_names_none() {
        use Scalar::{Bool, Escaped, Nested, Number, Text};
        for (rt, rw) in [
            (NOT_SAID, NOT_SAID),
            (Number("3"), NOT_SAID),
            (Text("Pak Budi"), Number("5")),
            (Text("RT"), Text("5")),
            (Text("RT -/RW 05"), NOT_SAID),
            (Text("1/2/3"), NOT_SAID),
            (Number("3.5"), Number("5")),
            (Number("-3"), Number("5")),
            (Number("1000"), Number("5")),
            (Number("00000000000000000003"), Number("5")),
            (Bool(true), Number("5")),
            (Number("3"), Nested),
            (Escaped(r"\u00e9"), Number("5")),
            (Text("3é"), Number("5")),
        ] {
            assert_eq!(duty_post(rt, rw), None, "{rt:?} {rw:?}");
        }
    }

    proptest! {
        #[test]
        fn a_post_has_no_other_form(rt in "[RTWrtw0-9 ./é-]{0,12}", rw in any::<String>()) {
            for (one, other) in [(&rt, &rw), (&rw, &rt), (&rt, &rt)] {
                if let Some(post) = duty_post(Scalar::Text(one), Scalar::Text(other)) {
                    let digits = post.trim_start_matches("RT ").replace("/RW ", "").replace("RW ", "");
                    prop_assert!(digits.bytes().all(|digit| digit.is_ascii_digit()), "{}", post);
                    let again = duty_post(Scalar::Text(&post), Scalar::Missing);
                    prop_assert_eq!(again.as_ref(), Some(&post));
                }
            }
        }
    }
}
