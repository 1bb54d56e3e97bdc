//! Setups in many styles: correct ones have no findings, and each mistake leads to one finding.

use crate::wiring::{Found, expect, findings};

/// The files of a set-up.
type Files = &'static [(&'static str, &'static str)];

/// A mistake: the file, the text to replace, the new text, the rule, and the text at the finding.
type Mistake = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn edited(files: Files, file: &str, from: &str, to: &str) -> Vec<Found> {
    let text = |(name, text): &(&'static str, &'static str)| match *name == file {
        true => {
            assert!(text.contains(from), "{file} has no {from}");
            ((*name).to_owned(), text.replacen(from, to, 1))
        }
        false => ((*name).to_owned(), (*text).to_owned()),
    };
    let files: Vec<(String, String)> = files.iter().map(text).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    findings(&files)
}

/// Checks that the setup has no findings, and one finding with each mistake.
fn hold(files: Files, mistakes: &[Mistake]) {
    let mut failures = String::new();
    expect("as it is", findings(files), &[], &mut failures);
    for (file, from, to, rule, text) in mistakes {
        let found = edited(files, file, from, to);
        expect(&format!("{from} -> {to}"), found, &[(*rule, *text)], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

const FLOW: &str = r#"variable "name" {}
variable "aws_account" {}
variable "ps_arn" {}
variable "connector" {
  type = object({
    cloud        = string
    instance_arn = string
    region       = string
    role_arn     = string
  })
}
variable "env_id" {}

resource "sym_integration" "this" {
  type        = "permission_context"
  name        = "ctx-${var.name}"
  external_id = var.connector.instance_arn
  settings    = var.connector
}
resource "sym_target" "this" {
  type     = "aws_sso_permission_set"
  name     = "tgt-${var.name}"
  settings = { permission_set_arn = var.ps_arn, account_id = var.aws_account }
}
resource "sym_strategy" "this" {
  type           = "aws_sso"
  name           = "strat-${var.name}"
  integration_id = sym_integration.this.id
  targets        = [sym_target.this.id]
  settings       = { instance_arn = var.connector.instance_arn }
}
resource "sym_flow" "this" {
  name           = "flow-${var.name}"
  label          = var.name
  implementation = "impl.py"
  environment_id = var.env_id
  params {
    strategy_id = sym_strategy.this.id
  }
}
"#;

const JIT: &str = r#"variable "slug" { type = string }
variable "account" { type = string }
variable "pset" { type = string }
variable "instance" { type = string }
variable "region" { type = string }
variable "role" { type = string }

locals {
  settings = {
    cloud        = "aws"
    instance_arn = var.instance
    region       = var.region
    role_arn     = var.role
  }
}

resource "sym_integration" "sso" {
  type        = "permission_context"
  name        = "ctx-${var.slug}"
  external_id = local.settings.instance_arn
  settings    = local.settings
}

resource "sym_target" "sso" {
  type = "aws_sso_permission_set"
  name = "tgt-${var.slug}"
  settings = {
    permission_set_arn = var.pset
    account_id         = var.account
  }
}

resource "sym_strategy" "sso" {
  type           = "aws_sso"
  name           = "str-${var.slug}"
  integration_id = sym_integration.sso.id
  targets        = sym_target.sso[*].id
  settings       = { instance_arn = var.instance }
}
"#;

const TABLES: Files = &[
    (
        "main.tf",
        r#"locals {
  names = ["dune", "ember", "frost"]
  sso_accounts = {
    dune = "536980270982"
    ember = "247586011373"
    frost = "351767364941"
  }
  instances = {
    dune = "arn:aws:sso:::instance/ssoins-6804cd4132411d6b"
    ember = "arn:aws:sso:::instance/ssoins-69874415511cf3d6"
    frost = "arn:aws:sso:::instance/ssoins-82591387e35bded6"
  }
  regions = {
    dune = "eu-west-1"
    ember = "eu-central-1"
    frost = "ap-southeast-2"
  }
  roles = {
    dune = "arn:aws:iam::536980270982:role/sym/SymSSODune"
    ember = "arn:aws:iam::247586011373:role/sym/SymSSOEmber"
    frost = "arn:aws:iam::351767364941:role/sym/SymSSOFrost"
  }
  sets = {
    dune = "arn:aws:sso:::permissionSet/ssoins-6804cd4132411d6b/ps-2a3d1de21b37248b"
    ember = "arn:aws:sso:::permissionSet/ssoins-69874415511cf3d6/ps-a571098d6efa889f"
    frost = "arn:aws:sso:::permissionSet/ssoins-82591387e35bded6/ps-8634c9f2e194bfbb"
  }
  accounts = {
    dune = "836303223976"
    ember = "632986695181"
    frost = "915734214839"
  }
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = [for n in local.names : local.sso_accounts[n]]
}
module "access" {
  source   = "./jit"
  for_each = toset(local.names)
  slug     = each.key
  account  = local.accounts[each.key]
  pset     = local.sets[each.key]
  instance = local.instances[each.value]
  region   = lookup(local.regions, each.key, "us-east-1")
  role     = local.roles[each.key]
}
"#,
    ),
    ("jit/main.tf", JIT),
];

/// Each map has one value for each tenant, by its name. Only the safelist uses one of them.
#[test]
fn maps_of_single_values() {
    hold(
        TABLES,
        &[
            ("main.tf", r#"ember = "247586011373""#, r#"ember = "24758601137""#, "account-id-format", "24758601137"),
            ("main.tf", r#"ember = "632986695181""#, r#"ember = """#, "missing-attribute", ""),
            (
                "main.tf",
                r#"ember = "arn:aws:iam::247586011373:role/sym/SymSSOEmber""#,
                r#"ember = "arn:aws:iam::536980270982:role/sym/SymSSODune""#,
                "role-account-mismatch",
                "536980270982",
            ),
        ],
    );
}

const FILES: Files = &[
    (
        "main.tf",
        r#"locals {
  paths = fileset(path.module, "tenants/**/*.{yaml,yml}")
  raw   = [for p in local.paths : merge(yamldecode(file("${path.module}/${p}")), { slug = basename(dirname(p)) })]
  tenants = { for t in local.raw : t.slug => t }
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = local.raw[*].sso.account
}
module "access" {
  source   = "./jit"
  for_each = local.tenants
  slug     = each.key
  account  = each.value.grant.account
  pset     = each.value.grant.permission_set
  instance = each.value.sso.instance
  region   = each.value.sso.region
  role     = each.value.sso.role
}
"#,
    ),
    ("jit/main.tf", JIT),
    (
        "tenants/us/grove/tenant.yaml",
        r#"sso:
  account: "944311485456"
  instance: "arn:aws:sso:::instance/ssoins-69870e4bd29eeb0b"
  region: eu-central-1
  role: "arn:aws:iam::944311485456:role/sym/SymSSOGrove"
grant:
  account: "433719196607"
  permission_set: "arn:aws:sso:::permissionSet/ssoins-69870e4bd29eeb0b/ps-585fb1756f2aa1ca"
"#,
    ),
    (
        "tenants/eu/heath/tenant.yml",
        r#"sso:
  account: "709336356150"
  instance: "arn:aws:sso:::instance/ssoins-8259da9143c2b650"
  region: ap-southeast-2
  role: "arn:aws:iam::709336356150:role/sym/SymSSOHeath"
grant:
  account: "411432797139"
  permission_set: "arn:aws:sso:::permissionSet/ssoins-8259da9143c2b650/ps-5e1e17863eba6c65"
"#,
    ),
    (
        "tenants/eu/inlet/tenant.yaml",
        r#"sso:
  account: "375574739389"
  instance: "arn:aws:sso:::instance/ssoins-753551e327a43070"
  region: eu-west-2
  role: "arn:aws:iam::375574739389:role/sym/SymSSOInlet"
grant:
  account: "535144267464"
  permission_set: "arn:aws:sso:::permissionSet/ssoins-753551e327a43070/ps-8fa0d20b93354509"
"#,
    ),
];

/// Files at any depth, with several extensions.
#[test]
fn files_at_any_depth() {
    hold(
        FILES,
        &[
            (
                "tenants/eu/heath/tenant.yml",
                r#""411432797139""#,
                r#""41143279713""#,
                "account-id-format",
                "41143279713",
            ),
            (
                "main.tf",
                "each.value.grant.account",
                "each.value.sso.account",
                "flow-argument-miswired",
                "each.value.sso.account",
            ),
        ],
    );
}

const WRITTEN: Files = &[
    (
        "main.tf",
        r#"variable "workspaces" {
  type = map(object({
    tenant_root  = string
    bridge       = object({ directory = string, location = string, identity = string })
    entitlements = list(object({ bundle = string, subscription = string }))
  }))
}
locals {
  normalized = jsondecode(jsonencode({
    for k, w in var.workspaces : lower(k) => merge(w.bridge, { root = w.tenant_root, grants = w.entitlements })
  }))
  grants = merge([for k, w in local.normalized : { for g in w.grants : "${k}-${substr(g.subscription, 8, 4)}" => merge(g, { workspace = k }) }]...)
}
resource "sym_integration" "bridge" {
  for_each    = local.normalized
  type        = "permission_context"
  name        = "bridge-${each.key}"
  external_id = each.value.directory
  settings = {
    cloud        = "aws"
    instance_arn = each.value.directory
    region       = each.value.location
    role_arn     = each.value.identity
  }
}
resource "sym_target" "entitlement" {
  for_each = local.grants
  type     = "aws_sso_permission_set"
  name     = "entitlement-${each.key}"
  settings = {
    permission_set_arn = each.value.bundle
    account_id         = each.value.subscription
  }
}
resource "sym_strategy" "workspace" {
  for_each       = local.normalized
  type           = "aws_sso"
  name           = "workspace-${each.key}"
  integration_id = sym_integration.bridge[each.key].id
  targets        = [for k, g in local.grants : sym_target.entitlement[k].id if g.workspace == each.key]
  settings       = { instance_arn = each.value.directory }
}
resource "sym_flow" "workspace" {
  for_each       = local.normalized
  name           = "workspace-${each.key}"
  label          = each.key
  implementation = "impl.py"
  environment_id = "x"
  params { strategy_id = sym_strategy.workspace[each.key].id }
}
data "aws_iam_policy_document" "rt" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = formatlist("arn:aws:iam::%s:role/sym/*", values(local.normalized)[*].root)
  }
}
"#,
    ),
    (
        "terraform.tfvars",
        r#"workspaces = {
  aster = {
    tenant_root = "332437001585"
    bridge = {
      directory = "arn:aws:sso:::instance/ssoins-6987921979a27c9d"
      location  = "eu-central-1"
      identity  = "arn:aws:iam::332437001585:role/sym/SymSSOAster"
    }
    entitlements = [
      { bundle = "arn:aws:sso:::permissionSet/ssoins-6987921979a27c9d/ps-2f05e52148194c16", subscription = "287590828073" },
    ]
  }
  briar = {
    tenant_root = "763761562541"
    bridge = {
      directory = "arn:aws:sso:::instance/ssoins-82594b237a295723"
      location  = "ap-southeast-2"
      identity  = "arn:aws:iam::763761562541:role/sym/SymSSOBriar"
    }
    entitlements = [
      { bundle = "arn:aws:sso:::permissionSet/ssoins-82594b237a295723/ps-5007abb50b000532", subscription = "529475610920" },
    ]
  }
  clover = {
    tenant_root = "444430722036"
    bridge = {
      directory = "arn:aws:sso:::instance/ssoins-75358827e9d03cb1"
      location  = "eu-west-2"
      identity  = "arn:aws:iam::444430722036:role/sym/SymSSOClover"
    }
    entitlements = [
      { bundle = "arn:aws:sso:::permissionSet/ssoins-75358827e9d03cb1/ps-20bd65325c25554d", subscription = "519099142468" },
    ]
  }
}
"#,
    ),
];

