variable "t" {
  type = map(object({ id = string, n = optional(number, 3), l = optional(list(string), []) }))
  default = { a = { id = 5 }, b = { id = "x", n = null, l = ["q"] } }
}
variable "s" {
  sensitive = true
  default = "sec"
}
locals {
  z = local.y + 1
  y = 2
  names = [for k, v in var.t : upper(k)]
  by = { for k, v in var.t : v.id => v }
}
module "m" {
  source   = "./m"
  for_each = var.t
  name     = each.key
  t        = each.value
  extra    = local.z
}
module "c" {
  source = "./m"
  count  = 2
  name   = "c${count.index}"
  t      = { id = count.index }
}
module "one" {
  source = "./n"
  list   = module.c[*].name
  s      = var.s
}
module "none" {
  source = "./m"
  count  = 0
  name   = "x"
  t      = {id = 1}
}
module "eachset" {
  source = "./m"
  for_each = toset(["p", "q"])
  name = each.value
  t = {id = each.key}
}
output "o" { value = module.m["a"].name }
resource "terraform_data" "d" {
  input = "x"
}
