# zoo: wrong
# what: calls the models with a list of ids instead of a tensor (1, n)
# caught-by: contract


def generate(target, draft, input_ids, **settings):
    return target(input_ids[0].tolist()).logits
