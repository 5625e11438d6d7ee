# zoo: wrong
# what: raises on the first call
# caught-by: contract
def generate(target, draft, input_ids, *, max_new_tokens, num_speculative_tokens=4,
             temperature=1.0, top_p=1.0, eos_token_id=None, generator=None):
    raise IndexError("index 4 is out of bounds")
