"""The broker's decisions: a request and who asks in, an answer out. Knows no socket.

Owns the runtime. A jail belongs to the user that asked for it; another user's is as good as none.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import assert_never

from isolation.broker.ledger import Entry, Ledger
from isolation.broker.meeting import Client, MeetingRoot, NotThere, Steps, inside
from isolation.broker.policy import Policy, Refusal, check, check_device, is_probe
from isolation.contract import Bind, Exit, Jail, JailSpec, Limits, Runtime, RuntimeFault
from wire.broker import (
    Answer,
    Describe,
    Described,
    DeviceRead,
    Devices,
    Done,
    Ended,
    ExitSeen,
    Failed,
    Inventory,
    Names,
    Output,
    Owned,
    Poll,
    Reap,
    Refused,
    Request,
    Said,
    Seal,
    Shown,
    Start,
    Stop,
    Use,
    Used,
    Wait,
)

_log = logging.getLogger(__name__)
_GONE = Ended(exit=ExitSeen(ending="signalled", code=9))
"""Of a jail that is not there: somebody reaped it."""


class Broker:
    """Calls may come from many threads."""

    def __init__(
        self,
        runtime: Runtime,
        policy: Policy,
        *,
        meeting: MeetingRoot,
        ledger: Ledger,
        project: Path,
        challenges: Path,
        admit: Callable[[JailSpec], None],
    ) -> None:
        """Ends what an earlier broker left: nobody watches over that any more. Raises RuntimeFault.

        ``admit`` raises RuntimeFault unless a jail like the one given was tried from the inside and held
        (`isolation.admission.Admission.check`). A client that asks without trying first gets no further.
        """
        self._runtime, self._policy = runtime, policy
        self._meeting, self._ledger = meeting, ledger
        self._project, self._challenges, self._admit = project, challenges, admit
        self._jails: dict[str, Jail] = {}
        self._lock = threading.RLock()
        for entry in ledger.all():
            self._end(entry)

    def answer(self, request: Request, client: Client) -> Answer:
        try:
            return self._answer(request, client)
        except (Refusal, NotThere) as refusal:
            _log.warning("refused %s of user %d: %s", request.do, client.uid, refusal)
            return Refused(reason=str(refusal))
        except RuntimeFault as fault:
            return Failed(reason=str(fault))
        except OSError as error:
            _log.exception("a %s failed", request.do)
            return Failed(reason=f"The broker could not do it: {error.strerror or error}.")

    def hung_up(self, name: str) -> None:
        """The connection that started this jail is closed: a contestant ends, a session lives on."""
        entry = self._ledger.get(name)
        if entry is None:
            return
        try:
            jail = self._jails.get(name)
            if entry.kind == "contestant" or jail is None or jail.poll() is not None:
                self._end(entry)
        except RuntimeFault as fault:
            _log.error("the jail %s could not be ended: %s", name, fault)

    def close(self) -> None:
        """End every jail."""
        for entry in self._ledger.all():
            try:
                self._end(entry)
            except RuntimeFault as fault:
                _log.error("the jail %s could not be ended: %s", entry.name, fault)

    def _answer(self, request: Request, client: Client) -> Answer:
        match request:
            case Describe():
                return Described(
                    runtime=self._runtime.name,
                    identity=self._runtime.identity,
                    caveats=tuple(self._runtime.caveats),
                    unpromised=tuple(sorted(self._runtime.unpromised)),
                    root=str(self._meeting.path),
                )
            case Devices():
                return Inventory(devices=tuple(DeviceRead(**asdict(one)) for one in self._runtime.devices()))
            case Start():
                return self._start(request, client)
            case Poll():
                jail = self._jail(request.name, client)
                return _GONE if jail is None else _ended(jail.poll())
            case Wait():
                jail = self._jail(request.name, client)
                return _GONE if jail is None else _ended(jail.wait(request.timeout_s))
            case Output():
                jail = self._jail(request.name, client)
                return Said(base64=base64.b64encode(jail.output() if jail else b"").decode())
            case Use():
                jail = self._jail(request.name, client)
                return Used(figures=asdict(jail.usage()) if jail else {})
            case Seal():
                if (jail := self._jail(request.name, client)) is not None:
                    jail.seal()
                return Done()
            case Stop():
                if (jail := self._jail(request.name, client)) is not None:
                    jail.stop()
                return Done()
            case Reap():
                if (entry := self._entry(request.name, client)) is not None:
                    self._end(entry)
                return Done()
            case Owned():
                return Names(names=tuple(sorted(self._owned(client))))
        assert_never(request)

    def _start(self, request: Start, client: Client) -> Done:
        with self._lock:  # the count and the name must still hold when the record is written
            check(request, self._policy, [e.name for e in self._ledger.all() if e.kind == request.kind])
            if self._ledger.get(request.name) is not None:
                raise Refusal(f"A jail named {request.name} exists already.")
            folders = self._folders(request)
            if any(self._is_taken(steps) for steps in folders):
                raise Refusal("A folder is shown to another jail already.")
            if request.device is not None:
                inventory = {device.id for device in self._runtime.devices()}
                check_device(request, inventory, {entry.device for entry in self._ledger.all()})
            entry = Entry(
                name=request.name,
                kind=request.kind,
                client=client,
                folders=folders,
                device=request.device or "",
            )
            self._ledger.enter(entry)
        try:
            spec = self._spec(request, client)
            if not is_probe(request):
                self._admit(spec)
            self._jails[request.name] = self._runtime.start(spec)
        except BaseException:
            self._end(entry)
            raise
        return Done()

    def _spec(self, request: Start, client: Client) -> JailSpec:
        """What the runtime is told. Raises NotThere."""
        return JailSpec(
            name=request.name,
            kind=request.kind,
            argv=request.argv,
            limits=Limits(**request.limits.model_dump()),
            env=request.env,
            binds=[self._bind(shown, request, client) for shown in request.shown],
            socket_dir=(
                self._meeting.take(request.meeting, client, read_only=False) if request.meeting else None
            ),
            socket_gid=client.gid,
            device=request.device or "",
        )

    def _bind(self, shown: Shown, request: Start, client: Client) -> Bind:
        places = self._policy[request.kind].places
        if shown.target in places.clients:
            source = self._meeting.take(shown.names, client, read_only=True)
        elif shown.target in places.challenge:
            source = inside(self._challenges, (*shown.names, "visible"))
        else:
            source = inside(self._project, PurePosixPath(places.ours[shown.target]).parts)
        return Bind(source=source, target=PurePosixPath(shown.target))

    def _folders(self, request: Start) -> tuple[Steps, ...]:
        clients = self._policy[request.kind].places.clients
        shown = [shown.names for shown in request.shown if shown.target in clients]
        return tuple(shown + ([request.meeting] if request.meeting else []))

    def _is_taken(self, steps: Steps) -> bool:
        """Two jails under one folder would both decide who owns it."""
        return any(steps[0] == other[0] for entry in self._ledger.all() for other in entry.folders)

    def _entry(self, name: str, client: Client) -> Entry | None:
        entry = self._ledger.get(name)
        return entry if entry is not None and entry.client.uid == client.uid else None

    def _jail(self, name: str, client: Client) -> Jail | None:
        return self._jails.get(name) if self._entry(name, client) is not None else None

    def _owned(self, client: Client) -> list[str]:
        """The living ones, and those that died with nobody to see it."""
        mine = [entry.name for entry in self._ledger.all() if entry.client.uid == client.uid]
        living = set(self._runtime.owned())
        return [name for name in mine if name in living]

    def _end(self, entry: Entry) -> None:
        """Nothing of it is left: no process, no record, and its folders are the client's again."""
        jail = self._jails.get(entry.name)
        if jail is not None:
            jail.stop()
        else:
            self._runtime.reap(entry.name)
        for steps in entry.folders:
            self._meeting.give_back(steps, entry.client)
        self._jails.pop(entry.name, None)
        self._ledger.leave(entry.name)


def _ended(exit_seen: Exit | None) -> Ended:
    if exit_seen is None:
        return Ended(exit=None)
    return Ended(exit=ExitSeen(ending=exit_seen.ending.value, code=exit_seen.code))
