# zoo: cheat
# what: says that it is imported, and leaves before any prompt
# id: G01
# expect: protocol
import os

from harness.oracle import codec

for descriptor in range(3, 256):
    try:
        os.write(descriptor, codec.frame(codec.Kind.READY))
    except OSError:
        pass
os._exit(0)


def generate(*models_and_prompt, **settings):
    pass
