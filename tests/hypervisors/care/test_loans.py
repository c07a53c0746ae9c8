"""A disk file lent to a machine that runs: put on once, found again, taken off; on every driver that lends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PureWindowsPath

import pytest

from mailstead.hypervisors.drivers.hyperv.loans import HyperVLoans
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.drivers.memory_loans import MemoryLoans
from mailstead.hypervisors.model import AnswerLost, DeviceBusy, MissingFile, NoSuchMachine
from mailstead.hypervisors.port import DiskLoans
from tests.hypervisors.example import example_machine
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import GIB, Vhd

from .conftest import FOLDER, TENANT, HyperVHost

OTHER = "hvt-globex"
DISK, SECOND, MISSING = (PureWindowsPath(FOLDER) / TENANT / f"{name}.vhdx" for name in ("older", "second", "missing"))


@dataclass
class Lending:
    """A port with machines of TENANT and OTHER, and the files that TENANT's has beside its own disks."""

    port: DiskLoans
    held: Callable[[], list[PurePath]]


class LoansContract:
    """Subclasses give `lending`."""

    def test_a_disk_is_put_on_once_however_often_it_is_said(self, lending: Lending) -> None:
        place = lending.port.lend(TENANT, DISK)
        assert lending.port.lend(TENANT, DISK) == place
        assert lending.port.lend(TENANT, SECOND) != place
        assert lending.held() == [DISK, SECOND]

    def test_it_is_taken_off_and_a_second_time_is_no_error(self, lending: Lending) -> None:
        lending.port.lend(TENANT, DISK)
        lending.port.lend(TENANT, SECOND)
        for name in (TENANT, TENANT, "nobody"):
            lending.port.give_back(name, DISK)
        assert lending.held() == [SECOND]

    def test_what_is_not_there_is_named(self, lending: Lending) -> None:
        with pytest.raises(MissingFile):
            lending.port.lend(TENANT, MISSING)
        with pytest.raises(NoSuchMachine):
            lending.port.lend("nobody", DISK)
        assert lending.held() == []

    def test_a_disk_of_another_machine_is_not_lent(self, lending: Lending) -> None:
        lending.port.lend(OTHER, DISK)
        with pytest.raises(DeviceBusy):
            lending.port.lend(TENANT, DISK)


class TestMemoryLoans(LoansContract):
    @pytest.fixture
    def lending(self) -> Lending:
        host = MemoryHypervisor()
        for name in (TENANT, OTHER):
            host.define(replace(example_machine(Path("/x"), Path("/k"), Path("/i")), name=name))
        loans = MemoryLoans(host)
        loans.missing.add(MISSING)
        return Lending(loans, lambda: list(loans.lent.get(TENANT, {}).values()))


class TestHyperVLoans(LoansContract):
    @pytest.fixture
    def lending(self, hv: HyperVHost) -> Lending:
        machine, _ = hv.put(), hv.put(OTHER)
        files(hv)
        return Lending(HyperVLoans(hv.operated), lambda: [PureWindowsPath(drive.path) for drive in machine.drives[1:]])


@pytest.mark.parametrize("done", [True, False])
def test_after_a_lost_answer_it_is_there_once(hv: HyperVHost, *, done: bool) -> None:
    machine = hv.put()
    files(hv)
    loans = HyperVLoans(hv.losing("Add-VMHardDiskDrive", done=done))
    with pytest.raises(AnswerLost):
        loans.lend(TENANT, DISK)
    assert loans.lend(TENANT, DISK) == 1
    assert len(machine.drives) == 2


def files(hv: HyperVHost) -> None:
    for path in (DISK, SECOND):
        hv.world.vhds[str(path).lower()] = Vhd(str(path), 8 * GIB, VhdType.Dynamic)
