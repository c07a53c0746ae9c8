import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

libvirt = pytest.importorskip("libvirt", reason="needs the package python3-libvirt")

from mailstead.ground.clock import VirtualClock  # noqa: E402 - behind the check for the binding
from mailstead.ground.errors import Unreachable  # noqa: E402
from mailstead.hypervisors.drivers.libvirt import daemons  # noqa: E402 - behind the check for the binding
from mailstead.hypervisors.drivers.libvirt.connection import LibvirtConnection  # noqa: E402
from mailstead.hypervisors.drivers.libvirt.domain_xml import Accelerator, domain_name  # noqa: E402
from mailstead.hypervisors.drivers.libvirt.machines import LibvirtHypervisor  # noqa: E402
from mailstead.hypervisors.model import (  # noqa: E402
    ForeignMachine,
    HostDenied,
    HostUnreachable,
    Machine,
    MissingFile,
    Power,
)

from .contract import HypervisorContract, PortsContract  # noqa: E402
from .example import PLATFORM, TENANT, example_machine, with_cmdline  # noqa: E402
from .relay import Relay  # noqa: E402
from .tiny_guest import tiny_guest  # noqa: E402

URI = "qemu:///system"
BRIDGE = "hvt0"

pytestmark = [
    pytest.mark.vm,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="needs qemu-system-x86"),
]


@pytest.fixture(scope="module")
def bridge() -> Iterator[str]:
    """A bridge of our own on this host's Open vSwitch."""
    argv = ["ovs-vsctl", "--timeout=5"]
    make = [*argv, "--may-exist", "add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev"]
    if not shutil.which("ovs-vsctl") or subprocess.run(make, check=False, capture_output=True).returncode:
        pytest.skip("needs Open vSwitch running (ovs-ctl start)")
    yield BRIDGE
    subprocess.run([*argv, "del-br", BRIDGE], check=True)


@pytest.fixture(scope="module")
def connection() -> Iterator[LibvirtConnection]:
    started = daemons.ensure_running()
    daemons.open_kvm_to_its_group()
    connection = LibvirtConnection(URI)
    yield connection
    connection.close()
    daemons.stop_daemons(started)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that QEMU's user can pass through, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="mailstead-hvt-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def host(connection: LibvirtConnection, folder: Path) -> Iterator[LibvirtHypervisor]:
    host = LibvirtHypervisor(connection, platform=PLATFORM, folder=folder, accelerator=Accelerator.EMULATION)
    _remove_all(host)  # what a killed run left behind
    yield host
    _remove_all(host)


def _remove_all(host: LibvirtHypervisor) -> None:
    for name in host.machines():
        host.remove(name)


@pytest.fixture
def machine(folder: Path, bridge: str) -> Machine:
    guest = tiny_guest()
    disk = folder / "acme" / "system.qcow2"
    disk.parent.mkdir(mode=0o711)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(disk), "64M"], check=True)
    return example_machine(disk.parent, guest.kernel, guest.initrd, bridge)


class TestLibvirtHypervisor(HypervisorContract, PortsContract):
    pass


def test_a_guest_that_listens_shuts_down_by_itself(
    host: LibvirtHypervisor, machine: Machine, folder: Path, connection: LibvirtConnection
) -> None:
    host.define(machine)
    host.start(machine.name)
    _wait_until_up(folder / "acme/console.log")
    host.stop(machine.name, graceful_s=300)
    with connection.doing("ask why it is off") as far:
        _state, reason = far.lookupByName(domain_name(TENANT)).state()
    assert reason == libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN


def test_a_guest_without_an_agent_is_not_waited_for_when_it_gets_processors(
    host: LibvirtHypervisor, machine: Machine, connection: LibvirtConnection, folder: Path
) -> None:
    clock = VirtualClock()
    before = clock.monotonic()
    host.define(machine)
    host.start(machine.name)
    timed = LibvirtHypervisor(
        connection, platform=PLATFORM, folder=folder, accelerator=Accelerator.EMULATION, clock=clock
    )
    timed.resize(machine.name, vcpus=2, memory_mib=256)
    assert clock.monotonic() == before


def test_a_guest_that_does_not_listen_is_switched_off_in_time(host: LibvirtHypervisor, machine: Machine) -> None:
    host.define(with_cmdline(machine, "panic=0 acpi=off root=/dev/none rdinit=/none"))
    host.start(machine.name)
    host.stop(machine.name, graceful_s=0.5)
    assert host.machines()[TENANT].power is Power.OFF


