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

/// In how many root modules each attribute is the SSO account.
type CountedSteps<'m> = Vec<(&'m Steps, usize)>;

/// The usual SSO accounts of the collections that several of `models` have.
pub(crate) fn usual_accounts<'m>(models: impl Iterator<Item = &'m Model<'m>>) -> Vec<UsualAccount> {
    let mut places: HashMap<&Shape, usize> = HashMap::default();
    let mut found: Vec<(&Shape, usize, CountedSteps<'_>)> = Vec::new();
    let collections = models.flat_map(|model| model.sources_of_values.collections());
    // A collection without a name is not the same one in several root modules.
    for collection in collections.filter(|it| !matches!(it.shape.root, Root::Inline(_))) {
        let at = *places.entry(&collection.shape).or_insert(found.len());
        if at == found.len() {
            found.push((&collection.shape, 0, Vec::new()));
        }
        let Some((_, of, counts)) = found.get_mut(at) else { continue };
        *of += 1;
        if let Some((way, _)) = account_in_role(collection).filter(|(_, count)| *count > 0) {
            match counts.iter_mut().find(|(steps, _)| **steps == way.steps) {
                Some((_, count)) => *count += 1,
                None => counts.push((&way.steps, 1)),
            }
        }
    }
    let usual = found.into_iter().filter_map(|(shape, of, counts)| {
        let (steps, count) = counts.into_iter().reduce(|most, next| if next.1 > most.1 { next } else { most })?;
        let is_usual = count > 1 && count * 2 > of;
        is_usual.then(|| UsualAccount { shape: shape.clone(), steps: steps.clone(), cases: Cases { count, of } })
    });
    usual.collect()
}

/// The usual accounts of the collections of `model` that show no account in their roles themselves.
pub(crate) fn not_found<'u>(model: &Model<'_>, usual: &'u [UsualAccount]) -> Vec<&'u UsualAccount> {
    let is_unknown = |collection: &Collection| {
        let way = collection.ways.iter().find(|way| way.field == FieldKind::SsoAccountId);
        way.is_none_or(|way| matches!(way.evidence, Evidence::InSafelist(_)))
    };
    let collections = model.sources_of_values.collections();
    let is_missed = |usual: &&UsualAccount| collections.iter().any(|it| it.shape == usual.shape && is_unknown(it));
    usual.iter().filter(is_missed).collect()
}

/// The attribute that is the SSO account because it is in the roles, and in the roles of how many elements it is.
fn account_in_role(collection: &Collection) -> Option<(&Way, usize)> {
    collection.ways.iter().find_map(|way| match (way.field, way.evidence) {
        (FieldKind::SsoAccountId, Evidence::InRole(cases)) => Some((way, cases.count)),
        _ => None,
    })
}
