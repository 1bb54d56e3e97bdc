//! The results that have been reached and must not get worse are in `minimum.txt`, which `SYMLINT_BLESS=1` writes.

use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "\
# Of each layout: the clean setups that are silent; of the faults in values, and of those in the wiring: in percent,
# how many have the right rule, on the right tenant, at the right bytes, and with nothing else reported; and how many
# pass silently. Of the last lines: how many are reported differently, and how many no longer.
";

/// The results by the name of the layout, or of the comparison.
pub(crate) type Numbers = BTreeMap<String, Vec<usize>>;

/// Whether a higher number at this position is better.
fn wants_more(count: usize, at: usize) -> bool {
    count > 2 && !matches!(at, 5 | 10)
}

fn path() -> std::path::PathBuf {
    crate::root().join("tests/library/layouts/minimum.txt")
}

fn read() -> Numbers {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let numbers = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        Some((name, words.map(|word| word.parse().unwrap()).collect()))
    };
    lines.filter_map(numbers).collect()
}

/// The results that are worse than before, as text.
pub(crate) fn worse(now: &Numbers) -> String {
    static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = WRITING.lock().unwrap();
    let mut least = read();
    if std::env::var_os("SYMLINT_BLESS").is_some() {
        least.extend(now.clone());
        let mut text = HEAD.to_owned();
        for (name, numbers) in &least {
            write!(text, "{name:14}").unwrap();
            numbers.iter().for_each(|number| write!(text, " {number:3}").unwrap());
            text.push('\n');
        }
        std::fs::write(path(), text).unwrap();
        return String::new();
    }
    let mut worse = String::new();
    for (name, numbers) in now {
        let least = least.get(name).unwrap_or_else(|| panic!("{name} is not in minimum.txt"));
        let is_worse = |(at, (now, least)): (usize, (&usize, &usize))| {
            if wants_more(numbers.len(), at) { now < least } else { now > least }
        };
        if numbers.iter().zip(least).enumerate().any(is_worse) {
            writeln!(worse, "{name}: {numbers:?}, before {least:?}").unwrap();
        }
    }
    worse
}

/// Whether all setups are checked, and not only those that a variable selects.
pub(crate) fn is_complete() -> bool {
    std::env::var_os("LAYOUTS_ONLY").is_none() && std::env::var_os("LAYOUTS_FAULT").is_none()
}
