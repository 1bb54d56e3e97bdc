//! Checks that every example in docs/configuration.md can be read, and that the page shows every setting.

use std::collections::BTreeSet;

use symlint_core::config::{self, ARGUMENTS, ATTRIBUTES, BLOCKS, Config, TOP};
use symlint_rules::catalogue;
use symlint_terraform::Sources;

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    std::fs::read_to_string(path).unwrap()
}

/// The code blocks, each with its line.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (line, text) in (1..).zip(page.lines()) {
        match (&mut open, text) {
            (None, "```hcl") => open = Some((line, String::new())),
            (None, _) => assert!(!text.starts_with("```"), "line {line}: `{text}` is not read by this test"),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), _) => {
                block.push_str(text);
                block.push('\n');
            }
        }
    }
    blocks
}

fn read(text: &str) -> Result<Config, String> {
    let sources = Sources::new();
    let file = sources.add(".symlint.hcl", text.as_bytes().to_vec()).unwrap();
    config::read(&sources, file, catalogue()).map_err(|error| error.message)
}

/// The settings in a file, as a different HCL parser reads them: `key`, `block`, `block.key`.
fn set_in(text: &str) -> Vec<String> {
    let body: hcl::Body = hcl::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut set: Vec<String> = body.attributes().map(|attribute| attribute.key.to_string()).collect();
    for block in body.blocks() {
        let kind = block.identifier.to_string();
        set.extend(block.body.attributes().map(|attribute| format!("{kind}.{}", attribute.key.as_str())));
        set.push(kind);
    }
    set
}

#[test]
fn every_example_can_be_read() {
    let page = page();
    let blocks = blocks(&page);
    for (line, text) in &blocks {
        let config = read(text).unwrap_or_else(|error| panic!("line {line}: {error}"));
        assert!(config.file.is_some());
    }
    // All examples together, except those that are alternatives of others, form one file.
    let mut seen = BTreeSet::new();
    let mut all = String::new();
    for (_, text) in &blocks {
        let set = set_in(text);
        if set.iter().filter(|it| !it.contains('.')).all(|it| seen.insert(it.clone())) {
            all.push_str(text);
        }
    }
    read(&all).unwrap();
    assert!(seen.len() >= TOP.len() + BLOCKS.len(), "{seen:?}");
}

#[test]
fn every_key_has_an_example() {
    let page = page();
    let shown: BTreeSet<String> = blocks(&page).iter().flat_map(|(_, text)| set_in(text)).collect();
    let of_blocks = BLOCKS.iter().flat_map(|(block, keys)| keys.iter().map(move |key| format!("{block}.{key}")));
    let known: BTreeSet<String> = TOP
        .iter()
        .chain(BLOCKS.iter().map(|(block, _)| block))
        .map(|name| (*name).to_owned())
        .chain(of_blocks)
        .collect();
    assert_eq!(shown, known);
    for name in ATTRIBUTES.iter().chain(&ARGUMENTS).chain(&["error", "warning", "off", "none"]) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn every_rule_and_link_on_the_page_exists() {
    let page = page();
    let anchors: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_lowercase().replace(' ', "-"))
        .collect();
    let links = page.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap());
    let mut count = 0;
    for link in links {
        assert!(anchors.contains(link), "{link} of {anchors:?}");
        count += 1;
    }
    assert!(count > 10, "{count}");
    let words = page.split('`').skip(1).step_by(2);
    let is_rule =
        |word: &&str| word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    for word in words.filter(is_rule).filter(|word| !word.starts_with('-')) {
        assert!(catalogue().get(word).is_some(), "{word}");
    }
}
