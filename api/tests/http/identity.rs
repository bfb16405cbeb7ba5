//! Tokens of an identity provider, which is played by a thread of this test: believed if they hold, and only then.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::{StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};
use tanggap::access::{AccessSettings, OidcSettings, Role};
use tanggap::state::ApiSettings;

use super::access::{accounts, get, token};
use super::town::{Town, json as told};

/// Test keys, made for this file and of no use anywhere else: Ed25519, PKCS#8, and the public half as a JWK has it.
const KEY_A: (&str, &str) = (
    "302e020100300506032b657004220420e0bc326ff52c319b0e908897ed86628447bc2f80368035a6b4cc793196996bc0",
    "my_UejacMkj9IsPhNoGOxbxceBqWOdB-_qzCBvXU-KI",
);
const KEY_B: (&str, &str) = (
    "302e020100300506032b65700422042072aeb417ccd49cee2bb06b8a99ea866a116e05335ab380a5e06f0ef6e2dd0dc7",
    "1zAirqRpr2gFFma5rhGLHKKxafCwiK9p-f83l-uZ9yw",
);

/// Tokens of an independent package, each with the status it deserves.
const TOKENS: &str = include_str!("../../../tests/oracle/token_expected.json");

/// An identity provider: pages on a port of this machine.
struct Provider {
    address: SocketAddr,
    pages: Arc<Mutex<BTreeMap<&'static str, String>>>,
    /// How often its keys were asked for.
    asked: Arc<AtomicUsize>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Self {
            address: listener.local_addr().unwrap(),
            pages: Arc::default(),
            asked: Arc::default(),
        };
        let (pages, asked) = (Arc::clone(&provider.pages), Arc::clone(&provider.asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap(), &pages.lock().unwrap(), &asked);
            }
        });
        provider
    }

    fn publish(&self, keys: &Value) {
        self.page("/keys", json!({ "keys": keys }).to_string());
    }

    fn page(&self, path: &'static str, text: String) {
        self.pages.lock().unwrap().insert(path, text);
    }

    fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A city that believes it.
    fn town(&self, jwks_url: Option<String>) -> Town {
        believing(&self.issuer(), jwks_url)
    }

    /// A token of it for an officer.
    fn signed(&self, key: (&str, &str), id: &str) -> String {
        let claims =
            json!({"iss": self.issuer(), "aud": "tanggap", "exp": get_current_timestamp() + 600, "sub": "rina", "role": "officer"});
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(id.to_owned());
        let bytes = |at: usize| u8::from_str_radix(&key.0[at..at + 2], 16).unwrap();
        let der: Vec<u8> = (0..key.0.len()).step_by(2).map(bytes).collect();
        encode(&header, &claims, &EncodingKey::from_ed_der(&der)).unwrap()
    }
}

fn answer(stream: &TcpStream, pages: &BTreeMap<&'static str, String>, asked: &AtomicUsize) {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap().unwrap();
    // A client that is answered before it has asked may take the answer for none.
    while !lines.next().unwrap().unwrap().is_empty() {}
    let path = first.split(' ').nth(1).unwrap();
    asked.fetch_add(usize::from(path == "/keys"), Ordering::SeqCst);
    let (status, body) = pages.get(path).map_or(("404 Not Found", ""), |page| ("200 OK", page.as_str()));
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let mut stream = stream;
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}

fn believing(issuer: &str, jwks_url: Option<String>) -> Town {
    let oidc = OidcSettings {
        issuer: issuer.to_owned(),
        audience: "tanggap".to_owned(),
        jwks_url,
        ..OidcSettings::default()
    };
    Town::new(ApiSettings {
        access: AccessSettings {
            oidc: Some(oidc),
            ..accounts()
        },
        ..ApiSettings::default()
    })
}

fn published(key: (&str, &str), id: &str) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": key.1})
}

