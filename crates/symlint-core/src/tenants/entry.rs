//! Builds a tenant from an element of a collection as it is written.

use foldhash::HashSet;
use smallvec::SmallVec;
use symlint_terraform::{Kind, Path, PathStep, Span, Str, Type, Value};

use super::field::{Absence, Field, State};
use super::kind::FieldKind;
use super::layout::{Layout, Pair, ValuePlace};
use super::step::{Step, values_at};

use super::id::TenantId;
use super::tenant::{Connector, Grant, MissingAttribute, Provenance, Tenant, Whole};

/// Builds a tenant from a value.
pub(crate) struct Builder<'a> {
    pub(crate) layout: &'a Layout,
    /// The declared type of the tenant. Without one, that of the shipped example is assumed.
    pub(crate) ty: Option<&'a Type>,
    /// Where values do not fit the declared type. These are reported elsewhere, and must not be treated as merely
    /// unknown.
    pub(crate) invalid: &'a HashSet<Span>,
    /// Attributes that an expression refers to although some object lacks them.
    pub(crate) refused: &'a HashSet<Str>,
    pub(crate) tenant: TenantId,
    pub(crate) path: Path,
    pub(crate) key_span: Span,
}

/// The objects that hold the values of a tenant: what was found at each of [`Layout::parents`].
type Parents = SmallVec<[FoundValue; 2]>;

/// What was found at a path inside a tenant.
#[derive(Clone)]
enum FoundValue {
    /// This value, whose key is at this span.
    Value(Value, Span),
    /// Nothing after this many steps of the path. A gap can be shown at the span.
    Absent { steps: usize, absence: Absence, span: Span },
    /// A value on the path is not an object.
    Unusable,
}

fn is_listed((permission_set, target): &Pair) -> bool {
    permission_set.first() == Some(&Step::Each) && target.first() == Some(&Step::Each)
}

