//! Facts about AWS and Sym that the input does not contain.

/// Sym's production account, in which its own platform runs.
pub const SYM_ACCOUNT: &str = "803477428605";

/// A partition of AWS: a set of regions with separate accounts and credentials. Lists are sorted.
#[derive(Debug)]
pub struct Partition {
    /// The id: `aws`, `aws-cn`, …
    pub id: &'static str,
    /// How the names of its regions start: all have the form `PREFIX-WORD-NUMBER`.
    prefixes: &'static [&'static str],
    regions: &'static [&'static str],
    without_identity_center: &'static [&'static str],
}

/// From `partitions.json` and `endpoints.json` of botocore 1.44.5. Its region patterns also accept letters and digits
/// beyond ASCII.
#[rustfmt::skip]
static PARTITIONS: [Partition; 8] = [
    Partition {
        id: "aws",
        prefixes: &["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"],
        regions: &[
            "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
            "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
            "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1",
            "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
            "il-central-1", "me-central-1", "me-south-1", "me-west-1", "mx-central-1", "sa-east-1", "sa-west-1",
            "us-east-1", "us-east-2", "us-west-1", "us-west-2",
        ],
        without_identity_center: &["me-west-1", "sa-west-1"],
    },
    Partition { id: "aws-cn", prefixes: &["cn"], regions: &["cn-north-1", "cn-northwest-1"], without_identity_center: &[] },
    Partition { id: "aws-eusc", prefixes: &["eusc-de"], regions: &["eusc-de-east-1"], without_identity_center: &[] },
    Partition {
        id: "aws-iso",
        prefixes: &["us-iso"],
        regions: &["us-iso-east-1", "us-iso-west-1"],
        without_identity_center: &["us-iso-east-1", "us-iso-west-1"],
    },
    Partition {
        id: "aws-iso-b",
        prefixes: &["us-isob"],
        regions: &["us-isob-east-1", "us-isob-west-1"],
        without_identity_center: &["us-isob-east-1", "us-isob-west-1"],
    },
    Partition {
        id: "aws-iso-e",
        prefixes: &["eu-isoe"],
        regions: &["eu-isoe-west-1"],
        without_identity_center: &["eu-isoe-west-1"],
    },
    Partition {
        id: "aws-iso-f",
        prefixes: &["us-isof"],
        regions: &["us-isof-east-1", "us-isof-south-1"],
        without_identity_center: &["us-isof-east-1", "us-isof-south-1"],
    },
    Partition {
        id: "aws-us-gov",
        prefixes: &["us-gov"],
        regions: &["us-gov-east-1", "us-gov-west-1"],
        without_identity_center: &[],
    },
];

/// The first four hex digits of instance ids in public configurations that also state the home region. Observed, not
/// documented.
const HOME_REGIONS: [(&str, &str, &str); 10] = [
    ("aws", "7223", "us-east-1"),
    ("aws", "6684", "us-east-2"),
    ("aws", "7907", "us-west-2"),
    ("aws", "8824", "ca-central-1"),
    ("aws", "6804", "eu-west-1"),
    ("aws", "7535", "eu-west-2"),
    ("aws", "6987", "eu-central-1"),
    ("aws", "8259", "ap-southeast-2"),
    ("aws", "7758", "ap-northeast-1"),
    ("aws-us-gov", "7907", "us-gov-west-1"),
];

/// From the documentation and examples of botocore 1.44.5 and from public examples.
#[rustfmt::skip]
const PLACEHOLDER_ACCOUNTS: &[&str] = &[
    "000000000000", "012345678901", "012345678910", "012345678912", "111111111111", "111122223333",
    "111222333444", "112233445566", "123412341234", "123451234512", "123456789011", "123456789012",
    "123456789101", "222222222222", "222233334444", "223456789012", "333333333333", "444444444444",
    "444455556666", "555555555555", "555566667777", "777788889999", "987654321098", "999999999999",
];

/// From public READMEs.
#[rustfmt::skip]
const PLACEHOLDER_IDS: &[&str] = &[
    "0000000000000000", "0123456789abcdef", "1111111111111111", "1234567890abcdef", "aaaaaaaaaaaaaaaa",
    "xxxxxxxxxxxxxxxx",
];

/// Real accounts that look like placeholders.
#[rustfmt::skip]
const REAL_ACCOUNTS: &[&str] = &["027907692231", "029422952198", "029921763173", "058264506178", "066023111852", "071300173697"];

/// What is known about a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionStatus {
    /// It does not have the form of any partition's regions, so it cannot exist.
    Invalid,
    /// It has the right form, but is not in the list. Exactly one listed region is one edit away.
    Misspelled(&'static str),
    /// It has the right form, but is not in the list.
    Unlisted,
    /// It exists, but does not have IAM Identity Center.
    WithoutIdentityCenter,
    /// It exists and has IAM Identity Center.
    Supported,
}

