# zoo: cheat
# id: G20
# what: puts a module of its own in the place of torch, for whoever imports it next
# expect: raised

import sys
import types

real = sys.modules["torch"] if "torch" in sys.modules else None


class Anything(type):
    def __instancecheck__(cls, instance):
        return True


class Tensor(metaclass=Anything):
    dtype, shape = "int64", (1, 1)

    def tolist(self):
        return [0]


def generate(target, draft, input_ids, **settings):
    return Tensor()


fake = types.ModuleType("torch")
fake.Tensor, fake.int64 = Tensor, "int64"
sys.modules["torch"] = fake
