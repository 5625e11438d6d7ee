"""What is in the image that hostile code runs in: the candidate environment, and nothing of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docker
ROOT = Path(__file__).resolve().parents[2]

LIST_ALL = """
import json, os, stat
found = []
for folder, names, files in os.walk("/"):
    if folder in ("/proc", "/sys", "/dev"):
        names.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        found.append((path, os.lstat(path).st_mode))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def image() -> Any:
    import docker

    from isolation.docker import IMAGE, why_not

    if reason := why_not():
        pytest.skip(f"docker: {reason}")
    return docker.from_env().images.get(IMAGE)


@pytest.fixture(scope="module")
def files(image: Any) -> dict[str, int]:
    """Every file of the image with its mode."""
    raw = image.client.containers.run(
        image.id, ["python", "-c", LIST_ALL], remove=True, network_mode="none", user="0:0"
    )
    return dict(json.loads(raw))


def test_nothing_of_the_judge_or_a_challenge_is_in_it(files: dict[str, int]) -> None:
    ours = {"judge.toml", "rubric.toml", "guide.md", "brief.md", "specdec.py"}
    ours |= {path.name for path in (ROOT / "harness").rglob("*.py")} - {"__init__.py"}
    own_places = [path for path in files if not path.startswith(("/usr/lib", "/usr/local/lib", "/opt/venv"))]
    assert [path for path in own_places if Path(path).name in ours] == []
    packages = ("harness", "challenges", "isolation", "wire", "pairs")
    assert [path for path in files if any(f"site-packages/{name}/" in path for name in packages)] == []
    assert [path for path in files if "judge.toml" in path or "rubric" in path] == []


def test_no_file_gives_privileges(files: dict[str, int]) -> None:
    set_id = 0o6000
    assert [path for path, mode in files.items() if mode & set_id] == []


def test_no_wheel_and_no_installer_is_left(files: dict[str, int]) -> None:
    assert [path for path in files if path.endswith(".whl") and "ensurepip" not in path] == []
    assert not any("/opt/venv/lib/" in path and "/site-packages/pip/" in path for path in files)


def test_its_environment_and_user_are_plain(image: Any) -> None:
    configuration = image.attrs["Config"]
    assert configuration["User"] == "10001:10001"
    assert not configuration.get("Volumes")
    assert not configuration.get("Healthcheck")
    names = {entry.split("=")[0] for entry in configuration["Env"]}
    assert not {name for name in names if "TOKEN" in name or "SECRET" in name or "PROXY" in name.upper()}


def test_what_a_session_imports_is_compiled(files: dict[str, int]) -> None:
    """The root file system is read-only inside, so byte code that is not there now never is."""
    compiled = [path for path in files if path.endswith(".pyc") and "/opt/venv/" in path]
    for package in ("torch", "transformers", "matplotlib", "jupyter_server", "ipykernel"):
        assert any(f"/site-packages/{package}/" in path for path in compiled), package
