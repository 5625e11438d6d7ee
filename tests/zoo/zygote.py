"""Imports torch and the shim once, then forks a contestant for each order. Runs where the shim runs.

Most of what a trial costs is its fork, so memory is made cheap to fork first.

    python zygote.py SOCKET_DESCRIPTOR

An order is a packet of JSON, with the contestant's output as its descriptor; the answer is its process id. An
order ``{"status": pid}`` waits for it and answers with its wait status. Ends when the judge hangs up.
"""

import ctypes
import gc
import json
import os
import socket
import sys

from harness.runner import shim

HUGE = 2 << 20
"""Bytes of a huge page."""
_MADV_COLLAPSE = 25  # madvise(2); since Linux 6.1

ENV_START, ENV_END = 47, 48
"""Fields of /proc/self/stat after the command's name: proc(5) numbers them 50 and 51."""


def main(descriptor: int) -> None:
    orders = socket.socket(fileno=descriptor)
    shim.warm_up()
    gc.collect()
    # A collector that visited what is alive now would copy its pages in every fork.
    gc.freeze()
    gather()
    while True:
        packet, descriptors, _, _ = socket.recv_fds(orders, 1 << 16, 1)
        if not packet:
            return
        order = json.loads(packet)
        if "status" in order:
            orders.send(str(os.waitpid(order["status"], 0)[1]).encode())
            continue
        if (child := os.fork()) == 0:
            orders.close()
            become_a_contestant(order, descriptors[0])
        os.close(descriptors[0])
        orders.send(str(child).encode())


def gather() -> None:
    """Move this process's own memory into huge pages, where the kernel can: a fork copies an entry for each
    page, and torch's memory has 36,000 small ones."""
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for start, end in own_memory():
        for page in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
            advise(page, HUGE, _MADV_COLLAPSE)


def own_memory() -> list[tuple[int, int]]:
    """Where the heap and other private, writable memory of no file begins and ends."""
    found = []
    with open("/proc/self/maps") as file:
        for line in file:
            span, access, _, _, inode, *name = line.split()
            if access == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
                start, end = span.split("-")
                found.append((int(start, 16), int(end, 16)))
    return found


def become_a_contestant(order: dict, output: int) -> None:
    code = 1
    try:
        os.setsid()
        for standard in (1, 2):
            os.dup2(output, standard)
        os.close(output)
        os.chdir(order["cwd"])
        os.environ.update(order["env"])
        show_home(order["env"]["HOME"])
        sys.argv = [shim.__file__, *order["arguments"]]
        code = shim.main(order["arguments"])
    finally:
        os._exit(code)


def show_home(home: str) -> None:
    """Write it into the block that /proc/PID/environ shows, by which the jail finds what it must end."""
    with open("/proc/self/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[ENV_START]), int(fields[ENV_END])
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(start)
        block = memory.read(end - start)
        value = block.index(b"HOME=") + len("HOME=")
        room = block.index(b"\0", value) - value
        memory.seek(start + value)
        memory.write(os.fsencode(home).ljust(room, b"\0")[:room])


if __name__ == "__main__":
    main(int(sys.argv[1]))
