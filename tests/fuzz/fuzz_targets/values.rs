//! A values file.
#![no_main]

#[path = "../../library/hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::values(bytes));
