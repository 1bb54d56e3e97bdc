//! Set-ups as others write them: every layout, under every naming, with every fault that can be made in it. Each fault
//! must be found by the right rule, on the right tenant, at the bytes where it was written; right set-ups must be silent.
//!
//! `LAYOUTS_ONLY=yaml` takes the layouts whose names contain it, `LAYOUTS_FAULT=target` the faults;
//! `LAYOUTS_VERBOSE=DIRECTORY` writes the set-ups that fail below this folder, each with what was expected and found; `LAYOUTS_ALL=DIRECTORY` writes all, for Terraform to judge.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    missing_docs,
    reason = "a test may panic: that is how it fails"
)]

mod adapter;
mod data;
mod expect;
mod flow;
mod layouts;
mod marks;
mod names;
mod nodes;
mod score;
mod setups;
mod stores;
mod tenants;
mod thresholds;
mod view;
mod wiring;

use std::collections::BTreeMap;
use std::fmt::Write;

use score::{Score, Verdict};
use setups::{Kind, Setup};
use thresholds::MINIMUM;

/// A set-up that was checked.
struct Checked {
    setup: Setup,
    report: adapter::Report,
    verdict: Verdict,
}

fn check_all(setups: Vec<Setup>) -> Vec<Checked> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let share = setups.len().div_ceil(threads).max(1);
    let mut shares: Vec<Vec<Setup>> = Vec::new();
    let mut rest = setups.into_iter().peekable();
    while rest.peek().is_some() {
        shares.push(rest.by_ref().take(share).collect());
    }
    let judge = |setup: Setup| {
        let report = adapter::check(&setup.files);
        let verdict = Verdict::of(&report, &setup.expected, &setup.places);
        Checked { setup, report, verdict }
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(judge).collect::<Vec<_>>()))
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    })
}

#[derive(Default)]
struct Row {
    clean: (usize, usize),
    data: Score,
    wiring: Score,
}

#[test]
fn every_fault_in_every_layout() {
    let checked = check_all(setups::all());
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    let mut failures: BTreeMap<(Kind, &str), Vec<String>> = BTreeMap::new();
    for Checked { setup, report, verdict } in &checked {
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
    let mut low = String::new();
    for (index, row) in &rows {
        let name = layouts::all().nth(*index).unwrap().name;
        let (silent, count) = row.clean;
        writeln!(text, "{name:15} {silent:2}/{count:<2} {}   {}", row.data.show(), row.wiring.show()).unwrap();
        let none = ("", 0, [0; 4], [0; 4]);
        let (_, clean, data, wiring) = MINIMUM.iter().find(|(layout, ..)| *layout == name).unwrap_or(&none);
        let is_low = |now: [usize; 4], least: &[usize; 4]| now.iter().zip(least).any(|(now, least)| now < least);
        if silent < *clean || is_low(row.data.percent(), data) || is_low(row.wiring.percent(), wiring) {
            writeln!(low, "{name}: at least {clean}, {data:?}, {wiring:?} are expected").unwrap();
        }
    }
    writeln!(text, "\nfaults that are not reported exactly, and where:").unwrap();
    for ((kind, fault), places) in &failures {
        writeln!(text, "{kind:?} {fault}: {} ({})", places.len(), shortened(places)).unwrap();
    }
    println!("{text}");
    // A part of the layouts says nothing about all.
    if std::env::var_os("LAYOUTS_ONLY").is_none() && std::env::var_os("LAYOUTS_FAULT").is_none() {
        assert!(low.is_empty(), "{text}\nlower than before:\n{low}");
        if std::env::var_os("LAYOUTS_MINIMUM").is_some() {
            for (index, row) in &rows {
                let name = layouts::all().nth(*index).unwrap().name;
                println!("    (\"{name}\", {}, {:?}, {:?}),", row.clean.0, row.data.percent(), row.wiring.percent());
            }
        }
    }
}

fn shortened(places: &[String]) -> String {
    let shown = places.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ");
    if places.len() > 6 { shown + ", …" } else { shown }
}

/// Writes a set-up into the folder that a variable of the environment asks for.
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
