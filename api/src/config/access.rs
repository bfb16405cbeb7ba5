//! `[access]`: who is staff, by tokens of their own or of an identity provider, and in which role.

use serde::Deserialize;

use super::sections::Secret;
use crate::access::{self, AccessSettings, OidcSettings, Role, secure};
use crate::state;

/// Letters a token has at least: what is shorter can be guessed.
const TOKEN_LETTERS: usize = 16;
/// Names the program gives itself.
const RESERVED: [&str; 3] = ["anonymous", "local", "staff"];

/// Who is staff.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessConfig {
    /// People with tokens of their own, for a small site.
    pub account: Vec<AccountConfig>,
    /// An identity provider.
    pub oidc: Option<OidcConfig>,
}

/// Somebody with a token of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Who, in the ledger of changes.
    pub account: String,
    /// `officer`, `verifier`, `leadership` or `operator`.
    pub role: String,
    /// Code of an officer's unit; of a verifier's kelurahan, kecamatan or kota.
    pub unit: Option<String>,
    /// Sent as `Authorization: Bearer …`.
    pub token: Secret,
}

/// An identity provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// Its address, exactly as in the claim `iss` of its tokens.
    pub issuer: String,
    /// Whom its tokens are for, as in the claim `aud`.
    pub audience: String,
    /// Where its keys are; without it, where its `/.well-known/openid-configuration` says.
    pub jwks_url: Option<String>,
    /// Claim of the role: a text or a list of texts; a dot leads into an object (`realm_access.roles`).
    pub role_claim: String,
    /// Claim of an officer's unit or a verifier's area.
    pub unit_claim: String,
    /// Claim of the name in the ledger of changes.
    pub account_claim: String,
    /// By how much the provider's clock and ours may differ, seconds.
    pub leeway_s: u32,
}

impl Default for OidcConfig {
    fn default() -> Self {
        let settings = OidcSettings::default();
        Self {
            issuer: settings.issuer,
            audience: settings.audience,
            jwks_url: settings.jwks_url,
            role_claim: settings.role_claim,
            unit_claim: settings.unit_claim,
            account_claim: settings.account_claim,
            leeway_s: settings.leeway_s,
        }
    }
}

impl AccessConfig {
    /// What the API is told. An account whose role is none is left out; [`Self::check`] refuses it.
    #[must_use]
    pub fn settings(&self) -> AccessSettings {
        let account = |one: &AccountConfig| {
            Some(access::Account {
                account: one.account.clone(),
                role: Role::of_staff(&one.role)?,
                unit: one.unit.clone(),
                token: state::Secret::new(one.token.0.clone()),
            })
        };
        AccessSettings {
            accounts: self.account.iter().filter_map(account).collect(),
            oidc: self.oidc.as_ref().map(OidcConfig::settings),
        }
    }

    /// Looks for values that cannot work. No message holds a token.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        for (position, one) in self.account.iter().enumerate() {
            one.check()?;
            let before = &self.account[..position];
            if before.iter().any(|other| other.account == one.account) {
                return Err(format!("access.account has {} twice: an account is one person", one.account));
            }
            if let Some(other) = before.iter().find(|other| other.token.0 == one.token.0) {
                return Err(format!(
                    "access.account {} and {} have the same token: nobody could tell who did what",
                    other.account, one.account
                ));
            }
        }
        self.oidc.as_ref().map_or(Ok(()), OidcConfig::check)
    }
}

impl AccountConfig {
    fn check(&self) -> Result<(), String> {
        let name = &self.account;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-@".contains(letter);
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) || RESERVED.contains(&name.as_str()) {
            return Err(format!(
                "access.account has the name `{}`: use 1 to 64 of letters, digits, dot, _, - and @, and none of {}",
                name.chars().take(64).collect::<String>(),
                RESERVED.join(", ")
            ));
        }
        let Some(role) = Role::of_staff(&self.role) else {
            let roles = Role::STAFF.map(Role::id).join(", ");
            return Err(format!("access.account {name} has the role `{}`: use one of {roles}", self.role));
        };
        if role.placed() && self.unit.as_deref().is_none_or(str::is_empty) {
            return Err(format!(
                "access.account {name} has no unit: an officer has the code of a unit, a verifier that of a kelurahan, kecamatan or kota"
            ));
        }
        let token = &self.token.0;
        if token.len() < TOKEN_LETTERS || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!(
                "access.account {name} has a token that is too short or has other signs than ASCII: use at least {TOKEN_LETTERS} letters, \
                 digits and signs, for instance of `openssl rand -hex 32`"
            ));
        }
        Ok(())
    }
}

