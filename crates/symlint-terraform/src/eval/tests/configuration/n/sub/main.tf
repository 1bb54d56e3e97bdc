variable "v" { type = set(any) }
output "v" { value = var.v }
output "f" { value = fileexists("${path.module}/main.tf") }
output "p" { value = path.module }
output "tf" { value = templatefile("${path.module}/t.tpl", { a = ["x", "y"], b = 1 }) }
output "y" { value = yamldecode(file("${path.module}/t.yaml")) }
output "fs" { value = fileset(path.module, "*.yaml") }
output "fs2" { value = fileset("${path.module}/..", "sub/*.tpl") }
