//! Reads the configuration: the file, then the environment on top.
//!
//! `TANGGAP_API_LISTEN=0.0.0.0:80` overrides `api.listen`: the name is `TANGGAP_`, the section, `_`, the key, in capitals.

use std::path::Path;

use anyhow::{Context, bail};
use toml::{Table, Value};

use super::Config;

/// The documented file with every default, as `tanggap config print` shows it.
pub const DOCUMENTED: &str = include_str!("../../tanggap.toml");

/// Sections an environment variable can speak of.
const SECTIONS: [&str; 23] = [
    "time",
    "lanes",
    "decode",
    "text",
    "kafka",
    "territory",
    "routes",
    "windows",
    "rankings",
    "reporters",
    "duty",
    "deeds",
    "officers",
    "hotspots",
    "store",
    "history",
    "api",
    "access",
    "open311",
    "waze",
    "x",
    "neighbour",
    "mail",
];
/// Keys that are a text also where it looks like a number: a password may.
const TEXTS: [&str; 7] = [
    "api_key",
    "bearer_token",
    "folder",
    "password",
    "reporter_key",
    "staff_token",
    "user",
];
/// Variables of ours that are no setting, by how they begin.
const NOT_SETTINGS: &[&str] = &[
    "TANGGAP_BIN",
    "TANGGAP_BROKERS",
    "TANGGAP_BURST",
    "TANGGAP_CACHE",
    "TANGGAP_DASHBOARD",
    "TANGGAP_DATA",
    "TANGGAP_FUZZ",
    "TANGGAP_KAFKA_JARS",
    "TANGGAP_LOG",
    "TANGGAP_ORACLE",
    "TANGGAP_S3_JAR",
    "TANGGAP_URL",
];

/// Reads a file (or nothing but defaults) and the variables on top.
///
/// # Errors
/// The file cannot be read, is no TOML, has an unknown key, or a value that cannot work.
pub fn load(file: Option<&Path>, variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Config> {
    let mut table = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the configuration {}", path.display()))?;
            text.parse::<Table>().map_err(|error| no_toml(path, &text, &error))?
        }
        None => Table::new(),
    };
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix("TANGGAP_") else { continue };
        if NOT_SETTINGS.iter().any(|other| name.starts_with(other)) {
            continue;
        }
        let rest = rest.to_ascii_lowercase();
        let found = SECTIONS
            .iter()
            .find_map(|section| Some((*section, rest.strip_prefix(section)?.strip_prefix('_')?)));
        let Some((section, key)) = found else {
            bail!("the variable {name} names no section; sections are {}", SECTIONS.join(", "));
        };
        let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(section) = section else {
            bail!("`{key}` of {name} has no section to stand in")
        };
        let value = if TEXTS.contains(&key) { Value::String(text) } else { value(&text) };
        section.insert(key.to_owned(), value);
    }
    let origin = file.map_or_else(|| "the environment".to_owned(), |path| path.display().to_string());
    let config: Config = Value::Table(table)
        .try_into()
        .with_context(|| format!("{origin} holds something that is no setting"))?;
    if let Err(reason) = config.check() {
        bail!("{origin}: {reason}");
    }
    Ok(config)
}

/// Where a file stops being TOML. The line itself may hold a secret.
fn no_toml(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    anyhow::anyhow!("{} is no TOML: line {line}: {}", path.display(), error.message())
}

/// A number or a boolean where the text is one, else the text.
fn value(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        Value::Integer(number)
    } else if let Ok(number) = text.parse::<f64>() {
        Value::Float(number)
    } else if let Ok(flag) = text.parse::<bool>() {
        Value::Boolean(flag)
    } else {
        Value::String(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use tanggap_connectors::bridge::Secret;
    use toml::Table;

    use super::{DOCUMENTED, SECTIONS, load};
    use crate::config::Config;

    fn from(variables: &[(&str, &str)]) -> anyhow::Result<Config> {
        load(
            None,
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn every_section_of_the_file_can_be_set_by_a_variable() {
        let documented: Table = DOCUMENTED.parse().unwrap();
        for section in documented.keys() {
            assert!(SECTIONS.contains(&section.as_str()), "{section}");
        }
    }

    #[test]
    fn the_documented_file_says_the_defaults() {
        let documented: Config = toml::from_str(DOCUMENTED).unwrap();
        assert_eq!(format!("{documented:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn a_variable_overrides_a_setting_and_a_wrong_one_is_refused() {
        let config = from(&[("TANGGAP_API_LISTEN", "0.0.0.0:80"), ("TANGGAP_TIME_DELAY_S", "5"), ("HOME", "x")]).unwrap();
        assert_eq!(config.api.listen.port(), 80);
        assert_eq!(config.time.delay_s, 5);
        assert!(
            from(&[("TANGGAP_API_LISTNE", "x")])
                .unwrap_err()
                .chain()
                .any(|cause| cause.to_string().contains("listne"))
        );
        assert_eq!(
            from(&[("TANGGAP_TEXT_CHANNELS", "twitter,email")]).unwrap().text.channels,
            ["twitter", "email"]
        );
        assert!(from(&[("TANGGAP_NOSUCH_KEY", "x")]).is_err());
        assert!(from(&[("TANGGAP_WINDOWS_TOP", "0")]).is_err());
    }

    #[test]
    fn addresses_and_origins_are_lists_or_joined_by_commas_and_checked() {
        let api = from(&[
            ("TANGGAP_API_TRUSTED_PROXIES", "10.0.0.1, ::1"),
            ("TANGGAP_API_ALLOWED_ORIGINS", "https://desk.example"),
        ])
        .unwrap()
        .api;
        assert_eq!(api.proxies().len(), 2);
        assert_eq!(api.allowed_origins, ["https://desk.example"]);
        for (name, wrong) in [
            ("TANGGAP_API_TRUSTED_PROXIES", "proxy.example"),
            ("TANGGAP_API_ALLOWED_ORIGINS", "https://desk.example/"),
            ("TANGGAP_API_ALLOWED_ORIGINS", "*"),
            ("TANGGAP_API_ALLOWED_ORIGINS", "desk.example"),
            ("TANGGAP_API_BURST", "0"),
        ] {
            assert!(from(&[(name, wrong)]).is_err(), "{name} {wrong}");
        }
    }

    #[test]
    fn a_password_of_digits_is_a_text() {
        let config = from(&[
            ("TANGGAP_MAIL_PASSWORD", "0031415926"),
            ("TANGGAP_API_STAFF_TOKEN", "1e9"),
            ("TANGGAP_MAIL_PORT", "1993"),
        ])
        .unwrap();
        assert_eq!(config.api.staff_token.unwrap().0, "1e9");
        assert_eq!((config.mail.password, config.mail.port), (Some(Secret::new("0031415926")), 1993));
    }

    #[test]
    fn secrets_do_not_print() {
        let config = from(&[("TANGGAP_API_STAFF_TOKEN", "hunter2")]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tanggap.toml");
        std::fs::write(
            &file,
            "[kafka.properties]\n\"sasl.username\" = \"city\"\n\"sasl.password\" = hunter2\n",
        )
        .unwrap();
        let error = format!("{:?}", load(Some(&file), std::iter::empty()).unwrap_err());
        assert!(error.contains("line 3") && !error.contains("hunter2"), "{error}");
    }
}
