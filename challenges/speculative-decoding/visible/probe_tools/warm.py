"""Imported once, by the process that kernels, tests and bench are forked from: they find all this loaded."""

import importlib

import text_pair
from practice import encode, load_pair, practice_pair

for name in ("numpy.random", "pytest", "probe_tools.bench", "probe_tools.checks", "probe_tools.text"):
    importlib.import_module(name)

practice_pair()
if text_pair.installed():
    for model in load_pair("text"):
        model(encode("def"))
