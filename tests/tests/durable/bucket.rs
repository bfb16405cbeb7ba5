//! The city whose lanes are written down in a bucket: the program killed, the store away for a while.

use tanggap_tests::harness::program::free_address;
use tanggap_tests::harness::s3::RealS3;
use tanggap_tests::harness::served::{Served, check_accounting, data_dir, sum};

use super::feeds::{Feeds, TOPICS, sink};

#[test]
fn a_city_in_a_bucket_ends_as_one_that_never_died() {
    let Some(mut s3) = RealS3::start_or_skip("a_city_in_a_bucket_ends_as_one_that_never_died").unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, "8");
    let broker = free_address().unwrap();
    let settings = format!("[store]\nurl = {:?}\nepoch_ms = 100\nkeep_epochs = 3\n", s3.url("jakarta"));
    let environment = s3.environment();
    let start = || {
        let served = Served::start_with(directory, &settings, &["--broker-listen", &broker], &environment).unwrap();
        served.wait_until_it_answers();
        served
    };
    let mut served = start();
    let sink = sink(&broker);
    let mut taken_up = 0;
    for round in 0..4 {
        feeds.produce(&sink, round, 6);
        let _ = served.wait_until(|lanes| lanes.iter().filter(|lane| lane["epoch"].as_u64() > Some(0)).count() == TOPICS.len());
        let logged = served.kill().unwrap();
        taken_up += logged.iter().filter(|line| line.contains("taken up where it was left")).count();
        served = start();
    }
    assert!(taken_up > TOPICS.len(), "lanes were taken up {taken_up} times");
    assert!(
        !data_dir(directory).join("manifests").exists(),
        "nothing of a lane is on the local disk"
    );

    let _ = served.wait_until(|lanes| lanes.len() == TOPICS.len());
    s3.kill().unwrap();
    feeds.produce(&sink, 4, 6);
    let _ = served.wait_until(|lanes| lanes.iter().filter(|lane| lane["alarm"] == "unwritten").count() == TOPICS.len());
    s3.restart().unwrap();
    feeds.produce(&sink, 5, 6);
    let resumed = served.wait_until(|lanes| {
        let written = lanes
            .iter()
            .all(|lane| lane["unwritten_messages"] == 0 && lane["alarm"] != "unwritten");
        written && sum(lanes, "in") >= feeds.events
    });
    check_accounting(&resumed);
    feeds.check_answers(directory);
    served.stop().unwrap();
    Feeds::check_verified(directory, &environment);
}
