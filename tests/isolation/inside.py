# ruff: noqa: PTH110, PTH123, PTH208, SIM115
"""Runs inside a jail: tries forbidden things, and says of each in a JSON line whether it was refused."""

import ctypes
import errno
import json
import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
NR = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "sethostname": (170, 161),
    "syslog": (103, 116),
    "personality": (135, 92),
    "clone": (56, 220),
    "fsopen": (430, 430),
    "pidfd_getfd": (438, 438),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "ioprio_set": (251, 30),
}
CLONE_NEWUSER = 0x10000000


def call(name, *arguments):
    """Raise OSError unless the kernel does what is asked."""
    number = NR[name][0 if X86 else 1]
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_long(each) for each in arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, errno.errorcode[code])
    if name == "clone" and result == 0:
        os._exit(0)


def connect(family, address):
    with socket.socket(family) as client:
        client.settimeout(2)
        client.connect(address)


def datagram(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.sendto(b"?", address)


def write(path):
    with open(path, "w") as file:
        file.write("x")


def only_loopback():
    if names := [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]:
        found = [name for name in names if name != "lo"]
        if not found:
            raise PermissionError("only lo")


def other_processes():
    host = os.environ["HOST_PID"]
    if len([name for name in os.listdir("/proc") if name.isdigit()]) < 8:
        raise PermissionError("only our own processes")
    return host


def capabilities():
    lines = Path("/proc/self/status").read_text().splitlines()
    sets = [
        line.split()[1]
        for line in lines
        if line.startswith(("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"))
    ]
    effective = [value for value in sets if int(value, 16)]
    if not effective:
        raise PermissionError("none")


def new_privileges():
    if "NoNewPrivs:\t1" in Path("/proc/self/status").read_text():
        raise PermissionError("no_new_privs")


def is_root():
    if os.getuid() >= 10000 and os.getgroups() in ([], [os.getgid()]):
        raise PermissionError("a uid of its own")


def become_root():
    os.setuid(0)


def setuid_program():
    done = subprocess.run(["su", "-c", "id -u"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.stdout.strip() != "0":
        raise PermissionError("su gives nothing")


def engine_socket():
    for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"):
        if os.path.exists(path):
            return path
    raise FileNotFoundError("none")


def host_device():
    devices = {
        "full",
        "null",
        "zero",
        "random",
        "urandom",
        "tty",
        "console",
        "core",
        "fd",
        "ptmx",
        "pts",
        "shm",
    }
    found = set(os.listdir("/dev")) - devices - {"stdin", "stdout", "stderr", "mqueue"}
    if not found:
        raise FileNotFoundError("only harmless ones")
    return sorted(found)


def raw_memory():
    with open("/proc/kcore", "rb") as file:
        if not file.read(16):
            raise PermissionError("masked")


def host_environment():
    """The first process must not show another environment than ours."""
    text = Path("/proc/1/environ").read_bytes()
    if b"PROBE_SECRET" not in text and b"SSH_" not in text:
        raise PermissionError("nothing of the host")


def write_sysctl():
    write("/proc/sys/kernel/core_pattern")


def host_root():
    """What is shown of it beyond the interpreter's own folders, which may lie there."""
    own = {path.split("/")[2] for path in (sys.prefix, sys.base_prefix) if path.startswith("/root/")}
    seen = set(os.listdir("/root")) - own
    if not seen:
        raise FileNotFoundError("nothing of it is shown")
    return seen


TRIES = {
    "read a secret file of the host": lambda: open(os.environ["HOST_SECRET"]).read(),
    "read it through the first process": lambda: open("/proc/1/root" + os.environ["HOST_SECRET"]).read(),
    "list the repository": lambda: os.listdir(os.environ["HOST_REPOSITORY"] + "/harness"),
    "list root's home": host_root,
    "read the host's shadow file": lambda: open("/etc/shadow").read(),
    "write to /": lambda: write("/x"),
    "write to /usr": lambda: write("/usr/x"),
    "write to /etc": lambda: write("/etc/x"),
    "write to the environment": lambda: write(sys.prefix + "/x"),
    "write to /dev": lambda: write("/dev/x"),
    "write to /run": lambda: write("/run/x"),
    "see an engine's socket": engine_socket,
    "see a device of the host": host_device,
    "read kernel memory": raw_memory,
    "set a sysctl": write_sysctl,
    "read the host's environment": host_environment,
    "have a network interface": only_loopback,
    "connect to the host's loopback": lambda: connect(
        socket.AF_INET, ("127.0.0.1", int(os.environ["HOST_PORT"]))
    ),
    "connect to an address outside": lambda: connect(socket.AF_INET, ("192.0.2.1", 80)),
    "connect to a metadata service": lambda: connect(socket.AF_INET, ("169.254.169.254", 80)),
    "connect by IPv6": lambda: connect(socket.AF_INET6, ("2001:db8::1", 80)),
    "send a datagram": lambda: datagram(("192.0.2.1", 53)),
    "resolve a name": lambda: socket.getaddrinfo("name.invalid", 80),
    "connect to an abstract socket of the host": lambda: connect(
        socket.AF_UNIX, "\0" + os.environ["HOST_ABSTRACT"]
    ),
    "open AF_VSOCK": lambda: socket.socket(40, socket.SOCK_STREAM),
    "open AF_PACKET": lambda: socket.socket(17, socket.SOCK_RAW),
    "open AF_ALG": lambda: socket.socket(38, socket.SOCK_SEQPACKET),
    "open AF_NETLINK": lambda: socket.socket(16, socket.SOCK_RAW),
    "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "see processes of the host": other_processes,
    "signal a process of the host": lambda: os.kill(int(os.environ["HOST_PID"]), 0),
    "have capabilities": capabilities,
    "gain privileges by exec": new_privileges,
    "have a uid of the system": is_root,
    "become root": become_root,
    "use a setuid program": setuid_program,
    "ptrace": lambda: call("ptrace", 0, 0, 0, 0),
    "process_vm_readv": lambda: call("process_vm_readv", 1, 0, 0, 0, 0, 0),
    "mount": lambda: call("mount", 0, 0, 0, 0, 0),
    "umount2": lambda: call("umount2", 0, 0),
    "unshare a user namespace": lambda: call("unshare", CLONE_NEWUSER),
    "clone a user namespace": lambda: call("clone", CLONE_NEWUSER | 17, 0, 0, 0, 0),
    "setns": lambda: call("setns", 0, 0),
    "chroot": lambda: call("chroot", 0),
    "bpf": lambda: call("bpf", 0, 0, 0),
    "perf_event_open": lambda: call("perf_event_open", 0, 0, -1, -1, 0),
    "userfaultfd": lambda: call("userfaultfd", 0),
    "io_uring_setup": lambda: call("io_uring_setup", 1, 0),
    "keyctl": lambda: call("keyctl", 0, -3, 0, 0, 0),
    "open_by_handle_at": lambda: call("open_by_handle_at", -1, 0, 0),
    "name_to_handle_at": lambda: call("name_to_handle_at", -1, 0, 0, 0, 0),
    "kexec_load": lambda: call("kexec_load", 0, 0, 0, 0),
    "init_module": lambda: call("init_module", 0, 0, 0),
    "swapon": lambda: call("swapon", 0, 0),
    "reboot": lambda: call("reboot", 0, 0, 0, 0),
    "settimeofday": lambda: call("settimeofday", 0, 0),
    "sethostname": lambda: call("sethostname", 0, 0),
    "syslog": lambda: call("syslog", 10, 0, 0),
    "personality": lambda: call("personality", 0xFFFFFFFF),
    "fsopen": lambda: call("fsopen", 0, 0),
    "pidfd_getfd": lambda: call("pidfd_getfd", -1, 0, 0),
    "memfd_secret": lambda: call("memfd_secret", 0),
    "shmget": lambda: call("shmget", 0, 4096, 0o600),
    "semget": lambda: call("semget", 0, 1, 0o600),
    "msgget": lambda: call("msgget", 0, 0o600),
    "mq_open": lambda: call("mq_open", 0, 0, 0, 0),
    "ioprio_set": lambda: call("ioprio_set", 1, 0, 0),
}

SECCOMP = {name for name in NR if name in TRIES}
"""Refused by the filter, not by a bad argument: EPERM and nothing else counts."""

for name, attempt in TRIES.items():
    try:
        got = attempt()
        refused, why = False, f"worked: {str(got)[:80]}"
    except OSError as error:
        refused = error.errno == errno.EPERM if name in SECCOMP else True
        why = f"{type(error).__name__}: {error}"[:120]
    print(json.dumps({"try": name, "refused": refused, "why": why}), flush=True)
