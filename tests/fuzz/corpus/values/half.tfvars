a = { x = { id = 1, list = ["a"] }, y = { list = [1] } }
