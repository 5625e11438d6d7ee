"""Kernels of jupyter-server, forked from the stem: a kernel provisioner.

https://jupyter-client.readthedocs.io/en/stable/provisioning.html
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from warm.forked import ForkedProcess, fork
from warm.orders import NotForked, Order

NAME = "forked"


def register() -> str:
    """Make the provisioner known to jupyter-server; its name there."""
    KernelProvisionerFactory.provisioners[NAME] = EntryPoint(
        NAME, f"{__name__}:ForkProvisioner", KernelProvisionerFactory.GROUP_NAME
    )
    return NAME


class ForkProvisioner(LocalProvisioner):  # type: ignore[misc]  # it has no types
    """A `LocalProvisioner` whose process comes from the stem, or else is started the ordinary way."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        with contextlib.suppress(NotForked):
            order = _order(cmd, kwargs)
            # In a thread: the stem may still be importing torch, and the server has others to serve.
            self.process = await asyncio.to_thread(_forked, order)
            self.pid = self.pgid = self.process.pid
            self.cwd = order.folder
            return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


def _order(cmd: list[str], kwargs: dict[str, Any]) -> Order:
    """Raises NotForked for what is no ``python -m module``."""
    if len(cmd) < 3 or cmd[1] != "-m":
        raise NotForked(f"{cmd} is no python -m")
    return Order(
        module=cmd[2],
        arguments=cmd[3:],
        folder=str(kwargs.get("cwd") or Path.cwd()),
        environment=kwargs.get("env") or dict(os.environ),
    )


def _forked(order: Order) -> ForkedProcess:
    with Path(os.devnull).open() as nothing:
        return fork(order, (nothing.fileno(), 1, 2))
