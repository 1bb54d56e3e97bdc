//! Fingerprints: the parts of a finding that stay the same when its block moves.

use std::hash::Hasher;

use foldhash::HashMap;
use siphasher::sip128::{Hasher128, SipHasher24};
use symlint_terraform::Sources;

use crate::finding::Finding;

/// Sets the fingerprint of each finding. It is computed from rule, file, value, tenants, and the number among equal
/// findings, but not from the line. If two projects call the same module, a finding in it has the same fingerprint in
/// both.
pub(crate) fn assign<'a>(
    outcomes: impl IntoIterator<Item = (&'a Sources, &'a mut [Finding])>,
    repository_path: &dyn Fn(&str) -> String,
) {
    let mut files: HashMap<String, String> = HashMap::default();
    let mut findings: Vec<(String, &mut Finding)> = Vec::new();
    for (sources, found) in outcomes {
        for finding in found {
            let source = sources.get(finding.span.file);
            let file = files.entry(source.name().to_owned()).or_insert_with(|| repository_path(source.name()));
            findings.push((file.clone(), finding));
        }
    }
    findings.sort_by(|(file, finding), (other_file, other)| (file, key(finding)).cmp(&(other_file, key(other))));
    let mut ordinals: HashMap<String, u32> = HashMap::default();
    let mut last: Option<(String, &mut Finding)> = None;
    for (file, finding) in findings {
        finding.fingerprint = match &last {
            Some((last_file, last)) if *last_file == file && key(last) == key(finding) => last.fingerprint.clone(),
            _ => {
                let parts = parts(finding, &file);
                let ordinal = ordinals.entry(hash(&parts, 0)).or_default();
                *ordinal += 1;
                hash(&parts, *ordinal - 1)
            }
        };
        last = Some((file, finding));
    }
}

/// The parts of `finding`, which is in `file`, that stay the same.
fn parts<'f>(finding: &'f Finding, file: &'f str) -> Vec<Option<&'f str>> {
    let mut parts = vec![Some(finding.rule), Some(file), finding.path.as_deref(), finding.tenant.as_deref()];
    match &finding.cause {
        // Which tenants one cause affects may change when tenants are added or removed.
        Some(cause) => parts.push(Some(cause)),
        None => parts.extend(finding.tenants.iter().map(|tenant| Some(tenant.as_str()))),
    }
    parts
}

/// A key that sorts the findings of a file.
pub(crate) fn key(finding: &Finding) -> impl Ord + '_ {
    (finding.span.start, finding.rule, finding.span.end, &finding.message, &finding.path, &finding.tenant)
}

/// A hash of texts, some of which may be absent, as 32 hexadecimal digits.
pub(crate) fn hash(parts: &[Option<&str>], ordinal: u32) -> String {
    let mut hasher = SipHasher24::new();
    for part in parts {
        // Bytes that never occur in UTF-8 separate the parts, and distinguish an absent text from an empty one.
        hasher.write(part.map_or(&[0xFE], str::as_bytes));
        hasher.write(&[0xFF]);
    }
    hasher.write(&ordinal.to_le_bytes());
    format!("{:032x}", hasher.finish128().as_u128())
}
