//! Setups in many layouts, with different names, and with every fault that the layout can have. Each fault must be
//! reported by the right rule, for the right tenant, and at the bytes where it was planted. Correct setups must have no
//! findings.
//!
//! `LAYOUTS_ONLY=yaml` selects the layouts whose names contain it, and `LAYOUTS_FAULT=target` the faults.
//! `LAYOUTS_VERBOSE=DIRECTORY` writes the setups that fail into this folder, each with what was expected and found.
//! `LAYOUTS_ALL=DIRECTORY` writes all of them, so that Terraform can check them.

mod adapter;
mod calls;
mod data;
mod difference;
mod expect;
mod flow;
mod idioms;
mod inventory;
mod list;
mod marks;
mod metamorphic;
mod minimum;
mod names;
mod nodes;
mod run;
mod score;
mod setups;
mod stores;
mod tenants;
mod view;
mod vocabulary;
mod wiring;

use std::collections::BTreeMap;
use std::fmt::Write;

use run::{Checked, results};
use score::Score;
use setups::{Kind, Setup};

#[derive(Default)]
struct Row {
    clean: (usize, usize),
    data: Score,
    wiring: Score,
}

#[test]
fn every_fault_is_found_in_every_layout() {
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    let mut failures: BTreeMap<(Kind, &str), Vec<String>> = BTreeMap::new();
    for Checked { setup, report, verdict } in results() {
        let row = rows.entry(setup.layout_index).or_default();
        let is_right = match setup.kind {
            Kind::Clean => {
                row.clean.0 += usize::from(report.is_silent());
                row.clean.1 += 1;
                report.is_silent()
            }
            Kind::Data => {
                row.data.add(*verdict);
                verdict.alone
            }
            Kind::Wiring => {
                row.wiring.add(*verdict);
                verdict.alone
            }
        };
        if !is_right {
            let at = format!("{}/{}", setup.layout, setup.naming);
            failures.entry((setup.kind, setup.fault)).or_default().push(at);
            write_down("LAYOUTS_VERBOSE", setup, report);
        }
        write_down("LAYOUTS_ALL", setup, report);
    }
    let mut text = String::from("layout          clean  data: rule tenant bytes alone | passed   wiring: the same\n");
    let mut numbers = minimum::Numbers::new();
    for (index, row) in &rows {
        let name = list::all().nth(*index).unwrap().name;
        let (silent, count) = row.clean;
        writeln!(text, "{name:15} {silent:2}/{count:<2} {}   {}", row.data.show(), row.wiring.show()).unwrap();
        let now = [vec![silent], row.data.numbers().to_vec(), row.wiring.numbers().to_vec()].concat();
        numbers.insert(name.to_owned(), now);
    }
    writeln!(text, "\nfaults that are not reported exactly, and where:").unwrap();
    for ((kind, fault), places) in &failures {
        writeln!(text, "{kind:?} {fault}: {} ({})", places.len(), shortened(places)).unwrap();
    }
    println!("{text}");
    if minimum::is_complete() {
        let worse = minimum::worse(&numbers);
        assert!(worse.is_empty(), "{text}\nworse than before:\n{worse}");
    }
}

/// A fault that cannot be detected must not lead to a wrong finding.
#[test]
fn undetectable_faults_have_no_findings() {
    let mut loud = String::new();
    let mut count = 0;
    for Checked { setup, report, .. } in run::undetectable() {
        // Parts that are not checked in the correct setup are not checked here either.
        if let Some(found) = report.findings.first() {
            let Setup { layout, naming, fault, .. } = setup;
            writeln!(loud, "{layout}/{naming} {fault}: {} `{}`", found.rule, found.text).unwrap();
            count += 1;
        }
    }
    println!("{loud}");
    if minimum::is_complete() {
        let worse = minimum::worse(&[("~undetectable".to_owned(), vec![count, 0])].into());
        assert!(worse.is_empty(), "{loud}\nworse than before:\n{worse}");
    }
}

fn shortened(places: &[String]) -> String {
    let shown = places.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ");
    if places.len() > 6 { shown + ", …" } else { shown }
}

/// Writes a setup into the folder that an environment variable names.
fn write_down(variable: &str, setup: &Setup, report: &adapter::Report) {
    let Some(folder) = std::env::var_os(variable) else { return };
    let name = format!("{}/{}/{:?} {}", setup.layout, setup.naming, setup.kind, setup.fault)
        .replace(' ', "-")
        .replace('\'', "");
    let folder = std::path::Path::new(&folder).join(name);
    for (name, bytes) in &setup.files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut text = String::from("expected:\n");
    for expected in &setup.expected {
        let places = expected.at.iter().map(|at| format!("{at:?}")).collect::<Vec<_>>().join(" or ");
        writeln!(text, "  {} of {:?} at {places}", expected.rules.join(" or "), expected.tenant).unwrap();
    }
    writeln!(text, "found (exit {}, not checked: {:?}):", report.exit_code, report.not_checked).unwrap();
    for found in &report.findings {
        let (place, tenant) = (&found.place, &found.tenant);
        writeln!(
            text,
            "  {} of {tenant:?} at {}:{} `{}`: {}",
            found.rule, place.file, place.start, found.text, found.message
        )
        .unwrap();
    }
    std::fs::write(folder.join("EXPECTED.txt"), text).unwrap();
}
