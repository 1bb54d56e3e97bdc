//! All runs of an invocation together. Tenants of different root modules and values files are compared as well.

mod names;
mod roles;

use std::cell::RefCell;

use foldhash::{HashMap, HashSet};
use symlint_terraform::{FileId, Span, Str};

use self::names::{claimed, common_keys, configured_so, named_runs, names};
use self::roles::{common_role, leave_out_copied_roles, leave_out_forbidden_accounts, shared_accounts};
use super::comparable::Comparable;
use super::field::Piece;
use super::groups::{Groups, Members};
use super::id::{RunId, TenantId};
use super::kind::FieldKind;
use super::model::Model;
use super::near::{NearIds, near_ids};
use super::owners::OwnerIndex;
use super::regions::{RegionOutlier, region_outliers};
use super::relation::{Compared, Relation, RelationKind, copies, relations};
use super::role_names::{Everyone, RoleNames};
use super::sites::{RunFolders, named_folders, sites};
use super::tenant::Tenant;
use crate::config::{Config, groups_by_key};

/// A run that is checked together with others.
pub struct SetUpRun<'p, 'c> {
    /// The model of the run. The runs are sorted.
    pub model: Model<'p>,
    /// The configuration of the run.
    pub config: &'c Config,
    /// The name of the root module, which is the same in all of its runs and different from that of other root modules.
    pub root: String,
    /// The values file for which there is this run; empty where there is none.
    pub values: String,
}

/// The tenants of an earlier run. They are compared with others, but findings are not reported on them.
pub struct Earlier {
    /// The ID of the run. The runs of the invocation come after it.
    pub run: RunId,
    /// The name of the root module, as in [`SetUpRun`].
    pub root: String,
    /// Its values files, one after the other.
    pub values: String,
    /// In source order.
    pub tenants: Vec<EarlierTenant>,
    /// Whether it has a safelist of its own.
    pub has_safelist: bool,
    /// The name of its report, if its files have the same names as others.
    pub report: Option<String>,
}

/// A tenant of an earlier run, with the facts that its own values do not show.
pub struct EarlierTenant {
    /// The tenant, whose spans are not valid.
    pub tenant: Tenant,
    /// The customer and the organization, by their names in the configuration.
    pub configured: [Option<String>; 2],
    /// The environment that its connector was given, if it is configured.
    pub environment: Option<String>,
    /// The file, and the position in it.
    pub written: (Str, u32),
}

/// The runs to compare.
pub struct SetUpParts<'p, 'c> {
    /// The runs, sorted.
    pub members: Vec<SetUpRun<'p, 'c>>,
    /// Earlier runs, sorted.
    pub earlier: Vec<Earlier>,
    /// Whether all root modules in the given folders are included, and not only those that read certain files.
    pub is_whole: bool,
}

/// Where a value is written, independent of the runs that read it.
#[derive(PartialEq, Eq, Hash)]
enum WrittenAt {
    /// In the only run.
    Here(Span),
    /// In a file, at this position.
    In(Str, u32),
    /// In an earlier run.
    Earlier(TenantId, FieldKind, usize),
}

/// The runs of an invocation, and the values that their tenants share but should not.
pub struct SetUp<'p> {
    models: Vec<Model<'p>>,
    earlier: Vec<Earlier>,
    is_whole: bool,
    /// For each run, its index among the models.
    places: Vec<Option<usize>>,
    groups: Groups,
    owners: OwnerIndex,
    /// In the order of the tenants with the findings.
    relations: Vec<Relation>,
    /// In the order of the models.
    role_names: Vec<RoleNames>,
    /// Tenants whose roles have one name that is not of the connector's form: most of all.
    common_role: Vec<TenantId>,
    /// IDs that are almost the same.
    near_ids: Vec<NearIds>,
    /// Tenants whose region stands out.
    region_outliers: Vec<RegionOutlier>,
    /// Tenants that share SSO account, instance, and region, in the order of the second tenant in each group.
    shared_accounts: Vec<Vec<TenantId>>,
    /// Keys that tenants of several runs have.
    common_keys: HashSet<Str>,
    /// The accounts of the tenants' roles.
    role_accounts: HashSet<Str>,
    /// Whether the SSO accounts of all tenants are known.
    knows_its_accounts: bool,
}