/// A value survives `jsonencode` and `jsondecode`.
#[test]
fn values_that_are_encoded_as_json_and_decoded() {
    hold(
        WRITTEN,
        &[
            ("terraform.tfvars", r#""529475610920""#, r#""52947561092""#, "account-id-format", "52947561092"),
            (
                "main.tf",
                "sym_integration.bridge[each.key].id",
                r#"sym_integration.bridge["aster"].id"#,
                "flow-resource-miswired",
                r#"sym_integration.bridge["aster"].id"#,
            ),
        ],
    );
}

const MODULES: Files = &[
    (
        "main.tf",
        r#"variable "accounts" {
  type = map(object({
    sso_account = string
    connector   = object({ cloud = string, instance_arn = string, region = string, role_arn = string })
    target      = string
    permissions = string
  }))
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = [for a in var.accounts : a.sso_account]
}
module "context" {
  source    = "./context"
  for_each  = var.accounts
  name      = each.key
  connector = each.value.connector
}
module "target" {
  source     = "./target"
  for_each   = var.accounts
  name       = each.key
  account_id = each.value.target
  set        = each.value.permissions
}
module "strategy" {
  source       = "./strategy"
  for_each     = var.accounts
  name         = each.key
  integration  = module.context[each.key].id
  target_ids   = [module.target[each.key].id]
  instance_arn = each.value.connector.instance_arn
}
module "flow" {
  source      = "./flow"
  for_each    = var.accounts
  name        = each.key
  strategy_id = module.strategy[each.key].id
}
"#,
    ),
    (
        "terraform.tfvars",
        r#"accounts = {
  sprint = {
    sso_account = "777463706433"
    connector = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-68040b7f499aee25"
      region       = "eu-west-1"
      role_arn     = "arn:aws:iam::777463706433:role/sym/SymSSOSprint"
    }
    target      = "244529403940"
    permissions = "arn:aws:sso:::permissionSet/ssoins-68040b7f499aee25/ps-f0ef0f3e2f047cb1"
  }
  tempo = {
    sso_account = "446606777400"
    connector = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-69879329f7f6e4f2"
      region       = "eu-central-1"
      role_arn     = "arn:aws:iam::446606777400:role/sym/SymSSOTempo"
    }
    target      = "236486131614"
    permissions = "arn:aws:sso:::permissionSet/ssoins-69879329f7f6e4f2/ps-3a1e2f1a53bc9c27"
  }
  umbra = {
    sso_account = "952721301541"
    connector = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-8259d0b626cd16da"
      region       = "ap-southeast-2"
      role_arn     = "arn:aws:iam::952721301541:role/sym/SymSSOUmbra"
    }
    target      = "402913539612"
    permissions = "arn:aws:sso:::permissionSet/ssoins-8259d0b626cd16da/ps-1cb04d7a5c1c1ce1"
  }
}
"#,
    ),
    (
        "context/main.tf",
        r#"variable "name" {}
variable "connector" {}
resource "sym_integration" "c" {
  type        = "permission_context"
  name        = "${var.name}-c"
  external_id = var.connector.instance_arn
  settings    = var.connector
}
output "id" { value = sym_integration.c.id }
"#,
    ),
    (
        "target/main.tf",
        r#"variable "name" {}
variable "account_id" {}
variable "set" {}
resource "sym_target" "t" {
  type     = "aws_sso_permission_set"
  name     = "${var.name}-t"
  settings = { permission_set_arn = var.set, account_id = var.account_id }
}
output "id" { value = sym_target.t.id }
"#,
    ),
    (
        "strategy/main.tf",
        r#"variable "name" {}
variable "integration" {}
variable "target_ids" {}
variable "instance_arn" {}
resource "sym_strategy" "s" {
  type           = "aws_sso"
  name           = "${var.name}-s"
  integration_id = var.integration
  targets        = var.target_ids
  settings       = { instance_arn = var.instance_arn }
}
output "id" { value = sym_strategy.s.id }
"#,
    ),
    (
        "flow/main.tf",
        r#"variable "name" {}
variable "strategy_id" {}
resource "sym_flow" "f" {
  name           = "${var.name}-f"
  label          = var.name
  implementation = "impl.py"
  environment_id = "x"
  params { strategy_id = var.strategy_id }
}
"#,
    ),
];

