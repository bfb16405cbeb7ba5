//! The tree as a whole: one arrow, licences that let everyone use Tanggap, crates that know each other in one direction only, and
//! nothing in tracked files that holds on one machine only. Only `std`, so that `scripts/check-tree.sh` can compile it alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Licences a dependency may have; all let a city use, change and pass on the whole.
const LICENCES: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Named exceptions: package, the licence it states, why it may stay.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    ("smartstring", "MPL-2.0+", "MPL-2.0 \"or later\" in the spelling of before SPDX 3"),
    (
        "@fontsource-variable/inter",
        "OFL-1.1",
        "a font, embedded unchanged with its licence beside it",
    ),
];

/// Packages of which a second version would mean columns that do not fit each other.
const ONCE: [&str; 5] = ["arrow", "arrow-array", "arrow-schema", "datafusion", "h3o"];

/// Who may know whom inside the workspace; `benches` and `tests` see all.
const KNOWS: [(&str, &[&str]); 5] = [
    ("tanggap-engine", &[]),
    ("tanggap-connectors", &["tanggap-engine"]),
    ("tanggap-statistics", &[]),
    ("tanggap-queries", &["tanggap-engine", "tanggap-statistics"]),
    ("tanggap", &["tanggap-engine", "tanggap-connectors", "tanggap-queries"]),
];

/// What the engine may not use: input and output, clocks, chance, threads of its own.
const NOT_IN_THE_ENGINE: [&str; 8] = [
    "async-trait",
    "datafusion",
    "futures",
    "rand",
    "rdkafka",
    "reqwest",
    "tokio",
    "tracing",
];

/// Lines after which a file should be two; said, not enforced.
const LONG_FILE: usize = 450;

fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo and scripts/check-tree.sh set it");
    Path::new(&here).parent().expect("the crate lies in the workspace").to_path_buf()
}

/// Standard output of a program run in the workspace's root.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("names and versions are text")
}

/// Lines of `cargo tree`, each once: `name version[ path]` and licence.
fn tree(arguments: &[&str]) -> BTreeSet<(String, String, String)> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut all = vec!["tree", "--locked", "--prefix", "none", "--format", "{p}|{l}"];
    all.extend(arguments);
    let text = output(&cargo, &all);
    text.lines()
        .filter_map(|line| line.trim_end_matches(" (*)").split_once('|'))
        .map(|(package, licence)| {
            let mut words = package.split(' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            (word(), word(), licence.to_owned())
        })
        .collect()
}

/// Tracked files that are text, by path from the root; `None` where this is no clone.
#[expect(clippy::print_stdout, reason = "a test that was not run says so")]
fn tracked() -> Option<Vec<(String, String)>> {
    if !root().join(".git").exists() {
        assert!(std::env::var_os("CI").is_none(), "CI needs a git clone");
        println!("not run: this is not a git clone");
        return None;
    }
    let names = output("git", &["ls-files", "-z"]);
    let files = names.split('\0').filter(|name| !name.is_empty());
    let texts = files.filter_map(|name| Some((name.to_owned(), std::fs::read_to_string(root().join(name)).ok()?)));
    Some(texts.collect())
}

fn is_document(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "md")
}

/// Whether an SPDX expression (or the older `MIT/Apache-2.0`) can be met with allowed licences alone.
fn met(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any_of(&words, &mut at) && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize) -> bool {
    let mut met = all_of(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all_of(words, at);
    }
    met
}

fn all_of(words: &[&str], at: &mut usize) -> bool {
    let mut met = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at);
    }
    met
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else {
        // Past the end: whatever came before, the expression is broken.
        *at = words.len() + 1;
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = any_of(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).unwrap_or(&"");
        *at += 2;
        return LICENCES.contains(&format!("{word} WITH {exception}").as_str());
    }
    LICENCES.contains(word)
}

fn allowed(package: &str, licence: &str) -> bool {
    met(licence) || EXCEPTIONS.iter().any(|(name, stated, _)| *name == package && *stated == licence)
}

#[test]
fn one_arrow_is_in_the_tree() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version, _) in tree(&["--workspace"]) {
        versions.entry(name).or_default().insert(version);
    }
    for name in ONCE {
        let found = versions.get(name).map_or(0, BTreeSet::len);
        assert_eq!(
            found,
            1,
            "{name}: {:?}; `cargo tree --invert {name}` tells who wants which",
            versions.get(name)
        );
    }
}

#[test]
fn every_crate_has_a_licence_that_is_allowed_or_named() {
    let refused: Vec<_> = tree(&["--workspace"])
        .into_iter()
        .filter(|(name, _, licence)| !allowed(name, licence))
        .collect();
    assert!(refused.is_empty(), "not in the list of tests/tests/tree.rs: {refused:?}");
}

