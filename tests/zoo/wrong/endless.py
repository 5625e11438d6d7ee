# zoo: wrong
# what: never returns
# caught-by: contract
# hangs: yes
def generate(target, draft, input_ids, *, max_new_tokens, num_speculative_tokens=4,
             temperature=1.0, top_p=1.0, eos_token_id=None, generator=None):
    while True:
        pass
