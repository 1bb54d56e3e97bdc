//! What is known about AWS and Sym next to the input: snapshots with their sources, in `facts/`.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};
use serde::Deserialize;
use symlint_terraform::Pattern;

/// Sym's production account, in which its own platform runs.
pub const SYM_ACCOUNT: &str = "803477428605";

/// A partition of AWS: a set of regions with accounts and credentials of their own.
#[derive(Debug)]
pub struct Partition {
    /// `aws`, `aws-cn`, …
    pub id: String,
    region_pattern: String,
    regions: Vec<String>,
}

/// What the known partitions say about a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionStatus {
    /// Matches no partition's pattern: there can be no such region.
    Invalid,
    /// Matches a pattern and is not in the list, but is one edit away from exactly one region that is.
    Misspelled(&'static str),
    /// Matches a pattern, but is not in the list.
    Unlisted,
    /// There is such a region, without IAM Identity Center.
    WithoutIdentityCenter,
    /// There is such a region, with IAM Identity Center.
    Supported,
}

#[derive(Deserialize)]
struct PartitionsFile {
    partitions: Vec<PartitionRow>,
    instance_id_region_prefixes: HashMap<String, HashMap<String, String>>,
}

#[derive(Deserialize)]
struct PartitionRow {
    id: String,
    region_regex: String,
    regions: Vec<String>,
    sso_regions: Vec<String>,
}

#[derive(Deserialize)]
struct PlaceholdersFile {
    account_ids: HashSet<String>,
    id_suffixes: HashSet<String>,
    not_placeholders: HashSet<String>,
}

struct Regions {
    partitions: Vec<Partition>,
    /// Each listed region, its partition's place and what is known about it: a pattern is asked about the others alone.
    listed: HashMap<String, (usize, RegionStatus)>,
    prefixes: HashMap<String, HashMap<String, String>>,
}

#[allow(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let file: PartitionsFile =
        serde_json::from_str(include_str!("../facts/partitions.json")).expect("partitions.json has its shape");
    let mut partitions = Vec::new();
    let mut listed = HashMap::default();
    for (at, row) in file.partitions.into_iter().enumerate() {
        for region in &row.regions {
            let has_identity_center = row.sso_regions.contains(region);
            let status =
                if has_identity_center { RegionStatus::Supported } else { RegionStatus::WithoutIdentityCenter };
            listed.insert(region.clone(), (at, status));
        }
        partitions.push(Partition { id: row.id, region_pattern: row.region_regex, regions: row.regions });
    }
    Regions { partitions, listed, prefixes: file.instance_id_region_prefixes }
});

#[allow(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static PLACEHOLDERS: LazyLock<PlaceholdersFile> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../facts/placeholders.json")).expect("placeholders.json has its shape")
});

/// The partition whose pattern `region` matches, whether the region is listed or not.
pub fn partition_of_region(region: &str) -> Option<&'static Partition> {
    match REGIONS.listed.get(region) {
        Some(&(at, _)) => REGIONS.partitions.get(at),
        None => REGIONS.partitions.iter().find(|partition| {
            let pattern = Pattern::read(&partition.region_pattern, region);
            pattern.is_ok_and(|pattern| pattern.matches(region).next().is_some())
        }),
    }
}

/// What is known about `region`.
pub fn region_status(region: &str) -> RegionStatus {
    match REGIONS.listed.get(region) {
        Some(&(_, status)) => status,
        None if partition_of_region(region).is_some() => {
            misspelled(region).map_or(RegionStatus::Unlisted, RegionStatus::Misspelled)
        }
        None => RegionStatus::Invalid,
    }
}

/// The only listed region from which `region` differs by one character or two neighbors in the wrong order.
fn misspelled(region: &str) -> Option<&'static str> {
    let is_near = |listed: &&str| listed.len().abs_diff(region.len()) <= 1 && strsim::osa_distance(listed, region) == 1;
    let mut near = regions().filter(is_near);
    near.next().filter(|_| near.next().is_none())
}

/// All listed regions of all partitions.
pub fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.partitions.iter().flat_map(|partition| partition.regions.iter().map(String::as_str))
}

/// Whether there is a partition with this id.
pub fn is_partition(id: &str) -> bool {
    REGIONS.partitions.iter().any(|partition| partition.id == id)
}

/// The home region that instance ids beginning with `prefix` (four hex digits) were observed to have. Undocumented.
pub fn home_region(partition: &str, prefix: &str) -> Option<&'static str> {
    REGIONS.prefixes.get(partition)?.get(prefix).map(String::as_str)
}

/// Whether documentation and examples use this account id: listed, one digit repeated, a run, groups of four equal
/// digits, or eight leading zeros. Anything but twelve digits is none.
pub fn is_placeholder_account(id: &str) -> bool {
    let digits = id.as_bytes();
    if digits.len() != 12 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    if PLACEHOLDERS.not_placeholders.contains(id) {
        return false;
    }
    let steps = |step: u8| digits.windows(2).all(|pair| matches!(pair, [a, b] if (a - b'0' + step) % 10 == b - b'0'));
    PLACEHOLDERS.account_ids.contains(id)
        || steps(0)
        || steps(1)
        || steps(9)
        || digits.chunks(4).all(|group| matches!(group, [a, rest @ ..] if rest.iter().all(|b| b == a)))
        || id.starts_with("00000000")
}

/// Whether documentation and examples use these sixteen characters of an instance or permission set id: listed, one
/// character repeated, a run of hex digits, or an `x` or `*` in it. Anything but sixteen characters is none.
pub fn is_placeholder_id(suffix: &str) -> bool {
    let bytes = suffix.as_bytes();
    bytes.len() == 16
        && (PLACEHOLDERS.id_suffixes.contains(suffix)
            || bytes.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
            || bytes.iter().any(|byte| matches!(byte, b'x' | b'X' | b'*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_a_status() {
        assert_eq!(region_status("us-east-1"), RegionStatus::Supported);
        assert_eq!(region_status("sa-west-1"), RegionStatus::WithoutIdentityCenter);
        assert_eq!(region_status("us-north-7"), RegionStatus::Unlisted);
        assert_eq!(region_status("eu-wset-1"), RegionStatus::Misspelled("eu-west-1"));
        assert_eq!(region_status("us-east-3"), RegionStatus::Unlisted, "it may be new, and is near two others");
        assert_eq!(region_status("us-gov-west-1"), RegionStatus::Supported);
        for invalid in ["us-east-1a", "US-EAST-1", "us-east1", "aws-global", "", "us-east-1\n", "us-éast-1"] {
            assert_eq!(region_status(invalid), RegionStatus::Invalid, "{invalid:?}");
        }
        assert_eq!(partition_of_region("cn-north-1").map(|p| p.id.as_str()), Some("aws-cn"));
    }

    #[test]
    fn placeholders_are_told_from_real_ids() {
        for id in ["123456789012", "000000000000", "111122223333", "098765432109", "000000001234", "345678901234"] {
            assert!(is_placeholder_account(id), "{id}");
        }
        for id in ["280365914472", "058264506178", "1234567890", "029422952198"] {
            assert!(!is_placeholder_account(id), "{id}");
        }
        assert!(is_placeholder_id("1234567890abcdef") && is_placeholder_id("8824xxxxxd4dd99a"));
        assert!(!is_placeholder_id("72231fda92423e7f") && !is_placeholder_id("111"));
    }
}
