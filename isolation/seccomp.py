"""The system calls that no jail may make: one list, told to the kernel in two ways.

`program` makes classic BPF for bubblewrap, `docker_profile` the same rules as a Docker seccomp profile.
It is a deny-list: a call that is missing here is allowed, so namespaces, capabilities and the uid must
hold without it. What it adds is less kernel to attack, and the doors that namespaces leave open
(AF_VSOCK has no network namespace; io_uring and ptrace are open in Docker's own profile).

BPF and `struct seccomp_data`: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import errno
import platform
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# name: (x86_64, aarch64); None where the architecture has no such call.
DENIED: Mapping[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "mount_setattr": (442, 442),
    # wide kernel surface with a history of holes
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "fanotify_init": (300, 262),
    # who watches a file that two jails are shown hears what the other does
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    # key rings are shared between jails with the same uid
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    # objects that outlive the process that made them: what one trial leaves, the next could read
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "ioprio_set": (251, 30),
    # files by handle go round the mount namespace
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    # the machine
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "syslog": (103, 116),
    "personality": (135, 92),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    # placement of memory: a channel between jails
    "move_pages": (279, 239),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "migrate_pages": (256, 238),
}

ALLOWED_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
"""No NETLINK, PACKET, ALG or VSOCK. INET stays: a jail has only its own empty loopback."""

FAMILY_REFUSED = errno.EINVAL
"""socket(2): "protocol family not available". ZeroMQ lives with this answer and aborts on EPERM."""

NAMESPACE_FLAGS = (
    0x0002_0000,  # CLONE_NEWNS
    0x0200_0000,  # CLONE_NEWCGROUP
    0x0400_0000,  # CLONE_NEWUTS
    0x0800_0000,  # CLONE_NEWIPC
    0x1000_0000,  # CLONE_NEWUSER
    0x2000_0000,  # CLONE_NEWPID
    0x4000_0000,  # CLONE_NEWNET
)
TERMINAL_INJECTION = (0x5412, 0x541C)  # ioctl TIOCSTI, TIOCLINUX: typing into somebody's terminal

Kind = Literal["session", "contestant"]
WATCHES = (1024, 1026)  # fcntl F_SETLEASE, F_NOTIFY: the same as inotify, older
LOCKS = (6, 7, 37, 38)  # fcntl F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
"""A lock is the file's own, whatever namespace its holder is in (fcntl(2)): by a lock on a file that all
jails are shown, a contestant could tell a session what it was asked. Sessions need locks, for SQLite;
contestants do not."""
FLOCK: tuple[int, int] = (73, 32)

_CLONE3 = 435
_X32_BIT = 0x4000_0000
_ALLOW, _ERRNO, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_OFFSET_NR, _OFFSET_ARCH, _OFFSET_ARG0, _OFFSET_ARG1 = 0, 4, 16, 24


@dataclass(frozen=True, slots=True)
class Architecture:
    """What differs between machines: the audit number and the calls whose arguments are looked at."""

    audit: int
    column: int
    clone: int
    socket: int
    ioctl: int
    fcntl: int
    docker: str


ARCHITECTURES: Mapping[str, Architecture] = {
    "x86_64": Architecture(
        0xC000_003E, 0, clone=56, socket=41, ioctl=16, fcntl=72, docker="SCMP_ARCH_X86_64"
    ),
    "aarch64": Architecture(
        0xC000_00B7, 1, clone=220, socket=198, ioctl=29, fcntl=25, docker="SCMP_ARCH_AARCH64"
    ),
}


def program(kind: Kind, machine: str | None = None) -> bytes:
    """Classic BPF for ``bwrap --seccomp FD``: an array of native-endian ``struct sock_filter``.

    Raises KeyError for a machine that has no table here.
    """
    arch = ARCHITECTURES[machine or platform.machine()]
    denied = sorted(pair[arch.column] for pair in DENIED.values() if pair[arch.column] is not None)  # type: ignore[type-var]
    code = [
        _op(_LOAD, _OFFSET_ARCH),
        _op(_EQUAL, arch.audit, 1, 0),
        _op(_RETURN, _KILL),  # a foreign architecture has other numbers: the table would mean nothing
        _op(_LOAD, _OFFSET_NR),
        _op(_AT_LEAST, _X32_BIT, 0, 1),
        _op(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    denied += [FLOCK[arch.column]] if kind == "contestant" else []
    for number in denied:
        code += [_op(_EQUAL, int(number or 0), 0, 1), _op(_RETURN, _ERRNO | errno.EPERM)]
    # clone3 hides its flags behind a pointer that a filter cannot follow; glibc falls back to clone.
    code += [_op(_EQUAL, _CLONE3, 0, 1), _op(_RETURN, _ERRNO | errno.ENOSYS)]
    code += _refuse_when(arch.clone, _OFFSET_ARG0, [_op(_ANY_BIT, sum(NAMESPACE_FLAGS), 0, 1)])
    code += _only_families(arch.socket)
    for call, values in ((arch.ioctl, TERMINAL_INJECTION), (arch.fcntl, _fcntl_denied(kind))):
        code += _refuse_when(call, _OFFSET_ARG1, [_op(_EQUAL, value, 0, 1) for value in values])
    code.append(_op(_RETURN, _ALLOW))
    return b"".join(code)


def docker_profile(kind: Kind, machine: str | None = None) -> dict[str, object]:
    """The same rules for ``--security-opt seccomp=``. Raises KeyError as `program` does."""
    arch = ARCHITECTURES[machine or platform.machine()]

    def refuse(names: list[str], error: int = errno.EPERM, **condition: object) -> dict[str, object]:
        arguments = [condition] if condition else []
        return {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error, "args": arguments}

    def second(value: int) -> dict[str, Any]:
        """The kernel looks at 32 bits of it: with all 64 compared, one above them would slip through."""
        return {"index": 1, "value": 0xFFFF_FFFF, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}

    below = [family for family in range(max(ALLOWED_FAMILIES)) if family not in ALLOWED_FAMILIES]
    rules = [
        refuse(sorted(name for name, pair in DENIED.items() if pair[arch.column] is not None)),
        refuse(["clone3"], errno.ENOSYS),
        *(
            refuse(["clone"], index=0, value=flag, valueTwo=flag, op="SCMP_CMP_MASKED_EQ")
            for flag in NAMESPACE_FLAGS
        ),
        *(refuse(["socket"], FAMILY_REFUSED, index=0, value=family, op="SCMP_CMP_EQ") for family in below),
        refuse(["socket"], FAMILY_REFUSED, index=0, value=int(max(ALLOWED_FAMILIES)), op="SCMP_CMP_GT"),
        *(refuse(["ioctl"], **second(value)) for value in TERMINAL_INJECTION),
        *(refuse(["fcntl"], **second(value)) for value in _fcntl_denied(kind)),
    ]
    if kind == "contestant":
        rules.append(refuse(["flock"]))
    return {"defaultAction": "SCMP_ACT_ALLOW", "architectures": [arch.docker], "syscalls": rules}


def _fcntl_denied(kind: Kind) -> tuple[int, ...]:
    return (*WATCHES, *LOCKS) if kind == "contestant" else WATCHES


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _refuse_when(call: int, offset: int, tests: list[bytes]) -> list[bytes]:
    """EPERM when the argument at `offset` passes one of `tests`; each test skips one when it fails."""
    body = [_op(_LOAD, offset)]
    for test in tests:
        body += [test, _op(_RETURN, _ERRNO | errno.EPERM)]
    body.append(_op(_RETURN, _ALLOW))
    return [_op(_EQUAL, call, 0, len(body)), *body]


def _only_families(call: int) -> list[bytes]:
    body = [_op(_LOAD, _OFFSET_ARG0)]
    for family in ALLOWED_FAMILIES:
        body += [_op(_EQUAL, int(family), 0, 1), _op(_RETURN, _ALLOW)]
    body.append(_op(_RETURN, _ERRNO | FAMILY_REFUSED))
    return [_op(_EQUAL, call, 0, len(body)), *body]
