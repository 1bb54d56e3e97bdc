//! Properties of any values file.

use proptest::prelude::*;
use proptest::sample::Index;
use symlint_core::finding::Finding;
use symlint_terraform::{Project, Span};

use crate::spellings::spell::SPELLINGS;
use crate::spellings::tenants::{INSTANCE, ROLE, SET, SSO, TARGET, Tenant, Value, many};
use crate::spellings::{Files, findings, found};

/// The texts of a finding and the source text at its places, without positions.
fn said(finding: &Finding, project: &Project) -> (String, String, Option<String>, Vec<String>) {
    let text = |span: Span| project.sources().text(span).to_string();
    let places = std::iter::once(text(finding.span)).chain(finding.related.iter().map(|related| text(related.span)));
    (finding.rule.to_owned(), finding.message.clone(), finding.tenant.clone(), places.collect())
}

/// Panics if the span of a finding or a fix is outside of its file, or cuts a character.
fn check_spans(files: &Files) {
    findings(files, |finding, project| {
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        let spans = std::iter::once(finding.span).chain(finding.related.iter().map(|related| related.span));
        for span in spans.chain(edits) {
            let source = project.sources().get(span.file);
            let range = span.start as usize..span.end as usize;
            assert!(source.text().get(range).is_some(), "{} at {span:?}", finding.rule);
        }
        assert!(!finding.message.contains('\n'), "{}", finding.message);
    });
}

