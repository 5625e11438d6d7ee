"""Opens sandboxes on this machine: a jail with a jupyter-server in it, for each interview.

Implements `sandbox.ports.Sandboxes` over an `isolation` runtime. What is shown inside is decided here;
how it is held is the runtime's, how the server is spoken to is `workbench`'s, and how many stand ready
before anybody comes is `pool`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import warm
from isolation.admission import Admission, bare
from isolation.contract import Bind, Device, Jail, JailSpec, Limits, Runtime, RuntimeFault
from isolation.programs import SESSION_SERVER
from sandbox.adapters.jupyter import JupyterServer
from sandbox.adapters.pool import WarmPool
from sandbox.adapters.workbench import JupyterWorkbench, WarmPlace
from sandbox.core.pool import PoolPolicy
from sandbox.ports import KernelState, PoolStatus, SandboxFault

LIMITS = Limits(
    memory_bytes=2 * 1024**3,  # a server, two kernels with torch, and the workspace: 0.6 GB measured
    cpus=1.0,
    pids=256,
    disk_bytes=128 * 1024**2,
)
GPU_LIMITS = replace(LIMITS, memory_bytes=4 * 1024**3)
"""CUDA's libraries and its context take host memory, too. Not measured: no GPU was at hand."""
START_TIMEOUT_S = 60.0
NO_POOL = PoolPolicy(size=0)
_POLL_S = 0.05
_LAST_OUTPUT_CHARS = 400
_log = logging.getLogger(__name__)

CHALLENGE_DIR = PurePosixPath("/opt/challenge")
LIBRARY_DIR = PurePosixPath("/opt/lib")

_ENVIRONMENT = {
    "PYTHONPATH": f"{LIBRARY_DIR}:{CHALLENGE_DIR}",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TMPDIR": "/tmp",
    "JUPYTER_RUNTIME_DIR": "/tmp/jupyter/runtime",
    "JUPYTER_DATA_DIR": "/tmp/jupyter/data",
    "JUPYTER_CONFIG_DIR": "/tmp/jupyter/config",
    "IPYTHONDIR": "/tmp/ipython",
}


def _tell_nobody(_: object) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JailedServer:
    """Implements `sandbox.adapters.workbench.Place`."""

    jail: Jail
    folder: Path
    server: JupyterServer

    def alive(self) -> bool:
        """Raises SandboxFault when nobody can tell: the engine or the broker does not answer."""
        try:
            return self.jail.poll() is None
        except RuntimeFault as fault:
            raise SandboxFault(str(fault)) from fault

    def seal(self) -> None:
        """Raises SandboxFault."""
        try:
            self.jail.seal()
        except RuntimeFault as fault:
            raise SandboxFault(str(fault)) from fault

    async def stop(self) -> None:
        try:
            await asyncio.to_thread(self.jail.stop)
        except RuntimeFault as fault:
            raise SandboxFault(str(fault)) from fault
        finally:
            await asyncio.to_thread(shutil.rmtree, self.folder, True)


