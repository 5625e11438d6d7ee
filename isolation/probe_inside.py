# ruff: noqa: PTH102, PTH106, PTH108, PTH109, PTH110, PTH112, PTH116, PTH118, PTH123, PTH208, SIM115
"""Runs inside a jail: tries forbidden things, and says of each in a JSON line whether it was refused.

Standard library only, one file, no import of ours: its text is the command. A try that works returns what it
got; one that is refused raises. Whatever may change this process or not return is tried in a child. Nothing
here harms a host on which it works: calls are made with arguments that the kernel refuses after the check.

Its one argument is JSON: the limits it runs under, the variables and the places it was given.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import platform
import resource
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
MIB = 1 << 20
ALL_KERNELS_KNOW = {errno.EPERM, errno.EACCES, errno.ENOSYS}
CHILD_WITHIN_S = 5.0
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID = 0x10000000, 0x40000000, 0x00020000, 0x20000000
NR: dict[str, tuple[int, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "memfd_secret": (447, 447),
    "ioprio_set": (251, 30),
    "inotify_init1": (294, 26),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "sethostname": (170, 161),
    "syslog": (103, 116),
    "personality": (135, 92),
    "clone3": (435, 435),
    "fsopen": (430, 430),
    "pidfd_getfd": (438, 438),
    "iopl": (172, None),
}


class Absent(Exception):
    """There is no such thing on this machine."""


def call(name: str, *arguments: int | ctypes.c_char_p) -> str:
    """A system call. Refused counts only what a check for permission says, not a wrong argument."""
    number = NR[name][0 if X86 else 1]
    if number is None:
        raise Absent("no such call on this processor")
    words = [each if isinstance(each, ctypes.c_char_p) else ctypes.c_long(each) for each in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result >= 0:
        return f"returned {result}"
    code = ctypes.get_errno()
    if code in ALL_KERNELS_KNOW:
        raise OSError(code, errno.errorcode[code])
    return f"was looked at ({errno.errorcode.get(code, code)})"


def text(value: str) -> ctypes.c_char_p:
    return ctypes.c_char_p(value.encode())


def new_namespace(flag: int) -> object:
    """By clone: the child, if there is one, ends at once."""
    number = ctypes.c_long(56 if X86 else 220)
    result = LIBC.syscall(number, ctypes.c_long(flag | signal.SIGCHLD), *[ctypes.c_long(0)] * 4)
    if result == 0:
        os._exit(0)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, errno.errorcode[code])
    return "was made"


def apart(attempt: Callable[[], object]) -> str:
    """In a child, so that what works changes nothing here. A child that is killed was refused."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = ["worked", str(attempt())[:80]]
        except OSError as error:
            said = ["refused", error.strerror or errno.errorcode.get(error.errno or 0, "?")]
        except Absent as error:
            said = ["absent", str(error)]
        except BaseException as error:
            said = ["broken", repr(error)[:80]]
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        raw = pipe.read()
    status = os.waitpid(pid, 0)[1]
    if not raw:
        raise PermissionError(errno.EPERM, f"killed by signal {os.WTERMSIG(status)}")
    outcome, words = json.loads(raw)
    if outcome == "refused":
        raise PermissionError(errno.EPERM, words)
    if outcome == "absent":
        raise Absent(words)
    if outcome == "broken":
        raise RuntimeError(words)
    return str(words)


def opened(path: str, flags: int = os.O_WRONLY) -> str:
    """Only opened: on a host where that works, nothing must be written."""
    os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))
    return path


def created(folder: str) -> str:
    name = os.path.join(folder, f".probe-{os.getpid()}")
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(name)
    return name


def status_of(field: str) -> str:
    with open("/proc/self/status") as file:
        found = [line.split(":", 1)[1].strip() for line in file if line.startswith(field + ":")]
    return found[0] if found else ""


# -- network


def any_socket(families: Iterable[int]) -> object:
    for family in families:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                socket.socket(family, kind).close()
            except OSError:
                continue
            return f"family {family}, type {kind}"
    raise PermissionError(errno.EPERM, "every type")


def route(family: int, address: str) -> object:
    """A datagram socket connects where a route is. No packet is sent."""
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.connect((address, 9))
    return "there is a route"


def stream(address: str, port: int) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        code = client.connect_ex((address, port))
    if code in {0, errno.EINPROGRESS}:
        return "a packet was sent"
    raise OSError(code, errno.errorcode.get(code, "?"))


