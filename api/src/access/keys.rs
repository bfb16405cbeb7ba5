//! The keys an identity provider signs with, as it publishes them (RFC 7517). Of one that cannot be used here nothing is kept, and
//! the others stand: providers publish keys for encryption and for algorithms of tomorrow beside those we want.

use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// The algorithms that are believed: signed by one who has a key of their own. `none` is no signature, and `HS…` would make a public
/// key a password.
pub(super) const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// A key that checks signatures.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

/// A set as it is published.
#[derive(Deserialize)]
pub(super) struct Published {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct PublishedKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Published {
    /// Those that can be used here, in the order they were published.
    pub(super) fn usable(self) -> Vec<Key> {
        let read = |one| serde_json::from_value::<PublishedKey>(one).ok();
        self.keys.into_iter().filter_map(read).filter_map(Key::of).collect()
    }
}

impl Key {
    fn of(published: PublishedKey) -> Option<Self> {
        if published.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let (x, y) = (published.x.as_deref(), published.y.as_deref());
        let (algorithm, names, key) = match (published.kty.as_str(), published.crv.as_deref()) {
            ("RSA", _) => {
                let key = DecodingKey::from_rsa_components(published.n.as_deref()?, published.e.as_deref()?);
                (Algorithm::RS256, ["RS256", "RS256"], key)
            }
            ("EC", Some("P-256")) => (Algorithm::ES256, ["ES256", "ES256"], DecodingKey::from_ec_components(x?, y?)),
            // RFC 9864 has a name for this curve alone.
            ("OKP", Some("Ed25519")) => (Algorithm::EdDSA, ["EdDSA", "Ed25519"], DecodingKey::from_ed_components(x?)),
            _ => return None,
        };
        if published.alg.as_deref().is_some_and(|alg| !names.contains(&alg)) {
            return None;
        }
        Some(Self {
            id: published.kid,
            algorithm,
            decoding: key.ok()?,
        })
    }
}

/// The key of a token: the one it names; if it names none, the only one of its algorithm.
pub(super) fn choose<'k>(keys: &'k [Key], id: Option<&str>, algorithm: Algorithm) -> Option<&'k Key> {
    let mut fitting = keys
        .iter()
        .filter(|key| key.algorithm == algorithm && (id.is_none() || key.id.as_deref() == id));
    let first = fitting.next()?;
    (id.is_some() || fitting.next().is_none()).then_some(first)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Algorithm;
    use serde_json::{Value, json};

    use super::{Published, choose};

    fn published(keys: &Value) -> Published {
        serde_json::from_value(json!({ "keys": keys })).unwrap()
    }

    fn ed(id: Option<&str>) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    }

    #[test]
    fn a_key_that_cannot_be_used_spoils_no_other() {
        let mixed = json!([
            {"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "alg": "RS512", "n": "AQAB", "e": "AQAB"},
            {"kty": "RSA", "alg": "RS256", "n": "?", "e": "AQAB"},
            {"kty": "RSA", "e": "AQAB"},
            {"kty": "oct", "k": "c2VjcmV0"},
            {"kty": "OKP", "crv": "X25519", "x": "AQAB"},
            {"kty": "EC", "crv": "P-521", "x": "AQAB", "y": "AQAB"},
            {"kty": 7},
            "no key at all",
            ed(Some("good")),
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "r", "n": "AQAB", "e": "AQAB", "x5c": ["…"]},
        ]);
        let keys = published(&mixed).usable();
        let found: Vec<_> = keys.iter().map(|key| (key.id.as_deref(), key.algorithm)).collect();
        assert_eq!(found, [(Some("good"), Algorithm::EdDSA), (Some("r"), Algorithm::RS256)]);
    }

    #[test]
    fn a_token_that_names_no_key_has_the_only_one_there_is() {
        let two = published(&json!([ed(Some("a")), ed(Some("b"))])).usable();
        assert_eq!(choose(&two, Some("b"), Algorithm::EdDSA).unwrap().id.as_deref(), Some("b"));
        assert!(choose(&two, Some("c"), Algorithm::EdDSA).is_none());
        assert!(choose(&two, Some("b"), Algorithm::RS256).is_none(), "of another algorithm");
        assert!(choose(&two, None, Algorithm::EdDSA).is_none(), "either of two");
        let one = published(&json!([ed(None)])).usable();
        assert!(choose(&one, None, Algorithm::EdDSA).is_some());
        assert!(choose(&one, Some("a"), Algorithm::EdDSA).is_none());
    }
}