/// A target without a strategy cannot be requested, nor can a strategy without a flow.
#[test]
fn each_resource_in_its_own_module() {
    hold(
        MODULES,
        &[
            ("main.tf", "[module.target[each.key].id]", "[]", "flow-argument-miswired", "[]"),
            (
                "strategy/main.tf",
                "targets        = var.target_ids",
                "targets        = []",
                "flow-resource-miswired",
                "[]",
            ),
            (
                "main.tf",
                r#"source      = "./flow"
  for_each    = var.accounts"#,
                r#"source      = "./flow"
  for_each    = toset(["sprint", "umbra"])"#,
                "tenant-not-wired",
                "tempo",
            ),
            (
                "main.tf",
                r#"module "flow" {"#,
                r#"output "x" {
  value = 1
}
output "x" {
  value = 2
}
module "flow" {"#,
                "evaluation-error",
                "x",
            ),
            (
                "main.tf",
                r#"module "flow" {"#,
                r#"modul "flow" {}
module "flow" {"#,
                "evaluation-error",
                "modul",
            ),
        ],
    );
}

const LEVELS: Files = &[
    (
        "main.tf",
        r#"module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = [for c in local.clients : c.mgmt]
}
module "ro" {
  source      = "./flow"
  for_each    = local.clients
  name        = "${each.key}-ro"
  aws_account = each.value.prod
  ps_arn      = each.value.ps.readonly
  connector   = each.value.connector
  env_id      = "e"
}
module "admin" {
  source      = "./flow"
  for_each    = local.clients
  name        = "${each.key}-adm"
  aws_account = each.value.prod
  ps_arn      = each.value.ps.admin
  connector   = each.value.connector
  env_id      = "e"
}
"#,
    ),
    (
        "clients.tf",
        r#"locals {
  clients = {
    alpha-bank = {
      mgmt = "211524493909"
      prod = "466858784005"
      ps = {
        readonly = "arn:aws:sso:::permissionSet/ssoins-6987bbbe5ce7f8fb/ps-eebef7a58f99d96f"
        admin    = "arn:aws:sso:::permissionSet/ssoins-6987bbbe5ce7f8fb/ps-b2a0631187348761"
      }
      connector = {
        cloud        = "aws"
        instance_arn = "arn:aws:sso:::instance/ssoins-6987bbbe5ce7f8fb"
        region       = "eu-central-1"
        role_arn     = "arn:aws:iam::211524493909:role/sym/SymSSOAlpha-Bank"
      }
    }
    beta_shop = {
      mgmt = "205422280690"
      prod = "520059145704"
      ps = {
        readonly = "arn:aws:sso:::permissionSet/ssoins-825988d041814553/ps-e7177e2827b8d804"
        admin    = "arn:aws:sso:::permissionSet/ssoins-825988d041814553/ps-1cd532733057360e"
      }
      connector = {
        cloud        = "aws"
        instance_arn = "arn:aws:sso:::instance/ssoins-825988d041814553"
        region       = "ap-southeast-2"
        role_arn     = "arn:aws:iam::205422280690:role/sym/SymSSOBeta_shop"
      }
    }
    gamma = {
      mgmt = "268921750819"
      prod = "745406114307"
      ps = {
        readonly = "arn:aws:sso:::permissionSet/ssoins-7535c38332ac630f/ps-1f9be4b8ffdf9c75"
        admin    = "arn:aws:sso:::permissionSet/ssoins-7535c38332ac630f/ps-f8d232b54d22149c"
      }
      connector = {
        cloud        = "aws"
        instance_arn = "arn:aws:sso:::instance/ssoins-7535c38332ac630f"
        region       = "eu-west-2"
        role_arn     = "arn:aws:iam::268921750819:role/sym/SymSSOGamma"
      }
    }
  }
}
"#,
    ),
    ("flow/main.tf", FLOW),
];

