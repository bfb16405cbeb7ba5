//! Whom a token proves: an account of the configuration, or somebody an identity provider vouches for.

use std::io;
use std::sync::Arc;

use tanggap_engine::route::Router;

use super::oidc::{Oidc, OidcSettings};
use super::role::Role;
use crate::error::Problem;
use crate::extractors::Viewer;
use crate::state::Secret;

/// Somebody with a token of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who, in the ledger of changes.
    pub account: String,
    /// What they are.
    pub role: Role,
    /// An officer's unit, a verifier's area.
    pub unit: Option<String>,
    /// What they show.
    pub token: Secret,
}

/// Who is staff.
#[derive(Clone, Debug, Default)]
pub struct AccessSettings {
    /// By tokens of the configuration.
    pub accounts: Vec<Account>,
    /// By tokens of an identity provider.
    pub oidc: Option<OidcSettings>,
}

/// Recognises tokens.
pub(crate) struct Access {
    accounts: Vec<(Secret, Viewer)>,
    oidc: Option<Oidc>,
    router: Arc<Router>,
}

impl Access {
    /// Whoever shows `staff_token` is an operator, `staff` by name.
    ///
    /// # Errors
    /// The system gives no thread for the keys of the identity provider.
    pub(crate) fn new(settings: &AccessSettings, staff_token: Option<&Secret>, router: &Arc<Router>) -> io::Result<Self> {
        let staff = staff_token.map(|token| (token.clone(), Viewer::of(Role::Operator, None, "staff")));
        let accounts = settings.accounts.iter().map(|one| {
            let unit = place(router, one.role, one.unit.as_deref());
            (one.token.clone(), Viewer::of(one.role, unit.as_deref(), &one.account))
        });
        Ok(Self {
            accounts: staff.into_iter().chain(accounts).collect(),
            oidc: settings.oidc.as_ref().map(Oidc::new).transpose()?,
            router: Arc::clone(router),
        })
    }

    /// Who shows this token.
    ///
    /// # Errors
    /// Nobody here knows it, it does not hold, or the identity provider cannot be asked for the keys to judge it by.
    pub(crate) async fn recognise(&self, token: &str) -> Result<Viewer, Problem> {
        let mut found = None;
        // All are compared, whichever it is: how long it takes tells nothing.
        for (secret, viewer) in &self.accounts {
            if secret.is(token) {
                found = Some(viewer);
            }
        }
        if let Some(viewer) = found {
            return Ok(viewer.clone());
        }
        // A signed token has three parts; what has not is nobody's.
        let Some(oidc) = self.oidc.as_ref().filter(|_| token.split('.').count() == 3) else {
            return Err(Problem::unauthorised());
        };
        let person = oidc.verify(token).await?;
        let unit = place(&self.router, person.role, person.unit.as_deref());
        Ok(Viewer::of(person.role, unit.as_deref(), &person.account))
    }
}

/// The code of an officer's unit, whichever of its names is written; an area as it is written.
fn place(router: &Router, role: Role, unit: Option<&str>) -> Option<String> {
    let unit = unit?;
    let known = router.recognise(unit).filter(|_| role == Role::Officer);
    Some(known.map_or_else(|| unit.to_owned(), |known| known.code.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tanggap_engine::route::{JAKARTA, Router};

    use super::{Access, AccessSettings, Account};
    use crate::access::Role;
    use crate::state::Secret;

    fn access() -> Access {
        let account = |account: &str, role, unit: Option<&str>, token: &str| Account {
            account: account.to_owned(),
            role,
            unit: unit.map(str::to_owned),
            token: Secret::new(token.to_owned()),
        };
        let settings = AccessSettings {
            accounts: vec![
                account("dlh-1", Role::Officer, Some("DLH"), "an officer's own token"),
                account("v-1", Role::Verifier, Some("31.71.01"), "a verifier's own token"),
            ],
            oidc: None,
        };
        let router = Arc::new(Router::from_toml(JAKARTA).unwrap());
        Access::new(&settings, Some(&Secret::new("the old one".to_owned())), &router).unwrap()
    }

    #[tokio::test]
    async fn a_token_is_one_account() {
        let access = access();
        let officer = access.recognise("an officer's own token").await.unwrap();
        assert_eq!(
            (officer.role, officer.unit.as_deref(), &*officer.account),
            (Role::Officer, Some("dlh"), "dlh-1")
        );
        let verifier = access.recognise("a verifier's own token").await.unwrap();
        assert_eq!((verifier.role, verifier.unit.as_deref()), (Role::Verifier, Some("31.71.01")));
        let staff = access.recognise("the old one").await.unwrap();
        assert_eq!((staff.role, &*staff.account), (Role::Operator, "staff"));
        for wrong in ["", "an officer's own toke", "an officer's own token2", "a.b.c", "dlh-1"] {
            assert_eq!(access.recognise(wrong).await.unwrap_err().status, 401, "{wrong}");
        }
    }
}
