//! What stays the same about a finding when its block moves.

use std::collections::HashMap;
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};

use super::wire::ReportedFinding;

/// Gives each finding its fingerprint: made of rule, file, value, tenant and the ordinal among equals, never of the
/// line. The findings must be sorted.
pub(super) fn assign(findings: &mut [ReportedFinding], repository_path: &dyn Fn(&str) -> String) {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    for finding in findings {
        let file = repository_path(&finding.location.file);
        let parts = [Some(finding.rule.as_str()), Some(&file), finding.path.as_deref(), finding.tenant.as_deref()];
        let ordinal = seen.entry(hash(parts, 0)).or_default();
        finding.fingerprint = format!("{:032x}", hash(parts, *ordinal));
        *ordinal += 1;
    }
}

fn hash(parts: [Option<&str>; 4], ordinal: u32) -> u128 {
    let mut hasher = SipHasher24::new();
    for part in parts {
        // A byte that is in no text keeps the parts apart; another one tells nothing from an empty text.
        hasher.write(part.map_or(&[0xFE], str::as_bytes));
        hasher.write(&[0xFF]);
    }
    hasher.write(&ordinal.to_le_bytes());
    hasher.finish128().as_u128()
}
