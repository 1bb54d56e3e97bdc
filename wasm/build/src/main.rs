//! Builds the parts of the npm package into the given folder: `symlint.wasm`, its glue, and the schema of the types.
//! For the page, it builds a smaller engine in two compressed halves: `check.wasm` has what usual checks need, and
//! loads faster, and `rest.wasm` has the rest.
//!
//! The tool of wasm-bindgen is used as a library, so that its version is always that of the crate.

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

/// Builds the WebAssembly with the given features, and its glue.
fn make(features: &str) -> Result<(Vec<u8>, String), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compile(features)?).no_modules(true)?.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true).omit_default_module_path(true);
    let mut output = bindgen.out_name("symlint").generate_output()?;
    Ok((output.wasm_mut().emit_wasm(), output.js().to_owned()))
}

/// The functions that usual checks need: those that run when Node makes some checks.
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

/// Compresses WebAssembly, which saves a fifth compared with the gzip of servers.
fn pack(wasm: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut options = XzOptions::with_preset(9);
    // Nothing in it is aligned, and the meaning of a byte depends on the previous byte.
    options.lzma_options = LzmaOptions { lc: 4, pb: 0, nice_len: 273, dict_size: 4 << 20, ..options.lzma_options };
    options.set_check_sum_type(CheckType::Crc32);
    let mut writer = XzWriter::new(Vec::new(), options)?;
    writer.write_all(wasm)?;
    writer.finish()
}

/// The imports that the glue provides.
fn imports(glue: &str) -> Result<&str, &'static str> {
    let (_, after) = glue.split_once("function __wbg_get_imports()").ok_or("the glue has another shape")?;
    Ok(after.split_once("\nfunction ").map_or(after, |(imports, _)| imports))
}

/// Options for a small download: a standard library that is built for size, and panics that only trap, which together
/// save an eighth. In addition, tiny functions are inlined, which `z` alone does not do: that saves time for a little
/// more size. (Beyond 15, the size grows, and the time hardly shrinks.) Loops that compute hashes are not unrolled.
const FLAGS: &str = concat!(
    "-Zunstable-options -Cpanic=immediate-abort -Cllvm-args=-inline-threshold=15",
    " --cfg sha2_backend_soft=\"compact\"",
);

/// Compiles the crate with the given features, and returns the path of its WebAssembly.
fn compile(features: &str) -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // The compiler is pinned, so its unstable features do not change.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS);
    command.args(["rustc", "--locked", "--profile", "wasm", "--package", "symlint-wasm", "--crate-type", "cdylib"]);
    command.args(["--no-default-features", "--features", features]);
    command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    command.args(["--target", TARGET, "--message-format", "json-render-diagnostics"]);
    // Expressions may be nested, so the stack is as large as that of a thread on other systems.
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

/// The glue as a module that creates a new instance at each call, because an instance must not be used after a trap.
fn factory(glue: &str) -> Result<String, Box<dyn Error>> {
    let (_, body) = glue.split_once("let wasm_bindgen = ").ok_or("the glue has another shape")?;
    Ok(format!(
        "export function instantiate(module, made) {{\n  const wasm_bindgen = {body}\n  \
         const exports = wasm_bindgen.initSync({{ module }});\n  made?.(exports);\n  return wasm_bindgen;\n}}\n"
    ))
}

/// The pages of the rules by id. They are rarely needed, so they are not part of the WebAssembly.
fn pages() -> Result<String, serde_json::Error> {
    let pages = symlint_rules::catalogue().iter().map(|rule| (rule.id, rule.page.text));
    serde_json::to_string(&pages.collect::<std::collections::BTreeMap<_, _>>())
}

/// A single schema of all formats, from which the types are generated.
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
    // Last, because they know the ids of the rules.
    add(diff, "Diff");
    add(report, "Report");
    let schema = json!({ "title": "Shapes", "type": "object", "$defs": definitions });
    Ok(serde_json::to_string_pretty(&schema)?)
}
