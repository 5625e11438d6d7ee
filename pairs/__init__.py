"""Pairs of analytic language models whose law is known exactly, and what a call of one costs.

Shared by the judge (hidden pairs), and by the candidate's sandbox (the practice pair): same make, other
seeds. Nothing here knows which pairs are hidden.
"""
