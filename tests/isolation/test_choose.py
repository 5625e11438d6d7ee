"""Docker when it can be used, else the embedded runtime, and the log says why."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import pytest

from isolation import choose
from isolation.candidate_env import VARIABLE, locate
from isolation.contract import JailSpec, RuntimeFault

from .conftest import LIMITS


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")


@pytest.mark.embedded
@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_the_embedded_runtime_is_used_and_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert choose("auto").name == "embedded"
    assert "scripts/engine" in caplog.text


@pytest.mark.usefixtures("no_engine")
def test_a_runtime_asked_for_by_name_is_not_replaced() -> None:
    with pytest.raises(RuntimeFault, match="No Docker engine answers"):
        choose("docker")


@pytest.mark.docker
def test_with_an_engine_and_the_image_docker_is_used() -> None:
    from isolation.docker import why_not

    if reason := why_not():
        pytest.skip(f"docker: {reason}")
    assert choose("auto").name == "docker"


def test_a_missing_candidate_environment_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(RuntimeFault, match="make up"):
        locate()


def test_the_base_interpreter_is_shown_too_unless_it_is_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home" / "versions" / "3.11"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python3").write_text("")
    (tmp_path / "env").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "env"))
    (tmp_path / "env" / "pyvenv.cfg").write_text(f"home = {home}/bin\nversion = 3.11\n")
    assert locate().folders == (tmp_path / "env", home)
    (tmp_path / "env" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert locate().folders == (tmp_path / "env",)


# -- what the engine starts containers with


class FakeEngine:
    """An engine with the image, which knows the OCI runtimes that it is told."""

    def __init__(self, *runtimes: str) -> None:
        self.images = self.containers = self
        self._info = {"Runtimes": {name: {"path": name} for name in runtimes}, "DefaultRuntime": "runc"}
        self.created: dict[str, object] = {}
        self.id = "sha256:0"

    def ping(self) -> bool:
        return True

    def info(self) -> dict[str, object]:
        return self._info

    def get(self, name: str) -> FakeEngine:
        return self

    def list(self, **filters: object) -> list[object]:
        return []

    def create(self, image: str, **profile: object) -> FakeEngine:
        self.created = profile
        return self

    def start(self) -> None:
        pass


def with_engine(patch: pytest.MonkeyPatch, *runtimes: str) -> FakeEngine:
    import docker

    engine = FakeEngine(*runtimes)
    patch.setattr(docker, "from_env", lambda **_: engine)
    return engine


def test_gvisor_is_what_containers_are_started_with_where_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = with_engine(monkeypatch, "runc", "runsc")
    plain, named = choose("docker"), choose("docker", oci_runtime="runsc")
    assert plain.identity != named.identity  # admission tries the one as if the other had never held
    assert any("share the host's kernel" in caveat for caveat in plain.caveats)
    assert not any("share the host's kernel" in caveat for caveat in named.caveats)
    spec = JailSpec(name="x", kind="session", argv=("python",), limits=LIMITS)
    plain.start(spec)
    assert "runtime" not in engine.created
    named.start(spec)
    assert engine.created["runtime"] == "runsc"


@pytest.mark.parametrize("name", ["docker", "auto"])
def test_gvisor_that_is_not_there_is_refused_and_never_replaced(
    name: Literal["docker", "auto"], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, "runc")
    with pytest.raises(RuntimeFault, match=r"'runsc' is asked for .* only runc.*daemon\.json"):
        choose(name, oci_runtime="runsc")
    monkeypatch.setattr("isolation.docker.OCI_RUNTIME", "runsc")  # PROBE_OCI_RUNTIME
    with pytest.raises(RuntimeFault, match="'runsc' is asked for"):
        choose(name)


@pytest.mark.usefixtures("no_engine")
def test_gvisor_without_an_engine_is_no_reason_for_bubblewrap() -> None:
    with pytest.raises(RuntimeFault, match="No Docker engine answers"):
        choose("auto", oci_runtime="runsc")