impl OidcConfig {
    fn settings(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            jwks_url: self.jwks_url.clone(),
            role_claim: self.role_claim.clone(),
            unit_claim: self.unit_claim.clone(),
            account_claim: self.account_claim.clone(),
            leeway_s: self.leeway_s,
        }
    }

    fn check(&self) -> Result<(), String> {
        for (name, value) in [
            ("audience", &self.audience),
            ("role_claim", &self.role_claim),
            ("unit_claim", &self.unit_claim),
            ("account_claim", &self.account_claim),
        ] {
            if value.is_empty() {
                return Err(format!("access.oidc.{name} is empty: say what the provider's tokens have"));
            }
        }
        for (name, address) in [("issuer", Some(&self.issuer)), ("jwks_url", self.jwks_url.as_ref())] {
            if let Some(address) = address.filter(|address| !secure(address)) {
                return Err(format!(
                    "access.oidc.{name} is `{address}`: use an https address, for whoever stands between could sign for anybody (plain http is \
                     for this machine only)"
                ));
            }
        }
        if self.leeway_s > 300 {
            return Err(format!("access.oidc.leeway_s is {}: use 0 to 300", self.leeway_s));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::AccessConfig;
    use crate::access::Role;

    const GOOD: &str = r#"
        [[account]]
        account = "dlh-1"
        role = "officer"
        unit = "dlh"
        token = "0123456789abcdef"
        [[account]]
        account = "wali"
        role = "leadership"
        token = "fedcba9876543210"
        [oidc]
        issuer = "https://login.example/realms/city"
        audience = "tanggap"
    "#;

    fn read(text: &str) -> AccessConfig {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn accounts_and_a_provider_are_read() {
        let config = read(GOOD);
        assert_eq!(config.check(), Ok(()));
        let settings = config.settings();
        assert_eq!(settings.accounts[0].role, Role::Officer);
        assert!(settings.accounts[1].token.is("fedcba9876543210"));
        let oidc = settings.oidc.unwrap();
        assert_eq!((oidc.role_claim.as_str(), oidc.unit_claim.as_str()), ("role", "unit"));
        let printed = format!("{config:?}");
        assert!(!printed.contains("0123456789abcdef"), "{printed}");
    }

    #[test]
    fn what_cannot_work_is_refused_with_what_can_and_without_the_token() {
        for (good, wrong, said) in [
            ("\"dlh-1\"", "\"local\"", "anonymous, local, staff"),
            ("\"dlh-1\"", "\"oidc:dlh\"", "oidc:dlh"),
            ("\"dlh-1\"", "\"\"", "1 to 64"),
            ("\"dlh-1\"", "\"wali\"", "twice"),
            ("\"officer\"", "\"boss\"", "operator, leadership, verifier, officer"),
            ("\"officer\"", "\"public\"", "operator, leadership, verifier, officer"),
            ("unit = \"dlh\"", "", "no unit"),
            ("0123456789abcdef", "0123456789abcde", "at least 16"),
            ("0123456789abcdef", "0123456789 abcdef", "at least 16"),
            ("0123456789abcdef", "fedcba9876543210", "same token"),
            ("https://login", "http://login", "https"),
            ("audience = \"tanggap\"", "", "audience"),
        ] {
            let text = GOOD.replacen(good, wrong, 1);
            let reason = read(&text).check().unwrap_err();
            assert!(reason.contains(said), "{wrong}: {reason}");
            assert!(!reason.contains("0123456789") && !reason.contains("fedcba"), "{reason}");
        }
        assert!(toml::from_str::<AccessConfig>("[[account]]\naccount = \"a\"").is_err());
        assert!(toml::from_str::<AccessConfig>("[oidc]\nsecret = \"a\"").is_err());
    }
}
