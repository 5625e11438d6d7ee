"""What is in the images: what is needed, no privileges, and nothing hidden in the candidate's."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docker
ROOT = Path(__file__).resolve().parents[2]
IMAGES = {
    "sandbox": os.environ.get("PROBE_SANDBOX_IMAGE", "probe-sandbox:latest"),
    "judge": os.environ.get("PROBE_JUDGE_IMAGE", "probe-judge:latest"),
    "control": os.environ.get("PROBE_CONTROL_IMAGE", "probe-control:latest"),
}
SMALL = 1 << 18
"""Bytes: files of ours are smaller, and each of these is hashed."""

LIST_ALL = """
import hashlib, importlib.metadata as metadata, json, os, stat, sys
ENDINGS = (".py", ".toml", ".md", ".json", ".txt", ".npz")
small, files, hashes = int(sys.argv[1]), [], []
for folder, names, found in os.walk("/"):
    if folder in ("/proc", "/sys", "/dev"):
        names.clear()
        continue
    for name in found:
        path = os.path.join(folder, name)
        status = os.lstat(path)
        files.append((path, status.st_mode))
        if stat.S_ISREG(status.st_mode) and 64 < status.st_size < small and path.endswith(ENDINGS):
            with open(path, "rb") as file:
                hashes.append(hashlib.sha256(file.read()).hexdigest())
