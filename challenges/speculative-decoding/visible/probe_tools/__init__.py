"""What the buttons Tests and Bench start: `python -m probe_tools tests` and `python -m probe_tools bench`.

Both print JSON lines on standard output and take seconds. They are for looking at; nothing here is a score.
"""
