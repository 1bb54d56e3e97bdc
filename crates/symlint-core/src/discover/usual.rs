//! Which attribute is the SSO account in most root modules. If a root module has a single tenant, and the account in the
//! role's ARN is wrong, nothing in this root module shows which of the tenant's accounts is the SSO account.

use foldhash::HashMap;
use symlint_terraform::Root;

use crate::tenants::{Cases, Collection, Evidence, FieldKind, Model, Shape, Steps, Way};

/// The attribute that is the SSO account in most root modules that have a certain collection.
#[derive(Debug)]
pub(crate) struct UsualAccount {
    pub(super) shape: Shape,
    /// The steps from an element to the attribute.
    pub(super) steps: Steps,
    /// In how many of the root modules the account is the one in the role's ARN.
    pub(super) cases: Cases,
}

/// The usual SSO accounts of the collections that several of `models` have.
pub(crate) fn usual_accounts<'m>(models: impl Iterator<Item = &'m Model<'m>>) -> Vec<UsualAccount> {
    let mut found: HashMap<&Shape, (Cases, HashMap<&Steps, usize>)> = HashMap::default();
    let collections = models.flat_map(|model| model.sources_of_values.collections());
    // A collection without a name is not the same one in several root modules.
    for collection in collections.filter(|it| !matches!(it.shape.root, Root::Inline(_))) {
        let (cases, counts) = found.entry(&collection.shape).or_default();
        cases.of += 1;
        if let Some((way, count)) = account_in_role(collection) {
            *counts.entry(&way.steps).or_default() += usize::from(count > 0);
        }
    }
    let usual = found.into_iter().filter_map(|(shape, (cases, counts))| {
        let (steps, count) =
            counts.into_iter().max_by(|(a, count_a), (b, count_b)| count_a.cmp(count_b).then(b.cmp(a)))?;
        let is_usual = cases.of > 1 && count * 2 >= cases.of;
        is_usual.then(|| UsualAccount { shape: shape.clone(), steps: steps.clone(), cases: Cases { count, ..cases } })
    });
    usual.collect()
}

/// The usual accounts of the collections of `model` that do not show well enough themselves which account is theirs.
pub(crate) fn not_found<'u>(model: &Model<'_>, usual: &'u [UsualAccount]) -> Vec<&'u UsualAccount> {
    let collections = model.sources_of_values.collections();
    let is_missed = |usual: &&UsualAccount| {
        collections.iter().filter(|collection| collection.shape == usual.shape).any(|collection| {
            match collection.ways.iter().find(|way| way.field == FieldKind::SsoAccountId) {
                None | Some(Way { evidence: Evidence::InSafelist(_), .. }) => true,
                Some(_) => account_in_role(collection).is_some_and(|(way, count)| {
                    let is_part_of_role = way.reaches.iter().any(|reach| reach.field == FieldKind::RoleArn);
                    way.steps != usual.steps && !is_part_of_role && count < usual.cases.count
                }),
            }
        })
    };
    usual.iter().filter(is_missed).collect()
}

/// The attribute that is the SSO account because it is in the roles, and in the roles of how many elements it is.
fn account_in_role(collection: &Collection) -> Option<(&Way, usize)> {
    collection.ways.iter().find_map(|way| match (way.field, way.evidence) {
        (FieldKind::SsoAccountId, Evidence::InRole(cases)) => Some((way, cases.count)),
        _ => None,
    })
}