def test_a_paused_machine_goes_on_when_started(
    host: LibvirtHypervisor, machine: Machine, connection: LibvirtConnection
) -> None:
    host.define(machine)
    host.start(machine.name)
    with connection.doing("pause") as far:
        far.lookupByName(domain_name(TENANT)).suspend()
    assert host.machines()[TENANT].power is Power.PAUSED
    host.start(machine.name)
    assert host.machines()[TENANT].power is Power.ON


def test_a_missing_disk_is_named(host: LibvirtHypervisor, machine: Machine) -> None:
    host.define(machine)
    Path(machine.disks[0].source).unlink()
    with pytest.raises(MissingFile) as caught:
        host.start(machine.name)
    assert str(machine.disks[0].source) in caught.value.message


def test_a_folder_closed_to_qemu_is_said_to_be_so(host: LibvirtHypervisor, machine: Machine, folder: Path) -> None:
    folder.chmod(0o700)
    host.define(machine)
    with pytest.raises(HostDenied) as caught:
        host.start(machine.name)
    assert "libvirt-qemu" in caught.value.remedy


@pytest.fixture
def foreign(connection: LibvirtConnection) -> Iterator[str]:
    """A machine that bears a name of ours and is not ours."""
    name = f"<name>{domain_name(TENANT)}</name>"
    xml = f"<domain type='qemu'>{name}<memory>65536</memory><os><type>hvm</type></os></domain>"
    with connection.doing("define a foreign machine") as far:
        domain = far.defineXML(xml)
        yield domain.name()
        domain.undefine()


def test_a_foreign_machine_of_the_same_name_is_never_touched(
    host: LibvirtHypervisor, machine: Machine, foreign: str, connection: LibvirtConnection
) -> None:
    assert host.machines() == {}
    verbs: tuple[Callable[[], None], ...] = (
        lambda: host.define(machine),
        lambda: host.start(TENANT),
        lambda: host.stop(TENANT, graceful_s=0),
        lambda: host.remove(TENANT),
    )
    for verb in verbs:
        with pytest.raises(ForeignMachine) as caught:
            verb()
        assert "virsh domrename" in caught.value.remedy
    with connection.doing("look") as far:
        assert far.lookupByName(foreign).maxMemory() == 65536


def test_another_platform_on_the_same_host_is_not_seen(
    host: LibvirtHypervisor, machine: Machine, connection: LibvirtConnection, folder: Path
) -> None:
    host.define(machine)
    other = LibvirtHypervisor(connection, platform="other", folder=folder, accelerator=Accelerator.EMULATION)
    assert other.machines() == {}
    with pytest.raises(ForeignMachine):
        other.remove(TENANT)


def test_a_daemon_that_is_not_there_is_unreachable(folder: Path) -> None:
    connection = LibvirtConnection(f"qemu+unix:///system?socket={folder}/none")
    with pytest.raises(HostUnreachable) as caught, connection.doing("look"):
        pass
    assert caught.value.retry
    assert caught.value.remedy


def test_a_broken_connection_is_an_error_worth_retrying_and_is_opened_again(
    connection: LibvirtConnection, folder: Path
) -> None:
    relay = Relay(folder / "relay", Path("/run/libvirt/libvirt-sock"))
    wired = LibvirtConnection(f"qemu+unix:///system?socket={folder}/relay")
    host = LibvirtHypervisor(wired, platform=PLATFORM, folder=folder, accelerator=Accelerator.EMULATION)
    assert host.machines() == {}
    relay.cut()
    with contextlib.suppress(Unreachable):
        host.machines()
    assert host.machines() == {}
    wired.close()
    relay.close()


def test_a_connection_shared_by_threads_answers_all(host: LibvirtHypervisor, machine: Machine) -> None:
    host.define(machine)
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(len(host.machines()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 8


def test_running_daemons_are_not_started_again(connection: LibvirtConnection) -> None:
    assert daemons.ensure_running() == ()


def _wait_until_up(log: Path) -> None:
    end = time.monotonic() + 300
    while not log.exists() or b"guest is up" not in log.read_bytes():
        assert time.monotonic() < end, "the tiny guest did not come up"
        time.sleep(0.1)