fn has(words: &[&str], word: &str) -> bool {
    words.binary_search(&word).is_ok()
}

impl Partition {
    /// Whether the form of a region's name allows it to be in this partition.
    fn may_have(&self, region: &str) -> bool {
        let parts = region.rsplit_once('-').and_then(|(rest, number)| Some((rest.rsplit_once('-')?, number)));
        parts.is_some_and(|((prefix, word), number)| {
            let are = |text: &str, is_it: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(is_it);
            are(number, u8::is_ascii_digit) && are(word, u8::is_ascii_lowercase) && has(self.prefixes, prefix)
        })
    }
}

/// The partition whose regions have the form of `region`, whether the region is listed or not.
pub fn partition_of_region(region: &str) -> Option<&'static Partition> {
    PARTITIONS.iter().find(|partition| partition.may_have(region))
}

/// What is known about `region`.
pub fn region_status(region: &str) -> RegionStatus {
    match partition_of_region(region) {
        None => RegionStatus::Invalid,
        Some(partition) if has(partition.without_identity_center, region) => RegionStatus::WithoutIdentityCenter,
        Some(partition) if has(partition.regions, region) => RegionStatus::Supported,
        Some(_) => misspelled(region).map_or(RegionStatus::Unlisted, RegionStatus::Misspelled),
    }
}

/// The only listed region that differs from `region` by one character, or by two swapped neighbors.
fn misspelled(region: &str) -> Option<&'static str> {
    let is_near = |listed: &&str| listed.len().abs_diff(region.len()) <= 1 && strsim::osa_distance(listed, region) == 1;
    let mut near = regions().filter(is_near);
    near.next().filter(|_| near.next().is_none())
}

/// All listed regions of all partitions.
pub fn regions() -> impl Iterator<Item = &'static str> {
    PARTITIONS.iter().flat_map(|partition| partition.regions.iter().copied())
}

/// Whether there is a partition with this id.
pub fn is_partition(id: &str) -> bool {
    PARTITIONS.iter().any(|partition| partition.id == id)
}

/// The home region that has been observed for instance ids that start with `prefix` (four hex digits). Not documented.
pub fn home_region(partition: &str, prefix: &str) -> Option<&'static str> {
    let mut homes = HOME_REGIONS.iter().filter(|(of, start, _)| (*of, *start) == (partition, prefix));
    homes.next().map(|(.., region)| *region)
}

/// Whether documentation or examples use this account id: it is listed, has one digit repeated, a sequence, groups of
/// four equal digits, or eight leading zeros. A text that is not twelve digits is not a placeholder.
pub fn is_placeholder_account(id: &str) -> bool {
    let digits = id.as_bytes();
    if digits.len() != 12 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    if has(REAL_ACCOUNTS, id) {
        return false;
    }
    let steps = |step: u8| digits.windows(2).all(|pair| matches!(pair, [a, b] if (a - b'0' + step) % 10 == b - b'0'));
    has(PLACEHOLDER_ACCOUNTS, id)
        || steps(0)
        || steps(1)
        || steps(9)
        || digits.chunks(4).all(|group| matches!(group, [a, rest @ ..] if rest.iter().all(|b| b == a)))
        || id.starts_with("00000000")
}

/// Whether documentation or examples use these sixteen characters as an instance or permission set id: they are listed,
/// one character repeated, a sequence of hex digits, or contain an `x` or `*`. A text of another length is not a
/// placeholder.
pub fn is_placeholder_id(suffix: &str) -> bool {
    let bytes = suffix.as_bytes();
    bytes.len() == 16
        && (has(PLACEHOLDER_IDS, suffix)
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
        assert_eq!(partition_of_region("cn-north-1").map(|p| p.id), Some("aws-cn"));
    }

    #[test]
    fn placeholders_differ_from_real_ids() {
        for id in ["123456789012", "000000000000", "111122223333", "098765432109", "000000001234", "345678901234"] {
            assert!(is_placeholder_account(id), "{id}");
        }
        for id in ["280365914472", "058264506178", "1234567890", "029422952198"] {
            assert!(!is_placeholder_account(id), "{id}");
        }
        assert!([PLACEHOLDER_ACCOUNTS, PLACEHOLDER_IDS, REAL_ACCOUNTS].iter().all(|list| list.is_sorted()));
        let lists = |it: &'static Partition| [it.prefixes, it.regions, it.without_identity_center];
        assert!(PARTITIONS.iter().flat_map(lists).all(<[&str]>::is_sorted));
        assert!(is_placeholder_id("1234567890abcdef") && is_placeholder_id("8824xxxxxd4dd99a"));
        assert!(!is_placeholder_id("72231fda92423e7f") && !is_placeholder_id("111"));
    }
}
