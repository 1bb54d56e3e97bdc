//! Writes setups to the disk, and runs minimal programs to which symlint is compared.
//!
//! measure write FOLDER TENANTS FAULTY    writes a module to FOLDER/module and its values to FOLDER/lone.tfvars
//!
//! measure lines FILE                     counts the lines
//!
//! measure hcl-edit FILE                  only parses with hcl-edit

#[expect(dead_code, reason = "the benchmarks use the rest")]
mod setups;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", folder, tenants, faulty] => {
            let size = setups::Size { tenants: tenants.parse()?, faulty: faulty.parse()? };
            write(Path::new(folder), size)
        }
        ["lines", file] => {
            println!("{}", fs::read_to_string(file)?.lines().count());
            Ok(())
        }
        ["hcl-edit", file] => {
            println!("{}", hcl_edit::parser::parse_body(&fs::read_to_string(file)?)?.len());
            Ok(())
        }
        _ => Err("see the top of tests/benches/measure.rs".into()),
    }
}

fn write(folder: &Path, size: setups::Size) -> Result<(), Box<dyn Error>> {
    let values = setups::values(size);
    for (name, text) in setups::MODULE.into_iter().chain([("terraform.tfvars", values.as_str())]) {
        let path = folder.join("module").join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    fs::write(folder.join("lone.tfvars"), values)?;
    Ok(())
}
