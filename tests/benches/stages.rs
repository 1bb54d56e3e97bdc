//! Measures each stage next to a lower bound: `cargo bench`.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic: that is how it fails")]

mod setups;

use std::collections::BTreeMap;
use std::sync::Arc;

use divan::{Bencher, black_box};
use setups::{MODULE, Size};
use symlint_core::check::check;
use symlint_core::config::Config;
use symlint_core::discover;
use symlint_core::engine::{Engine, Named, Request};
use symlint_core::policy::Policy;
use symlint_core::report::json;
use symlint_core::tenants::RunId;
use symlint_rules::catalogue;
use symlint_terraform::{Evaluator, FileTree, LoadOptions, Project};

fn main() {
    divan::main();
}

const SIZES: [Size; 5] =
    [Size::clean(5), Size::clean(150), Size::clean(1_000), Size::faulty(1_000), Size::clean(10_000)];

fn project(size: Size) -> Project {
    Project::from_values("terraform.tfvars", setups::values(size).into_bytes()).unwrap()
}

fn module(size: Size) -> Project {
    let mut files: BTreeMap<String, Vec<u8>> =
        MODULE.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
    files.insert("terraform.tfvars".to_owned(), setups::values(size).into_bytes());
    Project::load(files, ".", &LoadOptions::default()).unwrap()
}

/// Lower bounds: counting lines, and parsing with the library that is used for expressions.
mod floor {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn count_lines(bencher: Bencher<'_, '_>, size: Size) {
        let text = setups::values(size);
        bencher.bench(|| black_box(&text).lines().count());
    }

    /// The time is quadratic in the size of an object, so the largest setup is left out.
    #[divan::bench(args = &SIZES[..4])]
    fn hcl_edit(bencher: Bencher<'_, '_>, size: Size) {
        let text = setups::values(size);
        bencher.bench(|| hcl_edit::parser::parse_body(black_box(&text)).unwrap());
    }
}

/// The stages for a values file alone.
mod lone {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn read(bencher: Bencher<'_, '_>, size: Size) {
        let bytes = setups::values(size).into_bytes();
        bencher
            .with_inputs(|| bytes.clone())
            .bench_values(|bytes| Project::from_values("terraform.tfvars", bytes).unwrap());
    }

    #[divan::bench(args = SIZES)]
    fn evaluate(bencher: Bencher<'_, '_>, size: Size) {
        let project = project(size);
        bencher.bench(|| {
            let evaluator = Evaluator::new(&project);
            evaluator.variable(&evaluator.root(), "customer_tenants")
        });
    }

    #[divan::bench(args = SIZES)]
    fn evaluate_and_find_tenants(bencher: Bencher<'_, '_>, size: Size) {
        let project = project(size);
        bencher.bench(|| discover::build(&project, &Config::default(), RunId::default()));
    }

    #[divan::bench(args = SIZES)]
    fn check_all(bencher: Bencher<'_, '_>, size: Size) {
        let project = project(size);
        bencher.bench(|| check(&project, &Config::default(), &Policy::default(), catalogue()));
    }

    #[divan::bench(args = SIZES)]
    fn report_as_json(bencher: Bencher<'_, '_>, size: Size) {
        let files = BTreeMap::from([("terraform.tfvars".to_owned(), setups::values(size).into_bytes())]);
        let files: Arc<dyn FileTree> = Arc::new(files);
        let request = Request { paths: vec![Named::Path("terraform.tfvars".into())], ..Request::default() };
        let report = Engine::new(catalogue()).check(&files, &request).unwrap();
        bencher.bench(|| {
            let mut bytes = Vec::new();
            json(&report, &mut bytes).map(|()| bytes)
        });
    }
}

/// The same values in a module that passes them on with `for_each`.
mod with_module {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn evaluate_and_find_tenants(bencher: Bencher<'_, '_>, size: Size) {
        let project = module(size);
        bencher.bench(|| discover::build(&project, &Config::default(), RunId::default()));
    }

    #[divan::bench(args = SIZES)]
    fn check_all(bencher: Bencher<'_, '_>, size: Size) {
        let project = module(size);
        bencher.bench(|| check(&project, &Config::default(), &Policy::default(), catalogue()));
    }
}
