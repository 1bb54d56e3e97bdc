variable "v" {
  type = object({ a = optional(list(any), [1, "x"]) })
  default = {}
  validation {
    condition = length(var.v.a) > 5
    error_message = "x"
  }
}
module "m" {
  source = "./m"
  for_each = var.v
}
