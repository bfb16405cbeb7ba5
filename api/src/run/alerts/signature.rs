//! What a hook is signed with: HMAC-SHA-256 of the body under the secret both sides know (RFC 2104), as `sha256=` and hexadecimal digits.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::hex::hex;

/// The signature of a body.
pub(super) fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body.as_bytes());
    format!("sha256={}", hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::signature;

    const EXPECTED: &str = include_str!("../../../../tests/oracle/hook_expected.json");

    #[test]
    fn signatures_are_those_of_pythons_hmac() {
        let cases: Value = serde_json::from_str(EXPECTED).unwrap();
        let cases = cases.as_array().unwrap();
        assert!(cases.len() >= 6);
        for case in cases {
            let text = |name: &str| case[name].as_str().unwrap();
            assert_eq!(signature(text("secret"), text("body")), text("signature"), "{case}");
        }
    }
}
