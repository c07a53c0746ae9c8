"""The QEMU guest agent passes the contract in a real guest, through a plain socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.guests.drivers.qemu_agent import QemuAgent, SocketTransport
from mailstead.guests.errors import AnswerLost
from mailstead.guests.model import GuestFile, pack

from .bare_qemu import running, wait_until_answering
from .contract import ROOM, GuestChannelContract

pytestmark = pytest.mark.vm


@pytest.fixture(scope="session")
def transport(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SocketTransport]:
    folder = tmp_path_factory.mktemp("guest")
    with running(folder) as agent:
        made = SocketTransport(lambda machine: agent if machine == "acme" else folder / machine)
        wait_until_answering(QemuAgent(made, SystemClock(), reply_s=2), "acme")
        yield made
        made.close()


@pytest.fixture
def channel(transport: SocketTransport) -> QemuAgent:
    return QemuAgent(transport, SystemClock())


class TestQemuAgent(GuestChannelContract):
    """The shared guest is left with files and a sleeping program: each behaviour uses its own."""


def found(channel: QemuAgent, path: str) -> str:
    said = channel.run("acme", ["/usr/bin/stat", "--format=%a %U %G", path])
    return said.stdout.decode().strip()


def test_a_written_file_has_its_mode_and_is_roots(channel: QemuAgent) -> None:
    channel.write("acme", f"{ROOM}/key", b"k", mode=0o600)
    assert found(channel, f"{ROOM}/key") == "600 root root"


def test_an_unpacked_file_has_its_owner_by_name(channel: QemuAgent) -> None:
    channel.unpack("acme", pack({f"{ROOM}/mail": GuestFile(b"m", 0o640, "vmail:dovecot")}))
    assert found(channel, f"{ROOM}/mail") == "640 vmail dovecot"


def test_unpacking_leaves_folders_as_they_are(channel: QemuAgent) -> None:
    before = found(channel, "/etc")
    channel.unpack("acme", pack({"/etc/mailstead-test": GuestFile(b"")}))
    assert found(channel, "/etc") == before == "755 root root"


def test_the_channel_recovers_after_a_lost_answer(channel: QemuAgent, transport: SocketTransport) -> None:
    hasty = QemuAgent(transport, SystemClock(), reply_s=0.0001)
    with pytest.raises(AnswerLost):
        hasty.run("acme", ["/bin/cat"])
    assert channel.run("acme", ["/bin/cat"], stdin=b"still there").stdout == b"still there"


def test_the_image_carries_no_identity(channel: QemuAgent) -> None:
    script = "cat /etc/hostname /etc/mailname /etc/ssl/private/* /etc/apt/sources.list /etc/ssh/ssh_host_*"
    assert channel.run("acme", ["/bin/sh", "-c", script]).stdout == b""


def test_no_mail_service_runs_before_it_was_configured(channel: QemuAgent) -> None:
    units = ["postfix", "dovecot", "rspamd", "nginx"]
    said = channel.run("acme", ["/bin/systemctl", "is-active", *units])
    assert said.stdout.decode().split() == ["inactive"] * len(units)


def test_without_a_seed_disk_no_ssh_server_runs(channel: QemuAgent) -> None:
    said = channel.run("acme", ["/bin/systemctl", "is-active", "mailstead-management", "ssh"])
    assert said.stdout.decode().split() == ["inactive", "inactive"]
    listening = channel.run("acme", ["/usr/bin/ss", "--no-header", "--listening", "--tcp"])
    assert (listening.status, listening.stdout) == (0, b"")


def test_mail_belongs_to_the_same_number_in_every_image(channel: QemuAgent) -> None:
    assert channel.run("acme", ["/usr/bin/id", "vmail"]).stdout.startswith(b"uid=5000(vmail) gid=5000(vmail)")


def test_nothing_failed_at_boot(channel: QemuAgent) -> None:
    said = channel.run("acme", ["/bin/systemctl", "--failed", "--no-legend"])
    assert said.stdout.decode().strip() == ""


def test_the_socket_is_a_path(transport: SocketTransport, tmp_path: Path) -> None:
    (tmp_path / "agent").touch()
    elsewhere = SocketTransport(lambda _: tmp_path / "agent")
    assert not QemuAgent(elsewhere, SystemClock()).answers("acme")
