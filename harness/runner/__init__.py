"""Runs a submission: the part that goes into the jail with it, and the part that never does."""
