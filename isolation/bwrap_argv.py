"""From a `JailSpec` to the command line that holds it: bubblewrap's arguments. Pure.

Two shapes. As root each jail has a uid of its own and control groups hold the limits. As a plain user a
user namespace stands in for the uid, and per-process limits for the control groups.

bubblewrap works through its arguments in order, so a later mount lies over an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from isolation.contract import SOCKET_DIR, WORKSPACE, JailSpec

TMP_BYTES = 64 * 1024 * 1024
SHARED_MEMORY_BYTES = 64 * 1024 * 1024
OPEN_FILES = 1024
UID_AS_PLAIN_USER = 10001
HOME = "/tmp"

_UNSHARE = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64")
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What the host decides about one jail."""

    uid: int
    as_root: bool
    has_cgroup: bool
    candidate_env: Path
    """The virtual environment whose ``bin`` is first on the PATH."""
    folders: Sequence[Path]
    """Shown read-only at their own paths."""
    etc: Path
    """A folder of files to show in /etc."""
    seccomp_fd: int


def enter_groups(doors: Sequence[Path], argv: Sequence[str]) -> list[str]:
    """`argv`, started inside the control groups whose ``cgroup.procs`` are `doors`.

    The shell writes itself in and then becomes the program, so that not one instruction of it runs
    outside, and the process that we started is still the one that we wait for.
    """
    script = 'for door in $DOORS; do echo 0 > "$door" || exit 125; done; unset DOORS; exec "$@"'
    return ["/usr/bin/env", f"DOORS={' '.join(map(str, doors))}", "/bin/sh", "-c", script, "jail", *argv]


def build(spec: JailSpec, confinement: Confinement) -> list[str]:
    """The whole command, from ``bwrap`` to the last argument of the jailed program."""
    return [
        "bwrap",
        *_UNSHARE,
        "--die-with-parent",
        "--new-session",
        "--hostname",
        "sandbox",
        "--clearenv",
        *_user(confinement),
        *_root(confinement),
        *_writable(spec, confinement),
        *_shown(spec, confinement),
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        *_environment(spec, confinement),
        "--chdir",
        str(WORKSPACE),
        "--seccomp",
        str(confinement.seccomp_fd),
        "--",
        *_drop(spec, confinement),
        *spec.argv,
    ]


def _user(confinement: Confinement) -> list[str]:
    if confinement.as_root:
        return []
    uid = str(confinement.uid)
    return ["--unshare-user", "--disable-userns", "--uid", uid, "--gid", uid]


def _root(confinement: Confinement) -> list[str]:
    arguments = [*_folder("/run"), *_folder("/etc"), "--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM_LINKS:
        link = Path("/") / name
        if link.is_symlink():
            arguments += ["--symlink", f"usr/{name}", f"/{name}"]
        elif link.is_dir():
            arguments += ["--ro-bind", str(link), str(link)]
    for file in _SYSTEM_FILES:
        arguments += ["--ro-bind-try", file, file]
    for name in sorted(path.name for path in confinement.etc.iterdir()):
        arguments += ["--ro-bind", str(confinement.etc / name), f"/etc/{name}"]
    return [*arguments, "--proc", "/proc", "--dev", "/dev"]


def _writable(spec: JailSpec, confinement: Confinement) -> list[str]:
    mode = "1777" if confinement.as_root else "0700"  # bubblewrap's root makes it; the jail's uid uses it
    return [
        *_tmpfs("/dev/shm", SHARED_MEMORY_BYTES, "1777"),
        *_tmpfs("/tmp", TMP_BYTES, "1777"),
        *_tmpfs(str(WORKSPACE), spec.limits.disk_bytes, mode),
    ]


def _shown(spec: JailSpec, confinement: Confinement) -> list[str]:
    arguments: list[str] = []
    for folder in confinement.folders:
        arguments += [*_parents(folder), "--ro-bind", str(folder), str(folder)]
    for bind in spec.binds:
        arguments += [*_parents(bind.target), "--ro-bind", str(bind.source.resolve()), str(bind.target)]
    if spec.socket_dir is not None:
        how = "--bind" if spec.kind == "session" else "--ro-bind"
        arguments += [how, str(spec.socket_dir.resolve()), str(SOCKET_DIR)]
    return arguments


def _environment(spec: JailSpec, confinement: Confinement) -> list[str]:
    variables = {
        **spec.env,
        "PATH": f"{confinement.candidate_env}/bin:/usr/bin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
    }
    return [word for name, value in variables.items() for word in ("--setenv", name, value)]


def _drop(spec: JailSpec, confinement: Confinement) -> list[str]:
    limits = ["--core=0:0", f"--nofile={OPEN_FILES}:{OPEN_FILES}"]
    if not confinement.has_cgroup:
        limits += [f"--nproc={spec.limits.pids}:{spec.limits.pids}"]
        limits += [f"--as={spec.limits.memory_bytes}:{spec.limits.memory_bytes}"]
    command = ["/usr/bin/prlimit", *limits, "--"]
    if not confinement.as_root:
        return command
    uid = confinement.uid
    privileges = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    return ["/usr/bin/setpriv", *privileges, "--bounding-set=-all", "--inh-caps=-all", "--", *command]


def _tmpfs(target: str, size: int, mode: str) -> list[str]:
    return ["--size", str(size), "--perms", mode, "--tmpfs", target]


def _folder(path: str) -> list[str]:
    return ["--perms", "0755", "--dir", path]


def _parents(path: PurePath) -> Iterable[str]:
    """Every folder above `path`, open to all: bubblewrap as root would make them for itself alone."""
    above = [parent for parent in reversed(path.parents) if str(parent) not in {"/", "/tmp", "/usr"}]
    return [word for parent in above for word in _folder(str(parent))]
