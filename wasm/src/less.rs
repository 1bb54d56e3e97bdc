//! What the smaller engine has in place of what `whole` has.

use symlint_core::engine::Engine;
use symlint_core::report::{self, Report};
use symlint_rules::catalogue;

use crate::engine::Format;

pub(crate) const FORMATS: [(&str, Format<Report>); 1] = [("json", report::json)];

pub(crate) fn engine() -> Engine<'static> {
    Engine::alone(catalogue())
}
