"""The sandbox owns the folder of its socket, and may put anything there."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.adapters.jupyter import JupyterServer, NotReady
from sandbox.adapters.safe_socket import checked
from sandbox.ports import SandboxFault


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[socket.socket]:
    """Another socket of the host, one that the control plane must never be led to."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "engine"))
        server.listen()
        server.setblocking(False)
        yield server


def test_a_socket_is_connected_to(tmp_path: Path, engine: socket.socket) -> None:
    with checked(tmp_path, "engine") as path, socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        engine.setblocking(True)
        engine.accept()[0].close()


def test_a_link_to_another_socket_is_refused(tmp_path: Path, engine: socket.socket) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "j.sock").symlink_to(tmp_path / "engine")
    with pytest.raises(OSError, match="not a socket"), checked(tmp_path / "s", "j.sock"):
        pass
    with pytest.raises(BlockingIOError):
        engine.accept()


def test_a_linked_folder_is_refused(tmp_path: Path, engine: socket.socket) -> None:
    (tmp_path / "s").symlink_to(tmp_path)
    with pytest.raises(NotADirectoryError), checked(tmp_path / "s", "engine"):
        pass


def test_a_socket_swapped_after_the_check_is_not_followed(tmp_path: Path, engine: socket.socket) -> None:
    (tmp_path / "s").mkdir()
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind(str(tmp_path / "s" / "j.sock"))
        ours.listen()
        with checked(tmp_path / "s", "j.sock") as path, socket.socket(socket.AF_UNIX) as client:
            (tmp_path / "s" / "j.sock").unlink()
            (tmp_path / "s" / "j.sock").symlink_to(tmp_path / "engine")
            client.connect(path)
            ours.accept()[0].close()
    with pytest.raises(BlockingIOError):
        engine.accept()


@pytest.mark.parametrize("kind", ["fifo", "file", "missing"])
async def test_a_server_that_is_no_socket_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    if kind == "fifo":
        os.mkfifo(tmp_path / "j.sock")
    elif kind == "file":
        (tmp_path / "j.sock").write_text("")
    server = JupyterServer(folder=tmp_path, token="t")
    with pytest.raises(NotReady if kind == "missing" else SandboxFault):
        await server.request("GET", "/api/status")
