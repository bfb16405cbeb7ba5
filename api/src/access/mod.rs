//! Who may what: roles and rights, the tokens that prove them, and the gate that every request of the API passes. What is refused,
//! and how, is in `error`; what somebody did is in `ledger`.

mod account;
mod address;
mod gate;
mod keys;
mod limit;
mod oidc;
mod provider;
mod role;

pub(crate) use account::Access;
pub use account::{AccessSettings, Account};
pub(crate) use address::neighbour;
pub(crate) use gate::gate;
pub(crate) use limit::Limits;
pub use oidc::OidcSettings;
pub(crate) use provider::secure;
pub use role::{Right, Role};
