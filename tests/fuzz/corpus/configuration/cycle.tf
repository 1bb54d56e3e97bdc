locals {
  a = [local.b, local.b]
  b = [local.c, local.c]
  c = local.a
}
