"""Which GPUs there are, and how one gets into a jail and into no other."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker
import pynvml
import pytest

from isolation import docker as docker_runtime
from isolation import docker_profile, nvml
from isolation.broker.client import BrokerRuntime
from isolation.contract import Device, Jail, JailSpec, Runtime, RuntimeFault
from isolation.docker import DockerRuntime
from tests.isolation.conftest import LIMITS, brokered, permissive, runtime_by_name

GPU = Device(id="GPU-1", name="Test 80GB", memory_bytes=80 << 30, used_bytes=4 << 20)


def spec(device: str, name: str = "session-gpu", **fields: Any) -> JailSpec:
    argv = ("python", "-u", "-c", "import time; time.sleep(60)")
    return JailSpec(name=name, kind="session", argv=argv, limits=LIMITS, device=device, **fields)


class FakeNvml:
    """Two GPUs, the second cut into two slices with a gap between them. ``broken``: any call fails so."""

    def __init__(self, broken: int | None = None) -> None:
        self.broken, self.shut_down = broken, False

    def nvmlInit(self) -> None:  # noqa: N802
        if self.broken is not None:
            raise pynvml.NVMLError(self.broken)

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.shut_down = True

    def __getattr__(self, name: str) -> Any:
        return {
            "nvmlDeviceGetCount": lambda: 2,
            "nvmlDeviceGetHandleByIndex": lambda index: f"gpu{index}",
            "nvmlDeviceGetMigMode": self._mig_mode,
            "nvmlDeviceGetMaxMigDeviceCount": lambda _: 3,
            "nvmlDeviceGetMigDeviceHandleByIndex": self._slice,
            "nvmlDeviceGetUUID": lambda handle: {"gpu0": "GPU-a"}.get(handle, f"MIG-{handle}"),
            "nvmlDeviceGetName": lambda handle: f"name of {handle}",
            "nvmlDeviceGetMemoryInfo": lambda _, version: SimpleNamespace(total=100, used=7),
        }[name]

    def _mig_mode(self, gpu: str) -> tuple[int, int]:
        if gpu == "gpu0":
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return (pynvml.NVML_DEVICE_MIG_ENABLE, pynvml.NVML_DEVICE_MIG_ENABLE)

    def _slice(self, _gpu: str, place: int) -> str:
        if place == 1:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return f"slice{place}"


def test_a_gpu_that_is_cut_up_is_its_slices_and_nothing_else() -> None:
    fake = FakeNvml()
    found = nvml.devices(fake)
    assert [device.id for device in found] == ["GPU-a", "MIG-slice0", "MIG-slice2"]
    assert found[1] == Device(id="MIG-slice0", name="name of slice0", memory_bytes=100, used_bytes=7)
    assert fake.shut_down


def test_no_driver_is_no_device_and_a_broken_one_is_a_fault() -> None:
    assert nvml.devices(FakeNvml(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)) == ()
    with pytest.raises(RuntimeFault, match="driver"):
        nvml.devices(FakeNvml(pynvml.NVML_ERROR_UNKNOWN))


def test_a_container_asks_for_its_device_by_id_and_others_are_shown_none() -> None:
    with_one = docker_profile.profile(spec("GPU-1"), 1, hide_devices=True)
    (request,) = with_one["device_requests"]
    assert (request.device_ids, request.count, request.driver) == (["GPU-1"], 0, "nvidia")
    assert "NVIDIA_VISIBLE_DEVICES" not in with_one["environment"]
    without = docker_profile.profile(spec(""), 1, hide_devices=True)
    assert without["device_requests"] == []
    assert without["environment"]["NVIDIA_VISIBLE_DEVICES"] == "void"


@pytest.mark.embedded
def test_the_embedded_runtime_says_that_it_gives_none(tmp_path: Path) -> None:
    runtime = runtime_by_name("embedded", tmp_path)
    assert runtime.devices() == ()
    with pytest.raises(RuntimeFault, match="Use the Docker runtime"):
        runtime.start(spec("GPU-1"))
    assert runtime.owned() == []


@pytest.mark.docker
def test_an_engine_without_the_nvidia_runtime_offers_none_says_so_and_leaves_nothing() -> None:
    runtime_by_name("docker", Path())
    runtime = DockerRuntime(inventory=lambda: (GPU,))
    if runtime._gives_devices:
        pytest.skip("docker: this engine has the NVIDIA runtime")
    assert runtime.devices() == ()
    assert any("nvidia-ctk" in caveat for caveat in runtime.caveats)
    with pytest.raises(RuntimeFault, match="could not select device driver"):
        runtime.start(spec("GPU-1", name="session-no-gpu"))
    assert "session-no-gpu" not in runtime.owned()


@pytest.mark.docker
def test_a_device_that_a_living_container_has_is_given_to_no_other() -> None:
    """Also where whoever lent it has crashed, and knows nothing of it any more."""
    runtime = runtime_by_name("docker", Path())
    other = docker.from_env().containers.run(
        docker_runtime.IMAGE,
        ["sleep", "60"],
        detach=True,
        network_mode="none",
        labels={docker_profile.DEVICE_LABEL: "GPU-held-by-a-test"},
    )
    try:
        with pytest.raises(RuntimeFault, match=f"in use by the container {other.name}"):
            runtime.start(spec("GPU-held-by-a-test"))
    finally:
        other.remove(force=True)


# -- through the broker


class OneGpu:
    """A runtime that has a GPU, and notes what it is asked to start."""

    name, identity, caveats, unpromised = "none", "none", (), frozenset[str]()

    def __init__(self) -> None:
        self.jails: dict[str, JailSpec] = {}

    def devices(self) -> tuple[Device, ...]:
        return (GPU,)

    def owned(self) -> list[str]:
        return list(self.jails)

    def reap(self, name: str) -> None:
        self.jails.pop(name, None)

    def start(self, spec: JailSpec) -> Jail:
        self.jails[spec.name] = spec
        return SimpleNamespace(poll=lambda: None, stop=lambda: self.reap(spec.name))  # type: ignore[return-value]


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[tuple[OneGpu, Runtime]]:
    inner = OneGpu()
    with brokered(inner, tmp_path, permissive()) as socket:  # type: ignore[arg-type]
        yield inner, BrokerRuntime(socket)


def test_the_broker_gives_a_device_to_one_session_until_that_has_ended(
    behind: tuple[OneGpu, Runtime],
) -> None:
    inner, runtime = behind
    assert list(runtime.devices()) == [GPU]
    runtime.start(spec("GPU-1", name="session-a"))
    assert inner.jails["session-a"].device == "GPU-1"
    with pytest.raises(RuntimeFault, match="another jail's"):
        runtime.start(spec("GPU-1", name="session-b"))
    runtime.reap("session-a")
    runtime.start(spec("GPU-1", name="session-b"))


def test_the_broker_knows_no_other_device(behind: tuple[OneGpu, Runtime]) -> None:
    inner, runtime = behind
    for device, words in (("GPU-2", "no device GPU-2"), ("all", "takes no such jail")):
        with pytest.raises(RuntimeFault, match=words):
            runtime.start(spec(device))
    assert inner.jails == {}


# -- where there is a card


def why_no_gpu() -> str:
    try:
        runtime = DockerRuntime()
        return "" if runtime.devices() else "gpu: the engine has no NVIDIA runtime, or this host no GPU."
    except RuntimeFault as fault:
        return f"gpu: {fault}"


@pytest.mark.gpu
@pytest.mark.docker
def test_a_session_sees_the_one_gpu_that_it_was_given_and_a_contestant_none() -> None:
    if reason := why_no_gpu():
        pytest.skip(reason)
    runtime = DockerRuntime()
    device = runtime.devices()[0]
    seen = "import glob; print(sorted(glob.glob('/dev/nvidia[0-9]*')))"
    for name, given, count in (("session-gpu", device.id, 1), ("session-cpu", "", 0)):
        argv = ("python", "-c", seen)
        jail = runtime.start(JailSpec(name=name, kind="session", argv=argv, limits=LIMITS, device=given))
        try:
            jail.wait(60)
            assert jail.output().count(b"/dev/nvidia") == count
        finally:
            jail.stop()
    if shutil.which("nvidia-smi"):
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True).stdout
        assert all(one.id in listed for one in runtime.devices())
