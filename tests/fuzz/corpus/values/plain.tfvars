a = { x = { id = 1, list = [1, "a"] } }