packages = sorted(each.name.lower().replace("_", "-") for each in metadata.distributions())
print(json.dumps({"files": files, "hashes": hashes, "packages": packages, "python": sys.version.split()[0]}))
"""


@cache
def inspected(name: str) -> dict[str, Any]:
    import docker
    from docker.errors import DockerException, ImageNotFound

    try:
        client = docker.from_env()
        image = client.images.get(IMAGES[name])
    except ImageNotFound:
        pytest.skip(f"docker: the image {IMAGES[name]} is not there: run images/build {name}.")
    except DockerException:
        pytest.skip("docker: no Docker engine answers: run scripts/engine.")
    raw = client.containers.run(
        image.id,
        ["-c", LIST_ALL, str(SMALL)],
        entrypoint=["python"],
        remove=True,
        network_mode="none",
        user="0:0",
    )
    return {**json.loads(raw), "attrs": image.attrs, "history": image.history()}


@pytest.fixture(params=IMAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def files_of(name: str) -> dict[str, int]:
    return dict(inspected(name)["files"])


# -- every image


def test_no_file_gives_privileges(name: str) -> None:
    assert [path for path, mode in files_of(name).items() if mode & 0o6000] == []


def test_it_runs_as_a_user_without_privileges_and_has_a_plain_environment(name: str) -> None:
    configuration = inspected(name)["attrs"]["Config"]
    uid, gid = configuration["User"].split(":")
    assert min(int(uid), int(gid)) >= 10_000
    assert not configuration.get("Volumes")
    assert not configuration.get("Healthcheck")
    words = "TOKEN", "SECRET", "PROXY", "KEY", "PASSWORD"
    assert not [entry for entry in configuration["Env"] if any(word in entry.upper() for word in words)]


def test_no_wheel_no_cache_and_no_installer_is_left(name: str) -> None:
    files = files_of(name)
    assert [path for path in files if path.endswith((".whl", ".a")) and "ensurepip" not in path] == []
    assert not [path for path in files if path.startswith(("/wheels/", "/build/", "/root/.cache"))]
    assert not [
        path for path in files if path.startswith("/var/lib/apt/lists/") and not path.endswith("lock")
    ]
    if name == "sandbox":
        assert "pip" not in inspected(name)["packages"]


def test_what_it_has_is_pinned(name: str) -> None:
    if name == "sandbox":
        lines = (ROOT / "images/sandbox/requirements.txt").read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith("#")]
    else:
        wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        if name == "judge":
            wanted = [line for line in wanted if line.startswith(("numpy", "pydantic"))]
    names = {re.split("[=<>]", line)[0].lower() for line in wanted}
    assert names <= set(inspected(name)["packages"])


# -- the candidate's


def test_nothing_of_the_judge_or_a_challenge_is_in_the_candidates_image() -> None:
    """By name, by package, and by content: no file of the repository is in it, however it is called."""
    files = files_of("sandbox")
    packages = ("harness", "challenges", "isolation", "wire", "pairs", "sandbox", "tests")
    assert [path for path in files if any(f"site-packages/{name}/" in path for name in packages)] == []
    assert [path for path in files if "judge.toml" in path or "rubric" in path] == []
    # The text pair's weights are shown to a session by a mount, and to a contestant not at all.
    assert [path for path in files if path.endswith((".safetensors", ".gguf"))] == []
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    tracked = [ROOT / os.fsdecode(path) for path in listed.split(b"\0") if path]
    ours = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for path in tracked
        if path.is_file() and 64 < path.stat().st_size < SMALL and path.name != "LICENSE.corpus"
    }
    # That notice is Python's own, which every Python brings.
    assert [ours[digest] for digest in set(inspected("sandbox")["hashes"]) & ours.keys()] == []


def test_no_step_of_its_making_names_what_is_hidden() -> None:
    said = json.dumps(
        [inspected("sandbox")["history"], inspected("sandbox")["attrs"]["Config"].get("Labels")]
    )
    assert not re.search(r"harness|hidden|seed|rubric|judge\.toml", said)


def test_what_a_session_imports_is_compiled() -> None:
    """The root file system is read-only inside, so byte code that is not there now never is."""
    compiled = [path for path in files_of("sandbox") if path.endswith(".pyc") and "/opt/venv/" in path]
    for package in ("torch", "transformers", "matplotlib", "jupyter_server", "ipykernel"):
        assert any(f"/site-packages/{package}/" in path for path in compiled), package


def test_torch_without_its_symbol_tables_still_computes() -> None:
    """images/slim.py cuts its libraries behind what the loader reads."""
    inspected("sandbox")
    code = "import torch; print(float((torch.ones(64, 64) @ torch.ones(64, 64)).sum()), torch.__version__)"
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", IMAGES["sandbox"], "python", "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split()[0] == str(64.0**3), done.stderr


# -- the judge's and the control plane's


@pytest.mark.parametrize("name", ["judge", "control"])
def test_no_torch_and_no_code_of_a_candidate(name: str) -> None:
    assert not {"torch", "transformers", "ipykernel"} & set(inspected(name)["packages"])


def test_the_control_planes_image_can_draw_a_report() -> None:
    """WeasyPrint loads pango, harfbuzz and fontconfig of the system when it is imported."""
    inspected("control")
    code = "import weasyprint; print(weasyprint.HTML(string='<p>report').write_pdf()[:5])"
    shut = ["--network", "none", "--read-only", "--tmpfs", "/tmp"]
    command = ["docker", "run", "--rm", *shut, IMAGES["control"]]
    done = subprocess.run([*command, "python", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "b'%PDF-'", done.stderr


def test_the_judges_image_has_no_web_and_no_engine() -> None:
    assert not {"fastapi", "sqlalchemy", "docker", "uvicorn"} & set(inspected("judge")["packages"])


def test_the_judge_verifies_without_a_checkout_a_network_or_a_jail(tmp_path: Path) -> None:
    inspected("judge")
    judged = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "harness",
                "judge",
                "--runtime",
                "none",
                "--budget",
                "quick",
                "--seed",
                "1",
            ),
            *("--json", str(tmp_path / "card"), "--record", str(tmp_path / "record")),
            "tests/challenges/solutions/raises.py",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "record").is_file(), judged.stderr
    for path in (tmp_path, tmp_path / "card", tmp_path / "record"):
        path.chmod(0o755)
    command = ["docker", "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL"]
    command += ["-v", f"{tmp_path}:/in:ro", IMAGES["judge"], "verify", "/in/card", "/in/record"]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr + verified.stdout


def test_images_build_lists_what_there_is() -> None:
    for name in IMAGES:
        inspected(name)
    done = subprocess.run([ROOT / "images/build", "--list"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "layers" in done.stdout
    for image in IMAGES.values():
        assert re.search(rf"^{re.escape(image)} +\d+ MB +\d+ +\d+$", done.stdout, re.MULTILINE), done.stdout
    assert "torch 2.13.0" in done.stdout
