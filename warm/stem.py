"""The stem: a process that has imported what sessions import, and forks a copy of itself for each order.

Memory is shared until somebody writes to it: torch and a pair's weights are there once, however many kernels
and tools there are, and a fork has them at once. One thread, always: a thread is lost in a fork, and whatever
it had locked stays locked.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import random
import runpy
import select
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import NoReturn

from warm.orders import STREAMS, NotForked, Order, receive

LAUNCHERS = ("ipykernel.kernelapp", "ipykernel.ipkernel")
"""What every kernel needs before its first line of code."""


def run(listener: socket.socket, lifeline: int, modules: Sequence[str]) -> NoReturn:
    """Until the other end of ``lifeline`` is closed; in a fork, until its order is done."""
    gc.disable()
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # a kernel ends when this process is gone
    # Not before the first order: until then the processor is for the server, which somebody is waiting for.
    select.select([listener.fileno(), lifeline], [], [])
    for module in (*LAUNCHERS, *modules):
        with contextlib.suppress(Exception):  # whoever needs it imports it, and reads why
            importlib.import_module(module)
    stem = Stem(listener, lifeline)
    while not stem.over:
        if (order := stem.turn()) is not None:
            _become(order)
    os._exit(0)


class Stem:
    """Takes orders, forks, and tells who ordered how it ended."""

    def __init__(self, listener: socket.socket, lifeline: int) -> None:
        self.over = False
        self._listener = listener
        self._children: dict[int, socket.socket] = {}
        self._woken, wakes = socket.socketpair()
        for end in (self._woken, wakes):
            end.setblocking(False)
        self._wakes = wakes
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that it wakes
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for a kernel
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(lifeline, selectors.EVENT_READ)
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def turn(self) -> Order | None:
        """Wait for something to happen and see to it. In a fork: what it is to become."""
        for key, _ in self._selector.select():
            if key.fileobj is self._listener:
                connection, _ = self._listener.accept()
                self._selector.register(connection, selectors.EVENT_READ)
            elif key.fileobj is self._woken:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
                self._reap()
            elif isinstance(key.fileobj, socket.socket):
                order = self._hear(key.fileobj)
                if order is not None:
                    return order
            else:
                self.over = True
        return None

    def _hear(self, connection: socket.socket) -> Order | None:
        """An order on a new connection; on one that has a child, that whoever ordered it has gone."""
        self._selector.unregister(connection)
        for child, other in self._children.items():
            if other is connection:
                _end(child)
                return None
        try:
            order, streams = receive(connection)
        except NotForked:
            connection.close()
            return None
        gc.freeze()  # what lives now lives in every fork; a collector that visited it there would copy it
        child = os.fork()
        if child == 0:
            self._settle(connection, streams)
            return order
        for stream in streams:
            os.close(stream)
        self._children[child] = connection
        self._selector.register(connection, selectors.EVENT_READ)
        return None

    def _settle(self, connection: socket.socket, streams: Sequence[int]) -> None:
        """In the fork: keep nothing of the stem but its memory, and say who one is."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        connection.send(str(os.getpid()).encode())
        for place, stream in enumerate(streams):
            os.dup2(stream, place)
        self._selector.close()
        for mine in (self._listener, self._woken, self._wakes, connection, *self._children.values()):
            mine.close()
        os.closerange(STREAMS, os.sysconf("SC_OPEN_MAX"))

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, os.WNOHANG)
                if child == 0:
                    return
                connection = self._children.pop(child)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(connection)
                with contextlib.suppress(OSError), connection:
                    connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _end(child: int) -> None:
    """The process and its group. It is reaped like any other."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)


def _become(order: Order) -> NoReturn:
    """Run the order as ``python -m`` would, and end."""
    gc.enable()
    os.environ.clear()
    os.environ.update(order.environment)
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.chdir(order.folder)
    sys.path.insert(0, order.folder)
    sys.argv = [order.module, *order.arguments]
    importlib.invalidate_caches()
    _seed()
    code = 0
    try:
        runpy.run_module(order.module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else end.code is not None
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        _leave(code)


def _leave(code: int) -> NoReturn:
    """End without taking the interpreter down piece by piece: each piece would be copied first."""
    try:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)


def _seed() -> None:
    """A fresh process has random numbers of its own, but for torch, which begins where it always does."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