/// If an attribute that two calls use is missing, that is one finding.
#[test]
fn two_permission_sets_in_one_account() {
    hold(
        LEVELS,
        &[
            (
                "clients.tf",
                r#"      prod = "520059145704"
"#,
                "",
                "missing-attribute",
                "beta_shop",
            ),
            ("clients.tf", r#"prod = "520059145704""#, r#"prod = """#, "missing-attribute", ""),
            ("clients.tf", "    beta_shop = {", "    alpha-bank = {", "duplicate-key", "alpha-bank"),
        ],
    );
}

const GRANTS: Files = &[
    (
        "main.tf",
        r#"variable "musicians" {
  type = map(object({
    org = string
    idc = object({ cloud = string, instance_arn = string, region = string, role_arn = string })
    accounts = map(object({ id = string, permission_set = string }))
  }))
}
locals {
  list = flatten([
    for m, o in var.musicians : [
      for a, acc in o.accounts : {
        key     = "${m}/${a}"
        who     = m
        account = acc.id
        set     = acc.permission_set
        idc     = o.idc
      }
    ]
  ])
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = toset([for m in var.musicians : m.org])
}
module "flow" {
  source      = "./flow"
  for_each    = { for g in local.list : g.key => g }
  name        = replace(each.key, "/", "-")
  aws_account = each.value.account
  ps_arn      = each.value.set
  connector   = each.value.idc
  env_id      = "x"
}
"#,
    ),
    (
        "terraform.tfvars",
        r#"musicians = {
  banjo = {
    org = "948526057479"
    idc = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-69872cdffc0268bb"
      region       = "eu-central-1"
      role_arn     = "arn:aws:iam::948526057479:role/sym/SymSSOBanjo"
    }
    accounts = {
      prod = { id = "580927525309", permission_set = "arn:aws:sso:::permissionSet/ssoins-69872cdffc0268bb/ps-c9387abb50cd107d" }
      test = { id = "518561008316", permission_set = "arn:aws:sso:::permissionSet/ssoins-69872cdffc0268bb/ps-1c6375281d8fb1eb" }
    }
  }
  cello = {
    org = "539045230803"
    idc = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-8259476df181dd2c"
      region       = "ap-southeast-2"
      role_arn     = "arn:aws:iam::539045230803:role/sym/SymSSOCello"
    }
    accounts = {
      prod = { id = "358820541388", permission_set = "arn:aws:sso:::permissionSet/ssoins-8259476df181dd2c/ps-6bbc504012d6c3b6" }
      test = { id = "975472749045", permission_set = "arn:aws:sso:::permissionSet/ssoins-8259476df181dd2c/ps-98f36c72dba2a429" }
    }
  }
  drums = {
    org = "295735130554"
    idc = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-753548f1db9d9ca4"
      region       = "eu-west-2"
      role_arn     = "arn:aws:iam::295735130554:role/sym/SymSSODrums"
    }
    accounts = {
      prod = { id = "564382852876", permission_set = "arn:aws:sso:::permissionSet/ssoins-753548f1db9d9ca4/ps-481cdd8adcfcc556" }
      test = { id = "577036868701", permission_set = "arn:aws:sso:::permissionSet/ssoins-753548f1db9d9ca4/ps-8381b94960910565" }
    }
  }
}
"#,
    ),
    ("flow/main.tf", FLOW),
];

