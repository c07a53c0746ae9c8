"""The driver: sends scripts and files in, reads reports back."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files as resources
from typing import Protocol

from mailstead.ground.clock import Clock, Deadline
from mailstead.ground.errors import Unreachable
from mailstead.ground.plans import ChangePlan
from mailstead.mailservers import rendering
from mailstead.mailservers.errors import ConvergeFailed, ForeignDisk, NotServing
from mailstead.mailservers.items import Item, MachineClock, MailState

from .parcel import Parcel
from .report import read_report

_SCRIPTS = resources(__package__)
_FOREIGN_DISK = 3
_WAIT_INSIDE_S = 20


class Output(Protocol):
    """What a program left behind."""

    @property
    def status(self) -> int: ...

    @property
    def stdout(self) -> bytes: ...

    @property
    def stderr(self) -> bytes: ...


class Channel(Protocol):
    """What this driver needs of a guest channel."""

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        """Run a program as root; raise Unreachable if the machine does not answer."""

    def unpack(self, machine: str, tar: bytes) -> None:
        """Unpack an archive at the root folder."""


class Appliance:
    """Mail servers in appliances; *patience_s* is what a slow (emulated) machine is given."""

    def __init__(self, channel: Channel, clock: Clock, *, patience_s: float = 300.0) -> None:
        self._channel = channel
        self._clock = clock
        self._patience_s = patience_s

    def observe(self, tenant: str) -> MailState:
        argv = ["/usr/bin/perl", "-", *rendering.OWNED]
        before = self._clock.now()
        output = self._channel.run(tenant, argv, stdin=_script("observe.pl"), timeout_s=self._patience_s)
        state = read_report(output.stdout.decode(errors="surrogateescape"))
        return replace(state, clock=MachineClock.between(before, state.observed_at, self._clock.now()))

    def apply(self, tenant: str, plan: ChangePlan[Item]) -> None:
        if not plan:
            return
        parcel = Parcel(plan, _script("converge.pl"))
        self._channel.unpack(tenant, parcel.tar())
        argv = ["/usr/bin/perl", parcel.script, f"{self._clock.now().timestamp():.1f}"]
        output = self._channel.run(tenant, argv, timeout_s=self._patience_s)
        if output.status == _FOREIGN_DISK:
            raise ForeignDisk(
                f"{tenant}: {_last_line(output.stderr)}",
                field="disk",
                value=tenant,
                remedy="give the machine an empty data disk, or one that mailstead formatted",
            )
        if output.status or _last_line(output.stdout) != "done":
            said = _last_line(output.stderr) or _last_line(output.stdout)
            raise ConvergeFailed(f"{tenant}: converge ended with {output.status}: {said}", field="tenant", value=tenant)

    def wait_ready(self, tenant: str) -> None:
        deadline = Deadline(self._clock, self._patience_s, interval_s=1.0)
        said = self._ready(tenant)
        while said != "ready":
            if not deadline.wait():
                raise NotServing(f"{tenant} does not serve mail: {said}", field="tenant", value=tenant)
            said = self._ready(tenant)

    def _ready(self, tenant: str) -> str:
        try:
            argv = ["/usr/bin/perl", "-", str(_WAIT_INSIDE_S)]
            output = self._channel.run(tenant, argv, stdin=_script("ready.pl"), timeout_s=_WAIT_INSIDE_S + 100)
        except Unreachable as error:
            return error.message
        return _last_line(output.stdout)


def _script(name: str) -> bytes:
    return (_SCRIPTS / name).read_bytes()


def _last_line(text: bytes) -> str:
    return text.decode(errors="replace").rstrip().rpartition("\n")[2]
