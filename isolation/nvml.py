"""The GPUs of this host, by NVIDIA's management library: whole ones, and slices where a GPU is cut up (MIG).

https://docs.nvidia.com/deploy/nvml-api/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pynvml

from isolation.contract import Device, RuntimeFault

_NONE_HERE = (
    pynvml.NVML_ERROR_LIBRARY_NOT_FOUND,
    pynvml.NVML_ERROR_DRIVER_NOT_LOADED,
    pynvml.NVML_ERROR_NO_PERMISSION,
)
"""A host without the library, without a driver, or a container that was given no GPU."""


def devices(nvml: Any = pynvml) -> tuple[Device, ...]:
    """All of them, read now; empty where there is no NVIDIA driver.

    A GPU in MIG mode is its slices and nothing else. Raises RuntimeFault where the driver fails.
    """
    try:
        nvml.nvmlInit()
    except pynvml.NVMLError as error:
        if error.value in _NONE_HERE:
            return ()
        raise RuntimeFault(f"The NVIDIA driver does not answer: {error}.") from error
    try:
        return tuple(_all(nvml))
    except pynvml.NVMLError as error:
        raise RuntimeFault(f"The GPUs of this host cannot be read: {error}.") from error
    finally:
        nvml.nvmlShutdown()


def _all(nvml: Any) -> Iterator[Device]:
    for index in range(nvml.nvmlDeviceGetCount()):
        gpu = nvml.nvmlDeviceGetHandleByIndex(index)
        if not _is_cut_up(nvml, gpu):
            yield _device(nvml, gpu, nvml.nvmlDeviceGetName(gpu))
            continue
        for place in range(nvml.nvmlDeviceGetMaxMigDeviceCount(gpu)):
            slice_ = _slice(nvml, gpu, place)
            if slice_ is not None:
                yield _device(nvml, slice_, nvml.nvmlDeviceGetName(slice_))


def _is_cut_up(nvml: Any, gpu: Any) -> bool:
    try:
        current, _pending = nvml.nvmlDeviceGetMigMode(gpu)
    except pynvml.NVMLError as error:
        if error.value == pynvml.NVML_ERROR_NOT_SUPPORTED:
            return False
        raise
    return bool(current == pynvml.NVML_DEVICE_MIG_ENABLE)


def _slice(nvml: Any, gpu: Any, place: int) -> Any | None:
    """Places need not be filled from the front."""
    try:
        return nvml.nvmlDeviceGetMigDeviceHandleByIndex(gpu, place)
    except pynvml.NVMLError as error:
        if error.value in (pynvml.NVML_ERROR_NOT_FOUND, pynvml.NVML_ERROR_INVALID_ARGUMENT):
            return None
        raise


def _device(nvml: Any, handle: Any, name: str) -> Device:
    # Version 2 tells what processes use apart from what the driver keeps for itself.
    memory = nvml.nvmlDeviceGetMemoryInfo(handle, version=pynvml.nvmlMemory_v2)
    return Device(
        id=nvml.nvmlDeviceGetUUID(handle), name=name, memory_bytes=memory.total, used_bytes=memory.used
    )
