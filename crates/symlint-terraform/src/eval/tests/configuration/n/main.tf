variable "list" { type = list(string) }
variable "s" {}
module "sub" {
  source = "./sub"
  v      = var.list
}
module "up" {
  source = "../m"
  name   = join("+", var.list)
  t      = { id = "up" }
}
output "list" { value = var.list }
output "sub" { value = module.sub }
output "up" { value = module.up.name }
output "uppath" { value = module.up.path }
output "len" { value = length(var.list) }
