"""The judge: does a submission's output follow the target's law, and how fast is it? Knows no web."""
