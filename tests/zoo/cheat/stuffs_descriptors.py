# zoo: cheat
# what: sends open files along with its requests
# id: J20
# expect: inert
import os
import socket

from attack import *
from speculation import Sampler


class This(Sampler):
    def feed(self, model, tokens):
        descriptors = [os.open("/dev/null", os.O_RDONLY) for _ in range(50)]
        own = connection_of(self.models["target"]).socket
        # With the first byte of a request that is whole otherwise.
        sendall, first = own.sendall, []

        class Stuffed:
            def __getattr__(self, name):
                return getattr(own, name)

            def sendall(self, data):
                if not first:
                    first.append(socket.send_fds(own, [data[:1]], descriptors))
                    data = data[1:]
                sendall(data)

        connection_of(self.models["target"]).socket = Stuffed()
        try:
            return super().feed(model, tokens)
        finally:
            connection_of(self.models["target"]).socket = own
            for descriptor in descriptors:
                os.close(descriptor)


def generate(*models_and_prompt, **settings):
    return This(*models_and_prompt, **settings).run()