impl<'p> SetUp<'p> {
    /// Compares the tenants of all runs. `file` returns the same path for a file, whatever links lead to it.
    pub fn new(parts: SetUpParts<'p, '_>, file: &dyn Fn(&str) -> String) -> Self {
        let set_up = Self::compare(&parts.members, &parts.earlier, file);
        let models = parts.members.into_iter().map(|member| member.model).collect();
        Self { models, earlier: parts.earlier, is_whole: parts.is_whole, ..set_up }
    }

    /// Finds what the members have in common, without changing their models.
    fn compare(members: &[SetUpRun<'_, '_>], earlier: &[Earlier], file: &dyn Fn(&str) -> String) -> Self {
        let has_runs = members.len() + earlier.len() > 1;
        let files: RefCell<HashMap<(RunId, FileId), Str>> = RefCell::default();
        let name_of = |model: &Model<'_>, id: FileId| {
            let name = || Str::from(file(model.sources().get(id).name()));
            files.borrow_mut().entry((model.run, id)).or_insert_with(name).clone()
        };
        let default = Config::default();
        let config = members.first().map_or(&default, |member| member.config);
        let sites = sites(&named_runs(members, earlier, config, has_runs));
        let (earlier_sites, sites) = sites.split_at(earlier.len());
        let named: Vec<[HashMap<&str, &str>; 2]> = members.iter().map(|member| groups_by_key(member.config)).collect();
        let mut runs: Vec<Members<'_>> =
            earlier.iter().zip(earlier_sites).map(|(run, site)| run.members(&site.root)).collect();
        for ((member, site), [customers, organizations]) in members.iter().zip(sites).zip(&named) {
            runs.push(Members {
                run: member.model.run,
                root: &site.root,
                tenants: member.model.tenants.iter().collect(),
                configured: Box::new(move |tenant| {
                    [customers, organizations].map(|names| names.get(tenant.name()).copied())
                }),
                written: Box::new(|tenant: &Tenant| {
                    let span = tenant.key.span;
                    (name_of(&member.model, span.file), span.start)
                }),
            });
        }
        let tenants: Vec<&Tenant> = runs.iter().flat_map(|run| run.tenants.iter().copied()).collect();
        let mut comparables: Vec<Comparable<'_>> = tenants.iter().map(|tenant| Comparable::of(tenant)).collect();
        let groups = Groups::new(&runs, &comparables);
        let owners = OwnerIndex::new(&tenants, &comparables, &groups, has_runs);
        let mut copies = if has_runs { copies(&runs, &comparables) } else { Vec::new() };
        let before: usize = earlier.iter().map(|run| run.tenants.len()).sum();
        let mut rest = comparables.get_mut(before..).unwrap_or_default();
        for member in members {
            let (own, others) = rest.split_at_mut(member.model.tenants.len().min(rest.len()));
            own.iter_mut().for_each(|tenant| leave_out_forbidden_accounts(tenant, member.config));
            rest = others;
        }
        let compared =
            Compared { tenants: &tenants, comparables: &comparables, groups: &groups, owners: &owners, has_runs };
        let mut relations = relations(&compared);
        relations.append(&mut copies);
        relations.sort_unstable_by_key(|relation| (relation.tenant, *relation));
        let member_of = |run: RunId| {
            let place = members.binary_search_by_key(&run, |member| member.model.run).ok()?;
            members.get(place)
        };
        let written = |piece: Piece<'_>| match member_of(piece.field.tenant.run) {
            Some(SetUpRun { model, .. }) if has_runs => {
                let span = piece.span(model.sources());
                WrittenAt::In(name_of(model, span.file), span.start)
            }
            Some(SetUpRun { model, .. }) => WrittenAt::Here(piece.span(model.sources())),
            None => WrittenAt::Earlier(piece.field.tenant, piece.field.kind, piece.start),
        };
        let near_ids = near_ids(&tenants, &comparables, &written, &|tenant| member_of(tenant.run).is_some());
        let region_outliers = region_outliers(&tenants, &comparables);
        let names =
            if has_runs { names((members, sites), (earlier, earlier_sites), &groups) } else { HashMap::default() };
        let claimed = if has_runs { claimed(&tenants, &names, &groups) } else { HashSet::default() };
        let of_earlier = earlier.iter().zip(earlier_sites).flat_map(|(run, site)| {
            let tenants = run.tenants.iter();
            tenants.map(move |it| (&it.tenant, config, site))
        });
        let of_members = members.iter().zip(sites).flat_map(|(member, site)| {
            let tenants = member.model.tenants.iter();
            tenants.map(move |tenant| (tenant, member.config, site))
        });
        let all = of_members.chain(of_earlier);
        let named_folders = if has_runs { named_folders(all) } else { HashMap::default() };
        let everyone = Everyone {
            tenants: &tenants,
            groups: &groups,
            names: &names,
            claimed: &claimed,
            named_folders: &named_folders,
        };
        let role_names: Vec<RoleNames> = members
            .iter()
            .zip(sites)
            .map(|(SetUpRun { model, config, .. }, RunFolders { folders, .. })| {
                let relations = of_run(&relations, model.run);
                RoleNames::new(&model.tenants, &model.index, relations, (config, folders), &everyone)
            })
            .collect();
        let common_role = common_role(members, &role_names);
        leave_out_copied_roles(&mut relations, members, sites, &role_names);
        let shared_accounts = shared_accounts(&relations, &tenants, &groups);
        let mut places = Vec::new();
        for (place, member) in members.iter().enumerate() {
            places.resize(member.model.run.index(), None);
            places.push(Some(place));
        }
        let common_keys = if has_runs { common_keys(&tenants) } else { HashSet::default() };
        let role_accounts = tenants.iter().filter_map(|tenant| Some(tenant.role_account()?.piece.share())).collect();
        let knows_its_accounts = members.iter().all(|member| member.model.knows_its_accounts())
            && tenants.iter().all(|tenant| tenant.is_sso_account_known());
        let (models, earlier) = (Vec::new(), Vec::new());
        Self {
            models,
            earlier,
            is_whole: false,
            role_accounts,
            knows_its_accounts,
            places,
            groups,
            owners,
            relations,
            role_names,
            common_role,
            near_ids,
            region_outliers,
            shared_accounts,
            common_keys,
        }
    }

    /// A set-up with a single run.
    pub fn single(model: Model<'p>, config: &Config) -> Self {
        let members = vec![SetUpRun { model, config, root: String::new(), values: String::new() }];
        Self::new(SetUpParts { members, earlier: Vec::new(), is_whole: true }, &str::to_owned)
    }

    /// The models of the runs, in their order.
    pub fn models(&self) -> &[Model<'p>] {
        &self.models
    }

    /// The models of the runs, when nothing needs to be compared any more. Each model keeps the results about its own
    /// tenants.
    pub fn into_models(self) -> Vec<Model<'p>> {
        let Self { mut models, relations, role_names, .. } = self;
        for (model, role_names) in models.iter_mut().zip(role_names) {
            model.role_names = role_names;
            let own = of_run(&relations, model.run).iter().filter(|relation| relation.other.run == model.run);
            model.relations = own.copied().collect();
        }
        models
    }

    /// The model of a run.
    pub fn model(&self, run: RunId) -> Option<&Model<'p>> {
        self.models.get((*self.places.get(run.index())?)?)
    }

    /// A tenant of any run.
    pub fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        match self.model(id.run) {
            Some(model) => model.tenants.get(id.index()),
            None => self.earlier_tenant(id).map(|it| &it.tenant),
        }
    }

    fn earlier_tenant(&self, id: TenantId) -> Option<&EarlierTenant> {
        let at = self.earlier.binary_search_by_key(&id.run, |run| run.run).ok()?;
        self.earlier.get(at)?.tenants.get(id.index())
    }

    pub fn earlier(&self) -> &[Earlier] {
        &self.earlier
    }

    /// Whether there is any tenant.
    pub fn has_tenants(&self) -> bool {
        self.models.iter().any(|model| !model.tenants.is_empty())
            || self.earlier.iter().any(|run| !run.tenants.is_empty())
    }

    /// Whether all root modules in the given folders are included, and not only those that read certain files.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Which tenants are one customer.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// What the names of a run's connector roles mean.
    pub fn role_names(&self, run: RunId) -> Option<&RoleNames> {
        self.role_names.get((*self.places.get(run.index())?)?)
    }

    /// The tenants, in all runs, whose roles have one name that is not of the connector's form, where most have it.
    pub fn common_role(&self) -> &[TenantId] {
        &self.common_role
    }

    /// The values that tenants of a run share but should not, in the order of the tenants.
    pub fn relations(&self, run: RunId) -> &[Relation] {
        of_run(&self.relations, run)
    }

    /// The groups of tenants that share SSO account, instance, and region, if the second tenant of the group is in this
    /// run.
    pub fn shared_accounts(&self, run: RunId) -> &[Vec<TenantId>] {
        let second = |group: &Vec<TenantId>| group.get(1).map(|tenant| tenant.run);
        let from = self.shared_accounts.partition_point(|group| second(group) < Some(run));
        let to = self.shared_accounts.partition_point(|group| second(group) <= Some(run));
        self.shared_accounts.get(from..to).unwrap_or_default()
    }

    /// The same of all runs.
    pub fn all_shared_accounts(&self) -> &[Vec<TenantId>] {
        &self.shared_accounts
    }

    /// Whether any two tenants have a relation of one of these kinds.
    pub fn has_any(&self, kinds: &[RelationKind]) -> bool {
        self.relations.iter().any(|relation| kinds.contains(&relation.kind))
    }

    /// The IDs of a run that are almost the same as others.
    pub fn near_ids(&self, run: RunId) -> impl Iterator<Item = &NearIds> {
        self.near_ids.iter().filter(move |near| near.tenant.run == run)
    }

    /// The tenants of a run whose region differs from that of similar instances.
    pub fn region_outliers(&self, run: RunId) -> impl Iterator<Item = &RegionOutlier> {
        self.region_outliers.iter().filter(move |outlier| outlier.tenant.run == run)
    }

    /// Whether all tenants and their SSO accounts are known.
    pub fn knows_its_accounts(&self) -> bool {
        self.knows_its_accounts
    }

    /// Whether an account is the SSO account of a tenant, or contains the role of one.
    pub fn is_account_of_tenant(&self, account: &str) -> bool {
        self.owners.is_account(account) || self.role_accounts.contains(account)
    }

    /// The first tenant of another customer than `tenant` whose SSO account this is, from the same run if possible.
    pub fn owner_of_account(&self, account: &str, tenant: TenantId) -> Option<TenantId> {
        self.owners.of_account(account, tenant, &self.groups)
    }

    /// The first tenant of another customer than `tenant` whose instance this is, from the same run if possible.
    pub fn owner_of_instance(&self, instance: &str, tenant: TenantId) -> Option<TenantId> {
        self.owners.of_instance(instance, tenant, &self.groups)
    }

    /// The tenant that this one was copied from, if it was copied.
    pub fn copied_from(&self, tenant: TenantId) -> Option<TenantId> {
        let from = self.relations.partition_point(|relation| relation.tenant < tenant);
        let mut own = self.relations.iter().skip(from).take_while(|relation| relation.tenant == tenant);
        own.find(|relation| relation.kind == RelationKind::DuplicateTenant).map(|relation| relation.other)
    }

    /// The tenant whose role this one has, if the role's account is not the tenant's own SSO account.
    pub fn role_copied_from(&self, tenant: &Tenant) -> Option<TenantId> {
        let account = tenant.role_account().filter(|_| tenant.has_role_account_mismatch())?;
        self.owner_of_account(account.text(), tenant.id)
    }
}

fn of_run(relations: &[Relation], run: RunId) -> &[Relation] {
    let from = relations.partition_point(|relation| relation.tenant.run < run);
    let to = relations.partition_point(|relation| relation.tenant.run <= run);
    relations.get(from..to).unwrap_or_default()
}

impl Earlier {
    fn members<'t>(&'t self, root: &'t str) -> Members<'t> {
        let of = |tenant: &Tenant| self.tenants.get(tenant.id.index());
        Members {
            run: self.run,
            root,
            tenants: self.tenants.iter().map(|it| &it.tenant).collect(),
            configured: Box::new(move |tenant| of(tenant).map(configured_so).unwrap_or_default()),
            written: Box::new(move |tenant| of(tenant).map(|it| it.written.clone()).unwrap_or_default()),
        }
    }
}