def interfaces() -> object:
    with open("/proc/net/dev") as file:
        names = {line.split(":")[0].strip() for line in file.readlines()[2:]}
    if names <= {"lo"}:
        raise PermissionError(errno.EPERM, "only lo")
    return sorted(names)


def foreign_sockets() -> object:
    with open("/proc/net/unix") as file:
        lines = file.readlines()[1:]
    if not lines:
        raise PermissionError(errno.EPERM, "none")
    return f"{len(lines)} of them"


# -- other processes, devices, files


def processes() -> object:
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    if len(pids) <= 5:
        raise PermissionError(errno.EPERM, f"{len(pids)} of our own")
    return f"{len(pids)} processes"


def descriptors() -> object:
    """Standard ones, and the one that lists them."""
    extra = [name for name in os.listdir("/proc/self/fd") if int(name) > 2]
    if len(extra) <= 1:
        raise PermissionError(errno.EPERM, "none")
    return extra


def devices() -> object:
    harmless = {"full", "null", "zero", "random", "urandom", "tty", "console", "core", "fd", "ptmx", "pts"}
    harmless |= {"shm", "mqueue", "stdin", "stdout", "stderr"}
    found = sorted(set(os.listdir("/dev")) - harmless)
    blocks = [
        n for n in os.listdir("/dev") if stat.S_ISBLK(os.stat(f"/dev/{n}", follow_symlinks=False).st_mode)
    ]
    if not found and not blocks:
        raise FileNotFoundError(errno.ENOENT, "only harmless ones")
    return found + blocks


def made_device() -> object:
    path = f"/tmp/.probe-{os.getpid()}"
    os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(7, 0))
    os.unlink(path)
    return "a block device"


def engine_sockets() -> object:
    names = ["docker.sock", "containerd/containerd.sock", "podman/podman.sock", "crio/crio.sock", "buildkit"]
    for folder in ("/run", "/var/run"):
        for name in names:
            if os.path.exists(os.path.join(folder, name)):
                return os.path.join(folder, name)
    raise FileNotFoundError(errno.ENOENT, "none")


def set_id_files() -> object:
    """With a file system that honours the bit; elsewhere, and with no_new_privs, it means nothing."""
    found = []
    for folder in {*os.environ.get("PATH", "").split(":"), "/usr/bin", "/usr/sbin", "/bin", "/sbin"}:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        found += [e.path for e in entries if e.is_file() and e.stat().st_mode & 0o6000]
    live = [path for path in found if not os.statvfs(path).f_flag & os.ST_NOSUID]
    if not live:
        raise PermissionError(errno.EPERM, "none that counts")
    return sorted(live)[:3]


def home_of(folder: str) -> object:
    """What is shown of it beyond the interpreter's own folders, which may lie there."""
    own = {p.split("/")[2] for p in (sys.prefix, sys.base_prefix) if p.startswith(folder + "/")}
    if seen := set(os.listdir(folder)) - own:
        return sorted(seen)[:3]
    raise FileNotFoundError(errno.ENOENT, "empty")


# -- privileges


