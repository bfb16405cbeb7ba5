//! How often one client may ask: a bucket that fills at a rate, one for each client, or rather for each of 65,536 drawers that
//! clients are put into by a hash nobody can guess. So memory has a bound whoever asks from wherever, and nothing has to be forgotten.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// Changes the public may ask for a second, and at once.
const POSTS: (u32, u32) = (1, 10);

/// What the public may ask, client by client.
pub(crate) struct Limits {
    requests: Limit,
    posts: Limit,
}

impl Limits {
    /// Requests a second, and at once, of one client; none at all where nothing is limited.
    pub(crate) fn new(requests_per_s: u32, burst: u32) -> Option<Self> {
        (requests_per_s > 0).then(|| Self {
            requests: Limit::new(requests_per_s, burst, DefaultClock::default()),
            posts: Limit::new(POSTS.0, POSTS.1, DefaultClock::default()),
        })
    }

    /// Lets one more request of a client pass; one that changes something has a limit of its own.
    ///
    /// # Errors
    /// How long to wait for the next.
    pub(crate) fn pass(&self, client: IpAddr, changes: bool) -> Result<(), Duration> {
        if changes {
            self.posts.pass(client)
        } else {
            self.requests.pass(client)
        }
    }
}

/// A rate for each client.
struct Limit<C: Clock = DefaultClock> {
    limiter: RateLimiter<u16, DashMapStateStore<u16>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    hasher: RandomState,
}

impl<C: Clock + Clone> Limit<C> {
    fn new(per_s: u32, burst: u32, clock: C) -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(number(per_s)).allow_burst(number(burst));
        Self {
            limiter: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock,
            hasher: RandomState::new(),
        }
    }

    fn pass(&self, client: IpAddr) -> Result<(), Duration> {
        let checked = self.limiter.check_key(&self.drawer(client));
        checked.map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// The drawer of a client. A household has a whole /64 of IPv6 to write from.
    fn drawer(&self, client: IpAddr) -> u16 {
        let network = match client {
            IpAddr::V4(address) => (4, u128::from(address.to_bits())),
            IpAddr::V6(address) => (6, address.to_bits() >> 64),
        };
        let [low, high, ..] = self.hasher.hash_one(network).to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::{Limit, Limits};

    /// An address in another drawer than `taken`: which drawer one is in is a matter of chance.
    fn other(limit: &Limit<FakeRelativeClock>, taken: IpAddr) -> IpAddr {
        let mut addresses = (1..=u32::MAX).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
        addresses.find(|one| limit.drawer(*one) != limit.drawer(taken)).unwrap()
    }

    #[test]
    fn a_client_has_its_burst_and_then_its_rate_and_others_have_theirs() {
        let clock = FakeRelativeClock::default();
        let limit = Limit::new(2, 3, clock.clone());
        let client: IpAddr = "203.0.113.7".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(limit.pass(client), Ok(()));
        }
        assert_eq!(limit.pass(client), Err(Duration::from_millis(500)));
        assert_eq!(limit.pass(other(&limit, client)), Ok(()));
        clock.advance(Duration::from_millis(500));
        assert_eq!(limit.pass(client), Ok(()));
        assert!(limit.pass(client).is_err());
    }

    #[test]
    fn a_household_is_one_client() {
        let limit = Limit::new(1, 1, FakeRelativeClock::default());
        assert_eq!(limit.pass("2001:db8::1".parse().unwrap()), Ok(()));
        assert!(limit.pass("2001:db8::ffff:2".parse().unwrap()).is_err());
    }

    #[test]
    fn a_million_clients_take_no_more_than_the_drawers_there_are() {
        let limit = Limit::new(1, 1, FakeRelativeClock::default());
        for bits in 0..1_000_000 {
            let _ = limit.pass(IpAddr::V4(Ipv4Addr::from_bits(bits)));
        }
        assert!(limit.limiter.len() <= 1 << 16, "{}", limit.limiter.len());
    }

    #[test]
    fn changes_have_a_limit_of_their_own_and_none_is_none() {
        let limits = Limits::new(1_000, 1_000).unwrap();
        let client: IpAddr = "203.0.113.7".parse().unwrap();
        assert!((0..10).all(|_| limits.pass(client, true).is_ok()));
        assert!(limits.pass(client, true).is_err());
        assert!(limits.pass(client, false).is_ok());
        assert!(Limits::new(0, 200).is_none());
    }
}
