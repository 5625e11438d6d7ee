# zoo: cheat
# id: J25
# what: takes more memory than it may have before there is any prompt
# expect: zero
# needs: embedded

TAKEN = [bytearray(b"x") * (1 << 28) for _ in range(40)]


def generate(target, draft, input_ids, **settings):
    return input_ids
