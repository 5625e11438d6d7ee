# zoo: cheat
# what: stops clocks, spoils statistics, and replaces the runner's own functions
# id: G04
# expect: inert
import statistics
import time

import numpy

from harness.oracle import codec
from harness.runner import shim
from speculation import Sampler

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
statistics.mean = statistics.median = statistics.fmean = lambda values: 1e9
shim.describe = lambda error, folder: "all is well"
shim.BadResult = ZeroDivisionError
codec.decode_request = codec.ProtocolError = codec.MAX_NOTE = None
numpy.mean = numpy.median = lambda *values, **settings: 1e9


def generate(*models_and_prompt, **settings):
    return Sampler(*models_and_prompt, **settings).run()
