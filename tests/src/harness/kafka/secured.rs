//! A Kafka that lets nobody in without TLS and a password.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tanggap_connectors::kafka::Properties;
use tempfile::TempDir;

use super::super::java::{found_or_skip, java};
use super::super::program::free_port;
use super::{RealKafka, installed, properties};

/// The one user.
pub const USER: &str = "city";
/// The user's password.
pub const PASSWORD: &str = "correct-horse-battery-staple";

/// Of the broker's key store, in a directory that lives as long as the test.
const STORE_PASSWORD: &str = "of-the-store";

impl RealKafka {
    /// As [`Self::start_or_skip`], with one door: TLS by a certificate of its own, and SCRAM-SHA-256.
    ///
    /// # Errors
    /// As [`Self::start_or_skip`]; or no certificate can be made.
    pub fn start_secured_or_skip(test: &str) -> io::Result<Option<Self>> {
        found_or_skip(test, installed())?.map(Self::start_secured).transpose()
    }

    fn start_secured(jars: PathBuf) -> io::Result<Self> {
        let directory = TempDir::with_prefix("tanggap-kafka-")?;
        let (port, controller) = (free_port()?, free_port()?);
        make_certificate(directory.path())?;
        let mut text = properties(directory.path(), port, controller);
        text.push_str(&secured(directory.path(), port, controller));
        let client = [
            ("security.protocol", "sasl_ssl".to_owned()),
            ("sasl.mechanism", "SCRAM-SHA-256".to_owned()),
            ("sasl.username", USER.to_owned()),
            ("sasl.password", PASSWORD.to_owned()),
            ("ssl.ca.location", certificate(directory.path()).display().to_string()),
        ];
        let mut kafka = Self::new(jars, directory, port);
        kafka.client = Properties(client.map(|(name, value)| (name.to_owned(), value)).into());
        let user = format!("SCRAM-SHA-256=[name={USER},password={PASSWORD}]");
        kafka.begin(&text, &["--add-scram", &user])?;
        Ok(kafka)
    }
}

/// Whom a client must trust.
fn certificate(directory: &Path) -> PathBuf {
    directory.join("certificate.pem")
}

/// Makes a key and a certificate that signs itself: one kept beside the test would expire, and its key be known to everybody. It is Java's
/// `keytool` by the name of its class: Java is there where Kafka runs, and not every Java has the command in the path.
fn make_certificate(directory: &Path) -> io::Result<()> {
    let key = "-genkeypair -keyalg EC -groupname secp256r1 -dname CN=broker -ext san=ip:127.0.0.1 -validity 2";
    let export = "-exportcert -rfc -file certificate.pem";
    for arguments in [key, export] {
        let made = java(directory, "keytool.log")?
            .arg("sun.security.tools.keytool.Main")
            .args(arguments.split(' '))
            .args(["-alias", "broker", "-storetype", "PKCS12", "-keystore", "keys.p12"])
            .args(["-storepass", STORE_PASSWORD])
            .status()?;
        if !made.success() {
            let said = fs::read_to_string(directory.join("keytool.log"))?;
            return Err(io::Error::other(format!("keytool failed: {said}")));
        }
    }
    Ok(())
}

/// Properties that close every other door. Of a name that stands twice, Kafka takes the last.
fn secured(directory: &Path, port: u16, controller: u16) -> String {
    format!(
        "listeners=SECURED://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=SECURED://127.0.0.1:{port}\n\
         inter.broker.listener.name=SECURED\n\
         listener.security.protocol.map=SECURED:SASL_SSL,CONTROLLER:PLAINTEXT\n\
         sasl.enabled.mechanisms=SCRAM-SHA-256\n\
         sasl.mechanism.inter.broker.protocol=SCRAM-SHA-256\n\
         listener.name.secured.scram-sha-256.sasl.jaas.config=\
         org.apache.kafka.common.security.scram.ScramLoginModule required;\n\
         ssl.keystore.type=PKCS12\n\
         ssl.keystore.location={}\n\
         ssl.keystore.password={STORE_PASSWORD}\n\
         ssl.truststore.type=PEM\n\
         ssl.truststore.location={}\n",
        directory.join("keys.p12").display(),
        certificate(directory).display()
    )
}
