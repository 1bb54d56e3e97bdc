//! Properties of any input: there is a result, within a time limit, and with a small stack. Input that the fuzz targets
//! have found is tested again.

use crate::{expressions, hostile};

use proptest::prelude::*;

/// The stack size of a test's thread, and of the threads on some platforms.
const STACK: usize = 2 << 20;

fn survives(look: Target, bytes: Vec<u8>) {
    std::thread::Builder::new().stack_size(STACK).spawn(move || look(&bytes)).unwrap().join().unwrap();
}

type Target = fn(&[u8]);

#[test]
fn input_that_was_found_by_fuzzing_stays_fixed() {
    let corpus = crate::root().join("tests/fuzz/corpus");
    let targets: [(&str, Target); 3] =
        [("values", hostile::values), ("configuration", hostile::configuration), ("expression", hostile::expression)];
    for (target, look) in targets {
        let files: Vec<_> = std::fs::read_dir(corpus.join(target)).unwrap().collect();
        assert!(!files.is_empty());
        for file in files {
            survives(look, std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}

/// Words of the language, so that generated text is often nearly valid.
const WORDS: [&str; 72] = [
    "a",
    "b",
    "var.v",
    "local.l",
    "var.s",
    "\"",
    "\"x\"",
    "${",
    "%{",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    ",",
    "=",
    "==",
    "=>",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "?",
    ":",
    ".",
    "...",
    "[*]",
    ".*",
    "\n",
    " ",
    "for ",
    " in ",
    "if ",
    "else",
    "endif",
    "endfor",
    "null",
    "true",
    "1",
    "0.5",
    "1e9",
    "<<E\n",
    "\nE\n",
    "<<-E\n",
    "#",
    "/*",
    "*/",
    "upper(",
    "merge(",
    "jsonencode(",
    "try(",
    "flatten(",
    "range(",
    "\\",
    "$${",
    "é",
    "\u{301}",
    "\0",
    "\r\n",
    "\t",
    "~}",
    "${~",
    "variable \"v\" {",
    "locals {",
    "module \"m\" {",
    "default",
    "each.key",
    "- x: ",
    "&a ",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        9 => (0..WORDS.len()).prop_map(|at| WORDS[at].as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_values_file_has_a_result(bytes in text()) {
        hostile::values(&bytes);
    }

    #[test]
    fn any_configuration_has_a_result(bytes in text()) {
        hostile::configuration(&bytes);
    }

    #[test]
    fn any_expression_has_a_result(bytes in text()) {
        hostile::expression(&bytes);
    }

    #[test]
    fn correct_expressions_are_parsed_and_evaluated(text in expressions::expression()) {
        hostile::correct(&text);
    }
}
