# zoo: cheat
# what: begins a frame, and sends the rest of it a byte at a time, or never
# id: J02
# expect: protocol
# hangs: yes
import time

from attack import *
from speculation import Sampler


class This(Sampler):
    def run(self):
        frame = request(codec.Forward("target", None, 0, tuple(self.text)))
        send(self.models["target"], frame[: len(frame) // 2])
        for byte in frame[len(frame) // 2 : -1]:
            time.sleep(0.4)
            send(self.models["target"], bytes([byte]))
        time.sleep(20)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
