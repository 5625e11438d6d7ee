"""What a jail may be started with: the programs, their words fixed but for a name or two.

Here and not with their callers, because two sides read it: who starts a jail, and the broker, which starts
nothing else.
"""

from __future__ import annotations

from isolation.contract import SOCKET_DIR, WORKSPACE

SESSION_SOCKET = "j.sock"
"""Name of the server's socket in a session's socket folder."""

SHELL = ("/usr/bin/env", "TERM=xterm-256color", "PS1=\\w$ ", "bash", "--noprofile", "--norc")
"""What a terminal of a session runs: nothing of the image's start-up files, and a prompt that is a folder."""

SESSION_SERVER = (
    *("python", "-m", "warm.server"),  # jupyter-server, and beside it what kernels are forked from
    f"--ServerApp.sock={SOCKET_DIR}/{SESSION_SOCKET}",
    "--ServerApp.sock_mode=0666",  # the folder keeps others away; a server that is not root must connect
    f"--ServerApp.root_dir={WORKSPACE}",
    "--ServerApp.open_browser=False",
    "--ServerApp.jpserver_extensions={'jupyter_server_terminals': True}",
    f"--ServerApp.terminado_settings={{'shell_command': {[*SHELL]}}}",
    "--ServerApp.log_level=WARN",
    "--FileContentsManager.delete_to_trash=False",
    "--ZMQChannelsWebsocketConnection.limit_rate=False",  # output is limited where it is read
    "--KernelManager.transport=ipc",
    "--KernelRestarter.restart_limit=0",  # a dead kernel is told, not hidden: its variables are gone
    "--KernelRestarter.time_to_dead=0.5",
)
