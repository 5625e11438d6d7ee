"""docker-compose.yml is one that Compose takes, and promises what its comments say."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"


def compose_command() -> list[str] | None:
    """``docker compose`` or ``docker-compose``, whichever this machine has."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    return None


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
    return loaded


def test_compose_takes_the_file() -> None:
    command = compose_command()
    if command is None:
        pytest.skip("compose: neither `docker compose` nor docker-compose is installed")
    done = subprocess.run(
        [*command, "-f", str(FILE), "config", "--quiet"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PWD": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_key_is_one_of_compose(services: dict[str, Any]) -> None:
    """By hand where no Compose is installed: a misspelt key is silently no protection."""
    known = {
        *("image", "build", "depends_on", "working_dir", "command", "ports", "volumes", "read_only", "tmpfs"),
        *("cap_drop", "cap_add", "security_opt", "restart", "network_mode", "environment"),
    }
    assert {key for service in services.values() for key in service} <= known


def test_what_is_built_is_there(services: dict[str, Any]) -> None:
    for service in services.values():
        context = ROOT / service["build"]["context"]
        assert (context / service["build"].get("dockerfile", "Dockerfile")).is_file()


def test_the_control_plane_is_confined_and_reached_from_this_machine_only(services: dict[str, Any]) -> None:
    plane = services["control-plane"]
    assert plane["read_only"] is True
    assert plane["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in plane["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in plane["ports"])
    assert "privileged" not in plane


def test_paths_are_the_same_inside_and_outside(services: dict[str, Any]) -> None:
    """The engine resolves the mounts of sandboxes on the host."""
    for volume in services["control-plane"]["volumes"]:
        whole = volume.removesuffix(":ro")
        half = (len(whole) - 1) // 2
        assert whole[:half] == whole[half + 1 :], volume


def test_the_image_is_the_one_the_runtime_uses(services: dict[str, Any]) -> None:
    from isolation.docker import IMAGE

    assert services["session"]["image"] == IMAGE


def test_the_build_context_of_the_control_plane_holds_no_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored == ["*", "!pyproject.toml"]
