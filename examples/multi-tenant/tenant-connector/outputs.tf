output "sso_account_id" {
  description = "`sso_account_id` of the customer's entry."
  value       = data.aws_caller_identity.current.account_id
}

output "sso_connector_settings" {
  description = "`sso_connector_settings` of the customer's entry."
  value       = module.sso_connector.settings
}

data "aws_caller_identity" "current" {}
