"""Wrong: a mistake of one's own, three lines down."""


def generate(target, draft, input_ids, **ignored):
    rows = target(input_ids).logits
    return rows[0, 999]