#[test]
#[expect(clippy::print_stdout, reason = "how much was read")]
fn every_npm_package_has_a_licence_that_is_allowed_or_named() {
    let mut read = 0;
    for lock in ["api/dashboard/package-lock.json", "tests/browser/package-lock.json"] {
        let Ok(text) = std::fs::read_to_string(root().join(lock)) else {
            continue;
        };
        let mut package = "";
        for line in text.lines().map(str::trim) {
            if let Some((_, name)) = line.strip_suffix("\": {").and_then(|line| line.rsplit_once("node_modules/")) {
                package = name;
            }
            if let Some(licence) = line.strip_prefix("\"license\": \"") {
                let licence = licence.trim_end_matches(',').trim_end_matches('"');
                assert!(allowed(package, licence), "{lock}: {package} has {licence}");
                read += 1;
            }
        }
    }
    println!("{read} npm licences read");
}

#[test]
fn licence_expressions_are_read_as_spdx_has_them() {
    for expression in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0 OR MIT",
        "ISC AND (Apache-2.0 OR GPL-2.0)",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(met(expression), "{expression}");
    }
    for expression in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "ISC AND (GPL-2.0 OR AGPL-3.0)",
        "MIT WITH Commons-Clause",
        "(MIT",
        "MIT)",
        "MIT OR",
    ] {
        assert!(!met(expression), "{expression}");
    }
}

#[test]
fn crates_know_each_other_in_one_direction() {
    for (crate_name, known) in KNOWS {
        for (name, ..) in tree(&["--package", crate_name, "--depth", "1"]) {
            let ours = name == "tanggap" || name.starts_with("tanggap-");
            assert!(
                !ours || name == crate_name || known.contains(&name.as_str()),
                "{crate_name} may not know {name}"
            );
        }
    }
    for (name, ..) in tree(&["--package", "tanggap-engine", "--depth", "1", "--edges", "normal"]) {
        assert!(
            !NOT_IN_THE_ENGINE.contains(&name.as_str()),
            "the engine is pure and may not use {name}"
        );
    }
}

#[test]
fn no_tracked_file_names_a_machine() {
    let Some(files) = tracked() else { return };
    // Put together here, so that this file does not name them itself.
    let words = [
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/Us", "ers/"].concat(),
        ["registry.npmjs", ".org"].concat(),
        ["files.pythonhosted", ".org"].concat(),
        ["repo1.maven", ".org"].concat(),
        ["repo.maven.apache", ".org"].concat(),
        ["static.crates", ".io"].concat(),
        ["index.crates", ".io"].concat(),
    ];
    for (name, text) in &files {
        for (number, line) in text.lines().enumerate() {
            let found = words.iter().find(|word| line.contains(word.as_str()));
            assert!(
                found.is_none(),
                "{name}:{}: names {}, which is one machine's or a registry's",
                number + 1,
                found.map_or("", |word| word)
            );
        }
        if name.ends_with("package-lock.json") {
            assert!(
                !text.contains("\"resolved\": \"http"),
                "{name}: names a registry; `omit-lockfile-registry-resolved=true` leaves it out"
            );
        }
        if name.ends_with("Cargo.lock") {
            let sources = text.lines().filter_map(|line| line.strip_prefix("source = "));
            for source in sources {
                assert_eq!(source, "\"registry+https://github.com/rust-lang/crates.io-index\"", "{name}");
            }
        }
    }
}

#[test]
fn no_figure_is_left_out_of_the_documents() {
    let Some(files) = tracked() else { return };
    for (name, text) in files.iter().filter(|(name, _)| is_document(name)) {
        let blank = text.lines().position(|line| line.contains("@@"));
        assert!(
            blank.is_none(),
            "{name}:{}: @@ stands where a figure belongs",
            blank.map_or(0, |line| line + 1)
        );
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let Some(files) = tracked() else { return };
    for (name, text) in files.iter().filter(|(name, _)| is_document(name)) {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let target = root().join(name).parent().map(|folder| folder.join(link));
            assert!(target.is_some_and(|target| target.exists()), "{name}: {link} is not there");
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "a warning, not a failure")]
fn long_files_are_named() {
    let Some(files) = tracked() else { return };
    for (name, text) in &files {
        let lines = text.lines().count();
        let written_by_hand = [".rs", ".js", ".sql", ".sh", ".py"].iter().any(|end| name.ends_with(end));
        if written_by_hand && lines > LONG_FILE {
            println!("{name} has {lines} lines: two nouns may have moved in together");
        }
    }
}
