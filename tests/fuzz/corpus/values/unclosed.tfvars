a = {
  b = {
    c = "x
