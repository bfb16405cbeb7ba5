//! Whose request it is: the address a limit counts, behind proxies too; and whether a page of another site sent it.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

/// The address of whoever asks. A proxy we trust says for whom it asks; of what the chain says, the last hop that is none of ours
/// counts, for everything before it is hearsay.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer.to_canonical();
    let known = |address: &IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == *address);
    let chain = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or("?"));
    let hops: Vec<&str> = chain.flat_map(|value| value.split(',')).collect();
    for hop in hops.into_iter().rev() {
        if !known(&client) {
            break;
        }
        // A proxy of ours that writes what is no address: it is the last one we know.
        let Some(address) = address(hop.trim()) else { break };
        client = address;
    }
    client
}

/// An address with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address| address.to_canonical())
}

/// The origin a browser states, if it is one of those that may do more than read.
pub(crate) fn neighbour(headers: &HeaderMap, allowed: &[String]) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let text = origin.to_str().ok()?;
    allowed.iter().any(|one| one.eq_ignore_ascii_case(text)).then(|| origin.clone())
}

/// Whether a browser says that a page of another site wants to change something here. Programs state no origin, and a browser
/// always does when it changes something.
pub(crate) fn foreign(method: &Method, uri: &Uri, headers: &HeaderMap, allowed: &[String]) -> bool {
    if method.is_safe() {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let stated = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = stated.or_else(|| uri.authority().map(Authority::as_str)).unwrap_or_default();
    let own = origin.to_str().is_ok_and(|origin| same_site(origin, host));
    !own && neighbour(headers, allowed).is_none()
}

/// Whether an origin is the host a request was sent to; a port that goes without saying may be said.
fn same_site(origin: &str, host: &str) -> bool {
    let Some((scheme, site)) = origin.split_once("://") else {
        return false;
    };
    let usual = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    !host.is_empty() && site.eq_ignore_ascii_case(host.strip_suffix(usual).unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

    use super::{client, foreign, neighbour};

    const PROXY: &str = "10.0.0.1";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    fn whose(peer: &str, chain: &[&'static str]) -> String {
        let chain: Vec<(&'static str, &'static str)> = chain.iter().map(|value| ("x-forwarded-for", *value)).collect();
        let trusted: [IpAddr; 2] = [PROXY.parse().unwrap(), "10.0.0.2".parse().unwrap()];
        client(peer.parse().unwrap(), &headers(&chain), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        assert_eq!(whose("203.0.113.7", &["198.51.100.1"]), "203.0.113.7", "anybody can write a header");
        assert_eq!(whose(PROXY, &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(whose("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(whose(PROXY, &[]), PROXY);
    }

    #[test]
    fn the_last_hop_that_is_none_of_ours_counts() {
        assert_eq!(
            whose(PROXY, &["8.8.8.8, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1",
            "what is before it is hearsay"
        );
        assert_eq!(
            whose(PROXY, &["8.8.8.8", "198.51.100.1:4711"]),
            "198.51.100.1",
            "two headers are one chain"
        );
        assert_eq!(whose(PROXY, &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(whose(PROXY, &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(whose(PROXY, &["10.0.0.2"]), "10.0.0.2", "all are ours: the first of them");
        assert_eq!(
            whose(PROXY, &["198.51.100.1, unknown"]),
            PROXY,
            "a hop that is no address ends the chain"
        );
    }

    #[test]
    fn a_page_of_another_site_changes_nothing_and_reads_what_it_may() {
        let uri = Uri::from_static("/v1/sql");
        let asked = |method: &Method, pairs: &[(&'static str, &'static str)]| {
            let allowed = ["https://desk.example".to_owned()];
            foreign(method, &uri, &headers(pairs), &allowed)
        };
        let own = ("host", "tanggap.example");
        for (pairs, refused) in [
            (vec![own], false),
            (vec![own, ("origin", "https://tanggap.example")], false),
            (vec![("host", "tanggap.example:443"), ("origin", "https://tanggap.example")], false),
            (vec![("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")], false),
            (vec![own, ("origin", "https://desk.example")], false),
            (vec![own, ("origin", "https://evil.example")], true),
            (vec![own, ("origin", "https://tanggap.example.evil.example")], true),
            (vec![own, ("origin", "https://tanggap.example:8443")], true),
            (vec![own, ("origin", "null")], true),
            (vec![own, ("origin", "file://tanggap.example")], true),
            (vec![("origin", "https://tanggap.example")], true),
        ] {
            assert_eq!(asked(&Method::POST, &pairs), refused, "{pairs:?}");
            assert!(!asked(&Method::GET, &pairs), "{pairs:?}");
        }
    }

    #[test]
    fn a_neighbour_is_on_the_list() {
        let allowed = ["https://desk.example".to_owned()];
        let found = |origin| neighbour(&headers(&[("origin", origin)]), &allowed);
        assert_eq!(found("https://desk.example").unwrap(), "https://desk.example");
        assert_eq!(found("http://desk.example"), None);
        assert_eq!(neighbour(&headers(&[("host", "desk.example")]), &allowed), None);
    }
}
