locals {
  environment = "main"
}

module "runtime_connector" {
  source  = "symopsio/runtime-connector/aws"
  version = ">= 2.0.0"

  environment         = local.environment
  account_id_safelist = [for tenant in var.customer_tenants : tenant.sso_account_id]
}

resource "sym_integration" "slack" {
  type        = "slack"
  name        = "${local.environment}-slack"
  external_id = var.slack_workspace_id
}

resource "sym_error_logger" "slack" {
  integration_id = sym_integration.slack.id
  destination    = "#access-errors"
}

resource "sym_environment" "this" {
  name            = local.environment
  runtime_id      = module.runtime_connector.sym_runtime.id
  error_logger_id = sym_error_logger.slack.id

  integrations = {
    slack_id = sym_integration.slack.id
  }
}

# One flow for each customer.
module "sso_access" {
  for_each = var.customer_tenants
  source   = "../multi-tenant/modules/sso_flow"

  tenant_slug            = each.key
  account_id             = each.value.sso_account_id
  permission_set_arn     = each.value.permission_set_arn
  sso_connector_settings = each.value.sso_connector_settings
  sym_environment_id     = sym_environment.this.id
}
