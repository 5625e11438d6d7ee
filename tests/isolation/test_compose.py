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
SOCKET = "/var/run/docker.sock"

SESSION = """
import asyncio, os, sys, time
from pathlib import Path
from harness.runner.contestant import ACCOUNT_S
from isolation.choose import through_broker
from sandbox.adapters.sandboxes import LocalSandboxes
from sandbox.ports import Output
from sandbox.settings import PROJECT

async def main():
    runtime = through_broker(Path(sys.argv[1]))
    place = LocalSandboxes(
        runtime=runtime, challenges=PROJECT / "challenges", pairs=PROJECT / "pairs", state=runtime.root
    )
    bench = await place.open("i", on_kernel=lambda _: None, visible="speculative-decoding")
    items = [item async for item in bench.execute("print(6 * 7)")]
    began, usage = time.monotonic(), bench._place.jail.usage()
    print(usage.cpu_s > 0 and usage.peak_memory_bytes > 0 and time.monotonic() - began < ACCOUNT_S)
    await bench.close()
    print([item.text for item in items if isinstance(item, Output)], bench._place.folder.exists())

print(os.getuid(), os.path.exists("/var/run/docker.sock"), os.path.exists("/run/docker.sock"))
asyncio.run(main())
"""
"""What the control plane does for an interview, in its own container."""


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
        *("stop_grace_period", "user"),
    }
    assert {key for service in services.values() for key in service} <= known


def test_what_is_run_is_what_images_build_makes(services: dict[str, Any]) -> None:
    """Nothing is pulled: a registry's image by the same name would get the engine's socket."""
    images = {
        "control": "${PROBE_CONTROL_IMAGE:-probe-control:latest}",
        "sandbox": "${PROBE_SANDBOX_IMAGE:-probe-sandbox:latest}",
    }
    for name, service in services.items():
        assert service["pull_policy"] == "never"
        assert service["image"] == images["sandbox" if name == "sandbox" else "control"]
    assert all((ROOT / "images" / name / "Dockerfile").is_file() for name in images)
    assert services.keys() == {"broker", "control-plane", "folders", "sandbox"}


def test_only_the_broker_has_the_engines_socket(services: dict[str, Any]) -> None:
    holders = {name for name, service in services.items() if "docker.sock" in json.dumps(service)}
    assert holders == {"broker"}
    assert [v for v in services["broker"]["volumes"] if ".sock" in v] == [f"{SOCKET}:{SOCKET}"]


def test_the_broker_meets_nobody_by_network_and_serves_one_user(services: dict[str, Any]) -> None:
    broker = services["broker"]
    assert broker["network_mode"] == "none"
    assert "ports" not in broker
    assert f"--client={services['control-plane']['user']}" in broker["command"]
    assert set(broker["cap_add"]) == {"CHOWN", "FOWNER", "DAC_OVERRIDE"}


def test_the_control_plane_has_its_data_and_the_doors_of_the_broker(services: dict[str, Any]) -> None:
    """Of the broker's folder, the socket and the meeting root: not its records, and nothing above them."""
    plane = services["control-plane"]
    writable = {
        v.split(":-")[1].split("}")[1].split(":")[0] for v in plane["volumes"] if not v.endswith(":ro")
    }
    assert writable == {"/data", "/broker/state/meeting"}
    read_only = {v for v in plane["volumes"] if v.endswith(":ro")}
    assert len(read_only) == 2
    assert any("/broker/door:" in volume for volume in read_only)
    uid, gid = plane["user"].split(":")
    assert int(uid) >= 10_000
    assert int(gid) >= 10_000
    assert "cap_add" not in plane


@pytest.mark.parametrize("name", ["broker", "control-plane", "folders"])
def test_each_service_of_ours_is_confined(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_the_control_plane_is_reached_from_this_machine_only(services: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in services["control-plane"]["ports"])


@pytest.mark.parametrize("name", ["broker", "control-plane"])
def test_paths_are_the_same_inside_and_outside(services: dict[str, Any], name: str) -> None:
    """The engine resolves the mounts of sandboxes on the host."""
    for volume in services[name]["volumes"]:
        whole = volume.removesuffix(":ro")
        half = (len(whole) - 1) // 2
        assert whole[:half] == whole[half + 1 :], volume


def test_the_image_is_the_one_the_runtime_uses(services: dict[str, Any]) -> None:
    assert services["sandbox"]["image"] == "${PROBE_SANDBOX_IMAGE:-probe-sandbox:latest}"
    assert services["broker"]["environment"]["PROBE_SANDBOX_IMAGE"] == services["sandbox"]["image"]


def test_both_sides_name_the_same_socket(services: dict[str, Any]) -> None:
    (listens,) = [word.partition("=")[2] for word in services["broker"]["command"] if "--socket" in word]
    (asks,) = [word.partition("=")[2] for word in services["control-plane"]["command"] if "--broker" in word]
    assert listens == asks


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

        def compose(*arguments: str) -> str:
            run = [*command, "-p", f"probe-test-{port}", "-f", str(FILE), *arguments]
            done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
            assert done.returncode == 0, done.stderr + done.stdout
            return done.stdout

        try:
            compose("up", "--detach")
            assert health_of(port)["status"] == "ok"
            said = compose(
                *("exec", "-T", "control-plane", "python", "-c", SESSION, f"{data}/broker/door/socket")
            )
            # The second: what a jail has used is known, quickly enough to give each trial a budget.
            assert said.splitlines() == ["10100 False False", "True", "['42\\n'] False"]
            judged = compose(
                *("exec", "-T", "control-plane", "python", "-m", "harness", "judge", "--runtime", "broker"),
                *("--broker", f"{data}/broker/door/socket", "--budget", "quick", "--seed", "1"),
                "tests/challenges/solutions/raises.py",
            )
            assert "runtime docker" in judged
        finally:
            compose("down")


def missing_image() -> str:
    import docker

    from isolation.docker import why_not

    if reason := why_not():
        return reason
    try:
        docker.from_env().images.get(os.environ.get("PROBE_CONTROL_IMAGE", "probe-control:latest"))
    except docker.errors.ImageNotFound:
        return "the image probe-control is not there: run images/build control."
    return ""


def health_of(port: int) -> dict[str, Any]:
    """What the server says of itself once it answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2) as answer:
                health: dict[str, Any] = json.load(answer)
                return health
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