def capabilities() -> object:
    held = {name: status_of(name) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")}
    if not any(int(value, 16) for value in held.values()):
        raise PermissionError(errno.EPERM, "none")
    return held


def new_privileges() -> object:
    if status_of("NoNewPrivs") == "1":
        raise PermissionError(errno.EPERM, "no_new_privs is set")
    return "no_new_privs is not set"


def system_user() -> object:
    if os.getuid() >= 10000 and os.getgid() >= 10000 and os.getgroups() in ([], [os.getgid()]):
        raise PermissionError(errno.EPERM, f"user {os.getuid()}")
    return f"user {os.getuid()}, group {os.getgid()}, {os.getgroups()}"


def no_filter() -> object:
    if status_of("Seccomp") == "2":
        raise PermissionError(errno.EPERM, "a filter is set")
    return "no seccomp filter"


def become_root() -> object:
    os.setuid(0)
    return "user 0"


def become_root_by_a_program() -> object:
    """One that reads no password for root; nothing is asked for, and there is no terminal to ask on."""
    for program, *words in (["su", "-c", "id -u"], ["sudo", "-n", "id", "-u"]):
        done = subprocess.run([program, *words], capture_output=True, stdin=subprocess.DEVNULL, check=False)
        if done.stdout.strip() == b"0":
            return program
    raise PermissionError(errno.EPERM, "none does")


def foreign_architecture() -> object:
    """getpid of the 32-bit table, by the old interrupt."""
    if not X86:
        raise Absent("only known for x86")
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20; int 0x80; ret
    entry = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    result = entry()
    if result > 0:
        return f"returned {result}"
    raise OSError(-result, errno.errorcode.get(-result, "?"))


def x32() -> object:
    result = LIBC.syscall(ctypes.c_long(0x40000000 | 39))
    if not X86:
        raise Absent("only known for x86")
    if result >= 0:
        return f"returned {result}"
    raise OSError(ctypes.get_errno(), errno.errorcode.get(ctypes.get_errno(), "?"))


def secrets() -> object:
    given = set(GIVEN["variables"]) | {
        "PATH",
        "HOME",
        "LANG",
        "LC_CTYPE",
        "OMP_NUM_THREADS",
        "PWD",
        "HOSTNAME",
    }
    given |= {
        "LOGNAME",
        "NVIDIA_VISIBLE_DEVICES",
        "HF_HUB_OFFLINE",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
    }
    if foreign := sorted(set(os.environ) - given):
        return foreign[:5]
    raise PermissionError(errno.EPERM, f"{len(os.environ)} variables, all given")


def secrets_of_the_first() -> object:
    with open("/proc/1/environ", "rb") as file:
        names = {each.split(b"=")[0].decode("utf-8", "replace") for each in file.read().split(b"\0") if each}
    if foreign := sorted(names - set(os.environ) - {"TERM"}):
        return foreign[:5]
    raise PermissionError(errno.EPERM, "only ours")


# -- limits


def raised(which: int) -> object:
    soft, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY:
        return "there is none"
    try:
        resource.setrlimit(which, (hard + 1, hard + 1))
    except ValueError as error:
        raise PermissionError(errno.EPERM, str(error)) from None
    resource.setrlimit(which, (soft, hard + 1))
    return f"above {hard}"


def core_dump() -> object:
    if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0):
        raise PermissionError(errno.EPERM, "the limit is 0")
    return "a limit above 0"


def protected_from_the_killer() -> object:
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")
    return "-1000"


def first_in_line() -> object:
    os.setpriority(os.PRIO_PROCESS, 0, -5)
    return "nice -5"


def real_time() -> object:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return "SCHED_FIFO"


def too_many_processes() -> object:
    pids: list[int] = []
    refused = None
    try:
        while len(pids) <= GIVEN["pids"]:
            pid = os.fork()
            if pid == 0:
                signal.pause()
            pids.append(pid)
    except OSError as error:
        refused = error
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        os.waitpid(pid, 0)
    if refused is None:
        return f"{len(pids)} where {GIVEN['pids']} is the limit"
    raise PermissionError(errno.EPERM, f"refused after {len(pids)} of {GIVEN['pids']}")


def too_much_memory(processes: int) -> object:
    """Each takes its share of 1.25 times the limit, and all hold it for a moment together."""
    share = int(GIVEN["memory_bytes"] * 1.25 / processes)
    reading, writing = os.pipe()
    pids = []
    for _ in range(processes):
        pid = os.fork()
        if pid == 0:
            try:
                mine = b"x" * share
                os.write(writing, b"+")
            except MemoryError:
                os._exit(1)
            signal.pause()
            os._exit(len(mine) & 1)
        pids.append(pid)
    os.close(writing)
    held, ended, deadline = 0, 0, time.monotonic() + CHILD_WITHIN_S
    os.set_blocking(reading, False)
    while held + ended < processes and time.monotonic() < deadline:
        try:
            held += len(os.read(reading, processes))
        except BlockingIOError:
            time.sleep(0.002)
        ended = sum(_has_ended(pid) for pid in pids)
        if ended:
            break
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        os.waitpid(pid, 0)
    os.close(reading)
    if ended:
        raise PermissionError(errno.EPERM, f"not all of {share * processes // MIB} MiB")
    return f"{held} of {processes} held {share // MIB} MiB each"


