//! The ledger of pseudonyms: who is named after a restart, who is forgotten, and what a crash or a stranger leaves in the file.

use std::fs;
use std::path::Path;

use tanggap_queries::named::NamedReporter;

use super::book::{FILE, NotNamed, Pseudonyms};

const NOW: i64 = 1_768_460_580_000_000;

fn who(key: u64) -> NamedReporter {
    NamedReporter {
        channel: "qlue".to_owned(),
        key,
    }
}

fn names(ledger: &Pseudonyms) -> Vec<String> {
    let (_, named) = ledger.named();
    named.iter().filter_map(|who| ledger.of(who)).collect()
}

fn text(directory: &Path) -> String {
    fs::read_to_string(directory.join(FILE)).unwrap()
}

#[test]
fn who_consented_is_named_after_a_restart_and_who_withdrew_is_in_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Pseudonyms::open(Some(directory.path())).unwrap();
    assert!(!directory.path().join(FILE).exists(), "no file before the first consent");
    for (key, name) in [(u64::MAX, "langit"), (2, "bumi"), (3, "laut")] {
        ledger.consent(&who(key), name, NOW).unwrap();
    }
    let before = ledger.named().0;
    ledger.consent(&who(2), "bumi", NOW + 1).unwrap();
    assert_eq!(ledger.named().0, before, "said again it is as it was");
    assert_eq!(text(directory.path()).lines().count(), 3);
    ledger.withdraw(&who(2), NOW + 2).unwrap();
    ledger.withdraw(&who(2), NOW + 3).unwrap();
    ledger.withdraw(&who(77), NOW + 3).unwrap();
    assert_eq!(names(&ledger), ["laut", "langit"]);
    let kept = text(directory.path());
    assert!(!kept.contains("bumi") && kept.contains("\"pseudonym\":null"), "{kept}");
    assert!(!kept.contains("000000000000004d"), "nothing is written of who was never named");
    drop(ledger);
    for _ in 0..2 {
        let again = Pseudonyms::open(Some(directory.path())).unwrap();
        assert_eq!(names(&again), ["laut", "langit"]);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing lies beside it");
    }
}

#[test]
fn a_pseudonym_is_one_reporters_until_they_give_it_up() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Pseudonyms::open(Some(directory.path())).unwrap();
    ledger.consent(&who(1), "Langit", NOW).unwrap();
    let elsewhere = NamedReporter {
        channel: "jaki".to_owned(),
        key: 1,
    };
    for other in [who(2), elsewhere] {
        assert!(matches!(ledger.consent(&other, "lANGIT", NOW), Err(NotNamed::Taken)));
    }
    ledger.consent(&who(1), "LANGIT", NOW).unwrap();
    assert_eq!(names(&ledger), ["LANGIT"], "written otherwise it is still theirs");
    ledger.consent(&who(1), "bumi", NOW).unwrap();
    assert!(!text(directory.path()).to_lowercase().contains("langit"));
    ledger.consent(&who(2), "langit", NOW).unwrap();
    let again = Pseudonyms::open(Some(directory.path())).unwrap();
    assert_eq!(names(&again), ["bumi", "langit"]);
}

#[test]
fn a_torn_or_hostile_line_is_none_and_is_gone_with_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE);
    let ledger = Pseudonyms::open(Some(directory.path())).unwrap();
    ledger.consent(&who(1), "langit", NOW).unwrap();
    ledger.consent(&who(2), "samudra", NOW).unwrap();
    drop(ledger);
    let whole = fs::read(&path).unwrap();
    // Without its end alone a line is still whole.
    for (cut, expected) in [(1, vec!["langit", "samudra"]), (3, vec!["langit"]), (7, vec!["langit"])] {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let ledger = Pseudonyms::open(Some(directory.path())).unwrap();
        assert_eq!(names(&ledger), expected);
        assert_eq!(text(directory.path()).contains("samud"), expected.len() == 2, "{cut}");
        ledger.consent(&who(3), "bumi", NOW).unwrap();
        assert_eq!(names(&Pseudonyms::open(Some(directory.path())).unwrap()).len(), expected.len() + 1);
    }
    let mut hostile = b"\xff\xff\n{}\n".to_vec();
    for (key, name) in [
        ("01", "<script>"),
        ("02", "b0812345678"),
        ("xyz", "pulau"),
        ("03", "pulau"),
        ("04", "PULAU"),
    ] {
        let line = format!("{{\"at_us\":1,\"channel\":\"qlue\",\"reporter\":\"{key}\",\"pseudonym\":\"{name}\"}}\n");
        hostile.extend_from_slice(line.as_bytes());
    }
    fs::write(&path, hostile).unwrap();
    let ledger = Pseudonyms::open(Some(directory.path())).unwrap();
    assert_eq!(names(&ledger), ["pulau"]);
    assert_eq!(text(directory.path()).lines().count(), 1);
}

#[test]
fn what_could_not_be_forgotten_on_the_disk_is_forgotten_when_it_is_said_again() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Pseudonyms::open(Some(directory.path())).unwrap();
    ledger.consent(&who(1), "langit", NOW).unwrap();
    // A folder where the new file is to be written.
    let beside = directory.path().join(FILE).with_extension("part");
    fs::create_dir(&beside).unwrap();
    assert!(ledger.withdraw(&who(1), NOW).is_err());
    assert!(names(&ledger).is_empty(), "no answer has it all the same");
    fs::remove_dir(&beside).unwrap();
    ledger.withdraw(&who(1), NOW).unwrap();
    assert!(!text(directory.path()).contains("langit"));
}

#[test]
fn without_a_directory_they_are_known_until_the_program_ends() {
    let ledger = Pseudonyms::open(None).unwrap();
    ledger.consent(&who(1), "langit", NOW).unwrap();
    assert_eq!(names(&ledger), ["langit"]);
    ledger.withdraw(&who(1), NOW).unwrap();
    assert!(names(&ledger).is_empty());
}
