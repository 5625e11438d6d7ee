"""docker-compose.yml is one that Compose takes, and promises what its comments say."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"


def compose_command() -> list[str] | None:
    """``docker compose`` or ``docker-compose``, this machine's or the one installed beside the tests."""
    ours = str(Path(sys.executable).with_name("docker-compose"))
    for command in (["docker", "compose"], ["docker-compose"], [ours]):
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
        *(
            "image",
            "pull_policy",
            "depends_on",
            "working_dir",
            "command",
            "ports",
            "volumes",
            "read_only",
            "tmpfs",
        ),
        *("cap_drop", "cap_add", "security_opt", "restart", "network_mode", "environment", "init"),
        "stop_grace_period",
    }
    assert {key for service in services.values() for key in service} <= known


def test_what_is_run_is_what_images_build_makes(services: dict[str, Any]) -> None:
    """Nothing is pulled: a registry's image by the same name would get the engine's socket."""
    for name, service in services.items():
        assert service["pull_policy"] == "never"
        assert (ROOT / "images" / name / "Dockerfile").is_file()
    assert services.keys() == {"control-plane", "session"}


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
    assert services["session"]["image"] == "${PROBE_SESSION_IMAGE:-probe-session:latest}"
    assert services["control-plane"]["environment"]["PROBE_SESSION_IMAGE"] == services["session"]["image"]


def test_temporary_files_can_be_shown_to_a_contestant(services: dict[str, Any]) -> None:
    """The judge's snapshot of a submission must be at the same path for the engine."""
    plane = services["control-plane"]
    folder = plane["environment"]["TMPDIR"]
    assert f"{folder}:{folder}" in plane["volumes"]


@pytest.mark.docker
def test_the_product_comes_up_and_goes_down() -> None:
    command = compose_command()
    if command is None:
        pytest.skip("compose: neither `docker compose` nor docker-compose is installed")
    if reason := missing_image():
        pytest.skip(f"compose: {reason}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="probe-", ignore_cleanup_errors=True) as data:
        environment = {**os.environ, "PWD": str(ROOT), "PORT": str(port), "DATA": data}

        def compose(*arguments: str) -> None:
            run = [*command, "-p", f"probe-test-{port}", "-f", str(FILE), *arguments]
            done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
            assert done.returncode == 0, done.stderr

        try:
            compose("up", "--detach")
            assert health_of(port)["status"] == "ok"
        finally:
            compose("down")


def missing_image() -> str:
    import docker

    from isolation.docker import why_not

    if reason := why_not():
        return reason
    try:
        docker.from_env().images.get("probe-control-plane:latest")
    except docker.errors.ImageNotFound:
        return "the image probe-control-plane is not there: run images/build control-plane."
    return ""


def health_of(port: int) -> dict[str, Any]:
    """What the server says of itself once it answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2) as answer:
                health: dict[str, Any] = json.load(answer)
                return health
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
