"""The agent through SSH passes the contract, in the very VHDX that goes to Hyper-V hosts, under Secure Boot."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import Unreachable
from mailstead.guests.drivers.qemu_agent import QemuAgent, SshTransport
from mailstead.guests.errors import AnswerLost, GuestNotBelieved, GuestRefused
from mailstead.guests.seed.model import SshKey
from mailstead.mailservers.drivers.appliance import Appliance
from tests.mailservers.contract import brought_to, subjects
from tests.mailservers.example import LINK

from .bare_qemu import BOOT_S, wait_for, wait_until_answering
from .contract import GuestChannelContract
from .firmware_machine import PLACE, Started, started

pytestmark = pytest.mark.vm


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with started(tmp_path_factory.mktemp("firmware")) as made:
        yield made


@pytest.fixture(scope="session")
def transport(machine: Started) -> Iterator[SshTransport]:
    made = SshTransport(machine.callee)
    wait_until_answering(QemuAgent(made, SystemClock(), reply_s=20), "acme")
    yield made
    made.close()


@pytest.fixture
def channel(transport: SshTransport) -> QemuAgent:
    return QemuAgent(transport, SystemClock())


class TestAgentBySsh(GuestChannelContract):
    """The shared guest is left with files and a sleeping program: each behaviour uses its own."""


def said(channel: QemuAgent, script: str) -> str:
    done = channel.run("acme", ["/bin/sh", "-c", script])
    assert done.status == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def test_the_machine_was_started_under_secure_boot(channel: QemuAgent) -> None:
    assert "secureboot: Secure boot enabled" in said(channel, "dmesg")
    assert "[integrity]" in said(channel, "cat /sys/kernel/security/lockdown")


def test_nothing_failed_at_boot(channel: QemuAgent) -> None:
    assert said(channel, "systemctl --failed --no-legend") == ""


def test_the_second_disk_is_the_mail_disk(channel: QemuAgent) -> None:
    assert said(channel, "lsblk --noheadings --nodeps --output SIZE /dev/disk/by-id/virtio-mailstead-data") == "4G"


def test_the_server_listens_on_the_management_address_only(channel: QemuAgent) -> None:
    listening = said(channel, "ss --no-header --listening --tcp --numeric")
    assert [line.split()[3] for line in listening.splitlines()] == [f"{PLACE.address.ip}:22"]


def test_nothing_leaves_by_the_management_card_but_answers(channel: QemuAgent) -> None:
    assert said(channel, f"nc -z -w 2 {PLACE.neighbour} 22; echo $?") == "1"
    rules = said(channel, "nft list chain inet management out")
    assert rules.splitlines()[-3].strip() == "drop"


def test_the_filter_stands_before_that_of_the_tenant(channel: QemuAgent) -> None:
    rules = said(channel, "nft list table inet management")
    assert f"ip saddr {PLACE.pool} ip saddr != {PLACE.neighbour} drop" in rules
    assert rules.count("priority filter - 10") == 3


def test_answers_leave_by_the_gateway_and_nothing_else_finds_it(channel: QemuAgent) -> None:
    there = f"ip route get 192.0.2.1 from {PLACE.address.ip}"
    assert f"via {PLACE.gateway} dev management" in said(channel, there)
    assert "management" not in said(channel, "ip route get 192.0.2.1 2>&1 || true")


def test_two_callers_are_served_at_once(machine: Started, channel: QemuAgent) -> None:
    second = SshTransport(machine.callee)
    try:
        assert said(channel, "echo one") == "one"
        assert said(QemuAgent(second, SystemClock()), "echo two") == "two"
        assert said(channel, "echo three") == "three"
    finally:
        second.close()


def test_the_channel_recovers_after_a_lost_answer(channel: QemuAgent, transport: SshTransport) -> None:
    hasty = QemuAgent(transport, SystemClock(), reply_s=0.0001)
    with pytest.raises(AnswerLost):
        hasty.run("acme", ["/bin/cat"])
    assert channel.run("acme", ["/bin/cat"], stdin=b"still there").stdout == b"still there"


def test_a_session_leaves_nothing_behind(machine: Started, channel: QemuAgent) -> None:
    other = SshTransport(machine.callee)
    assert QemuAgent(other, SystemClock()).answers("acme")
    other.close()
    count = "for try in 1 2 3 4 5 6 7 8 9 10; do set -- /run/mailstead-session-*; [ $# = 1 ] && break; sleep 1; done"
    assert said(channel, f"{count}; echo $#") == "1"


def test_another_host_key_is_not_believed(machine: Started, transport: SshTransport) -> None:
    stranger = SshKey.fresh().public
    impostor = SshTransport(lambda machine_: replace(machine.callee(machine_), guest_key=stranger))
    with pytest.raises(GuestNotBelieved, match="another than acme answers"):
        QemuAgent(impostor, SystemClock()).read("acme", "/etc/hostname")


def test_another_caller_is_refused(machine: Started, transport: SshTransport) -> None:
    stranger = SshTransport(lambda machine_: replace(machine.callee(machine_), caller=SshKey.fresh()))
    with pytest.raises(GuestRefused, match="does not know our key"):
        QemuAgent(stranger, SystemClock()).read("acme", "/etc/hostname")


def test_an_address_where_nobody_is(machine: Started) -> None:
    nobody = SshTransport(lambda machine_: replace(machine.callee(machine_), address=ip_address("127.0.0.2"), port=1))
    assert not QemuAgent(nobody, SystemClock()).answers("acme")


class TestTheWholeMachine:
    """Last, and in this order: the machine is made a mail server, and started again."""

    def test_the_appliance_is_configured_through_this_channel(self, channel: QemuAgent) -> None:
        mail = Appliance(channel, SystemClock())
        brought_to(mail)
        assert subjects(mail) == set()
        assert said(channel, "findmnt --noheadings --output SOURCE /var/vmail") == said(
            channel, "readlink --canonicalize /dev/disk/by-id/virtio-mailstead-data"
        )

    def test_the_tenants_card_is_another_one(self, channel: QemuAgent) -> None:
        assert LINK.ipv4.with_prefixlen in said(channel, "ip -brief address show dev eth0")
        assert PLACE.address.with_prefixlen in said(channel, "ip -brief address show dev management")

    def test_after_a_boot_the_seed_is_read_again(self, channel: QemuAgent) -> None:
        before = channel.read("acme", "/proc/sys/kernel/random/boot_id")
        channel.run("acme", ["/usr/bin/systemd-run", "--on-active=1", "/bin/systemctl", "reboot"])
        wait_for(lambda: boot_id(channel) not in {b"", before}, "another boot", seconds=BOOT_S)
        assert said(channel, "systemctl is-active postfix dovecot").split() == ["active", "active"]


def boot_id(channel: QemuAgent) -> bytes:
    try:
        return channel.read("acme", "/proc/sys/kernel/random/boot_id")
    except Unreachable:
        return b""
