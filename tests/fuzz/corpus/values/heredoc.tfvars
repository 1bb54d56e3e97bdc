a = <<E
x ${b}