/// A change of a tenant's values.
#[derive(Debug, Clone)]
enum Change {
    /// The value of another tenant, in one attribute, or in several.
    Of(usize, Vec<usize>),
    Text(usize, &'static str),
    Cut(usize, Index),
    Absent(usize, bool),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = prop::sample::select(vec![
        "",
        " ",
        "123456789012",
        "é",
        "1234-5678-9012",
        "arn:aws:iam::719240583316:role/",
        "arn:::::",
        "::::::",
        "ssoins-",
        "AWS",
        "us-gov-west-1",
        "\u{feff}x",
        "arn:aws:sso:::permissionSet/ssoins-//",
        "\"\\",
        "803477428605",
        "a\nb",
    ]);
    prop_oneof![
        (0..4_usize, prop::collection::vec(0..7_usize, 1..4)).prop_map(|(from, at)| Change::Of(from, at)),
        (0..7_usize, odd).prop_map(|(at, text)| Change::Text(at, text)),
        (0..7_usize, any::<Index>()).prop_map(|(at, index)| Change::Cut(at, index)),
        (0..7_usize, any::<bool>()).prop_map(|(at, null)| Change::Absent(at, null)),
    ]
}

fn make(tenants: &mut [Tenant], to: usize, change: &Change) {
    match change {
        Change::Of(from, places) => {
            let from = tenants[*from].clone();
            places.iter().for_each(|&at| tenants[to].values[at] = from.values[at].clone());
        }
        Change::Text(at, text) => tenants[to].set(*at, text),
        Change::Cut(at, index) => {
            let text = tenants[to].text(*at).to_owned();
            if !text.is_empty() {
                let kept = index.index(text.chars().count());
                tenants[to].set(*at, &text.chars().take(kept).collect::<String>());
            }
        }
        Change::Absent(at, null) => tenants[to].values[*at] = if *null { Value::Null } else { Value::Missing },
    }
}

fn changed(changes: &[(usize, Change)]) -> Vec<Tenant> {
    let mut tenants = many(4);
    changes.iter().for_each(|(to, change)| make(&mut tenants, *to, change));
    tenants
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_values_cause_a_panic_or_an_invalid_span(
        changes in prop::collection::vec((0..4_usize, change()), 0..4),
        spelling in 0..SPELLINGS.len(),
    ) {
        check_spans(&(SPELLINGS[spelling].spell)(&changed(&changes)));
    }

    #[test]
    fn no_bytes_cause_a_panic_or_an_invalid_span(
        spelling in 0..SPELLINGS.len(),
        edits in prop::collection::vec((any::<Index>(), any::<Index>(), 0..6_usize, any::<[u8; 3]>()), 1..4),
    ) {
        let mut files = (SPELLINGS[spelling].spell)(&many(3));
        let last = files.len() - 1;
        let bytes = &mut files[last].1;
        for (at, other, what, new) in edits {
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = new[0],
                1 => { bytes.insert(at, b"{}[]\"=,:$#\n\\"[usize::from(new[1]) % 12]); }
                2 => { bytes.remove(at); }
                3 => { let other = other.index(bytes.len()); bytes.swap(at, other); }
                4 => bytes.truncate(at.max(1)),
                _ => { let other = other.index(bytes.len()); let piece = bytes[at.min(other)..at.max(other)].to_vec(); bytes.splice(at..at, piece); }
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        check_spans(&files);
    }

    #[test]
    fn comments_and_formatting_change_only_positions(
        changes in prop::collection::vec((0..4_usize, change()), 1..3),
    ) {
        let tenants = changed(&changes);
        let plain = findings(&(SPELLINGS[0].spell)(&tenants), said);
        for name in ["quoted keys", "colons", "one line", "no blanks", "trailing commas", "CRLF", "a byte order mark", "comments"] {
            let spelling = SPELLINGS.iter().find(|spelling| spelling.name == name).unwrap();
            prop_assert_eq!(&findings(&(spelling.spell)(&tenants), said), &plain, "{}", name);
        }
    }

    #[test]
    fn the_order_of_tenants_only_decides_which_of_two_has_the_finding(
        changes in prop::collection::vec((0..4_usize, change()), 1..3),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let tenants = changed(&changes);
        let shuffled: Vec<Tenant> = order.iter().map(|&at| tenants[at].clone()).collect();
        let told = |tenants: &[Tenant]| -> (Vec<_>, Vec<String>) {
            let (mutual, own): (Vec<_>, Vec<_>) =
                found(&(SPELLINGS[0].spell)(tenants)).into_iter().partition(|(rule, ..)| is_mutual(rule));
            // If more than two tenants share a value, several of them have findings.
            let mut rules: Vec<String> = mutual.into_iter().map(|(rule, ..)| rule).collect();
            rules.dedup();
            (own, rules)
        };
        prop_assert_eq!(told(&tenants), told(&shuffled));
    }
}

/// Whether the rule reports the later one of two tenants that contradict each other.
fn is_mutual(rule: &str) -> bool {
    rule.starts_with("duplicate-") || rule.starts_with("shared-") || rule == "slug-collision"
}

#[test]
fn swapped_values_of_any_two_tenants_are_found() {
    // Each field of two tenants is swapped. The result must be the same with the module as with the values alone.
    let module = SPELLINGS.iter().find(|spelling| spelling.name == "through a local").unwrap();
    for to in 0..3 {
        for from in (0..3).filter(|from| *from != to) {
            for at in [SSO, INSTANCE, ROLE, SET, TARGET] {
                let mut tenants = many(3);
                let (own, other) = (tenants[to].values[at].clone(), tenants[from].values[at].clone());
                tenants[to].values[at] = other;
                let alone = found(&(SPELLINGS[0].spell)(&tenants));
                assert!(!alone.is_empty(), "{at} of {to} from {from}");
                assert_eq!(found(&(module.spell)(&tenants)), alone, "{at} of {to} from {from}");
                tenants[from].values[at] = own;
                let swapped = found(&(SPELLINGS[0].spell)(&tenants));
                // If two target accounts are swapped, no other value contradicts them.
                assert_eq!(swapped.is_empty(), at == TARGET, "{at} of {to} and {from}: {swapped:?}");
                assert_eq!(found(&(module.spell)(&tenants)), swapped, "{at} of {to} and {from}");
            }
        }
    }
}