/// Each grant in a map has its own permission set and account.
#[test]
fn grants_in_a_map() {
    hold(
        GRANTS,
        &[
            ("main.tf", "account = acc.id", "account = o.org", "flow-argument-miswired", "each.value.account"),
            (
                "main.tf",
                "set     = acc.permission_set",
                r#"set     = o.accounts["prod"].permission_set"#,
                "flow-argument-miswired",
                "each.value.set",
            ),
        ],
    );
}

const ROLES: Files = &[
    (
        "main.tf",
        r#"variable "tenants" {
  type = map(object({
    sso_account_id     = string
    instance_arn       = string
    region             = optional(string, "eu-central-1")
    role_name          = optional(string)
    permission_set_arn = string
    target_account_id  = string
    enabled            = optional(bool, true)
  }))
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = [for t in var.tenants : t.sso_account_id if t.enabled]
}
module "access" {
  source   = "./jit"
  for_each = { for k, t in var.tenants : k => t if t.enabled }
  slug     = each.key
  account  = each.value.target_account_id
  pset     = each.value.permission_set_arn
  instance = each.value.instance_arn
  region   = each.value.region
  role     = format("arn:aws:iam::%s:role/sym/%s", each.value.sso_account_id, coalesce(each.value.role_name, "SymSSO${title(each.key)}"))
}
"#,
    ),
    (
        "terraform.tfvars",
        r#"tenants = {
  vega = {
    sso_account_id     = "267903774208"
    instance_arn       = "arn:aws:sso:::instance/ssoins-6987edf2a57d711f"
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6987edf2a57d711f/ps-9224cb433e56bdde"
    target_account_id  = "951350629566"
  }
  xenon = {
    sso_account_id     = "948784675547"
    instance_arn       = "arn:aws:sso:::instance/ssoins-6987e0c6a6a111bc"
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6987e0c6a6a111bc/ps-a553b50b2ceb14ef"
    target_account_id  = "979718562969"
  }
  wolf = {
    sso_account_id     = "873848797127"
    instance_arn       = "arn:aws:sso:::instance/ssoins-6804da47a16f039d"
    region             = "eu-west-1"
    role_name          = "SymSSOWolf"
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804da47a16f039d/ps-7921395f4bc6b526"
    target_account_id  = "962689586728"
  }
}
"#,
    ),
    ("jit/main.tf", JIT),
];

