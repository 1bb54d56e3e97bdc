//! Characters that are easily overlooked: whitespace at the ends, and invisible, full-width, and look-alike characters.

use symlint_terraform::Str;

/// A character that does not belong in an account ID, an ARN, a region, or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicious {
    pub character: char,
    /// Where it starts in the raw text, in bytes.
    pub at: usize,
    /// Whether it is whitespace at the start or the end of the text.
    pub at_end: bool,
}

impl Suspicious {
    /// The ASCII character that it is easily mistaken for.
    pub fn meant(&self) -> Option<char> {
        look_alike(self.character)
    }

    /// Whether it is whitespace, as opposed to another invisible character.
    pub fn is_white_space(&self) -> bool {
        self.character.is_whitespace()
    }

    /// Whether a reader sees nothing of it.
    pub fn is_invisible(&self) -> bool {
        is_space(self.character)
    }
}

/// A text as it was written, and as it was probably meant.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// As it was written.
    pub raw: Str,
    /// As it was probably meant: without invisible characters and whitespace at the ends, and with look-alikes
    /// replaced.
    pub text: Str,
    /// For each byte of `text`, and for its end, the position in `raw`.
    pub offsets: Vec<usize>,
    /// The suspicious characters, in order.
    pub suspicious: Vec<Suspicious>,
    /// Whether the text still has characters without a known replacement. If so, it can be compared, but its format
    /// cannot be checked.
    pub garbled: bool,
}

/// Looks for suspicious characters; `None` for a text without any.
pub(super) fn clean(raw: &Str) -> Option<Cleaned> {
    let bytes = raw.as_bytes();
    if bytes.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let leading = raw.len() - raw.trim_start_matches(is_space).len();
    let trailing = raw.trim_end_matches(is_space).len();
    let mut cleaned =
        Cleaned { raw: raw.clone(), text: Str::default(), offsets: Vec::new(), suspicious: Vec::new(), garbled: false };
    let mut text = String::with_capacity(raw.len());
    // A part of an ARN, which may have been put together from several texts, has no spaces at its ends.
    let is_beside_separator = |at: usize| {
        let (before, after) = raw.split_at_checked(at).unwrap_or_default();
        raw.starts_with("arn:")
            && (before.trim_end().ends_with([':', '/']) || after.trim_start().starts_with([':', '/']))
    };
    for (at, character) in raw.char_indices() {
        let at_end = at < leading || at >= trailing;
        let is_plain = character.is_ascii_graphic() || character == ' ' && !is_beside_separator(at);
        if !at_end && is_plain {
            cleaned.offsets.push(at);
            text.push(character);
            continue;
        }
        cleaned.suspicious.push(Suspicious { character, at, at_end });
        if at_end || is_invisible(character) || is_space(character) {
            continue;
        }
        match look_alike(character) {
            Some(meant) => {
                cleaned.offsets.push(at);
                text.push(meant);
            }
            None => cleaned.garbled = true,
        }
    }
    if cleaned.suspicious.is_empty() {
        return None;
    }
    // The text ends after its last character, not before the whitespace that follows.
    let end = cleaned
        .offsets
        .last()
        .map_or(leading, |&last| last + raw.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    cleaned.offsets.push(end);
    cleaned.text = Str::from(text);
    Some(cleaned)
}

/// `text` as it was probably meant.
pub fn stripped(text: &str) -> String {
    clean(&Str::from(text)).map_or_else(|| text.to_owned(), |cleaned| cleaned.text.to_string())
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Characters without a visible shape: zero-width characters, soft hyphens, bidirectional controls, and other controls.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a terminal, a browser, or a CI runner might interpret `c` instead of showing it, or show nothing. This does
/// not include line ends, tabs, and characters that only select the shape of the previous character.
pub(crate) fn is_unprintable(c: char) -> bool {
    let is_harmless = matches!(c, '\n' | '\t' | '\u{FE00}'..='\u{FE0F}');
    !c.is_ascii_graphic() && c != ' ' && !is_harmless && (is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// The ASCII character that `c` is easily mistaken for.
fn look_alike(c: char) -> Option<char> {
    let meant = match c {
        // Full-width forms are in the same order as in ASCII.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFF01 + 0x21)?,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{A789}' | '\u{2236}' | '\u{FE55}' => ':',
        '\u{2018}' | '\u{2019}' | '\u{201B}' => '\'',
        'а' => 'a',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'с' => 'c',
        'С' => 'C',
        'ԁ' => 'd',
        'е' => 'e',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'і' | 'ı' => 'i',
        'І' | 'Ι' => 'I',
        'ј' => 'j',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'о' | 'ο' => 'o',
        'О' | 'Ο' => 'O',
        'р' | 'ρ' => 'p',
        'Р' | 'Ρ' => 'P',
        'ѕ' => 's',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'ѵ' | 'ν' => 'v',
        'х' => 'x',
        'Х' | 'Χ' => 'X',
        'у' => 'y',
        'У' | 'Υ' => 'Y',
        'Ζ' => 'Z',
        // Digits of other scripts, by their value.
        '\u{660}'..='\u{669}' => digit(c, 0x660)?,
        '\u{6F0}'..='\u{6F9}' => digit(c, 0x6F0)?,
        '\u{966}'..='\u{96F}' => digit(c, 0x966)?,
        '\u{1D7CE}'..='\u{1D7FF}' => char::from_digit((u32::from(c) - 0x1D7CE) % 10, 10)?,
        _ => return None,
    };
    Some(meant)
}

fn digit(c: char, zero: u32) -> Option<char> {
    char::from_digit(u32::from(c) - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(raw: &str) -> Option<Cleaned> {
        clean(&Str::from(raw))
    }

    #[test]
    fn plain_text_is_left_alone() {
        assert!(cleaned("arn:aws:sso:::instance/ssoins-72231fda92423e7f").is_none());
        assert!(cleaned("a b").is_none());
        assert!(cleaned("").is_none());
    }

    #[test]
    fn look_alikes_are_replaced_and_invisible_characters_dropped() {
        let text = cleaned("\u{200B}１2а\u{2013}x\u{A0}").unwrap();
        assert_eq!(text.text.as_str(), "12a-x");
        assert_eq!(text.suspicious.len(), 5);
        assert!(!text.garbled);
        assert_eq!(text.offsets, [3, 6, 7, 9, 12, 13]);
    }

    #[test]
    fn spaces_at_the_ends_count_and_others_do_not() {
        let text = cleaned(" a b\n").unwrap();
        assert_eq!(text.text.as_str(), "a b");
        assert_eq!(text.suspicious.iter().map(|s| (s.at, s.at_end)).collect::<Vec<_>>(), [(0, true), (4, true)]);
        assert_eq!(text.offsets, [1, 2, 3, 4]);
    }

    #[test]
    fn other_letters_are_garbled() {
        let text = cleaned("Müller").unwrap();
        assert_eq!(text.text.as_str(), "Mller");
        assert!(text.garbled);
    }
}
