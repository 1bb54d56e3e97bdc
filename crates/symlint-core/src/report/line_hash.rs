//! The hash of each line of a file, as computed by GitHub's uploader of code scanning results.
//!
//! GitHub recognizes an alert from one commit to the next by this hash. It is a rolling hash over 100 characters from
//! the start of a line, without spaces and tabs, with a number that distinguishes lines with the same hash. The source
//! is `src/fingerprints.ts` of `github/codeql-action`. A different hash makes the uploader warn about every result.

use std::collections::HashMap;

/// How many characters, in UTF-16 code units, are hashed.
const WINDOW: usize = 100;
const BASE: u64 = 37;
/// Stands for the end of the file.
const END: u16 = 0xFFFF;

/// `hash:number` of each line, in order.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let mut hashes = Hashes::default();
    let mut window = Window::new();
    let mut line = 0;
    let mut is_start = true;
    let mut follows_return = false;
    for unit in text.encode_utf16().chain([END]) {
        let is_second_half = follows_return && unit == u16::from(b'\n');
        if unit == u16::from(b' ') || unit == u16::from(b'\t') || is_second_half {
            follows_return = false;
            continue;
        }
        follows_return = unit == u16::from(b'\r');
        let unit = if follows_return { u16::from(b'\n') } else { unit };
        let starts = is_start.then_some(line);
        line += usize::from(is_start);
        is_start = unit == u16::from(b'\n');
        hashes.note(window.push(unit, starts));
    }
    // The window of the last lines is filled with zeros.
    for _ in 0..WINDOW {
        hashes.note(window.push(0, None));
    }
    hashes.lines
}

/// The last characters, their hash, and which of them start a line.
struct Window {
    units: [u16; WINDOW],
    lines: [Option<usize>; WINDOW],
    at: usize,
    hash: u64,
    /// The weight of the oldest character: the base to the power of the window's length.
    oldest: u64,
}

impl Window {
    fn new() -> Self {
        let oldest = (0..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(BASE));
        Self { units: [0; WINDOW], lines: [None; WINDOW], at: 0, hash: 0, oldest }
    }

    /// Adds a character, which may start a line. Returns the line that the oldest character started, with its hash.
    fn push(&mut self, unit: u16, line: Option<usize>) -> Option<(usize, u64)> {
        let leaving = self.lines.get_mut(self.at).and_then(|slot| std::mem::replace(slot, line));
        let done = leaving.map(|line| (line, self.hash));
        if let Some(slot) = self.units.get_mut(self.at) {
            let old = u64::from(std::mem::replace(slot, unit));
            self.hash =
                self.hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(self.oldest.wrapping_mul(old));
        }
        self.at = (self.at + 1) % WINDOW;
        done
    }
}

#[derive(Default)]
struct Hashes {
    lines: Vec<String>,
    seen: HashMap<u64, u32>,
}

impl Hashes {
    fn note(&mut self, done: Option<(usize, u64)>) {
        if let Some((_, hash)) = done {
            let count = self.seen.entry(hash).or_default();
            *count += 1;
            self.lines.push(format!("{hash:x}:{count}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// The examples are from GitHub's own test.
    #[test]
    fn the_hashes_are_those_of_the_uploader() {
        let repeated = "Lorem ipsum dolor sit amet.\n".repeat(10);
        let cases: [(&str, &[&str]); 4] = [
            ("", &["c129715d7a2bc9a3:1"]),
            (
                " a\nb\n  \t\tc\n d",
                &["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
            ),
            (
                " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
                &[
                    "e9496ae3ebfced30:1",
                    "fb7c023a8b9ccb3f:1",
                    "ce8ba1a563dcdaca:1",
                    "e20e36e16fcb0cc8:1",
                    "b3edc88f2938467e:1",
                    "c8e28b0b4002a3a0:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
            (
                &repeated,
                &[
                    "a7f2ff13bc495cf2:1",
                    "a7f2ff13bc495cf2:2",
                    "a7f2ff13bc495cf2:3",
                    "a7f2ff13bc495cf2:4",
                    "a7f2ff13bc495cf2:5",
                    "a7f2ff13bc495cf2:6",
                    "a7f2ff1481e87703:1",
                    "a9cf91f7bbf1862b:1",
                    "55ec222b86bcae53:1",
                    "cc97dc7b1d7d8f7b:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(line_hashes(text), expected, "{text:?}");
        }
    }
}
