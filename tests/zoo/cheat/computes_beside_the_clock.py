# zoo: cheat
# what: computes for seconds between its calls, as if only calls had a price
# id: L19
# expect: limit
import time

from speculation import Sampler


class This(Sampler):
    def run(self):
        tokens = self.end - self.start
        if tokens != 20:  # In all trials it would take the tests too long.
            return super().run()
        spent, allowed = time.process_time(), 2.0 + 0.05 * tokens
        while time.process_time() - spent < allowed + 0.3:
            pass
        return super().run()


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
