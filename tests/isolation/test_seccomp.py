"""The filter decides as its tables say: here on a small interpreter of BPF, in the kernel by the probe."""

from __future__ import annotations

import errno
import json
import socket
import struct

import pytest

from isolation import seccomp

ALLOW = 0x7FFF_0000
ERRNO = 0x0005_0000
KILL = 0x8000_0000
MACHINES = sorted(seccomp.ARCHITECTURES)


def decide(program: bytes, *, arch: int, nr: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would return for one call; `struct seccomp_data` of nr, arch, ip and arguments."""
    padded = (*arguments, *[0] * 6)[:6]
    data = struct.pack("=iIQ6Q", nr, arch, 0, *padded)
    code = list(struct.iter_unpack("=HBBI", program))
    accumulator, at = 0, 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x45:
                at += if_true if accumulator & value else if_false
            case 0x35:
                at += if_true if accumulator >= value else if_false
            case 0x06:
                return int(value)
            case _:
                raise AssertionError(f"an operation that the filter should not have: {operation:#x}")


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(machine: str, nr: int, *arguments: int, kind: seccomp.Kind = "session") -> int:
    arch = seccomp.ARCHITECTURES[machine]
    return decide(seccomp.program(kind, machine), arch=arch.audit, nr=nr, arguments=arguments)


def test_every_denied_call_is_refused(machine: str) -> None:
    column = seccomp.ARCHITECTURES[machine].column
    numbers = [pair[column] for pair in seccomp.DENIED.values() if pair[column] is not None]
    assert {ask(machine, number) for number in numbers if number is not None} == {ERRNO | errno.EPERM}


def test_no_two_names_share_a_number(machine: str) -> None:
    column = seccomp.ARCHITECTURES[machine].column
    numbers = [pair[column] for pair in seccomp.DENIED.values() if pair[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_ordinary_calls_pass(machine: str) -> None:
    read, execve, futex = (0, 59, 202) if machine == "x86_64" else (63, 221, 98)
    assert {ask(machine, number) for number in (read, execve, futex)} == {ALLOW}


def test_a_foreign_architecture_is_killed(machine: str) -> None:
    i386 = 0x4000_0003
    assert decide(seccomp.program("session", machine), arch=i386, nr=0) == KILL


def test_x32_and_clone3_do_not_exist(machine: str) -> None:
    assert ask(machine, 0x4000_0000) == ERRNO | errno.ENOSYS
    assert ask(machine, 435) == ERRNO | errno.ENOSYS


@pytest.mark.parametrize("flag", seccomp.NAMESPACE_FLAGS)
def test_clone_makes_threads_but_no_namespaces(machine: str, flag: int) -> None:
    clone = seccomp.ARCHITECTURES[machine].clone
    thread = 0x003D_0F00
    assert ask(machine, clone, thread) == ALLOW
    assert ask(machine, clone, thread | flag) == ERRNO | errno.EPERM


def test_only_local_and_internet_sockets_are_made(machine: str) -> None:
    number = seccomp.ARCHITECTURES[machine].socket
    allowed = {family for family in range(64) if ask(machine, number, family) == ALLOW}
    assert allowed == {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6}


def test_typing_into_a_terminal_is_refused(machine: str) -> None:
    number = seccomp.ARCHITECTURES[machine].ioctl
    window_size = 0x5413
    assert ask(machine, number, 0, window_size) == ALLOW
    assert {ask(machine, number, 0, request) for request in seccomp.TERMINAL_INJECTION} == {
        ERRNO | errno.EPERM
    }


LOCK, SHARE, LOOK = 6, 1024, 1


def test_a_contestant_holds_no_lock_and_nobody_watches_a_file(machine: str) -> None:
    fcntl, flock = seccomp.ARCHITECTURES[machine].fcntl, seccomp.FLOCK[seccomp.ARCHITECTURES[machine].column]
    refused = ERRNO | errno.EPERM
    assert ask(machine, flock) == ask(machine, fcntl, 3, LOCK) == ALLOW  # SQLite's
    assert (
        ask(machine, flock, kind="contestant") == ask(machine, fcntl, 3, LOCK, kind="contestant") == refused
    )
    assert ask(machine, fcntl, 3, SHARE) == ask(machine, fcntl, 3, SHARE, kind="contestant") == refused
    assert ask(machine, fcntl, 3, LOOK, kind="contestant") == ALLOW


def test_bits_that_the_kernel_drops_are_no_way_round_the_docker_profile(machine: str) -> None:
    """It compares 64 bits, and the kernel reads a command of ioctl and fcntl as 32."""
    rules = seccomp.docker_profile("contestant", machine)["syscalls"]
    by_argument = [rule for rule in rules if rule["names"][0] in {"ioctl", "fcntl"}]  # type: ignore[attr-defined]
    assert len(by_argument) == len(seccomp.TERMINAL_INJECTION) + len(seccomp.WATCHES) + len(seccomp.LOCKS)
    for rule in by_argument:
        (argument,) = rule["args"]
        assert argument["op"] == "SCMP_CMP_MASKED_EQ"
        assert argument["value"] == 0xFFFF_FFFF


def test_the_docker_profile_has_the_same_rules(machine: str) -> None:
    profile = json.loads(json.dumps(seccomp.docker_profile("session", machine)))
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    column = seccomp.ARCHITECTURES[machine].column
    names = {name for rule in profile["syscalls"] if not rule["args"] for name in rule["names"]}
    assert names == {name for name, pair in seccomp.DENIED.items() if pair[column] is not None} | {"clone3"}
    families = [rule["args"][0] for rule in profile["syscalls"] if rule["names"] == ["socket"]]
    equal = {each["value"] for each in families if each["op"] == "SCMP_CMP_EQ"}
    above = [each["value"] for each in families if each["op"] == "SCMP_CMP_GT"]
    assert equal == set(range(socket.AF_INET6)) - set(seccomp.ALLOWED_FAMILIES)
    assert above == [socket.AF_INET6]
