"""The driver over PowerShell Remoting: under the contract, behind the role that ships, and with faults on the way."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from mailstead.exchange.drivers.remote import RemoteExchange
from mailstead.exchange.errors import ExchangeAnswerLost, ExchangeRefused
from mailstead.exchange.model import State
from mailstead.exchange.port import RecoveryDatabases
from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import Denied, InvalidInput
from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.cmdlets import exchange as cmdlets
from mailstead.remoting.cmdlets import files, own, storage
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet, Pool
from mailstead.security.model import Secret
from tests.standin.exchange import Disk, Exchange, Mailbox, Partition
from tests.standin.faults import Kind
from tests.standin.server import StandIn
from tests.standin.shipped import EXCHANGE, shipped_roles

from .contract import ANNA, LENT, OLDER, RecoveryContract, Told, given_back, mounted, wish

GUID = UUID("5d2a7d36-3a0c-4f6e-8f5b-0c3a8c1d9e77")


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(Exchange(), shipped_roles(), tmp_path_factory.mktemp("exchange")) as server:
        yield server


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    fleet = Fleet(SystemClock(), sessions_each=1)
    yield fleet
    fleet.close()


@pytest.fixture
def standin(listening: StandIn) -> StandIn:
    """The server, as new: with Anna's mailbox, the system's disk, the data's, and the one that was lent."""
    vars(listening.world).update(vars(Exchange()))
    world: Exchange = listening.world
    world.mailboxes[ANNA] = Mailbox(ANNA, GUID, "DB1", {"INBOX": {"a"}})
    world.older = {GUID: {name: set(items) for name, items in OLDER.items()}}
    world.disks = [
        Disk(0, 0, 64 << 30, [Partition(0, 1, 60 << 30, ["C:\\"])], offline=False, read_only=False),
        Disk(1, 1, LENT.size, [Partition(1, 2, 7 << 30, ["D:\\"])], offline=False, read_only=False),
        Disk(2, LENT.place, LENT.size, [Partition(2, 1, 16 << 20), Partition(2, 2, 7 << 30)]),
    ]
    listening.faults.clear()
    return listening


@pytest.fixture
def way(fleet: Fleet, standin: StandIn) -> Pool:
    account = Basic("svc", Secret.of("pw"))
    return fleet.at(Endpoint("localhost", EXCHANGE, account, port=standin.port, trust=standin.authority.trust))


@pytest.fixture
def exchange(way: Pool) -> RecoveryDatabases:
    return RemoteExchange({"acme": way}.__getitem__)


class TestRemoteExchange(RecoveryContract):
    @pytest.fixture
    def told(self, standin: StandIn) -> Told:
        world: Exchange = standin.world
        return Told(
            held=lambda: world.mailboxes[ANNA].folders,
            tear=lambda: setattr(world, "torn", True),
            break_copying=lambda why: setattr(world, "breaks", why),
            is_clear=lambda: [*world.databases] == ["DB1"] and not world.requests and world.disks[2].offline,
        )


def test_the_disk_of_the_data_is_left_alone_though_it_has_the_same_size(
    standin: StandIn, exchange: RecoveryDatabases
) -> None:
    mounted(exchange)
    exchange.take_away("acme", run="order-1")
    exchange.hide("acme")
    assert [(disk.offline, disk.partitions[-1].paths) for disk in standin.world.disks] == [
        (False, ["C:\\"]),
        (False, ["D:\\"]),
        (True, []),
    ]


@pytest.mark.parametrize(
    "cmdlet",
    [
        "Add-PartitionAccessPath",
        "Repair-RecoveryDatabase",
        "New-MailboxDatabase",
        "Mount-Database",
        "New-MailboxRestoreRequest",
        "Remove-MailboxRestoreRequest",
        "Dismount-Database",
        "Remove-MailboxDatabase",
        "Remove-PartitionAccessPath",
    ],
)
def test_a_call_that_failed_once_is_made_good_by_the_next_try(
    standin: StandIn, exchange: RecoveryDatabases, cmdlet: str
) -> None:
    standin.faults.add(Kind.TERMINATING, cmdlet)
    for _ in range(2):
        try:
            exchange.give_back("acme", wish(mounted(exchange)), run="order-1")
            assert given_back(exchange).state is State.DONE
            exchange.take_away("acme", run="order-1")
            exchange.hide("acme")
        except ExchangeRefused:
            continue
    assert standin.world.mailboxes[ANNA].folders == OLDER
    assert [*standin.world.databases] == ["DB1"]
    assert standin.world.disks[2].offline


def test_a_request_whose_answer_was_lost_is_not_made_twice(standin: StandIn, exchange: RecoveryDatabases) -> None:
    home = mounted(exchange)
    exchange.give_back("acme", wish(home), run="order-1")
    standin.faults.add(Kind.LOST_ANSWER, "Receive")
    with pytest.raises(ExchangeAnswerLost):
        exchange.give_back("acme", wish(home), run="order-1")
    exchange.give_back("acme", wish(home), run="order-1")
    assert len(standin.world.requests) == 1


def test_a_right_that_is_missing_stays_denied(standin: StandIn, exchange: RecoveryDatabases) -> None:
    standin.faults.add(Kind.REFUSAL, "Get-MailboxDatabase")
    with pytest.raises(Denied):
        mounted(exchange)


SHOWN = r"C:\mailstead\recovery"


@pytest.mark.parametrize(
    "call",
    [
        cmdlets.DismountDatabase(Identity="DB1"),
        cmdlets.RemoveMailboxDatabase(Identity="DB1"),
        cmdlets.RemoveMailboxRestoreRequest(Identity=r"acme\somebody-elses"),
        cmdlets.NewRecoveryDatabase(
            Name="mailstead-x", Server="EX1", EdbFilePath=r"D:\Databases\DB1\DB1.edb", LogFolderPath=SHOWN
        ),
        cmdlets.NewRecoveryDatabase(
            Name="mailstead-x", Server="EX1", EdbFilePath=SHOWN + r"\..\..\DB1.edb", LogFolderPath=SHOWN
        ),
        own.RepairRecoveryDatabase(LogPrefix="E00", DatabaseFolder=SHOWN + r"\..\x", LogFolder=SHOWN),
        own.RepairRecoveryDatabase(LogPrefix="E00 /p", DatabaseFolder=SHOWN, LogFolder=SHOWN),
        storage.SetDiskOnline(Number=0, IsOffline=True),
        storage.AddPartitionAccessPath(DiskNumber=(2,), PartitionNumber=(1,), AccessPath=r"C:\Windows"),
        files.NewFolder(Path=(r"C:\Windows\x",)),
    ],
    ids=str,
)
def test_the_role_refuses_what_the_driver_never_says(standin: StandIn, way: Pool, call: Cmdlet) -> None:
    done = len(standin.calls)
    with pytest.raises(InvalidInput):
        way.run(call)
    assert len(standin.calls) == done
