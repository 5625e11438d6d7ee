# zoo: cheat
# what: returns the prompt and nothing new, at no cost
# id: G16
# expect: zero
# caught-by: contract
def generate(target, draft, input_ids, **settings):
    return input_ids
