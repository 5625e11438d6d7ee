"""The machine that something was measured on, in a few words."""

from __future__ import annotations

import platform
from pathlib import Path


def described(device: str) -> str:
    """Such as "one thread of an Intel Xeon, PyTorch 2.13"."""
    import torch

    software = f"PyTorch {torch.__version__.split('+')[0]}"
    if device.startswith("cuda"):
        return f"{torch.cuda.get_device_name(device)}, {software}"
    return f"one thread of {_processor()}, {software}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
