# zoo: cheat
# what: writes a finished result on every descriptor at import, and leaves
# id: G01
# expect: zero
import os

from harness.oracle import codec

RESULT = codec.encode_request(codec.Done(tuple(range(64))))
for descriptor in range(3, 256):
    try:
        os.write(descriptor, RESULT)
    except OSError:
        pass
os._exit(0)


def generate(*models_and_prompt, **settings):
    pass
