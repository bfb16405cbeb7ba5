//! Tokens of an identity provider: signed by a key it publishes, for us, by it, and for now. What they say of whoever shows them, a
//! role, a place and a name, is read from claims the configuration names.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::Value;

use super::keys::ALGORITHMS;
use super::provider::{NoKey, Provider};
use super::role::Role;
use crate::error::Problem;

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// Who signs, exactly as in the claim `iss`.
    pub issuer: String,
    /// For whom, as in the claim `aud`.
    pub audience: String,
    /// Where its keys are; without it, where its `/.well-known/openid-configuration` says.
    pub jwks_url: Option<String>,
    /// Claim of the role: a text or a list of texts; a dot leads into an object.
    pub role_claim: String,
    /// Claim of an officer's unit or a verifier's area.
    pub unit_claim: String,
    /// Claim of the name in the ledger of changes.
    pub account_claim: String,
    /// By how much clocks may differ, seconds.
    pub leeway_s: u32,
}

impl Default for OidcSettings {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            audience: String::new(),
            jwks_url: None,
            role_claim: "role".to_owned(),
            unit_claim: "unit".to_owned(),
            account_claim: "sub".to_owned(),
            leeway_s: 30,
        }
    }
}

/// Tokens are some kilobytes at most; a longer one is not looked at.
const TOKEN_BYTES: usize = 16 << 10;
/// Letters of an account that are kept.
const ACCOUNT_LETTERS: usize = 96;

/// Somebody a provider vouches for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) role: Role,
    pub(super) unit: Option<String>,
    pub(super) account: String,
}

/// Checks tokens of a provider.
pub(super) struct Oidc {
    settings: OidcSettings,
    provider: Provider,
}

impl Oidc {
    /// Believes a provider; asks it for its keys when the first token comes.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn new(settings: &OidcSettings) -> std::io::Result<Self> {
        Ok(Self {
            settings: settings.clone(),
            provider: Provider::new(&settings.issuer, settings.jwks_url.as_deref())?,
        })
    }

    /// Who shows a token.
    pub(super) async fn verify(&self, token: &str) -> Result<Person, Problem> {
        if token.len() > TOKEN_BYTES {
            return Err(Problem::bad_token("the token is too long"));
        }
        let header = decode_header(token).map_err(|_| Problem::bad_token("the token is none that can be read"))?;
        // What a token says of its own algorithm is only ever compared with the key's.
        if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
            return Err(Problem::bad_token("the token is not signed by RS256, ES256 or EdDSA"));
        }
        let found = self.provider.key(header.kid.as_deref(), header.alg).await;
        let key = found.map_err(|why| match why {
            NoKey::Unknown => Problem::bad_token("the token is signed by a key its provider does not publish"),
            NoKey::Unreachable => Problem::no_provider(),
        })?;
        let decoded = decode::<Value>(token, &key.decoding, &self.validation(key.algorithm));
        let claims = decoded.map_err(|error| Problem::bad_token(wrong(error.kind())))?.claims;
        person(&claims, &self.settings)
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = u64::from(self.settings.leeway_s);
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation
    }
}

/// What is wrong with a token, for whoever shows it.
fn wrong(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "the token has expired: sign in again",
        ErrorKind::ImmatureSignature => "the token is not good yet: the clock here or the provider's is wrong",
        ErrorKind::InvalidIssuer => "the token is of another issuer than access.oidc.issuer",
        ErrorKind::InvalidAudience => "the token is for another audience than access.oidc.audience",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks one of exp, iss and aud",
        _ => "the token's signature does not hold",
    }
}

/// Whom claims speak of.
fn person(claims: &Value, settings: &OidcSettings) -> Result<Person, Problem> {
    let roles = claim(claims, &settings.role_claim).map(words).unwrap_or_default();
    // Of several roles the one that may most: a provider lists all somebody has.
    let role = Role::STAFF.into_iter().find(|role| roles.contains(&role.id()));
    let role = role.ok_or_else(|| {
        Problem::forbidden(format!(
            "the token has no role of {} in its claim `{}`: ask whoever runs the identity provider for one",
            Role::STAFF.map(Role::id).join(", "),
            settings.role_claim
        ))
    })?;
    let text = |name: &str| claim(claims, name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let name = text(&settings.account_claim).ok_or_else(|| Problem::bad_token("the token names nobody"))?;
    Ok(Person {
        role,
        unit: text(&settings.unit_claim).map(str::to_owned),
        // Nobody whom a provider names can pass for an account of the configuration, which has no colon.
        account: format!("oidc:{}", name.chars().take(ACCOUNT_LETTERS).collect::<String>()),
    })
}

/// A claim by its name, which may have dots (`https://city.example/role`), else by the path the dots lead (`realm_access.roles`).
fn claim<'c>(claims: &'c Value, name: &str) -> Option<&'c Value> {
    let led = || name.split('.').try_fold(claims, |value, part| value.get(part));
    claims.get(name).or_else(led)
}

fn words(claim: &Value) -> Vec<&str> {
    match claim {
        Value::String(word) => vec![word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{OidcSettings, Person, person};
    use crate::access::Role;

    fn read(claims: &Value, role_claim: &str) -> Result<Person, u16> {
        let settings = OidcSettings {
            role_claim: role_claim.to_owned(),
            ..OidcSettings::default()
        };
        person(claims, &settings).map_err(|problem| problem.status)
    }

    #[test]
    fn a_role_is_where_the_configuration_says() {
        for (claims, role_claim) in [
            (json!({"sub": "rina", "role": "officer", "unit": "dlh"}), "role"),
            (json!({"sub": "rina", "role": ["viewer", "officer"], "unit": "dlh"}), "role"),
            (
                json!({"sub": "rina", "realm_access": {"roles": ["officer"]}, "unit": "dlh"}),
                "realm_access.roles",
            ),
            (
                json!({"sub": "rina", "https://city.example/role": "officer", "unit": "dlh"}),
                "https://city.example/role",
            ),
        ] {
            let found = read(&claims, role_claim).unwrap();
            let expected = Person {
                role: Role::Officer,
                unit: Some("dlh".to_owned()),
                account: "oidc:rina".to_owned(),
            };
            assert_eq!(found, expected, "{claims}");
        }
    }

    #[test]
    fn of_several_roles_the_one_that_may_most_counts() {
        let claims = json!({"sub": "rina", "role": ["officer", "operator", "verifier"]});
        assert_eq!(read(&claims, "role").unwrap().role, Role::Operator);
    }

    #[test]
    fn whoever_has_no_role_here_is_no_staff() {
        for claims in [
            json!({"sub": "rina"}),
            json!({"sub": "rina", "role": "public"}),
            json!({"sub": "rina", "role": "Operator"}),
            json!({"sub": "rina", "role": {"operator": true}}),
            json!({"sub": "rina", "role": []}),
        ] {
            assert_eq!(read(&claims, "role"), Err(403), "{claims}");
        }
        assert_eq!(read(&json!({"role": "operator"}), "role"), Err(401), "nobody is named");
        assert_eq!(read(&json!({"role": "operator", "sub": ""}), "role"), Err(401));
    }

    #[test]
    fn an_account_is_kept_short() {
        let claims = json!({"sub": "x".repeat(10_000), "role": "operator"});
        assert_eq!(read(&claims, "role").unwrap().account.len(), "oidc:".len() + 96);
    }
}
