//! What a run cost, as the kernel counted it: `/proc/self` of Linux; zero where there is none.

/// Processor seconds of this process so far, user and system.
pub(super) fn cpu_s() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else {
        return 0.0;
    };
    // The second field is the program's name in brackets and may hold spaces; times are fields 14 and 15, in ticks of 10 ms.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// Most memory this process ever had resident, bytes.
pub(super) fn peak_rss_bytes() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next())
        .and_then(|kibibytes| kibibytes.parse::<u64>().ok())
        .unwrap_or(0)
        * 1_024
}
