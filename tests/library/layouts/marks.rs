//! Text with named places, so that a test can say where a value is written in any layout.

use std::collections::BTreeMap;

const OPEN: char = '\u{e000}';
const AFTER_NAME: char = '\u{e001}';
const CLOSE: char = '\u{e002}';

/// A range of bytes in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The places in a setup, by their names. A value that is written several times has several places.
pub(crate) type Places = BTreeMap<String, Vec<Place>>;

/// The contents of files, by their names.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Gives `text` a name; places can be nested.
pub(crate) fn mark(name: &str, text: &str) -> String {
    format!("{OPEN}{name}{AFTER_NAME}{text}{CLOSE}")
}

/// Removes the marks from the files, and returns the places that they marked.
pub(crate) fn strip(marked: &[(String, String)]) -> (Files, Places) {
    let mut files = Files::new();
    let mut places = Places::new();
    for (file, text) in marked {
        let mut plain = String::with_capacity(text.len());
        let mut open: Vec<(String, usize)> = Vec::new();
        let mut rest = text.chars();
        while let Some(char) = rest.next() {
            match char {
                OPEN => {
                    let name = rest.by_ref().take_while(|&char| char != AFTER_NAME).collect();
                    open.push((name, plain.len()));
                }
                CLOSE => {
                    let (name, start) = open.pop().expect("a mark that was opened");
                    let place = Place { file: file.clone(), start, end: plain.len() };
                    places.entry(name).or_default().push(place);
                }
                char => plain.push(char),
            }
        }
        assert!(open.is_empty(), "{file}: a mark is not closed");
        assert!(files.insert(file.clone(), plain.into_bytes()).is_none(), "{file} is there twice");
    }
    (files, places)
}

/// The text without its marks.
pub(crate) fn unmarked(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        match char {
            OPEN => drop(rest.by_ref().find(|&char| char == AFTER_NAME)),
            CLOSE => {}
            char => plain.push(char),
        }
    }
    plain
}
