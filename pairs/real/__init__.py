"""Pairs of real language models: text that people can read, tensors and time that are true.

Needs the extra `models` (safetensors, tokenizers; torch and transformers for what the lean engine does not
read). Whoever has no use for a real pair imports nothing of this package.
"""
