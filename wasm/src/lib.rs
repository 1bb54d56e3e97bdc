//! symlint for JavaScript. Each function takes and returns JSON as text.
//!
//! The input is a [`CheckRequest`]. The output is exactly what the command line writes; a [`Failure`] is thrown as an
//! exception. The types of the npm package are generated from these types.

mod engine;
mod request;
#[cfg(feature = "whole")]
mod whole;

pub use engine::{check, explain, rules};
pub use request::{
    CheckRequest, CompareRequest, Described, DescribedTenant, Failure, FixedFiles, Level, Options, ProblemKind,
    RulePage, VERSION,
};
#[cfg(feature = "whole")]
pub use whole::{compare, fix};

/// The functions for JavaScript.
pub mod bindings {
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;

    use crate::Failure;

    fn thrown(failure: Failure) -> JsValue {
        JsValue::from_str(&failure.to_json())
    }

    /// Checks the files of a request, and returns the report in a format.
    #[wasm_bindgen]
    pub fn check(request: &str, format: &str) -> Result<String, JsValue> {
        crate::check(request, format).map_err(thrown)
    }

    /// Compares the files of a change, and returns the comparison in a format.
    #[cfg(feature = "whole")]
    #[wasm_bindgen]
    pub fn compare(change: &str, format: &str) -> Result<String, JsValue> {
        crate::compare(change, format).map_err(thrown)
    }

    /// Fixes the files of a request.
    #[cfg(feature = "whole")]
    #[wasm_bindgen]
    pub fn fix(request: &str) -> Result<String, JsValue> {
        crate::fix(request).map_err(thrown)
    }

    /// The page of a rule.
    #[wasm_bindgen]
    pub fn explain(rule: &str) -> Result<String, JsValue> {
        crate::explain(rule).map_err(thrown)
    }

    #[wasm_bindgen]
    pub fn rules() -> String {
        crate::rules()
    }
}