class LocalSandboxes:
    """Implements `sandbox.ports.Sandboxes`."""

    def __init__(
        self,
        runtime: Runtime,
        challenges: Path,
        pairs: Path,
        state: Path,
        pool: PoolPolicy = NO_POOL,
    ) -> None:
        """`challenges` holds a folder for each slug, `pairs` is that package's folder, `state` is ours.

        Survivors are found by `state`: two servers with different ones do not reap each other's.
        """
        self._runtime = runtime
        self._challenges = challenges
        self._pairs = pairs
        self._state = state
        self._admission = Admission(runtime)
        scope = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:8]
        self._prefix = f"session-{scope}-"
        self._ready_for, self._imports = "", tuple[str, ...]()
        self._pool = WarmPool(self._make_ready, pool)
        self._admitting: asyncio.Task[None] | None = None

    @property
    def runtime(self) -> str:
        return self._runtime.name

    @property
    def caveats(self) -> Sequence[str]:
        return self._runtime.caveats

    @property
    def pool(self) -> PoolStatus:
        return self._pool.status

    def prepare(self, visible: str, imports: Sequence[str]) -> None:
        self._ready_for, self._imports = visible, tuple(imports)
        if self._pool.status.size:
            self._pool.start()  # its first start is let in like any other
        else:
            self._admitting = asyncio.create_task(self._admit_early(), name="admission")

    async def open(
        self,
        interview: str,
        *,
        on_kernel: Callable[[KernelState], None],
        on_step: Callable[[str], None] = _tell_nobody,
        visible: str,
        device: str = "",
    ) -> JupyterWorkbench:
        """Raises SandboxFault. `interview` is for people who read the log; no name is made from it."""
        shown = self._shown(visible)

        async def fresh() -> JailedServer:
            return await self._start(shown, on_step, device)

        if visible != self._ready_for:
            return await JupyterWorkbench.open(fresh, on_kernel)
        on_step("starting a sandbox")
        # What stands ready has no GPU: a device lent to nobody in particular would be lent to nobody at all.
        warm = await self._pool.take() if not device else None
        return await JupyterWorkbench.open(fresh, on_kernel, warm=warm)

    async def close(self) -> None:
        if self._admitting is not None:
            self._admitting.cancel()
            await asyncio.gather(self._admitting, return_exceptions=True)
        await self._pool.close()

    async def reap(self) -> int:
        """Raises SandboxFault."""

        def reap_all() -> int:
            names = [name for name in self._runtime.owned() if name.startswith(self._prefix)]
            for name in names:
                self._runtime.reap(name)
            for folder in self._state.glob(f"{self._prefix}*"):  # also of those that died with their server
                shutil.rmtree(folder, ignore_errors=True)
            return len(names)

        try:
            return await asyncio.to_thread(reap_all)
        except RuntimeFault as fault:
            raise SandboxFault(str(fault)) from fault

    async def devices(self) -> Sequence[Device]:
        """Raises SandboxFault."""
        try:
            return await asyncio.to_thread(self._runtime.devices)
        except RuntimeFault as fault:
            raise SandboxFault(str(fault)) from fault

    def spec(self, name: str, shown: Path, sockets: Path, token: str, device: str = "") -> JailSpec:
        """A session's jail: `shown` is the challenge's folder, and its server listens in `sockets`."""
        return JailSpec(
            name=name,
            kind="session",
            argv=SESSION_SERVER,
            limits=GPU_LIMITS if device else LIMITS,
            env={**_ENVIRONMENT, "JUPYTER_TOKEN": token, "PROBE_IMPORTS": ",".join(self._imports)},
            binds=(
                Bind(source=shown, target=CHALLENGE_DIR),
                Bind(source=self._pairs, target=LIBRARY_DIR / "pairs"),
                Bind(source=Path(warm.__file__).parent, target=LIBRARY_DIR / "warm"),
            ),
            socket_dir=sockets,
            device=device,
        )

    def _shown(self, visible: str) -> Path:
        """Raises SandboxFault."""
        shown = self._challenges / visible / "visible"
        if not shown.is_dir():
            raise SandboxFault(f"The challenge {visible!r} has no folder visible/.")
        return shown

    async def _make_ready(self) -> WarmPlace:
        """For the pool. Raises SandboxFault."""
        return await WarmPlace.make(await self._start(self._shown(self._ready_for)), self._imports)

    async def _admit_early(self) -> None:
        """So that the first candidate does not wait for it; where it fails they will be told why."""
        folder = self._state / self._prefix
        try:
            await self._admit(self.spec(self._prefix, self._shown(self._ready_for), folder, ""))
        except SandboxFault as fault:
            _log.error("no candidate can be let in: %s", fault)

    async def _start(
        self, shown: Path, on_step: Callable[[str], None] = _tell_nobody, device: str = ""
    ) -> JailedServer:
        name = self._prefix + secrets.token_hex(6)
        token = secrets.token_hex(16)
        folder = self._state / name
        sockets = folder / "s"
        spec = self.spec(name, shown, sockets, token, device)
        on_step("checking that sandboxes hold")
        await self._admit(spec)
        on_step("starting a sandbox")
        launch = asyncio.to_thread(self._launch, spec, folder, sockets, token)
        place = await _undone_if_cancelled(asyncio.create_task(launch))
        on_step("starting Python")
        try:
            await _until_ready(place)
            await asyncio.to_thread(place.seal)  # not one line of the candidate's has run until now
        except BaseException:
            await place.stop()
            raise
        return place

    async def _admit(self, spec: JailSpec) -> None:
        """Before the first candidate is let in, and again on another image. Raises SandboxFault."""

        def check() -> None:
            self._admission.check(spec)
            self._admission.check(bare("contestant"))

        try:
            await asyncio.to_thread(check)
        except RuntimeFault as fault:
            raise SandboxFault(str(fault)) from fault

    def _launch(self, spec: JailSpec, folder: Path, sockets: Path, token: str) -> JailedServer:
        try:
            folder.mkdir(mode=0o700, parents=True)
            sockets.mkdir()
            jail = self._runtime.start(spec)
        except (RuntimeFault, OSError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise SandboxFault(str(error)) from error
        return JailedServer(jail=jail, folder=folder, server=JupyterServer(folder=sockets, token=token))


async def _undone_if_cancelled(launch: asyncio.Task[JailedServer]) -> JailedServer:
    """The place, once it is there. The thread that starts a jail cannot be stopped, only waited for."""
    try:
        return await asyncio.shield(launch)
    except asyncio.CancelledError:
        with contextlib.suppress(SandboxFault):
            await (await launch).stop()
        raise


async def _until_ready(place: JailedServer) -> None:
    """Wait for the server's first answer. Raises SandboxFault when the jail ends or the time is over."""
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not await place.server.ready():
                if not place.alive():
                    raise SandboxFault(f"The sandbox ended while it started. {_last_output(place.jail)}")
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise SandboxFault(
            f"The sandbox did not start within {START_TIMEOUT_S:.0f} s. {_last_output(place.jail)}"
        ) from None


def _last_output(jail: Jail) -> str:
    text = jail.output().decode("utf-8", "replace").strip()
    return f"Its last words: {text[-_LAST_OUTPUT_CHARS:]}" if text else "It said nothing."
