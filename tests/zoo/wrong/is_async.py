# zoo: wrong
# what: is a coroutine function, which nobody awaits
# caught-by: contract

from speculation import Sampler


async def generate(target, draft, input_ids, **settings):
    return Sampler(target, draft, input_ids, **settings).run()