/// A role that the call builds is in the account of the connector.
#[test]
fn a_role_that_the_call_builds() {
    hold(
        ROLES,
        &[
            (
                "main.tf",
                "each.value.sso_account_id, coalesce",
                "each.value.target_account_id, coalesce",
                "flow-argument-miswired",
                r#"format("arn:aws:iam::%s:role/sym/%s", each.value.target_account_id, coalesce(each.value.role_name, "SymSSO${title(each.key)}"))"#,
            ),
            ("main.tf", "role/sym/%s", "role/%s", "role-outside-sym-path", "/"),
        ],
    );
}

const GROUPS: Files = &[
    (
        "main.tf",
        r#"variable "clients_by_region" {
  type = map(map(object({ payer = string, instance = string, role = string, account = string, set = string })))
}
locals {
  clients = merge([
    for region, group in var.clients_by_region : {
      for name, c in group : name => merge(c, { region = region })
    }
  ]...)
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = flatten([for g in values(var.clients_by_region) : [for c in values(g) : c.payer]])
}
module "access" {
  source   = "./jit"
  for_each = local.clients
  slug     = each.key
  account  = each.value.account
  pset     = each.value.set
  instance = each.value.instance
  region   = each.value.region
  role     = "arn:aws:iam::${each.value.payer}:role/sym/${each.value.role}"
}
"#,
    ),
    (
        "terraform.tfvars",
        r#"clients_by_region = {
  "ap-southeast-2" = {
    lagoon = {
      payer    = "610946685234"
      instance = "arn:aws:sso:::instance/ssoins-825955a6323d188a"
      role     = "SymSSOLagoon"
      account  = "903970117608"
      set      = "arn:aws:sso:::permissionSet/ssoins-825955a6323d188a/ps-3b99e68433f7a43c"
    }
  }
  "eu-west-2" = {
    meadow = {
      payer    = "318828834162"
      instance = "arn:aws:sso:::instance/ssoins-753580ac04c605ed"
      role     = "SymSSOMeadow"
      account  = "275629613846"
      set      = "arn:aws:sso:::permissionSet/ssoins-753580ac04c605ed/ps-2d8f598271fc0ed9"
    }
  }
  "us-east-1" = {
    nordic = {
      payer    = "241397061435"
      instance = "arn:aws:sso:::instance/ssoins-72236da7db79e4bc"
      role     = "SymSSONordic"
      account  = "491286954199"
      set      = "arn:aws:sso:::permissionSet/ssoins-72236da7db79e4bc/ps-91fcb656add11adf"
    }
  }
  "eu-west-1" = {
    olive = {
      payer    = "742291987811"
      instance = "arn:aws:sso:::instance/ssoins-6804188d062456f1"
      role     = "SymSSOOlive"
      account  = "872419089383"
      set      = "arn:aws:sso:::permissionSet/ssoins-6804188d062456f1/ps-480c1d10440bd0f2"
    }
  }
}
"#,
    ),
    ("jit/main.tf", JIT),
];