impl Builder<'_> {
    pub(crate) fn tenant(self, key: Value, value: &Value, provenance: Provenance) -> Tenant {
        let whole = match &value.kind {
            Kind::Object(_) | Kind::Map(_) => Whole::Object,
            Kind::Null => Whole::Null,
            Kind::Unknown(unknown) if !self.is_invalid(&unknown.span) => Whole::Unknown,
            // An element may itself be the list of a tenant's grants.
            _ if value.elements().is_some() && self.layout.pairs.iter().any(is_listed) => Whole::Object,
            _ => Whole::Other(value.type_name()),
        };
        let mut gaps: Vec<MissingAttribute> = Vec::new();
        let parents: Parents = self.layout.parents.iter().map(|path| self.find(path, value)).collect();
        let mut field = |kind| self.field(kind, &parents, &whole, &mut gaps);
        let sso_account_id = field(FieldKind::SsoAccountId);
        let connector = Connector {
            cloud: field(FieldKind::Cloud),
            instance_arn: field(FieldKind::InstanceArn),
            region: field(FieldKind::Region),
            role_arn: field(FieldKind::RoleArn),
            is_common: false,
        };
        let grants = self.grants(value, &parents, &whole, &mut gaps).into_boxed_slice();
        let misfits = match self.ty {
            None => self.layout.shape.misfits(value, &self.path),
            Some(_) => Vec::new(),
        };
        Tenant {
            id: self.tenant,
            key: self.key(key),
            other_names: Vec::new(),
            sso_account_id,
            connector,
            grants,
            provenance,
            whole,
            path: self.path,
            missing: gaps,
            misfits,
            span: value.origin.span,
        }
    }

    fn key(&self, key: Value) -> Field {
        let mut field = Field::new(FieldKind::Key, self.tenant, Some(key), self.key_span);
        field.path = Some(self.path.clone());
        field
    }

    fn field(&self, kind: FieldKind, parents: &Parents, whole: &Whole, gaps: &mut Vec<MissingAttribute>) -> Field {
        let absent =
            |absence, span| Field { state: State::Absent(absence), ..Field::unusable(kind, self.tenant, span) };
        if matches!(whole, Whole::Null | Whole::Other(_)) {
            return Field::unusable(kind, self.tenant, self.key_span);
        }
        match self.found(kind, parents) {
            FoundValue::Value(value, _) => Field::new(kind, self.tenant, Some(value), self.key_span),
            FoundValue::Unusable => Field::unusable(kind, self.tenant, self.key_span),
            FoundValue::Absent { steps, absence, span } => {
                let path = self.layout.place(kind).map(|place| place.path.as_slice()).unwrap_or_default();
                let whole_path = steps == path.len();
                let absent_path = path.get(..steps).unwrap_or(path);
                if self.is_required(absent_path) {
                    let field = whole_path.then_some(kind);
                    self.report_gap(absent_path, absence, span, field, gaps);
                }
                if whole_path { absent(absence, span) } else { Field::unusable(kind, self.tenant, span) }
            }
        }
    }

    /// What was found where the value of this kind should be.
    fn found(&self, kind: FieldKind, parents: &Parents) -> FoundValue {
        let Some(ValuePlace { path, parent }) = self.layout.place(kind) else { return FoundValue::Unusable };
        match (path.last(), parents.get(*parent)) {
            (Some(name), Some(parent)) => self.step(parent, path.len(), name),
            _ => FoundValue::Unusable,
        }
    }

    fn find(&self, path: &[Str], value: &Value) -> FoundValue {
        let mut found = self.start(value);
        for (index, name) in path.iter().enumerate() {
            found = self.step(&found, index + 1, name);
        }
        found
    }

    fn start(&self, value: &Value) -> FoundValue {
        match value.as_unknown() {
            Some(unknown) if self.is_invalid(&unknown.span) => FoundValue::Unusable,
            _ => FoundValue::Value(value.clone(), self.key_span),
        }
    }

    /// What was found at the attribute `name` of `parent`, which is `steps` away from the tenant.
    fn step(&self, parent: &FoundValue, steps: usize, name: &str) -> FoundValue {
        let FoundValue::Value(parent, span) = parent else { return parent.clone() };
        if parent.as_unknown().is_some() {
            return FoundValue::Value(parent.clone(), *span);
        }
        if parent.entries().is_none() {
            return FoundValue::Unusable;
        }
        let Some(entry) = parent.entry(name) else {
            return FoundValue::Absent { steps, absence: Absence::Missing, span: *span };
        };
        let absence = match &entry.value.kind {
            Kind::Null => Some(Absence::Null),
            Kind::String(text) if text.is_empty() => Some(Absence::Empty),
            Kind::Unknown(unknown) if self.is_invalid(&unknown.span) => return FoundValue::Unusable,
            _ => None,
        };
        match absence {
            Some(absence) => FoundValue::Absent { steps, absence, span: entry.value.origin.span },
            None => FoundValue::Value(parent.child(entry), entry.key_span),
        }
    }

    fn is_invalid(&self, span: &Span) -> bool {
        self.invalid.contains(span)
    }

    /// Notes a gap once, no matter how many values it hides.
    fn report_gap(
        &self,
        path: &[Str],
        absence: Absence,
        span: Span,
        field: Option<FieldKind>,
        gaps: &mut Vec<MissingAttribute>,
    ) {
        let full = path.iter().fold(self.path.clone(), |path, name| path.join(PathStep::Attribute(name.clone())));
        if gaps.iter().all(|gap| gap.path != full) {
            let name = path.last().map(ToString::to_string).unwrap_or_default();
            gaps.push(MissingAttribute { name, absence, span, path: full, field });
        }
    }

    /// Whether the type requires the attribute at `path` and all of its parents.
    fn is_required(&self, path: &[Str]) -> bool {
        let mut ty = self.ty;
        for name in path {
            match ty {
                None | Some(Type::Any) => return true,
                Some(Type::Object(attributes)) => {
                    let attribute = attributes.iter().find(|attribute| attribute.name == *name);
                    let Some(attribute) = attribute.filter(|attribute| !attribute.optional) else { return false };
                    ty = Some(&attribute.ty);
                }
                Some(_) => return false,
            }
        }
        true
    }

    fn grants(&self, value: &Value, parents: &Parents, whole: &Whole, gaps: &mut Vec<MissingAttribute>) -> Vec<Grant> {
        let lists = if *whole == Whole::Object { self.grant_lists(value, gaps) } else { Vec::new() };
        if !self.layout.pairs.is_empty() && *whole == Whole::Object {
            return self.layout.pairs.iter().flat_map(|pair| self.grants_of(value, pair, gaps)).collect();
        }
        let is_there = |kind| match self.found(kind, parents) {
            _ if self.layout.place(kind).is_none() => false,
            FoundValue::Absent { absence, .. } => absence == Absence::Empty,
            _ => true,
        };
        let mut grants = Vec::with_capacity(1);
        if lists.is_empty() || is_there(FieldKind::PermissionSetArn) || is_there(FieldKind::TargetAccountId) {
            grants.push(Grant::new(
                self.field(FieldKind::PermissionSetArn, parents, whole, gaps),
                self.field(FieldKind::TargetAccountId, parents, whole, gaps),
            ));
        }
        for list in lists {
            if let Some(unknown) = list.as_unknown() {
                let field = |kind| Field {
                    state: State::Unknown(unknown.clone()),
                    ..Field::unusable(kind, self.tenant, list.origin.span)
                };
                grants.push(Grant::new(field(FieldKind::PermissionSetArn), field(FieldKind::TargetAccountId)));
            }
            grants.extend(in_source_order(&list).into_iter().map(|(span, element)| self.grant(span, &element, gaps)));
        }
        grants
    }

    /// The grants that a pair of attributes defines: one for each combination of their values inside the object that
    /// both share.
    fn grants_of(
        &self,
        value: &Value,
        (permission_set, target): &Pair,
        gaps: &mut Vec<MissingAttribute>,
    ) -> Vec<Grant> {
        let shared = permission_set.iter().zip(target).take_while(|(a, b)| a == b).map(|(step, _)| step);
        let shared: Vec<Step> = shared.cloned().collect();
        let within = shared.iter().rposition(|step| *step == Step::Each).map_or(0, |at| at + 1);
        let (list, rest) = (shared.get(..within).unwrap_or_default(), |steps: &[Step]| {
            steps.get(within..).unwrap_or_default().to_vec()
        });
        let mut grants = Vec::new();
        for holder in values_at(value, list) {
            let fields = |kind, steps: &[Step]| -> Vec<Field> {
                if steps.is_empty() {
                    return vec![Field::unusable(kind, self.tenant, self.key_span)];
                }
                let found = values_at(&holder, &rest(steps));
                match found.is_empty() && !rest(steps).contains(&Step::Each) {
                    true => vec![self.lacking(kind, (within > 0).then_some(&holder), &rest(steps))],
                    false => {
                        found.into_iter().map(|it| Field::new(kind, self.tenant, Some(it), self.key_span)).collect()
                    }
                }
            };
            let targets = fields(FieldKind::TargetAccountId, target);
            for permission_set_arn in fields(FieldKind::PermissionSetArn, permission_set) {
                let grant = |target: &Field| Grant::new(permission_set_arn.clone(), target.clone());
                grants.extend(targets.iter().map(grant));
            }
        }
        for (field, steps) in grants
            .iter()
            .flat_map(|grant| [(&grant.permission_set_arn, permission_set), (&grant.target_account_id, target)])
        {
            let (&State::Absent(absence), Some(path)) = (&field.state, &field.path) else { continue };
            // A null may be there for a filter to leave out.
            let is_gap = match absence {
                Absence::Empty => true,
                Absence::Null => self.is_declared(steps),
                Absence::Missing => matches!(steps.last(), Some(Step::Name(name)) if self.refused.contains(name)),
            };
            let name = steps.iter().rev().find_map(|it| if let Step::Name(name) = it { Some(name) } else { None });
            if let (true, Some(name)) = (is_gap, name)
                && gaps.iter().all(|gap| gap.path != *path)
            {
                let (name, path, span, field) = (name.to_string(), path.clone(), field.span, Some(field.kind));
                gaps.push(MissingAttribute { name, absence, span, path, field });
            }
        }
        grants
    }

    /// The missing field that should be at `steps` of `holder`, or else of the tenant.
    fn lacking(&self, kind: FieldKind, holder: Option<&Value>, steps: &[Step]) -> Field {
        let field = Field::new(kind, self.tenant, None, self.key_span);
        let (around, span) = match holder {
            None => (self.path.clone(), self.key_span),
            Some(holder) => match holder.origin.path.clone() {
                Some(path) => (path, holder.origin.span.part(0..1)),
                None => return field,
            },
        };
        let names = steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name) } else { None });
        let path = names.fold(around, |path, name| path.join(PathStep::Attribute(name.clone())));
        Field { path: Some(path), span, ..field }
    }

    /// Whether the declared type has the attribute at the end of `steps`, and requires it.
    fn is_declared(&self, steps: &[Step]) -> bool {
        let end = self.ty.and_then(|ty| {
            steps.iter().try_fold(ty, |ty, step| match (ty, step) {
                (Type::Object(attributes), Step::Name(name)) => {
                    attributes.iter().find(|attribute| attribute.name == *name && !attribute.optional).map(|it| &it.ty)
                }
                (Type::List(element) | Type::Set(element) | Type::Map(element), Step::Each) => Some(&**element),
                _ => None,
            })
        });
        end.is_some()
    }

    fn grant(&self, at: Span, element: &Value, gaps: &mut Vec<MissingAttribute>) -> Grant {
        if element.is_null() {
            let path = element.origin.path.clone().unwrap_or_else(|| self.path.clone());
            let name = "a grant".to_owned();
            let (absence, span) = (Absence::Null, element.origin.span);
            gaps.push(MissingAttribute { name, absence, span, path, field: None });
            let field = |kind| Field::unusable(kind, self.tenant, at);
            return Grant::new(field(FieldKind::PermissionSetArn), field(FieldKind::TargetAccountId));
        }
        let mut field = |kind, names: &[String]| {
            if element.as_unknown().is_some() {
                return Field::new(kind, self.tenant, Some(element.clone()), at);
            }
            let value = names.iter().find_map(|name| element.get(name));
            let field = Field::new(kind, self.tenant, value, at);
            if let State::Absent(absence) = field.state {
                let name = names.first().cloned().unwrap_or_default();
                let path = element.origin.path.clone().unwrap_or_else(|| self.path.clone());
                let path = path.join(PathStep::Attribute(name.as_str().into()));
                gaps.push(MissingAttribute { name, absence, span: field.span, path, field: Some(kind) });
            }
            field
        };
        Grant::new(
            field(FieldKind::PermissionSetArn, &self.layout.permission_sets),
            field(FieldKind::TargetAccountId, &self.layout.targets),
        )
    }

    /// The attributes with lists of grants, in source order: the one called `grants`, and all with objects that have a
    /// permission set and an account.
    fn grant_lists(&self, tenant: &Value, gaps: &mut Vec<MissingAttribute>) -> Vec<Value> {
        let grants = &self.layout.grants;
        let mut lists: Vec<(Span, Value)> = Vec::new();
        match self.find(grants, tenant) {
            // The configuration says that there is no list of grants.
            _ if grants.is_empty() => {}
            FoundValue::Value(list, key)
                if (list.elements().is_some() || list.entries().is_some() || list.as_unknown().is_some())
                    && !self.layout.has_foreign_grants(&list) =>
            {
                lists.push((key, list));
            }
            // Without a declared type, the gap is reported for the two attributes of a single grant.
            FoundValue::Absent { absence: Absence::Null, span, .. }
                if self.ty.is_some() && self.is_required(grants) =>
            {
                self.report_gap(grants, Absence::Null, span, None, gaps);
            }
            _ => {}
        }
        let others = tenant.entries().unwrap_or_default().iter().filter(|entry| {
            lists.iter().all(|(key, _)| *key != entry.key_span) && self.layout.is_list_of_grants(&entry.value)
        });
        let others: Vec<(Span, Value)> = others.map(|entry| (entry.key_span, tenant.child(entry))).collect();
        lists.extend(others);
        lists.sort_by_key(|(key, _)| *key);
        lists.into_iter().map(|(_, list)| list).collect()
    }
}

/// The elements of a list, set, tuple, or map, each with its key's place, or without a key, its own.
fn in_source_order(value: &Value) -> Vec<(Span, Value)> {
    let mut elements: Vec<(Span, Value)> = match (value.entries(), value.elements()) {
        (Some(entries), _) => entries.iter().map(|entry| (entry.key_span, value.child(entry))).collect(),
        (_, Some(elements)) => {
            (0..elements.len()).filter_map(|index| value.at(index)).map(|e| (e.origin.span.part(0..1), e)).collect()
        }
        _ => Vec::new(),
    };
    elements.sort_by_key(|(span, _)| *span);
    elements
}
