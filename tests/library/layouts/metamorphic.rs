//! Names, order, and layout must not change what is reported.

use std::collections::BTreeMap;
use std::fmt::Write;

use hcl_edit::structure::{Body, Structure};

use crate::layouts::adapter::{Report, check};
use crate::layouts::minimum::{self, Numbers};
use crate::layouts::run::{Checked, results};
use crate::layouts::setups::{Kind, Setup};

/// Stands for the number of the last tenant, and for a tenant that is not in the list.
const LAST: usize = 100;
const OTHER: usize = 200;

/// The rules with findings, each with the number of the tenant.
type Findings = Vec<(String, Option<usize>)>;

fn findings(setup: &Setup, report: &Report) -> Findings {
    let number = |key: &Option<String>| {
        let key = key.as_ref()?;
        let number = setup.labels.iter().position(|label| label == key).unwrap_or(OTHER);
        // Layouts have different numbers of tenants.
        Some(if number + 1 == setup.labels.len() { LAST } else { number })
    };
    let mut found: Findings = report.findings.iter().map(|found| (found.rule.clone(), number(&found.tenant))).collect();
    found.sort();
    found
}

/// How many setups have other findings than the setup that they are compared with, and how many of them have none
/// although that one has some.
fn differences<'a>(
    what: &str,
    pairs: impl Iterator<Item = (&'a Checked, &'a Setup, &'a Report)>,
    text: &mut String,
) -> [usize; 2] {
    let (mut different, mut lost) = (0, 0);
    for (model, setup, report) in pairs {
        if findings(&model.setup, &model.report) != findings(setup, report) {
            different += 1;
            if different <= 3 {
                let (one, two) = (findings(&model.setup, &model.report), findings(setup, report));
                let at = format!("{} {} {:?} {}", setup.layout, setup.naming, setup.kind, setup.fault);
                writeln!(text, "  different: {at}: {one:?} and {two:?}").unwrap();
            }
            if !model.report.is_silent() && report.is_silent() {
                lost += 1;
                if lost <= 5 {
                    let model = model.report.findings.first().map_or("nothing checked", |found| &found.rule);
                    writeln!(
                        text,
                        "  lost: {} {} {:?} {}: {model}",
                        setup.layout, setup.naming, setup.kind, setup.fault
                    )
                    .unwrap();
                }
            }
        }
    }
    writeln!(text, "{what}: {different} are reported differently, {lost} of them no longer").unwrap();
    [different, lost]
}

/// The setups by layout, naming, kind and fault.
type Index<'a> = BTreeMap<(&'a str, &'a str, Kind, &'a str), &'a Checked>;

#[test]
fn names_order_and_layout_do_not_change_the_findings() {
    let checked = results();
    let index: Index<'_> = checked
        .clone()
        .map(|checked| {
            let Setup { layout, naming, kind, fault, .. } = &checked.setup;
            ((*layout, *naming, *kind, *fault), checked)
        })
        .collect();
    let mut text = String::new();
    let renamed = checked.clone().filter(|checked| checked.setup.naming != "shipped").filter_map(|other| {
        let Setup { layout, kind, fault, .. } = &other.setup;
        let model = index.get(&(*layout, "shipped", *kind, *fault))?;
        Some((*model, &other.setup, &other.report))
    });
    let by_name = differences("renamed", renamed, &mut text);

    // If the names of two calls are equal, the finding is at the later one, so reordered calls have other findings.
    let sample: Vec<(&Checked, Setup)> = checked
        .clone()
        .filter(|checked| checked.setup.layout != "calls")
        .step_by(23)
        .map(|checked| (checked, reordered(&checked.setup)))
        .collect();
    let reports: Vec<Report> = sample.iter().map(|(_, setup)| check(&setup.files)).collect();
    let pairs = sample.iter().zip(&reports).map(|((model, setup), report)| (*model, setup, report));
    let by_order = differences("reordered", pairs, &mut text);

    let moved = checked.clone().filter(|checked| checked.setup.kind == Kind::Data).filter_map(|other| {
        let Setup { naming, kind, fault, .. } = &other.setup;
        let model = index.get(&("variable", *naming, *kind, *fault))?;
        // A layout in which fewer values are written has other findings.
        let is_same = model.setup.expected.len() == other.setup.expected.len()
            && model.setup.expected.iter().zip(&other.setup.expected).all(|(one, two)| one.rules == two.rules);
        is_same.then_some((*model, &other.setup, &other.report))
    });
    let by_layout = differences("in another layout", moved, &mut text);
    println!("{text}");
    if minimum::is_complete() {
        let numbers = [("~renamed", by_name), ("~reordered", by_order), ("~moved", by_layout)];
        let numbers: Numbers = numbers.map(|(name, now)| (name.to_owned(), now.to_vec())).into();
        let worse = minimum::worse(&numbers);
        assert!(worse.is_empty(), "{text}\nworse than before:\n{worse}");
    }
}

/// The setup with the order of all blocks, and of all attributes in a block, reversed.
fn reordered(setup: &Setup) -> Setup {
    let mut files = setup.files.clone();
    for (name, bytes) in &mut files {
        if name.ends_with(".tf") || name.ends_with(".tofu") {
            // hcl-edit refuses duplicate keys.
            if let Ok(body) = std::str::from_utf8(bytes).unwrap().parse() {
                *bytes = reversed(body).to_string().into_bytes();
            }
        }
    }
    Setup { files, ..setup.clone() }
}

fn reversed(body: Body) -> Body {
    let mut structures: Vec<Structure> = body.into_iter().collect();
    structures.reverse();
    let mut turned = Body::new();
    for structure in structures {
        turned.push(match structure {
            Structure::Block(mut block) => {
                block.body = reversed(block.body);
                Structure::Block(block)
            }
            attribute => attribute,
        });
    }
    turned
}