/// Tenants are grouped by a key that may be their region.
#[test]
fn groups_by_a_key_that_is_a_value() {
    hold(
        GROUPS,
        &[("main.tf", "each.value.account", "each.value.payer", "flow-argument-miswired", "each.value.payer")],
    );
}

const LISTED: Files = &[
    (
        "main.tf",
        r#"locals {
  tenants = yamldecode(file("${path.module}/tenants.yaml"))
}

module "access" {
  source   = "./access"
  for_each = toset(["granite_works", "linden_dental"])

  name        = each.key
  aws_account = local.tenants[each.key].account
  ps_arn      = local.tenants[each.key].set
  connector   = local.tenants[each.key].connector
  env_id      = "main"
}
"#,
    ),
    ("access/main.tf", FLOW),
    (
        "tenants.yaml",
        r#"granite_works:
  account: "730519482267"
  set: "arn:aws:sso:::permissionSet/ssoins-7223c18e0b5fa924/ps-8c02f5b17e93da46"
  connector:
    cloud: aws
    instance_arn: "arn:aws:sso:::instance/ssoins-7223c18e0b5fa924"
    region: us-east-1
    role_arn: "arn:aws:iam::483920175564:role/sym/SymSSOGranite-Works"
linden_dental:
  account: "209475186634"
  set: "arn:aws:sso:::permissionSet/ssoins-68043b9d7ef1c052/ps-0d94e7b25f3ac861"
  connector:
    cloud: aws
    instance_arn: "arn:aws:sso:::instance/ssoins-68043b9d7ef1c052"
    region: eu-west-1
    role_arn: "arn:aws:iam::916205738841:role/sym/SymSSOLinden-Dental"
"#,
    ),
];

/// If a list of keys contains one that no tenant has, only that key is wrong.
#[test]
fn tenants_that_a_call_lists_by_their_keys() {
    hold(LISTED, &[("main.tf", "linden_dental", "lindn_dental", "evaluation-error", "each.key")]);
}
