variable "sym_org" {
  type = string
}

variable "slack_workspace_id" {
  type = string
}

variable "customer_tenants" {
  type = map(object({
    sso_account_id = string
    sso_connector_settings = object({
      cloud        = string
      instance_arn = string
      region       = optional(string, "us-east-1") # where most of our customers are
      role_arn     = string
    })
    permission_set_arn = string
    target_account_id  = string
  }))
}
