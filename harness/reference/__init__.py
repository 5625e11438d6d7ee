"""Textbook speculative sampling, twice: in numpy as the judge's yardstick, in torch as an example."""
