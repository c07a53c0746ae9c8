"""A stand-in for a whole test session: it listens once, and each test finds a host that was just set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailstead.ground.clock import SystemClock
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Cmdlet, Work
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret

from .faults import Kind
from .server import StandIn
from .shipped import HOST, Host, shipped_roles


class Rig:
    """A simulated host, the way to it, and what went over that way: it is a `Remote` that counts."""

    def __init__(self, standin: StandIn, way: Pool) -> None:
        self.standin = standin
        self.faults = standin.faults
        self._way = way
        self.calls = self.round_trips = 0

    @property
    def name(self) -> str:
        return self._way.name

    @property
    def world(self) -> Host:
        found = self.standin.world
        assert isinstance(found, Host)
        return found

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        self.calls += 1
        answer = self._way.run(work, deadline_s=deadline_s)
        self.round_trips += answer.round_trips
        return answer

    def fresh(self) -> None:
        """Set the host up anew."""
        self.world.clear()
        self.faults.clear()
        self.standin._log.clear()
        self.calls = self.round_trips = 0

    def carried_out(self) -> list[Cmdlet]:
        """Return the changes that the host has carried out."""
        return [call for call in self.standin.calls if not call.name.startswith("Get-")]


class Breaking:
    """A `Remote` whose call number *after* (from 0) meets a fault; `met` says whether it came to that."""

    def __init__(self, rig: Rig, after: int, kind: Kind, at: str = "") -> None:
        self._rig, self._left, self._kind, self._at = rig, after, kind, at
        self.met = False

    @property
    def name(self) -> str:
        return self._rig.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        if self._left == 0:
            self._rig.faults.add(self._kind, self._at)
            self.met = True
        self._left -= 1
        return self._rig.run(work, deadline_s=deadline_s)


@contextmanager
def rigged(folder: Path) -> Iterator[Rig]:
    fleet = Fleet(SystemClock(), sessions_each=1)
    with StandIn(Host(), shipped_roles(), folder) as standin:
        account = Basic("svc", Secret.of("pw"))
        trust = standin.authority.trust
        yield Rig(standin, fleet.at(Endpoint("localhost", HOST, account, port=standin.port, trust=trust)))
        fleet.close()
