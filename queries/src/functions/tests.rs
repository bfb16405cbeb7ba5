//! The functions as SQL sees them: one and several groups, one and several partitions, nulls, filters, wrong arguments.

use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::register;

fn session(partitions: usize) -> SessionContext {
    let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions).with_batch_size(2));
    register(&context);
    context
}

async fn answer(context: &SessionContext, sql: &str) -> String {
    let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
    pretty_format_batches(&batches).unwrap().to_string()
}

const CASES: &str = "(VALUES ('a', 2.0, true), ('a', 3.0, true), ('a', 5.0, true), ('a', 24.0, false), ('a', 48.0, false),
    ('b', 1.0, true), ('b', 4.0, true), ('c', NULL, true), ('c', 7.0, NULL)) AS cases (who, waited, closed)";

#[tokio::test]
async fn durations_are_answered_by_group_whatever_the_partitions() {
    let sql = format!(
        "SELECT who, km_quantile(waited, closed, 0.5) AS median, round(rmst(waited, closed, 48), 6) AS mean,
             round(rmst_se(waited, closed, 48), 6) AS error FROM {CASES} GROUP BY who ORDER BY who"
    );
    let expected = "\
+-----+--------+------+----------+
| who | median | mean | error    |
+-----+--------+------+----------+
| a   | 5.0    | 21.2 | 9.795509 |
| b   | 1.0    | 2.5  | 1.06066  |
| c   |        |      |          |
+-----+--------+------+----------+";
    for partitions in [1, 3] {
        assert_eq!(answer(&session(partitions), &sql).await, expected, "{partitions} partitions");
    }
}

#[tokio::test]
async fn survival_says_it_all_at_once() {
    let sql = format!(
        "SELECT s['n'] AS n, s['closed'] AS closed, s['median'] AS median, s['p90'] AS p90, round(s['rmst'], 6) AS rmst,
             s['closed_p50'] AS p50, round(s['closed_p90'], 6) AS p90c
         FROM (SELECT survival(waited, closed, 48.0) FILTER (WHERE who = 'a') AS s FROM {CASES})"
    );
    let expected = "\
+---+--------+--------+-----+------+-----+------+
| n | closed | median | p90 | rmst | p50 | p90c |
+---+--------+--------+-----+------+-----+------+
| 5 | 3      | 5.0    |     | 21.2 | 3.0 | 4.6  |
+---+--------+--------+-----+------+-----+------+";
    for partitions in [1, 3] {
        assert_eq!(answer(&session(partitions), &sql).await, expected);
    }
}

#[tokio::test]
async fn nothing_has_no_answer() {
    let sql = format!("SELECT rmst(waited, closed, 48) AS mean, survival(waited, closed, 48) AS s FROM {CASES} WHERE who = 'nobody'");
    let expected = "\
+------+---+
| mean | s |
+------+---+
|      |   |
+------+---+";
    assert_eq!(answer(&session(2), &sql).await, expected);
}

#[tokio::test]
async fn a_parameter_that_makes_no_sense_is_refused_in_words() {
    let context = session(1);
    for (call, complaint) in [
        ("rmst(waited, closed, 0)", "0 is no horizon"),
        ("km_quantile(waited, closed, 1.5)", "1.5 is no share"),
        ("rmst(waited, closed, waited)", "must be a constant"),
    ] {
        let planned = context.sql(&format!("SELECT {call} FROM {CASES}")).await;
        let error = match planned {
            Ok(frame) => frame.collect().await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(complaint), "{call}: {error}");
    }
}

#[tokio::test]
async fn clocks_are_told_by_case_whatever_the_partitions() {
    let sql = "SELECT id, c['first_response'] AS first, c['resolution'] AS done, c['ended'] AS ended, c['status'] AS status,
             c['reopened'] AS again, c['unit'] AS unit, c['transitions'] AS n
         FROM (SELECT id, case_clocks(to_timestamp_micros(t), status, snapshot, o, unit) AS c FROM (VALUES
             ('x', 1, 'received', true, 0, NULL), ('x', 4, 'assigned', false, 1, 'Dishub'), ('x', 6, 'resolved', false, 2, NULL),
             ('x', 8, 'in_progress', true, 3, 'Bina Marga'), ('x', 9, 'resolved', true, 4, NULL), ('x', 9, 'rated', false, 5, NULL),
             ('y', 2, 'not_ours', false, 6, 'Dinsos'), ('y', 3, 'nonsense', false, 7, 'Polda'),
             ('z', 5, 'verified', false, 8, 'b'), ('z', 5, 'verified', false, 8, 'a')
         ) AS moves (id, t, status, snapshot, o, unit) GROUP BY id) ORDER BY id";
    let expected = "\
+----+-----------------------------+-----------------------------+-----------------------------+----------+-------+------------+---+
| id | first                       | done                        | ended                       | status   | again | unit       | n |
+----+-----------------------------+-----------------------------+-----------------------------+----------+-------+------------+---+
| x  | 1970-01-01T00:00:00.000004Z | 1970-01-01T00:00:00.000009Z |                             | resolved | true  | Bina Marga | 6 |
| y  | 1970-01-01T00:00:00.000002Z |                             | 1970-01-01T00:00:00.000002Z | not_ours | false | Dinsos     | 1 |
| z  |                             |                             |                             | verified | false | b          | 2 |
+----+-----------------------------+-----------------------------+-----------------------------+----------+-------+------------+---+";
    for partitions in [1, 3] {
        assert_eq!(answer(&session(partitions), sql).await, expected);
    }
}