def _has_ended(pid: int) -> bool:
    """Without taking its status away: it is waited for later."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def too_much_disk(folder: str, limit: int) -> object:
    path = os.path.join(folder, f".probe-{os.getpid()}")
    written, block = 0, b"\0" * MIB
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        while written <= limit + 2 * MIB:
            written += os.write(descriptor, block)
    except OSError as error:
        raise PermissionError(errno.EPERM, f"{error.strerror} after {written // MIB} MiB") from None
    finally:
        os.close(descriptor)
        os.unlink(path)
    return f"{written // MIB} MiB where {limit // MIB} is the limit"


def more_than_its_share() -> object:
    """Of the processors: two processes want one each."""
    began, before = time.monotonic(), os.times()
    pid = os.fork()
    while time.monotonic() < began + 0.25:
        pass
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    after = os.times()
    spent = sum(after[:4]) - sum(before[:4])  # its children's too
    share = spent / (time.monotonic() - began)
    if share > GIVEN["cpus"] + 0.4:
        return f"{share:.2f} processors where {GIVEN['cpus']:g} is the limit"
    raise PermissionError(errno.EPERM, f"{share:.2f} processors")


GIVEN: dict[str, Any] = {}
"""What the jail was given; set when the program runs."""

TRIES: dict[str, Callable[[], object]] = {
    # network
    "have a network interface": interfaces,
    "have a route to the internet": lambda: route(socket.AF_INET, "192.0.2.1"),
    "have a route by IPv6": lambda: route(socket.AF_INET6, "2001:db8::1"),
    "connect to an address outside": lambda: stream("192.0.2.1", 80),
    "connect to a metadata service": lambda: stream("169.254.169.254", 80),
    "open AF_NETLINK": lambda: any_socket([16]),
    "open AF_PACKET": lambda: any_socket([17]),
    "open AF_VSOCK": lambda: any_socket([40]),
    "open AF_ALG": lambda: any_socket([38]),
    "open a socket of any other family": lambda: any_socket(sorted(set(range(3, 46)) - {10, 16, 17, 38, 40})),
    "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close(),
    "see sockets of others": foreign_sockets,
    # namespaces and mounts
    "mount": lambda: call("mount", text("none"), text("/tmp"), text("tmpfs"), 0, 0),
    "umount2": lambda: call("umount2", text("/tmp"), 0),
    "pivot_root": lambda: call("pivot_root", text("/tmp"), text("/tmp")),
    "fsopen": lambda: call("fsopen", text("tmpfs"), 0),
    "chroot": lambda: call("chroot", text("/tmp")),
    "unshare a user namespace": lambda: call("unshare", CLONE_NEWUSER),
    "unshare a network namespace": lambda: call("unshare", CLONE_NEWNET),
    "unshare a mount namespace": lambda: call("unshare", CLONE_NEWNS),
    "clone a user namespace": lambda: new_namespace(CLONE_NEWUSER),
    "clone a process namespace": lambda: new_namespace(CLONE_NEWPID),
    "clone3": lambda: call("clone3", 0, 0),
    "setns": lambda: call("setns", -1, 0),
    # the kernel's wide doors
    "io_uring_setup": lambda: call("io_uring_setup", 1, 0),
    "bpf": lambda: call("bpf", 0, 0, 0),
    "keyctl": lambda: call("keyctl", 0, -3, 0, 0, 0),
    "add_key": lambda: call("add_key", 0, 0, 0, 0, 0),
    "perf_event_open": lambda: call("perf_event_open", 0, 0, -1, -1, 0),
    "userfaultfd": lambda: call("userfaultfd", -1),
    "memfd_secret": lambda: call("memfd_secret", 0),
    "inotify_init1": lambda: call("inotify_init1", -1),
    "ioprio_set": lambda: call("ioprio_set", 1, 0, -1),
    # what outlives the process that made it
    "shmget": lambda: call("shmget", 0, 4096, 0o600),
    "semget": lambda: call("semget", 0, 1, 0o600),
    "msgget": lambda: call("msgget", 0, 0o600),
    "mq_open": lambda: call("mq_open", text(f"probe-{os.getpid()}"), os.O_CREAT | os.O_RDWR, 0o600, 0),
    # other processes, and the machine
    "ptrace": lambda: call("ptrace", 0x4206, 1, 0, 0),
    "process_vm_readv": lambda: call("process_vm_readv", 1, 0, 0, 0, 0, 0),
    "pidfd_getfd": lambda: call("pidfd_getfd", -1, 0, 0),
    "open_by_handle_at": lambda: call("open_by_handle_at", -1, 0, 0),
    "name_to_handle_at": lambda: call("name_to_handle_at", -1, text("/"), 0, 0, 0),
    "kexec_load": lambda: call("kexec_load", 0, 0, 0, 0xFFFF),
    "init_module": lambda: call("init_module", 0, 0, 0),
    "swapon": lambda: call("swapon", text("/none"), 0),
    "reboot": lambda: call("reboot", 0, 0, 0, 0),
    "settimeofday": lambda: call("settimeofday", 0, 0),
    "sethostname": lambda: call("sethostname", 0, -1),
    "syslog": lambda: call("syslog", 10, 0, 0),
    "iopl": lambda: call("iopl", 3),
    "personality": lambda: call("personality", 0xFFFFFFFF),
    "a system call of a foreign architecture": foreign_architecture,
    "a system call by the x32 table": x32,
    "run without a filter of system calls": no_filter,
    # devices and the kernel's files
    "see a device of the host": devices,
    "make a device": made_device,
    "open /dev/mem": lambda: opened("/dev/mem", os.O_RDONLY),
    "open /dev/kmem": lambda: opened("/dev/kmem", os.O_RDONLY),
    "open /dev/kmsg": lambda: opened("/dev/kmsg", os.O_RDONLY),
    "open /proc/kcore": lambda: open("/proc/kcore", "rb").read(16) or refuse("masked"),
    "set a sysctl": lambda: opened("/proc/sys/kernel/core_pattern"),
    "press SysRq": lambda: opened("/proc/sysrq-trigger"),
    "write below /sys": lambda: opened("/sys/kernel/uevent_seqnum", os.O_RDWR) and opened("/sys/power/state"),
    "make a control group": lambda: made_group(),
    # other processes and secrets
    "see processes of the host": processes,
    "hold a descriptor of the host": descriptors,
    "see an engine's socket": engine_sockets,
    "see a variable that was not given": secrets,
    "see such a variable in the first process": secrets_of_the_first,
    "read /etc/shadow": lambda: opened("/etc/shadow", os.O_RDONLY),
    "list root's home": lambda: home_of("/root"),
    "list the homes": lambda: home_of("/home"),
    # files
    "write to /": lambda: created("/"),
    "write to /etc": lambda: created("/etc"),
    "write to /usr": lambda: created("/usr"),
    "write to /run": lambda: created("/run"),
    "write to /var": lambda: created("/var"),
    "write to /dev": lambda: created("/dev"),
    "write to the candidate environment": lambda: created(sys.prefix),
    "write to what is shown": lambda: written_to_shown(),
    # privileges
    "have capabilities": capabilities,
    "gain privileges by exec": new_privileges,
    "find a file that gives privileges": set_id_files,
    "run as a user of the system": system_user,
    "become root": become_root,
    "become root by a program": become_root_by_a_program,
    # limits
    "raise the limit of open files": lambda: raised(resource.RLIMIT_NOFILE),
    "leave a core dump": core_dump,
    "hide from the out-of-memory killer": protected_from_the_killer,
    "raise the own priority": first_in_line,
    "run in real time": real_time,
    "have more processes than the limit": too_many_processes,
    "use more memory than the limit": lambda: too_much_memory(1),
    "use more memory than the limit, by several processes": lambda: too_much_memory(3),
    "use more disk than the limit": lambda: too_much_disk(os.getcwd(), GIVEN["disk_bytes"]),
    "fill /tmp": lambda: too_much_disk("/tmp", GIVEN["tmp_bytes"]),
    "fill /dev/shm": lambda: too_much_disk("/dev/shm", GIVEN["tmp_bytes"]),
    "use more than its share of the processor": more_than_its_share,
}
HERE = {
    *("see processes of the host", "hold a descriptor of the host", "have more processes than the limit"),
    *("use more memory than the limit", "use more memory than the limit, by several processes"),
}
"""Tried in this process: a child would be counted, or its pipe seen."""
NAMES = tuple(TRIES)


def refuse(why: str) -> NoReturn:
    raise PermissionError(errno.EPERM, why)


def made_group() -> object:
    for base in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/pids"):
        try:
            os.mkdir(f"{base}/probe-{os.getpid()}")
        except OSError:
            continue
        os.rmdir(f"{base}/probe-{os.getpid()}")
        return base
    raise PermissionError(errno.EPERM, "nowhere")


def written_to_shown() -> object:
    for place in GIVEN["shown"]:
        try:
            return created(place) if os.path.isdir(place) else opened(place)
        except OSError:
            continue
    raise PermissionError(errno.EPERM, f"none of {len(GIVEN['shown'])}")


def outcome(name: str) -> tuple[str, str]:
    attempt = TRIES[name]
    try:
        return "worked", str(attempt() if name in HERE else apart(attempt))
    except Absent as error:
        return "absent", str(error)
    except OSError as error:
        return "refused", error.strerror or str(error)
    except Exception as error:  # not a refusal: nobody knows what happened
        return "broken", repr(error)


if __name__ == "__main__":
    GIVEN.update(json.loads(sys.argv[1]))
    for name in NAMES:
        how, why = outcome(name)
        print(json.dumps({"tried": name, "outcome": how, "why": why[:120]}), flush=True)
