"""The claim on a Hyper-V host: one for all who come at once, whoever dies on the way."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import OutcomeUnknown
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work
from mailstead.remoting.cmdlets.hyperv import NewVMWithoutDisk
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret
from mailstead.sites.claims import BadClaim, Claim
from mailstead.wiring.hyperv_claim import NAME, SMALLEST, MachineClaim
from tests.standin.certificates import Authority
from tests.standin.faults import Kind
from tests.standin.server import StandIn
from tests.standin.shipped import HOST, Host, shipped_roles

OURS, THEIRS = Claim("ours", 1), Claim("theirs", 1)


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    folder: Path = tmp_path_factory.mktemp("claims")
    with StandIn(Host(), shipped_roles(), folder, authority=Authority(folder)) as host:
        yield host


@pytest.fixture
def way(standin: StandIn) -> Iterator[Pool]:
    standin.world.machines.clear()
    standin.faults.clear()
    fleet = Fleet(SystemClock())
    account = Basic("svc", Secret.of("pw"))
    yield fleet.at(Endpoint("localhost", HOST, account, port=standin.port, trust=standin.authority.trust))
    fleet.close()


def test_nobody_has_a_fresh_host(way: Pool) -> None:
    assert MachineClaim(way).read() is None


def test_the_first_claim_stands_and_the_second_is_told_of_it(way: Pool, standin: StandIn) -> None:
    place = MachineClaim(way)
    assert place.claim(OURS) == OURS
    assert place.claim(THEIRS) == OURS
    assert place.read() == OURS
    assert len(standin.world.machines) == 1


def test_a_claim_is_replaced_and_given_up(way: Pool, standin: StandIn) -> None:
    place = MachineClaim(way)
    place.replace(OURS)
    place.replace(THEIRS)
    assert place.read() == THEIRS
    place.release()
    place.release()
    assert place.read() is None
    assert not standin.world.machines


def test_of_two_at_once_the_older_stands(way: Pool, standin: StandIn) -> None:
    class Late(MachineClaim):
        """Looks, and is overtaken before it makes its own."""

        def _make(self) -> UUID:
            MachineClaim(self.way).claim(OURS)
            return super()._make()

    assert Late(way).claim(THEIRS) == OURS
    assert len(standin.world.machines) == 1
    assert MachineClaim(way).read() == OURS


def test_who_died_between_the_calls_is_followed(way: Pool, standin: StandIn) -> None:
    way.run(NewVMWithoutDisk(Name=NAME, MemoryStartupBytes=SMALLEST))
    assert MachineClaim(way).read() is None
    assert MachineClaim(way).claim(OURS) == OURS
    assert len(standin.world.machines) == 1


class Breaking:
    """A way on which the answer to call number *after* (from 0) is lost."""

    def __init__(self, way: Pool, standin: StandIn, after: int) -> None:
        self._way, self._standin, self._left = way, standin, after
        self.name = way.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        if self._left == 0:
            self._standin.faults.add(Kind.LOST_ANSWER, "Receive")
        self._left -= 1
        return self._way.run(work, deadline_s=deadline_s)


@pytest.mark.parametrize("after", range(6))
def test_a_lost_answer_anywhere_leaves_one_claim(way: Pool, standin: StandIn, after: int) -> None:
    place = MachineClaim(Breaking(way, standin, after))
    for _ in range(2):
        with suppress(OutcomeUnknown):
            place.claim(OURS)
    assert place.read() == OURS
    assert len(standin.world.machines) == 1


def test_notes_that_are_no_claim_are_told(way: Pool, standin: StandIn) -> None:
    place = MachineClaim(way)
    place.claim(OURS)
    (machine,) = standin.world.machines.values()
    machine.notes = "do not touch"
    with pytest.raises(BadClaim):
        place.read()
    place.replace(OURS)
    assert place.read() == OURS