#[tokio::test]
async fn spells_and_pauses_are_told_by_case_whatever_the_partitions() {
    // Filed at 2 with a: a transition from before that, one told twice, a question to the reporter from 5 to 8, an end taken back.
    let sql = "SELECT id, CAST(c['first_response'] AS BIGINT) AS first, CAST(c['coordinated'] AS BIGINT) AS coord,
             CAST(c['dispatched'] AS BIGINT) AS sent, c['end_kind'] AS \"end\", c['reopenings'] AS again, c['paused_s'] * 1e6 AS paused,
             c['transitions'] AS n, s['unit'] AS unit, CAST(s['from'] AS BIGINT) AS \"from\", CAST(s['to'] AS BIGINT) AS \"to\",
             s['paused_s'] * 1e6 AS waited
         FROM (SELECT id, c, unnest(c['spells']) AS s FROM (
             SELECT id, case_clocks(to_timestamp_micros(t), status, false, o, unit, to_timestamp_micros(2), first, to_timestamp_micros(20)) AS c
             FROM (VALUES
                 ('x', 'a', 1, 'assigned', 0, 'b'), ('x', 'a', 4, 'dispatched', 1, 'c'), ('x', 'a', 4, 'dispatched', 7, 'c'),
                 ('x', 'a', 5, 'asked', 2, NULL), ('x', 'a', 8, 'in_progress', 3, NULL), ('x', 'a', 9, 'duplicate', 4, NULL),
                 ('x', 'a', 12, 'reopened', 5, 'b'), ('x', 'a', 15, 'withdrawn', 6, NULL), ('x', 'a', 30, 'reopened', 8, NULL),
                 ('y', NULL, NULL, NULL, NULL, NULL)
             ) AS moves (id, first, t, status, o, unit) GROUP BY id)) ORDER BY id, \"from\"";
    let expected = "\
+----+-------+-------+------+-----------+-------+--------+---+------+------+----+--------+
| id | first | coord | sent | end       | again | paused | n | unit | from | to | waited |
+----+-------+-------+------+-----------+-------+--------+---+------+------+----+--------+
| x  | 2     | 4     | 4    | withdrawn | 1     | 3.0    | 7 | b    | 2    | 4  | 0.0    |
| x  | 2     | 4     | 4    | withdrawn | 1     | 3.0    | 7 | c    | 4    | 9  | 3.0    |
| x  | 2     | 4     | 4    | withdrawn | 1     | 3.0    | 7 | b    | 12   | 15 | 0.0    |
| y  |       |       |      |           | 0     | 0.0    | 0 |      | 2    |    | 0.0    |
+----+-------+-------+------+-----------+-------+--------+---+------+------+----+--------+";
    for partitions in [1, 3] {
        assert_eq!(answer(&session(partitions), sql).await, expected);
    }
}

#[tokio::test]
async fn clocks_of_nothing_and_of_half_a_frame() {
    let context = session(1);
    let sql = "SELECT c['transitions'] AS n, c['end_kind'] AS kind, c['spells'] AS spells FROM (
        SELECT case_clocks(to_timestamp_micros(t), 'assigned', false, 0, 'a') AS c FROM (VALUES (1)) AS moves (t) WHERE t > 1)";
    let expected = "\
+---+------+--------+
| n | kind | spells |
+---+------+--------+
| 0 |      | []     |
+---+------+--------+";
    assert_eq!(answer(&context, sql).await, expected);
    let half = "SELECT case_clocks(to_timestamp_micros(1), 'assigned', false, 0, 'a', to_timestamp_micros(2))";
    assert!(context.sql(half).await.is_err(), "six arguments are neither five nor eight");
}

#[tokio::test]
async fn scalars_spell_codes_and_cells_and_key_cases() {
    let sql = "SELECT kelurahan_code(3174011001) AS kelurahan, kelurahan_code(317401) AS kecamatan, kelurahan_code(3174) AS kota,
             kelurahan_code(5) AS odd, h3_text(arrow_cast(617700169958293503, 'UInt64')) AS cell, case_key('ab', 'c') = case_key('a', 'bc') AS clash,
             case_key('qlue', '17') = case_key('qlue', '17') AS same, case_key(NULL, '17') AS none";
    let expected = "\
+---------------+-----------+-------+-----+-----------------+-------+------+------+
| kelurahan     | kecamatan | kota  | odd | cell            | clash | same | none |
+---------------+-----------+-------+-----+-----------------+-------+------+------+
| 31.74.01.1001 | 31.74.01  | 31.74 |     | 8928308280fffff | false | true |      |
+---------------+-----------+-------+-----+-----------------+-------+------+------+";
    assert_eq!(answer(&session(1), sql).await, expected);
}
