# zoo: cheat
# id: G02
# what: calls itself without end
# expect: raised


def generate(target, draft, input_ids, **settings):
    return generate(target, draft, input_ids, **settings)
