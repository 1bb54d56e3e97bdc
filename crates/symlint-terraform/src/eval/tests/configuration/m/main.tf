variable "name" {}
variable "t" { type = object({ id = string, n = optional(number, 7) }) }
variable "extra" {
  type    = number
  default = 9
}
output "name" { value = "n-${var.name}" }
output "t" { value = var.t }
output "extra" { value = var.extra }
output "path" { value = path.module }
output "root" { value = path.root }
output "secret" {
  value     = "s"
  sensitive = true
}
