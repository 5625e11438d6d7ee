"""Right samplers to read and to measure by.

Plain decoding, the textbook and block verification in torch, each a submission; and the textbook in numpy, as
the judge's yardstick.
"""
