# zoo: wrong
# what: is not Python
# caught-by: contract
def generate(target, draft, input_ids:
    return input_ids
