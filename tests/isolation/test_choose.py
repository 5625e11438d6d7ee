"""Docker when it can be used, else the embedded runtime, and the log says why."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from isolation import choose
from isolation.candidate_env import VARIABLE, locate
from isolation.contract import RuntimeFault


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
