# The customer's side. A customer applies this in the account that administers their Identity Center, with their own
# credentials, and sends the output to us.

module "sso_connector" {
  source  = "symopsio/sso-connector/aws"
  version = ">= 1.0.0"

  # The role is named after it: `/sym/SymSSOSummit-Robotics`.
  environment = "summit-robotics"

  # The only role that may assume it: the runtime connector of the host configuration, in our account.
  runtime_role_arns = ["arn:aws:iam::872818995424:role/sym/SymRuntimeMain"]
}
