//! Builds the parts of the npm package, into the folder that is named: `symlint.wasm`, its glue, and the schema of the
//! types. For the page it builds an engine that does less, in two halves, also packed: `check.wasm` has what usual checks
//! need, and loads faster, and `rest.wasm` has the rest.
//!
//! Anyone who uses the tool of wasm-bindgen from here cannot have another version of it than of the crate.

mod compact;
mod split;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use lzma_rust2::{CheckType, LzmaOptions, XzOptions, XzWriter};
use serde_json::{Value, json};
use symlint_wasm::{CheckRequest, CompareRequest, Described, Failure, FixedFiles, Options, RulePage};
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args_os().nth(1).ok_or("name the folder to write into")?;
    let out = Path::new(&out);
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join("schema.json"), schema()?)?;
    std::fs::write(out.join("pages.json"), pages()?)?;
    let (whole, glue) = make("whole")?;
    let (less, other) = make("")?;
    if imports(&glue)? != imports(&other)? {
        return Err("the two engines cannot have the same glue".into());
    }
    std::fs::write(out.join("symlint.wasm"), compact::compact(&whole)?)?;
    std::fs::write(out.join("glue.js"), factory(&glue)?)?;
    for (name, half) in ["check.wasm", "rest.wasm"].into_iter().zip(split::split(&less, &used(&less, out)?)?) {
        let half = compact::compact(&half)?;
        std::fs::write(out.join(name), &half)?;
        std::fs::write(out.join(format!("{name}.xz")), pack(&half)?)?;
    }
    Ok(())
}

/// Makes the WebAssembly with the features that are named, and its glue.
fn make(features: &str) -> Result<(Vec<u8>, String), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compile(features)?).no_modules(true)?.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true).omit_default_module_path(true);
    let mut output = bindgen.out_name("symlint").generate_output()?;
    Ok((output.wasm_mut().emit_wasm(), output.js().to_owned()))
}

/// The functions that usual checks need: those that run when Node makes some.
fn used(wasm: &[u8], out: &Path) -> Result<Vec<u32>, Box<dyn Error>> {
    let (wasm, first) = split::noting(wasm)?;
    let noting = out.join("noting.wasm");
    std::fs::write(&noting, wasm)?;
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/usual.js")).args([out, &noting]);
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    std::fs::remove_file(&noting)?;
    if !output.status.success() {
        return Err("the usual checks fail".into());
    }
    let ran: Vec<u32> = serde_json::from_slice(&output.stdout)?;
    Ok(ran.into_iter().map(|function| first + function).collect())
}

/// Packs WebAssembly, which saves a fifth of what servers make of it, which know gzip.
fn pack(wasm: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut options = XzOptions::with_preset(9);
    // Nothing in it is aligned, and what a byte means depends on the byte in front of it.
    options.lzma_options = LzmaOptions { lc: 4, pb: 0, nice_len: 273, dict_size: 4 << 20, ..options.lzma_options };
    options.set_check_sum_type(CheckType::Crc32);
    let mut writer = XzWriter::new(Vec::new(), options)?;
    writer.write_all(wasm)?;
    writer.finish()
}

/// What the glue gives to the WebAssembly.
fn imports(glue: &str) -> Result<&str, &'static str> {
    let (_, after) = glue.split_once("function __wbg_get_imports()").ok_or("the glue has another shape")?;
    Ok(after.split_once("\nfunction ").map_or(after, |(imports, _)| imports))
}

/// For a small download: a standard library that is built for size, and panics that are bare traps, which together save
/// an eighth. And tiny functions are inlined, which `z` alone does not: less time for a little more size. (Beyond 15
/// the size grows, and the time hardly shrinks.) Hashes are computed in loops that are not unrolled.
const FLAGS: &str = concat!(
    "-Zunstable-options -Cpanic=immediate-abort -Cllvm-args=-inline-threshold=15",
    " --cfg sha2_backend_soft=\"compact\"",
);

/// Compiles the crate with the features that are named, and returns the path of its WebAssembly.
fn compile(features: &str) -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // The compiler is pinned: what is unstable in it stays as it is.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS);
    command.args(["rustc", "--locked", "--profile", "wasm", "--package", "symlint-wasm", "--crate-type", "cdylib"]);
    command.args(["--no-default-features", "--features", features]);
    command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    command.args(["--target", TARGET, "--message-format", "json-render-diagnostics"]);
    // As much stack as a thread has on other systems: expressions nest.
    command.args(["--", "-C", "link-arg=-zstack-size=8388608"]);
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the crate does not compile".into());
    }
    let lines = std::str::from_utf8(&output.stdout)?.lines();
    let artifacts = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut files = artifacts.filter_map(|artifact| {
        let files = artifact.get("filenames")?.as_array()?.clone();
        files
            .into_iter()
            .filter_map(|file| file.as_str().map(PathBuf::from))
            .find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
    });
    files.next_back().ok_or_else(|| "cargo made no WebAssembly".into())
}

/// The glue as a module that makes a fresh instance at each call: after a trap, an instance is not to be used again.
fn factory(glue: &str) -> Result<String, Box<dyn Error>> {
    let (_, body) = glue.split_once("let wasm_bindgen = ").ok_or("the glue has another shape")?;
    Ok(format!(
        "export function instantiate(module, made) {{\n  const wasm_bindgen = {body}\n  \
         const exports = wasm_bindgen.initSync({{ module }});\n  made?.(exports);\n  return wasm_bindgen;\n}}\n"
    ))
}

/// The pages of the rules by their ids: few need them, so they are not part of the WebAssembly.
fn pages() -> Result<String, serde_json::Error> {
    let pages = symlint_rules::catalogue().iter().map(|rule| (rule.id, rule.page.text));
    serde_json::to_string(&pages.collect::<std::collections::BTreeMap<_, _>>())
}

/// One schema of all shapes, from which the types are made.
fn schema() -> Result<String, Box<dyn Error>> {
    let mut definitions = serde_json::Map::new();
    let mut add = |mut schema: Value, name: &str| {
        let Some(object) = schema.as_object_mut() else { return };
        object.remove("$schema");
        object.remove("title");
        if let Some(Value::Object(inner)) = object.remove("$defs") {
            definitions.extend(inner);
        }
        definitions.insert(name.to_owned(), schema);
    };
    let written = || schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let read = || schemars::generate::SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let report: Value = serde_json::from_str(&symlint_core::schema::report_schema(symlint_rules::catalogue()))?;
    let diff: Value = serde_json::from_str(&symlint_core::schema::diff_schema(symlint_rules::catalogue()))?;
    add(read().into_root_schema_for::<CompareRequest>().to_value(), "CompareRequest");
    add(read().into_root_schema_for::<CheckRequest>().to_value(), "Request");
    add(read().into_root_schema_for::<Options>().to_value(), "Options");
    add(written().into_root_schema_for::<FixedFiles>().to_value(), "Fixed");
    add(written().into_root_schema_for::<Described>().to_value(), "Described");
    add(written().into_root_schema_for::<symlint_core::report::RuleSummary>().to_value(), "RuleSummary");
    add(written().into_root_schema_for::<RulePage>().to_value(), "RulePage");
    // Next to the problems of a report.
    add(written().into_root_schema_for::<Failure>().to_value(), "Failure");
    // Last: they know the ids of the rules.
    add(diff, "Diff");
    add(report, "Report");
    let schema = json!({ "title": "Shapes", "type": "object", "$defs": definitions });
    Ok(serde_json::to_string_pretty(&schema)?)
}
