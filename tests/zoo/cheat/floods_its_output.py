# zoo: cheat
# what: writes to every output it finds, without end
# id: J28
# expect: inert
import os
import sys

from speculation import Sampler


class This(Sampler):
    def round(self, gamma):
        print("x" * 100_000)
        for descriptor in (1, 2):
            os.write(descriptor, b"y" * 100_000)
        sys.stderr.write("z" * 100_000)
        return super().round(gamma)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
