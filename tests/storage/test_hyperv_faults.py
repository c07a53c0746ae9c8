"""Broken off at any call, a verb said again ends in the same state: no file too many, none too few."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from mailstead.ground.errors import MailsteadError, OutcomeUnknown
from mailstead.remoting.port import Remote
from mailstead.storage.drivers.hyperv import HyperVVolumes
from mailstead.storage.model import Allocation, NoDiskRoom, Volume
from tests.standin.faults import Kind
from tests.standin.rig import Breaking, Rig

from .hyperv_world import DATA, FOLDER, GIB, ON_DISK, SYSTEM, names, set_up

Verb = Callable[[HyperVVolumes], None]


@dataclass(frozen=True)
class Case:
    """A verb, what was there before, what is there in the end, and the cmdlets that change things on the way."""

    what: str
    verb: Verb
    before: tuple[Volume, ...]
    after: tuple[Volume, ...]
    files: frozenset[str]
    cmdlets: str
    copies: bool = False

    def store(self, remote: Remote) -> HyperVVolumes:
        return HyperVVolumes(remote, FOLDER, copies=self.copies, floor_mib=16)

    def set_up(self, rig: Rig) -> None:
        set_up(rig)
        for volume in self.before:
            self.store(rig).ensure(volume)

    def prove(self, rig: Rig) -> None:
        """Say the verb again, and look."""
        rig.faults.clear()
        self.verb(self.store(rig))
        assert self.store(rig).volumes() == {volume.key: volume for volume in self.after}
        assert names(rig) == self.files
        ours = [vhd for vhd in rig.world.vhds.values() if "images" not in vhd.path]
        assert rig.world.volumes[0].used == sum(vhd.file_size for vhd in ours)


def made(volume: Volume) -> Verb:
    return lambda store: store.ensure(volume)


def removed(volume: Volume) -> Verb:
    return lambda store: store.remove(volume.key)


FIXED, LARGER, COPIED = (
    replace(DATA, allocation=Allocation.FIXED),
    replace(DATA, size_mib=64),
    replace(SYSTEM, base=None),
)
PASSED = replace(ON_DISK, size_mib=2048)
DATA_FILE, SYSTEM_FILE = frozenset({r"acme\data.vhdx"}), frozenset({r"acme\system.vhdx"})
NOTE, GIVEN_UP = frozenset({r"acme\data.disk3.vhdx"}), frozenset({r"acme\data.disk3.given-up.vhdx"})
CASES = [
    Case("make", made(DATA), (), (DATA,), DATA_FILE, "New-Item New-VHD"),
    Case("make a child", made(SYSTEM), (), (SYSTEM,), SYSTEM_FILE, "New-Item New-VHD"),
    Case("copy", made(SYSTEM), (), (COPIED,), SYSTEM_FILE, "Convert-VHD Resize-VHD Rename-Item", copies=True),
    Case("make fixed", made(FIXED), (), (FIXED,), DATA_FILE, "New-Item New-VHD Rename-Item"),
    Case("grow", made(LARGER), (DATA,), (LARGER,), DATA_FILE, "Resize-VHD"),
    Case("take room", made(FIXED), (DATA,), (FIXED,), DATA_FILE, "Convert-VHD Remove-Item Rename-Item"),
    Case("remove", removed(DATA), (DATA,), (), frozenset(), "Remove-Item"),
    Case("pass through", made(PASSED), (), (PASSED,), NOTE, "New-Item New-VHD"),
    Case("give up", removed(PASSED), (PASSED,), (), GIVEN_UP, "Rename-Item"),
]
each_case = pytest.mark.parametrize("case", CASES, ids=[case.what for case in CASES])


@each_case
def test_an_answer_lost_at_any_call(rig: Rig, case: Case) -> None:
    for number in range(20):
        case.set_up(rig)
        breaking = Breaking(rig, number, Kind.LOST_ANSWER, "Receive")
        with suppress(OutcomeUnknown):
            case.verb(case.store(breaking))
        case.prove(rig)
        if not breaking.met:
            assert number >= len(case.cmdlets.split()) - 1
            return
    pytest.fail("it never came through")


@pytest.mark.parametrize("kind", [Kind.TERMINATING, Kind.REFUSAL, Kind.BUSY])
@each_case
def test_a_refusal_at_any_cmdlet(rig: Rig, case: Case, kind: Kind) -> None:
    for cmdlet in case.cmdlets.split():
        case.set_up(rig)
        rig.faults.add(kind, cmdlet)
        with pytest.raises(MailsteadError):
            case.verb(case.store(rig))
        case.prove(rig)


@each_case
def test_a_session_lost_before_the_work_was_taken_is_not_even_noticed(rig: Rig, case: Case) -> None:
    case.set_up(rig)
    rig.faults.add(Kind.SESSION_LOST, "Command")
    case.verb(case.store(rig))
    case.prove(rig)


@pytest.mark.parametrize(
    "case", [case for case in CASES if "fixed" in case.what or case.what == "take room"], ids=lambda case: case.what
)
def test_a_volume_that_fills_up_meanwhile_loses_nothing(rig: Rig, case: Case) -> None:
    case.set_up(rig)
    volume = rig.world.volumes[0]
    hasty = HyperVVolumes(rig, FOLDER, floor_mib=-(1 << 30))
    volume.size = volume.used + 1
    with pytest.raises(NoDiskRoom):
        case.verb(hasty)
    assert hasty.volumes() == {each.key: each for each in case.before}
    volume.size = 1024 * GIB
    case.prove(rig)
