# ruff: noqa: PTH101, PTH102, PTH109, PTH116, PTH123, PTH207
"""A submission that leaves a mark where it can, or looks for that of an earlier trial.

The prompt says which: 1 leaves, 2 looks; then the number of the mark. What it returns ends in 1 for a mark
that was found, in 0 otherwise. Never to be run outside a jail.
"""

import contextlib
import ctypes
import glob
import mmap
import os
import resource
import socket
import time

import torch

import pairs.torch_api

LIBC = ctypes.CDLL(None, use_errno=True)
MEMO = {}
SHARED = mmap.mmap(-1, 4096)
FOLDERS = ("/tmp", os.getcwd(), "/dev/shm", os.environ["HOME"])
KEY, IPC_CREAT = 0x5EED, 0o1000
QUEUE = b"/mark"
SOCKET = "\0mark"


def generate(target, draft, input_ids, **settings):
    what, number = input_ids[0].tolist()
    done = False
    with contextlib.suppress(OSError, ValueError, AttributeError):
        done = bool(list(MARKS.values())[number][what - 1]())
    return torch.cat([input_ids, torch.tensor([[int(done)]])], dim=1)


def leave_files():
    for n, folder in enumerate(FOLDERS):
        with contextlib.suppress(OSError), open(f"{folder}/mark-{n}", "w") as file:
            file.write("mark")


def leave_a_tree():
    for folder in FOLDERS:
        with contextlib.suppress(OSError):
            os.chdir(folder)
            for _ in range(200):
                os.mkdir("mark-deep" * 20)
                os.chdir("mark-deep" * 20)
            os.chmod(".", 0)


def look_for_files():
    return [path for folder in FOLDERS for path in glob.glob(f"{folder}/mark*")]


def leave_on_the_folder():
    os.utime(FOLDERS[1], (77, 77))
    os.setxattr(FOLDERS[1], "user.mark", b"mark")


def look_on_the_folder():
    return os.stat(FOLDERS[1]).st_mtime == 77 or os.listxattr(FOLDERS[1])


def leave_a_process():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(SOCKET)
                listener.listen()
                time.sleep(600)
        os._exit(0)
    time.sleep(0.2)


def look_for_a_socket():
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(SOCKET)
        return True


def write_to_the_parent():
    """Its memory is laid out as ours: we were forked from it."""
    with open(f"/proc/{os.getppid()}/mem", "r+b", buffering=0) as memory:
        text = pairs.torch_api.__doc__.encode()
        at = ctypes.string_at(id(pairs.torch_api.__doc__), 4096).index(text[:40])
        memory.seek(id(pairs.torch_api.__doc__) + at)
        memory.write(b"mark")


def leave_a_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (777, hard))


def leave_a_queue():
    os.close(LIBC.mq_open(QUEUE, os.O_CREAT | os.O_RDWR, 0o600, None))


def look_for_a_queue():
    descriptor = LIBC.mq_open(QUEUE, os.O_RDWR)
    return descriptor >= 0 and not os.close(descriptor)


MARKS = {
    "files": (leave_files, look_for_files),
    "a deep tree": (leave_a_tree, look_for_files),
    "on the folder": (leave_on_the_folder, look_on_the_folder),
    "a process with a socket": (leave_a_process, look_for_a_socket),
    "a global": (lambda: MEMO.update(mark=1), lambda: MEMO),
    "shared memory from the import": (lambda: SHARED.write(b"mark"), lambda: SHARED[:4] == b"mark"),
    "the parent's memory": (write_to_the_parent, lambda: pairs.torch_api.__doc__.startswith("mark")),
    "the parent's limits": (leave_a_limit, lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 777),
    "System V memory": (
        lambda: LIBC.shmget(KEY, 4096, IPC_CREAT | 0o600),
        lambda: LIBC.shmget(KEY, 4096, 0o600) >= 0,
    ),
    "System V messages": (lambda: LIBC.msgget(KEY, IPC_CREAT | 0o600), lambda: LIBC.msgget(KEY, 0o600) >= 0),
    "System V semaphores": (
        lambda: LIBC.semget(KEY, 1, IPC_CREAT | 0o600),
        lambda: LIBC.semget(KEY, 1, 0o600) >= 0,
    ),
    "a message queue": (leave_a_queue, look_for_a_queue),
}
