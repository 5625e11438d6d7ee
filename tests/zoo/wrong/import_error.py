# zoo: wrong
# what: imports what is not there
# caught-by: contract
import a_module_that_is_not_there


def generate(target, draft, input_ids, *, max_new_tokens, num_speculative_tokens=4,
             temperature=1.0, top_p=1.0, eos_token_id=None, generator=None):
    return input_ids
