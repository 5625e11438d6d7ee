# zoo: cheat
# what: overwrites the prompt, the settings and the models' configuration
# id: G18
# expect: inert
import dataclasses

from speculation import Sampler


class This(Sampler):
    def run(self):
        self.prompt.zero_()
        for model in self.models.values():
            object.__setattr__(model, "config", dataclasses.replace(model.config, vocab_size=10**9, eos_token_id=None))
        return super().run()


def generate(target, draft, input_ids, **settings):
    sampler = This(target, draft, input_ids.clone(), **settings)
    sampler.prompt = input_ids
    return sampler.run()
