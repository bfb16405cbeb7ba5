//! What every store must keep, to be held against each of them.

use super::CommitStore;

/// Files are put once, replaced whole, listed and removed.
pub(super) fn files(store: &dyn CommitStore) {
    assert_eq!(store.list("a").unwrap(), Vec::<String>::new());
    assert_eq!(store.get("a/1").unwrap(), None);
    store.settle("a").unwrap();
    assert!(store.put_if_absent("a/1", b"one").unwrap());
    assert!(!store.put_if_absent("a/1", b"other").unwrap());
    assert_eq!(store.get("a/1").unwrap().as_deref(), Some(&b"one"[..]));
    store.put("a/1", b"two").unwrap();
    assert_eq!(store.get("a/1").unwrap().as_deref(), Some(&b"two"[..]));
    let range = |path: &str, at, bytes| store.get_range(path, at, bytes).unwrap();
    assert_eq!(range("a/1", 1, 1).as_deref(), Some(&b"w"[..]));
    assert_eq!(range("a/1", 1, 9).as_deref(), Some(&b"wo"[..]), "it ends there");
    assert_eq!(range("a/2", 0, 1), None);
    store.put("a/0", b"").unwrap();
    store.put("b/c/2", b"").unwrap();
    store.settle("a").unwrap();
    assert_eq!(store.list("a").unwrap(), ["0", "1"]);
    assert_eq!(store.folders("").unwrap(), ["a", "b"]);
    assert_eq!(store.folders("b").unwrap(), ["c"]);
    store.delete("a/0").unwrap();
    store.delete("a/0").unwrap();
    assert_eq!(store.list("a").unwrap(), ["1"]);
}

/// Of many who put one file one succeeds, and its bytes stay.
pub(super) fn one_wins<S: CommitStore>(open: &dyn Fn() -> S) {
    let winners: Vec<u8> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8_u8)
            .map(|racer| (racer, open()))
            .map(|(racer, store)| scope.spawn(move || store.put_if_absent("epoch", &[racer; 1_000]).unwrap().then_some(racer)))
            .collect();
        racers.into_iter().filter_map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(winners.len(), 1);
    assert_eq!(open().get("epoch").unwrap().unwrap(), vec![winners[0]; 1_000]);
}