#[tokio::test]
async fn a_token_of_a_provider_is_believed_if_it_holds_and_only_then() {
    let table: Value = serde_json::from_str(TOKENS).unwrap();
    let provider = Provider::start();
    provider.publish(&table["jwks"]["keys"]);
    let town = believing(table["issuer"].as_str().unwrap(), Some(format!("{}/keys", provider.issuer())));
    let tokens = table["tokens"].as_array().unwrap();
    assert!(tokens.len() > 20);
    for line in tokens {
        let response = get(&town, "/v1/me", line["token"].as_str().unwrap()).await;
        assert_eq!(response.status().as_u16(), line["status"], "{}", line["says"]);
        let answer = told(response).await;
        match line["status"].as_u64() {
            Some(200) => assert_eq!(
                (&answer["role"], &answer["unit"], &answer["account"]),
                (&json!("officer"), &json!("dlh"), &json!("oidc:rina")),
                "{}",
                line["says"]
            ),
            _ => assert!(answer["detail"].as_str().unwrap().len() > 10, "{}", line["says"]),
        }
    }
    assert_eq!(
        get(&town, "/v1/me", &token(Role::Leadership)).await.status(),
        StatusCode::OK,
        "an account beside it"
    );
}

#[tokio::test]
async fn a_change_of_keys_is_noticed_and_made_up_names_are_not_asked_for_again_and_again() {
    let provider = Provider::start();
    provider.publish(&json!([published(KEY_A, "a")]));
    let town = provider.town(Some(format!("{}/keys", provider.issuer())));
    let status = async |token: String| get(&town, "/v1/me", &token).await.status().as_u16();
    assert_eq!(provider.asked(), 0, "nobody has shown a token yet");
    assert_eq!(status(provider.signed(KEY_A, "a")).await, 200);
    assert_eq!(status(provider.signed(KEY_A, "a")).await, 200);
    assert_eq!(provider.asked(), 1);
    provider.publish(&json!([published(KEY_B, "b")]));
    assert_eq!(status(provider.signed(KEY_B, "b")).await, 200);
    assert_eq!(provider.asked(), 2);
    assert_eq!(status(provider.signed(KEY_A, "a")).await, 401, "it is no longer published");
    for id in ["c", "d", "e"] {
        assert_eq!(status(provider.signed(KEY_B, id)).await, 401);
    }
    assert_eq!(provider.asked(), 2, "once a minute at most");
}

#[tokio::test]
async fn the_keys_are_where_the_provider_says() {
    let provider = Provider::start();
    provider.publish(&json!([published(KEY_A, "a")]));
    let says = |issuer: &str, keys: &str| json!({"issuer": issuer, "jwks_uri": keys}).to_string();
    let (issuer, keys) = (provider.issuer(), format!("{}/keys", provider.issuer()));
    for (page, expected) in [
        (says(&issuer, &keys), 200),
        (says("https://login.example", &keys), 503),
        (says(&issuer, "http://login.example/keys"), 503),
        ("no JSON".to_owned(), 503),
    ] {
        provider.page("/.well-known/openid-configuration", page.clone());
        // Each asks for itself: a town remembers what it was told.
        let response = get(&provider.town(None), "/v1/me", &provider.signed(KEY_A, "a")).await;
        assert_eq!(response.status().as_u16(), expected, "{page}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_gives_nobody_access_and_takes_none_from_others() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let provider = Provider::start();
    let town = provider.town(Some(format!("http://{gone}/keys")));
    let response = get(&town, "/v1/me", &provider.signed(KEY_A, "a")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    let problem = told(response).await;
    assert!(problem["detail"].as_str().unwrap().contains("access.oidc"), "{problem}");
    assert_eq!(get(&town, "/v1/me", &token(Role::Operator)).await.status(), StatusCode::OK);
    assert_eq!(town.get("/v1/cells").await.status(), StatusCode::OK);
    assert_eq!(get(&town, "/v1/me", "not.a.token").await.status(), StatusCode::UNAUTHORIZED);
}
