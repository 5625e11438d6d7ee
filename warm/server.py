"""The first program of a session's jail: becomes jupyter-server, with the stem beside it.

    python -m warm.server OPTIONS_OF_JUPYTER_SERVER

`PROBE_IMPORTS` names, with commas between, the modules that the stem imports ahead.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from warm import stem
from warm.orders import VARIABLE

IMPORTS = "PROBE_IMPORTS"


def main(arguments: Sequence[str]) -> None:
    sys.path.remove(str(Path.cwd()))  # nothing of the candidate's is imported here
    modules = [name for name in os.environ.get(IMPORTS, "").split(",") if name]
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        os.environ[VARIABLE] = f"{tempfile.mkdtemp(prefix='stem-')}/s"
        listener.bind(os.environ[VARIABLE])
        listener.listen()
        lifeline, held = os.pipe()
        if os.fork() == 0:  # before anything is imported that starts a thread
            os.close(held)
            stem.run(listener, lifeline, modules)
    os.close(lifeline)
    serve(arguments)


def serve(arguments: Sequence[str]) -> None:
    """Be jupyter-server until it is ended."""
    from jupyter_server.serverapp import ServerApp

    from warm import kernels

    forked = f"--KernelProvisionerFactory.default_provisioner_name={kernels.register()}"
    ServerApp.launch_instance([*arguments, forked])


if __name__ == "__main__":
    main(sys.argv[1:])
